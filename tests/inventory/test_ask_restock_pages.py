"""The store's pages: asking for goods, and following what was asked."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inventory.actions.carry_out import carry_out_restock
from inventory.actions.restock import approve_restock, refuse_restock
from inventory.models import Barcode, RestockRequest, Sku
from stores.models import Location, Role, User
from tests.factories import (
    make_level,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_user,
    make_warehouse,
)

pytestmark = pytest.mark.django_db
LIST, NEW = "/stores/lyon/restock/", "/stores/lyon/restock/new/"


@pytest.fixture
def store() -> Location:
    return make_store("lyon", name="Lyon")


@pytest.fixture
def warehouse() -> Location:
    return make_warehouse("central", name="Central")


@pytest.fixture
def clerk(store: Location, client: Client) -> User:
    clerk = make_staff(Role.CLERK, store)
    client.force_login(clerk)
    return clerk


def typed(warehouse: Location, units: dict[Sku, object], **other: object) -> dict[str, Any]:
    """What the browser sends when a person clicks on a button of the form."""
    form: dict[str, Any] = {"key": uuid4(), "warehouse": warehouse.pk, "note": "", "do": "ask"}
    form["sku"] = [sku.pk for sku in units]
    return form | {f"units-{sku.pk}": value for sku, value in units.items()} | other


def units_shown(page: str) -> dict[int, str]:
    inputs = re.findall(r'<input type="text" name="units-(\d+)"(?: value="([^"]*)")?', page)
    return {int(pk): value for pk, value in inputs}


def test_a_clerk_asks_for_several_products_at_once(
    client: Client, clerk: User, store: Location, warehouse: Location
) -> None:
    mouse, tea = make_sku(), make_sku()
    answer = client.post(NEW, typed(warehouse, {mouse: "21", tea: " 6 "}, note="For Saturday"))
    request = RestockRequest.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{request.pk}/")
    assert (request.store, request.warehouse, request.asked_by) == (store, warehouse, clerk)
    assert request.note == "For Saturday"
    assert dict(request.lines.values_list("sku_id", "asked")) == {mouse.pk: 21, tea.pk: 6}


def test_a_form_that_is_sent_twice_is_one_request(
    client: Client, clerk: User, warehouse: Location
) -> None:
    form = typed(warehouse, {make_sku(): "3"})
    first, second = client.post(NEW, form), client.post(NEW, form)
    assert RestockRequest.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_the_same_form_with_other_content_is_visibly_refused(
    client: Client, clerk: User, warehouse: Location
) -> None:
    sku = make_sku()
    form = typed(warehouse, {sku: "3"})
    client.post(NEW, form)
    answer = client.post(NEW, form | {f"units-{sku.pk}": "4"})
    assert answer.status_code == 422
    assert f"already sent, as request {RestockRequest.objects.get()}" in answer.text
    assert units_shown(answer.text) == {sku.pk: "4"}
    assert str(form["key"]) not in answer.text
    assert RestockRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ("0", "Type at least 1."),
        ("-1", "Type at least 1."),
        ("1000000000000", "Type at most 1000000."),
        ("9" * 40, "Type a whole number, such as 12."),
        ("abc", "Type a whole number, such as 12."),
        ("1.5", "Type a whole number, such as 12."),
        ("1e3", "Type a whole number, such as 12."),
        ("", "This field is required."),
        ("\x00", "Type a whole number, such as 12."),
    ],
)
def test_bad_units_are_told_in_words_and_nothing_typed_is_lost(
    client: Client, clerk: User, warehouse: Location, units: str, words: str
) -> None:
    mouse, tea = make_sku(), make_sku()
    answer = client.post(NEW, typed(warehouse, {mouse: units, tea: "6"}, note="For Saturday"))
    assert answer.status_code == 422
    assert words in answer.text
    assert units_shown(answer.text)[tea.pk] == "6"
    assert 'value="For Saturday"' in answer.text
    assert not RestockRequest.objects.exists()


@pytest.mark.parametrize("sku_id", ["999999", "abc", "-1", "9" * 30, "1\x00", ""])
def test_a_product_that_is_not_there_is_told_in_words(
    client: Client, clerk: User, warehouse: Location, sku_id: str
) -> None:
    mouse = make_sku()
    form = typed(warehouse, {mouse: "6"})
    answer = client.post(NEW, form | {"sku": [mouse.pk, sku_id], f"units-{sku_id}": "5"})
    assert answer.status_code == 422
    assert "1 product is no longer on sale; it was taken off this request." in answer.text
    assert units_shown(answer.text) == {mouse.pk: "6"}
    assert not RestockRequest.objects.exists()


def test_reading_the_page_asks_for_nothing(
    client: Client, clerk: User, warehouse: Location
) -> None:
    assert client.get(NEW, typed(warehouse, {make_sku(): "6"})).status_code == 200
    assert not RestockRequest.objects.exists()


def test_an_empty_request_is_told_in_words(
    client: Client, clerk: User, warehouse: Location
) -> None:
    answer = client.post(NEW, typed(warehouse, {}))
    assert answer.status_code == 422
    assert "Add at least one product to the request." in answer.text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("note", "a\x00b", "Remove the invisible characters"),
        ("note", "x" * 10_000, "at most 500 characters"),
        ("key", "abc", "Enter a valid UUID."),
        ("key", "\x00", "Enter a valid UUID."),
    ],
)
def test_bad_text_is_told_in_words(
    client: Client, clerk: User, warehouse: Location, field: str, value: str, words: str
) -> None:
    answer = client.post(NEW, typed(warehouse, {make_sku(): "6"}) | {field: value})
    assert answer.status_code == 422
    assert words in answer.text
    assert not RestockRequest.objects.exists()


@pytest.mark.parametrize("other", ["a store", "closed", "abc", "\x00", "9" * 30])
def test_only_an_open_logistics_centre_can_be_asked(
    client: Client, clerk: User, store: Location, warehouse: Location, other: str
) -> None:
    closed = make_warehouse()
    Location.objects.filter(pk=closed.pk).update(is_active=False)
    place = {"a store": store.pk, "closed": closed.pk}.get(other, other)
    answer = client.post(NEW, typed(warehouse, {make_sku(): "6"}) | {"warehouse": place})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'href="#id_warehouse"' in answer.text or "not one of the available" in answer.text
    assert not RestockRequest.objects.exists()


def test_a_chain_without_a_logistics_centre_says_so(client: Client, clerk: User) -> None:
    assert "there is nobody to ask" in client.get(NEW).text


def test_the_chosen_products_come_with_whole_packs_up_to_the_target(
    client: Client, clerk: User, store: Location, warehouse: Location
) -> None:
    full, packed, low, plain = (
        make_sku(),
        make_sku(pack_size=6),
        make_sku(),
        make_sku(pack_size=10),
    )
    make_level(full, store, on_hand=50, target=40)
    make_level(packed, store, on_hand=3, reserved=1, target=40)
    make_level(low, store, on_hand=2, reorder_point=5)
    chosen = "&".join(f"sku={sku.pk}" for sku in (full, packed, low, plain))
    assert units_shown(client.get(f"{NEW}?{chosen}").text) == {
        full.pk: "1",
        packed.pk: "42",  # 40 − 2 available, in packs of 6
        low.pk: "4",  # one above the reorder point
        plain.pk: "10",
    }


def test_what_was_asked_before_is_not_suggested_again(
    client: Client, clerk: User, store: Location, warehouse: Location
) -> None:
    sku = make_sku()
    make_level(sku, store, on_hand=4, target=40)
    make_restock({sku: 30}, store=store, warehouse=warehouse)
    page = client.get(f"{NEW}?sku={sku.pk}").text
    assert units_shown(page) == {sku.pk: "6"}
    assert "30 asked before, still open" in page


def test_the_page_shows_what_the_warehouse_has_after_other_requests(
    client: Client, clerk: User, warehouse: Location
) -> None:
    sku = make_sku()
    make_level(sku, warehouse, on_hand=100)
    make_restock({sku: 21}, warehouse=warehouse)
    approved = make_restock({sku: 9}, warehouse=warehouse)
    approve_restock(approved.pk, by=make_staff(Role.HEAD_OFFICE))
    refused = make_restock({sku: 50}, warehouse=warehouse)
    refuse_restock(refused.pk, reason="No", by=make_staff(Role.HEAD_OFFICE))
    assert '<td class="number" data-label="Central has left">70</td>' in client.get(
        f"{NEW}?sku={sku.pk}"
    ).text.replace('<b class="warn">', "").replace("</b>", "")


def test_the_low_list_is_offered_and_taken(
    client: Client, clerk: User, store: Location, warehouse: Location
) -> None:
    low, covered, fine = make_sku(), make_sku(), make_sku()
    make_level(low, store, on_hand=2, reorder_point=5, target=20)
    make_level(covered, store, on_hand=2, reorder_point=5, target=20)
    make_level(fine, store, on_hand=9, reorder_point=5, target=20)
    make_restock({covered: 18}, store=store, warehouse=warehouse)
    assert "2 left, reorder at 5" in client.get(NEW).text
    assert units_shown(client.get(f"{NEW}?low=1").text) == {low.pk: "18"}
    answer = client.post(NEW, typed(warehouse, {fine: "7"}, do="low"))
    assert answer.status_code == 200
    assert units_shown(answer.text) == {fine.pk: "7", low.pk: "18"}


def test_adding_and_removing_keep_what_was_typed(
    client: Client, clerk: User, warehouse: Location
) -> None:
    mouse, tea, pen = make_sku(), make_sku(), make_sku(pack_size=12)
    form = typed(warehouse, {mouse: "abc", tea: "7"}, note="For Saturday")
    added = client.post(NEW, form | {"do": f"add-{pen.pk}"})
    assert added.status_code == 200
    assert units_shown(added.text) == {mouse.pk: "abc", tea.pk: "7", pen.pk: "12"}
    removed = client.post(NEW, form | {"do": f"remove-{mouse.pk}"})
    assert units_shown(removed.text) == {tea.pk: "7"}
    for page in (added, removed):
        assert 'value="For Saturday"' in page.text
        assert str(form["key"]) in page.text
    assert not RestockRequest.objects.exists()


def test_a_scan_adds_its_product_and_the_next_scan_its_units(
    client: Client, clerk: User, warehouse: Location
) -> None:
    sku = make_sku("PEN-1", pack_size=12)
    Barcode.objects.create(sku=sku, code="4006381333931", units=6)
    first = client.post(NEW, typed(warehouse, {}, do="find", q="4006381333931"))
    assert units_shown(first.text) == {sku.pk: "12"}
    again = client.post(NEW, typed(warehouse, {sku: "12"}, do="find", q="4006381333931"))
    assert units_shown(again.text) == {sku.pk: "18"}
    by_code = client.post(NEW, typed(warehouse, {sku: "12"}, do="find", q="pen-1"))
    assert units_shown(by_code.text) == {sku.pk: "24"}


@pytest.mark.parametrize("words", ["nothing like it", "\x00", "a\x00b", "'; --", "x" * 10_000])
def test_a_search_that_finds_nothing_says_so(
    client: Client, clerk: User, warehouse: Location, words: str
) -> None:
    mouse = make_sku()
    answer = client.post(NEW, typed(warehouse, {mouse: "6"}, do="find", q=words))
    assert answer.status_code == 200
    assert units_shown(answer.text) == {mouse.pk: "6"}


def test_htmx_gets_the_found_products_alone(
    client: Client, clerk: User, warehouse: Location
) -> None:
    make_sku(name="Mechanical keyboard")
    headers = {"HX-Request": "true", "HX-Target": "restock-found"}
    answer = client.get(NEW, {"q": "keyb"}, headers=headers)
    assert answer.text.strip().startswith('<div id="restock-found"')
    assert "Mechanical keyboard" in answer.text


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
    assert client.post(NEW, typed(warehouse, {make_sku(): "1"})).status_code == 403
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
    assert "hx-trigger" not in done[done.index('id="restock-request"') :]


def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Client,
    clerk: User,
    store: Location,
    warehouse: Location,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    def open_everything() -> list[int]:
        counts = []
        chosen = "&".join(f"sku={pk}" for pk in Sku.objects.values_list("pk", flat=True))
        last = RestockRequest.objects.latest("pk").pk
        for address in (LIST, NEW, f"{NEW}?{chosen}", f"{LIST}{last}/"):
            with django_assert_max_num_queries(12) as queries:
                assert client.get(address).status_code == 200
            counts.append(len(queries))
        return counts

    def fill(products: int) -> None:
        skus = [make_sku() for _ in range(products)]
        for sku in skus:
            make_level(sku, store, on_hand=1, reorder_point=5, target=10)
        for sku in skus:
            make_restock({sku: 1}, store=store, warehouse=warehouse, by=clerk)
        make_restock(dict.fromkeys(skus, 2), store=store, warehouse=warehouse, by=clerk)

    fill(2)
    few = open_everything()
    fill(20)
    assert open_everything() == few
