"""The page of a store's suggestions: how each is worked out, into the draft, and put off."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from inventory.actions.restock_draft import add_to_draft
from inventory.actions.suggestions import refresh_all
from inventory.models import RestockLine, RestockRequest, Sku, StockLevel, Suggestion
from stores.models import Location, Role, User
from tests.factories import make_level, make_sku, make_staff, make_store, make_warehouse
from tests.inventory.selling import sell
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
LIST, PAGE, DRAFT = (f"/stores/lyon/restock/{name}" for name in ("", "suggestions/", "new/"))


@pytest.fixture
def store(warehouse: Location) -> Location:
    return make_store("lyon", name="Lyon")


@pytest.fixture
def clerk(client: Client, store: Location) -> User:
    clerk = make_staff(location=store)
    client.force_login(clerk)
    return clerk


def wanted(store: Location, name: str, *, price: str = "10.00", sold: int = 28) -> Sku:
    """A product that ran out after it sold so many: 12 are suggested, in packs of 6."""
    sku = make_sku(name=name, price=price, pack_size=6)
    level = make_level(sku, store, on_hand=sold, reorder_point=3, target=10)
    sell(level, sold)
    return sku


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(html)).split())


def drafted(store: Location) -> list[tuple[int, int, int | None]]:
    lines = RestockLine.objects.filter(request__store=store, request__state="draft")
    return list(lines.order_by("sku_id").values_list("sku", "asked", "suggested"))


def said(answer: object) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]  # type: ignore[attr-defined]


@pytest.mark.usefixtures("clerk")
def test_what_loses_most_stands_first_with_its_arithmetic(client: Client, store: Location) -> None:
    wanted(store, "Tea", price="2.00")
    coffee = wanted(store, "Coffee", price="9.00")
    StockLevel.objects.filter(sku=coffee, location=store).update(maximum=11)
    refresh_all()
    page = client.get(PAGE).text
    assert re.findall(r'class="restock-product">(.*?)<', page) == ["Coffee", "Tea"]
    why = re.findall(r'class="why-panel" id="why-\d+".*?</dl>', page, re.DOTALL)
    assert (
        "Target 10 Available − 0 Incoming − 0 Asked in open requests − 0 Lacking = 10"
        " In whole packs of 6 12 Not above the maximum of 11 6 Suggested 6"
    ) in text_of(why[0])
    assert text_of(why[1]).endswith("Lacking = 10 In whole packs of 6 12 Suggested 12")
    assert "Without it, €11.00 of sales are lost per day." in text_of(page)


@pytest.mark.usefixtures("clerk")
def test_one_tap_drafts_all_and_goes_to_the_draft(client: Client, store: Location) -> None:
    tea, coffee = wanted(store, "Tea"), wanted(store, "Coffee")
    refresh_all()
    assert "Add all 2 to the draft" in text_of(client.get(PAGE).text)
    answer = client.post(PAGE, {"do": "all"})
    assert (answer.status_code, answer["Location"]) == (302, f"{DRAFT}?of=central")
    assert drafted(store) == [(tea.pk, 12, 12), (coffee.pk, 12, 12)]
    assert said(answer) == ["2 products added to the draft."]
    assert "Add all" not in client.get(PAGE).text
    key = RestockRequest.objects.get().key
    client.post(DRAFT, {"do": "ask", "key": key})
    assert RestockRequest.objects.get().state == "waiting"


@pytest.mark.usefixtures("clerk")
def test_what_is_ticked_is_drafted_with_the_typed_units(client: Client, store: Location) -> None:
    tea, coffee = wanted(store, "Tea"), wanted(store, "Coffee")
    refresh_all()
    form = {"do": "add", "sku": [tea.pk], f"units-{tea.pk}": "7", f"units-{coffee.pk}": "12"}
    assert client.post(PAGE, form)["Location"] == f"{DRAFT}?of=central"
    assert drafted(store) == [(tea.pk, 7, 12)]


@pytest.mark.usefixtures("clerk")
def test_the_longest_draft_is_opened_where_there_are_several(
    client: Client, store: Location
) -> None:
    south = make_warehouse("south", name="South")
    tea, coffee, pen = (wanted(store, name) for name in ("Tea", "Coffee", "Pen"))
    StockLevel.objects.filter(sku__in=[coffee, pen], location=store).update(warehouse=south)
    refresh_all()
    answer = client.post(PAGE, {"do": "all"})
    assert answer["Location"] == f"{DRAFT}?of=south"
    page = text_of(client.get(answer["Location"]).text)
    assert "Central · 1 in the draft" in page
    assert "South · 2 in the draft" in page
    assert drafted(store) == [(sku.pk, 12, 12) for sku in (tea, coffee, pen)]


@pytest.mark.parametrize("units", ["", "some", "0", "-3", "1.5"])
@pytest.mark.usefixtures("clerk")
def test_bad_units_are_kept_and_nothing_is_drafted(
    client: Client, store: Location, units: str
) -> None:
    tea = wanted(store, "Tea")
    refresh_all()
    answer = client.post(PAGE, {"do": "add", "sku": tea.pk, f"units-{tea.pk}": units})
    assert answer.status_code == 422
    assert f'name="units-{tea.pk}" value="{units}"' in answer.text
    assert "Some units are no whole numbers: nothing was added." in answer.text
    assert drafted(store) == []


@pytest.mark.usefixtures("clerk")
def test_nothing_ticked_and_what_is_no_longer_suggested_is_told(
    client: Client, store: Location
) -> None:
    tea = wanted(store, "Tea")
    refresh_all()
    answer = client.post(PAGE, {"do": "add"})
    assert (answer.status_code, "Tick what you want to add." in answer.text) == (422, True)
    Suggestion.objects.all().delete()
    answer = client.post(PAGE, {"do": "add", "sku": tea.pk, f"units-{tea.pk}": "12"})
    assert (answer["Location"], said(answer)) == (PAGE, ["1 is no longer suggested."])
    assert drafted(store) == []


def test_one_is_put_off_to_a_day_and_woken(client: Client, store: Location, clerk: User) -> None:
    tea, coffee = wanted(store, "Tea"), wanted(store, "Coffee")
    refresh_all()
    day = store.local_day() + timedelta(days=9)
    client.post(PAGE, {"do": f"snooze-{tea.pk}", "until": day.isoformat()})
    client.post(PAGE, {"do": f"snooze-{coffee.pk}", "until": ""})
    put_off = Suggestion.objects.order_by("sku_id").values_list("snoozed_until", "snoozed_by")
    assert list(put_off) == [(day, clerk.pk), (store.local_day() + timedelta(days=7), clerk.pk)]
    page = client.get(PAGE).text
    assert re.findall(r'class="restock-product">(.*?)<', page) == []
    assert "Add all" not in page
    client.post(PAGE, {"do": f"wake-{tea.pk}"})
    assert re.findall(r'class="restock-product">(.*?)<', client.get(PAGE).text) == ["Tea"]
    past = {"do": f"snooze-{tea.pk}", "until": store.local_day().isoformat()}
    assert client.post(PAGE, past).status_code == 422
    assert Suggestion.objects.get(sku=tea).snoozed_until is None


def test_the_list_of_requests_leads_to_what_runs_out(
    client: Client, store: Location, warehouse: Location, clerk: User
) -> None:
    tea = wanted(store, "Tea", price="2.00")
    wanted(store, "Coffee", price="9.00")
    refresh_all()
    page = text_of(client.get(LIST).text)
    assert "2 products are running out and are not asked for." in page
    assert "Without it, €11.00 of sales are lost per day." in page
    add_to_draft(store, warehouse, {tea.pk: 1}, by=clerk)
    page = text_of(client.get(LIST).text)
    assert "1 product is running out and is not asked for." in page
    assert "Without it, €9.00 of sales are lost per day." in page
    client.force_login(make_staff(Role.AUDITOR))
    assert "running out" not in client.get(LIST).text


def test_the_draft_shows_the_arithmetic_and_what_passes_the_maximum(
    client: Client, store: Location, warehouse: Location, clerk: User
) -> None:
    tea, coffee = wanted(store, "Tea"), wanted(store, "Coffee")
    StockLevel.objects.filter(sku=tea, location=store).update(maximum=13, incoming=1)
    refresh_all()
    add_to_draft(store, warehouse, {tea.pk: 12}, by=clerk)
    page = client.get(DRAFT).text
    assert re.findall(r'id="why-(\d+)"', page) == [str(tea.pk), str(coffee.pk)]
    assert "maximum of 13 here" not in page
    client.post(DRAFT, {"do": f"remove-{tea.pk}", "key": RestockRequest.objects.get().key})
    add_to_draft(store, warehouse, {tea.pk: 13}, by=clerk)
    assert "more than the maximum of 13 here" in client.get(DRAFT).text


@pytest.mark.usefixtures("clerk")
def test_what_is_added_by_hand_stays_within_the_maximum_too(
    client: Client, store: Location, warehouse: Location
) -> None:
    snoozed = make_sku(pack_size=6)
    make_level(snoozed, store, on_hand=1, reorder_point=3, target=10)
    StockLevel.objects.filter(sku=snoozed, location=store).update(maximum=10)
    arriving = make_sku()
    make_level(arriving, store, on_hand=1, target=10)
    StockLevel.objects.filter(sku=arriving, location=store).update(incoming=7)
    client.post(DRAFT, {"do": "take", "sku": [snoozed.pk, arriving.pk]})
    assert drafted(store) == [(snoozed.pk, 6, None), (arriving.pk, 2, None)]


@pytest.mark.usefixtures("clerk", "warehouse")
def test_the_number_of_queries_does_not_grow_with_the_suggestions(
    client: Client, store: Location
) -> None:
    for number in range(2):
        wanted(store, f"Tea {number}")
    refresh_all()
    few = queries_of(client, LIST, PAGE, DRAFT)
    for number in range(12):
        wanted(store, f"Coffee {number}")
    refresh_all()
    assert queries_of(client, LIST, PAGE, DRAFT) == few
