"""The store's pages: asking for goods, and following what was asked."""

from datetime import date
from uuid import uuid4

import pytest
from django.test import Client

from inventory.actions.carry_out import carry_out_restock
from inventory.actions.restock import approve_restock
from inventory.actions.restock_draft import add_to_draft
from inventory.actions.restock_talk import comment_on_restock
from inventory.actions.restock_templates import save_template
from inventory.actions.suggestions import refresh_all, snooze_suggestion
from inventory.models import RestockRequest, Sku
from stores.models import Location, Role, User
from tests.factories import make_level, make_restock, make_sku, make_staff, make_user
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
LIST, NEW = "/stores/lyon/restock/", "/stores/lyon/restock/new/"
SUGGESTED, TEMPLATES = f"{LIST}suggestions/", f"{LIST}templates/"


@pytest.fixture
def clerk(store: Location, client: Client) -> User:
    clerk = make_staff(Role.CLERK, store)
    client.force_login(clerk)
    return clerk


@pytest.mark.parametrize("address", [LIST, NEW, f"{LIST}1/"])
def test_who_may_open_the_pages(
    client: Client, store: Location, warehouse: Location, address: str
) -> None:
    make_restock(store=store, warehouse=warehouse)
    assert client.get(address).status_code == 302
    for person, status in (
        (make_user(), 404),
        (make_staff(Role.CLERK), 404),
        (make_staff(Role.LOGISTICS, warehouse), 404),
    ):
        client.force_login(person)
        assert client.get(address).status_code == status
    client.force_login(make_staff(Role.LOGISTICS, store))
    assert client.get(NEW).status_code == 403


def test_an_auditor_reads_and_does_not_ask(
    client: Client, store: Location, warehouse: Location
) -> None:
    request = make_restock(store=store, warehouse=warehouse)
    client.force_login(make_staff(Role.AUDITOR))
    page = client.get(LIST)
    assert page.status_code == 200
    assert "Ask for goods" not in page.text
    assert client.get(f"{LIST}{request.pk}/").status_code == 200
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, {"do": f"add-{make_sku().pk}"}).status_code == 403
    assert RestockRequest.objects.count() == 1


def test_another_stores_request_does_not_exist(
    client: Client, clerk: User, store: Location, warehouse: Location
) -> None:
    mine = make_restock(store=store, warehouse=warehouse)
    other = make_restock(warehouse=warehouse, note="canary")
    assert client.get(f"{LIST}{mine.pk}/").status_code == 200
    for pk in (other.pk, 10**9, 10**30):
        assert client.get(f"{LIST}{pk}/").status_code == 404
    page = client.get(LIST).text
    assert f"R-{mine.pk}" in page
    assert f"R-{other.pk}" not in page


def test_a_logistics_centre_has_no_such_pages(client: Client, warehouse: Location) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    for page in ("", "new/", "1/"):
        assert client.get(f"/stores/central/restock/{page}").status_code == 404


def test_the_store_follows_its_request(
    client: Client, clerk: User, store: Location, warehouse: Location
) -> None:
    sku = make_sku()
    make_level(sku, warehouse, on_hand=100)
    make_level(sku, store, on_hand=20)
    request = make_restock({sku: 21}, store=store, warehouse=warehouse, by=clerk)
    address = f"{LIST}{request.pk}/"
    waiting = client.get(address).text
    assert "Central has your request." in waiting
    assert f'hx-get="{address}?shown=1" hx-trigger="every 5s"' in waiting
    assert client.get(f"{address}?shown=1").status_code == 204

    approve_restock(request.pk, by=make_staff(Role.LOGISTICS, warehouse))
    approved = client.get(f"{address}?shown=1").text
    assert f'hx-get="{address}?shown=2" hx-trigger="every 1s"' in approved

    carry_out_restock(request.pk)
    done = client.get(f"{address}?shown=2").text
    assert "Central <b>100 → 79</b>, Lyon <b>20 → 41</b>" in done
    request_part = done[done.index('id="restock-request"') : done.index('id="restock-thread"')]
    assert "hx-trigger" not in request_part


def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Client,
    clerk: User,
    store: Location,
    warehouse: Location,
) -> None:
    def open_everything() -> list[int]:
        chosen = "&".join(f"sku={pk}" for pk in Sku.objects.values_list("pk", flat=True))
        last = RestockRequest.objects.pending().latest("pk").pk
        pages = (LIST, NEW, f"{NEW}?{chosen}", f"{LIST}{last}/", SUGGESTED, TEMPLATES)
        return queries_of(client, *pages)

    def fill(products: int) -> None:
        skus = [make_sku() for _ in range(products)]
        for sku in skus:
            make_level(sku, store, on_hand=1, reorder_point=5, target=10)
        for sku in skus[: products // 2]:
            request = make_restock({sku: 1}, store=store, warehouse=warehouse, by=clerk)
            save_template(request, name=f"List {request.pk}", by=clerk)
        last = make_restock(dict.fromkeys(skus, 2), store=store, warehouse=warehouse, by=clerk)
        for sku in skus:
            comment_on_restock(last.pk, key=uuid4(), text=f"Sorry for {sku}", by=clerk)
        wanted = dict.fromkeys([sku.pk for sku in skus[::2]], 3)
        add_to_draft(store, warehouse, wanted, by=clerk)
        more = [make_level(None, store, reorder_point=5, target=10) for _ in range(products)]
        refresh_all()
        for level in more[::2]:
            snooze_suggestion(store, level.sku_id, until=date(2100, 1, 1), by=clerk)

    fill(2)
    few = open_everything()
    fill(20)
    assert open_everything() == few
