"""Places open and close, at once or on their day, and are archived when nothing is left."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backoffice.actions.places import archive_place, restore_place
from backoffice.errors import CloseItFirst, SomethingLeft
from backoffice.queries.place_left import left_at
from inventory.actions.adjustments import adjust_stock
from inventory.actions.alerts import review_all_alerts
from inventory.actions.openings import carry_out_days, close_place, keep_open, open_place
from inventory.actions.restock_draft import add_to_draft
from inventory.actions.suggestions import refresh_moved
from inventory.errors import ClosedPlace
from inventory.models import Alert, MovedLevel, StockAdjustment, Suggestion
from inventory.transfer_errors import NoTransfersThere
from sales.actions.sale import Item, Paid, record_sale
from sales.errors import NoTillHere
from sales.models import Sale, Tender
from shop.actions.order import Delivery
from shop.errors import StoreClosed
from shop.models import Order
from stores.errors import (
    DayIsPast,
    OpensBeforeItCloses,
    PlaceIsArchived,
    PlaceIsClosed,
    PlaceIsOpen,
    ShipsOnlineOrders,
)
from stores.models import Company, Location, Role, User
from tests.factories import (
    make_arrival,
    make_customer,
    make_level,
    make_location,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_transfer,
    make_warehouse,
)
from tests.queries import queries_of
from tests.shop.orders import place, place_and_pay

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


@pytest.fixture
def boss() -> User:
    return make_staff(Role.HEAD_OFFICE)


@pytest.fixture
def office(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


@pytest.fixture
def lyon() -> Location:
    return make_store("lyon", name="Lyon")


def path(place: Location, step: str = "") -> str:
    return f"/head-office/stores/{place.pk}/opening/{step}"


def close(place: Location, *, days: int = 0, again: int | None = None, reason: str = "") -> None:
    day = place.local_day()
    close_place(
        place.pk,
        closes_on=day + days * A_DAY,
        opens_on=None if again is None else day + again * A_DAY,
        reason=reason,
        by=make_staff(Role.HEAD_OFFICE),
    )
    place.refresh_from_db()


def calendar(place: Location) -> tuple[bool, date | None, date | None, str]:
    place.refresh_from_db()
    return place.is_active, place.closes_on, place.opens_on, place.closed_reason


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (Role.ADMIN, 200, 302),
        (Role.HEAD_OFFICE, 200, 302),
        (Role.AUDITOR, 200, 403),
        (Role.LOGISTICS, 403, 403),
        (Role.MANAGER, 403, 403),
    ],
)
def test_head_office_opens_and_closes(
    client: Client, lyon: Location, role: Role, reads: int, writes: int
) -> None:
    client.force_login(make_staff(role, lyon if role == Role.MANAGER else None))
    assert client.get(path(lyon)).status_code == reads
    sent = {"closes_on": lyon.local_day().isoformat()}
    assert client.post(path(lyon, "close/"), sent).status_code == writes
    lyon.refresh_from_db()
    assert lyon.is_active == (writes == 403)


def test_a_store_is_opened_on_a_day_to_come(office: Client) -> None:
    day = timezone.localdate() + 3 * A_DAY
    sent = {"kind": "store", "code": "nice", "name": "Nice", "time_zone": "Europe/Paris"}
    answer = office.post("/head-office/stores/new/", sent | {"opens_on": day.isoformat()})
    assert answer.status_code == 302
    nice = Location.objects.get(code="nice")
    assert calendar(nice) == (False, None, day, "")
    assert "closed, opens on" in office.get("/head-office/stores/").text
    assert carry_out_days(datetime(day.year, day.month, day.day, tzinfo=UTC)) == 1
    assert calendar(nice) == (True, None, None, "")


def test_closed_from_one_day_to_another(lyon: Location) -> None:
    """Lyon's own midnight counts, and each day once, however often somebody looks."""
    lyon.time_zone = "Asia/Tokyo"
    lyon.save()
    today = lyon.local_day()
    close(lyon, days=2, again=5, reason="Works")
    assert calendar(lyon) == (True, today + 2 * A_DAY, today + 5 * A_DAY, "Works")

    midnight = datetime(today.year, today.month, today.day, tzinfo=lyon.zone).astimezone(UTC)
    assert carry_out_days(midnight + 2 * A_DAY - timedelta(seconds=1)) == 0
    assert carry_out_days(midnight + 2 * A_DAY) == 1
    assert calendar(lyon) == (False, None, today + 5 * A_DAY, "Works")
    assert carry_out_days(midnight + 2 * A_DAY + timedelta(hours=20)) == 0
    assert carry_out_days(midnight + 5 * A_DAY - timedelta(seconds=1)) == 0
    assert carry_out_days(midnight + 5 * A_DAY) == 1
    assert calendar(lyon) == (True, None, None, "")
    assert carry_out_days(midnight + 9 * A_DAY) == 0


def test_a_day_to_come_writes_nothing_however_often_somebody_looks(lyon: Location) -> None:
    close(lyon, days=2)
    with CaptureQueriesContext(connection) as queries:
        assert carry_out_days() == 0
    assert not [query for query in queries if query["sql"].startswith("UPDATE")]


def test_days_that_nobody_saw_are_made_up_for_at_the_next_look(lyon: Location) -> None:
    nice = make_store("nice")
    close(lyon, days=2, again=5)
    close(nice, days=2)
    assert carry_out_days(timezone.now() + 30 * A_DAY) == 1
    assert calendar(lyon) == (True, None, None, "")
    assert calendar(nice) == (False, None, None, "")


def test_a_closing_to_come_is_forgotten(office: Client, lyon: Location) -> None:
    close(lyon, days=2, again=5, reason="Works")
    assert office.post(path(lyon, "keep-open/")).status_code == 302
    assert calendar(lyon) == (True, None, None, "")
    assert carry_out_days(timezone.now() + 30 * A_DAY) == 0


def test_what_makes_no_sense_is_refused(office: Client, lyon: Location, boss: User) -> None:
    day = lyon.local_day()
    for days, again, error in ((-1, None, DayIsPast), (3, 3, OpensBeforeItCloses)):
        with pytest.raises(error):
            close(lyon, days=days, again=again)
    with pytest.raises(PlaceIsOpen):
        open_place(lyon.pk, opens_on=None, by=boss)
    assert calendar(lyon) == (True, None, None, "")
    answer = office.post(path(lyon, "close/"), {"closes_on": "soon", "reason": "Works"})
    assert answer.status_code == 422
    assert 'value="Works"' in answer.text
    close(lyon)
    with pytest.raises(PlaceIsClosed):
        close(lyon)
    with pytest.raises(PlaceIsClosed):
        keep_open(lyon.pk, by=boss)
    with pytest.raises(DayIsPast):
        open_place(lyon.pk, opens_on=day - A_DAY, by=boss)
    assert calendar(lyon) == (False, None, None, "")


def test_the_place_that_ships_online_orders_stays_open(office: Client) -> None:
    central = make_warehouse("central", name="Central")
    Company.objects.update(online_location=central)
    answer = office.post(path(central, "close/"), {"closes_on": central.local_day().isoformat()})
    assert answer.status_code == 422
    assert "Online orders are shipped from Central" in answer.text
    with pytest.raises(ShipsOnlineOrders):
        close(central, days=9)
    assert calendar(central) == (True, None, None, "")


def test_a_closed_store_sells_asks_and_is_sent_nothing(lyon: Location) -> None:
    central, sku = make_warehouse(), make_sku()
    make_level(sku, lyon, on_hand=5)
    make_level(sku, central, on_hand=5)
    clerk, boss = make_staff(Role.CLERK, lyon), make_staff(Role.HEAD_OFFICE)
    stale = Location.objects.get(pk=lyon.pk)
    close(lyon)
    assert stale.is_active
    with pytest.raises(NoTillHere):
        record_sale(
            key=uuid4(),
            location=stale,
            items=[Item(sku.pk, 1)],
            tenders=[Paid(Tender.Kind.CARD)],
            by=clerk,
        )
    with pytest.raises(ClosedPlace):
        add_to_draft(stale, central, {sku.pk: 1}, by=clerk)
    with pytest.raises(NoTransfersThere):
        make_transfer({sku: 1}, source=central, destination=stale, by=boss)
    with pytest.raises(StoreClosed):
        place({sku: 1}, delivery=Delivery(store=stale))
    assert not Sale.objects.exists()
    assert not Order.objects.exists()
    open_place(lyon.pk, opens_on=None, by=boss)
    assert place({sku: 1}, delivery=Delivery(store=stale)).location == lyon


def test_suggestions_and_alerts_follow_at_once(lyon: Location, boss: User) -> None:
    make_warehouse()
    level = make_level(make_sku(), lyon, reorder_point=4, target=9)
    MovedLevel.objects.create(location=lyon, sku=level.sku)
    review_all_alerts()
    refresh_moved()
    assert (Suggestion.objects.count(), Alert.objects.open().count()) == (1, 2)
    close(lyon)
    refresh_moved()
    assert (Suggestion.objects.count(), Alert.objects.open().count()) == (0, 0)
    open_place(lyon.pk, opens_on=None, by=boss)
    refresh_moved()
    assert (Suggestion.objects.count(), Alert.objects.open().count()) == (1, 2)


def test_a_closed_warehouse_is_suggested_no_more(lyon: Location, boss: User) -> None:
    near, far = make_warehouse(name="A near"), make_warehouse(name="B far")
    level = make_level(make_sku(), lyon, reorder_point=4, target=9)
    MovedLevel.objects.create(location=lyon, sku=level.sku)
    refresh_moved()
    assert Suggestion.objects.get().warehouse == near
    close(near)
    refresh_moved()
    assert Suggestion.objects.get().warehouse == far


def test_the_till_says_that_the_store_is_closed(client: Client, lyon: Location) -> None:
    client.force_login(make_staff(Role.CLERK, lyon))
    assert "nothing can be sold" not in client.get("/stores/lyon/sell/").text
    close(lyon, reason="Works")
    page = client.get("/stores/lyon/sell/").text
    assert "This store is closed: nothing can be sold." in page
    assert "Works" in page


def test_customers_read_why_they_cannot_collect(client: Client, lyon: Location) -> None:
    sku, customer = make_sku(), make_customer()
    make_level(sku, lyon, on_hand=9)
    order = place_and_pay({sku: 1}, customer=customer, delivery=Delivery(store=lyon))
    customer.cart.lines.create(sku=sku, quantity=2)
    client.force_login(customer.user)
    assert "is closed" not in client.get("/checkout/").text
    close(lyon, again=3, reason="We refit the shop")
    checkout = client.get("/checkout/").text
    assert "No store has all of it just now." in checkout
    assert "Lyon is closed until" in checkout
    assert "We refit the shop" in checkout
    mine = client.get(reverse("shop:order_detail", args=[order.number])).text
    assert "Lyon is closed until" in mine


def test_a_place_is_archived_only_when_it_is_empty(office: Client, lyon: Location) -> None:
    central, sku = make_warehouse("central"), make_sku()
    boss, clerk = make_staff(Role.HEAD_OFFICE), make_staff(Role.CLERK, lyon)
    make_level(sku, lyon, on_hand=5)
    make_level(sku, central, on_hand=50)
    order = place_and_pay({sku: 1}, delivery=Delivery(store=lyon))
    asked = make_restock({sku: 3}, store=lyon, warehouse=central, by=clerk)
    draft = make_transfer({sku: 1}, source=lyon, destination=central, by=boss)
    road = make_arrival({sku: 2}, source=central, destination=lyon, by=boss)
    add_to_draft(lyon, central, {sku.pk: 7}, by=clerk)
    with pytest.raises(CloseItFirst):
        archive_place(lyon.pk, by=boss)
    close(lyon)

    with pytest.raises(SomethingLeft) as refused:
        archive_place(lyon.pk, by=boss)
    assert {str(left.what): left.count for left in refused.value.left} == {
        "Orders": 1,
        "Transfers": 2,
        "Restock requests": 1,
        "Drafts of restock requests": 1,
        "Articles in stock or on their way": 1,
    }
    page = office.post(path(lyon, "archive/"))
    assert page.status_code == 422
    assert "Lyon isn’t empty" in page.text.replace("&#x27;", "’")
    for address in (
        f"/stores/lyon/orders/{order.number}/",
        f"/head-office/restock/{asked.pk}/",
        f"/head-office/transfers/{draft.pk}/",
        f"/head-office/transfers/{road.pk}/",
        "/stores/lyon/restock/new/",
        "/stores/lyon/stock/",
    ):
        assert f'href="{address}"' in page.text
        assert office.get(address).status_code == 200
    lyon.refresh_from_db()
    assert lyon.archived_at is None


def test_an_archived_place_leaves_choices_and_keeps_its_history(
    office: Client, lyon: Location, boss: User
) -> None:
    sku = make_sku()
    make_level(sku, lyon, on_hand=1)
    sale = record_sale(
        key=uuid4(),
        location=lyon,
        items=[Item(sku.pk, 1)],
        tenders=[Paid(Tender.Kind.CARD)],
        by=boss,
    )
    close(lyon)
    assert office.post(path(lyon, "archive/")).status_code == 302
    lyon.refresh_from_db()
    assert lyon.standing == Location.Standing.ARCHIVED
    assert lyon not in listed(office)
    assert lyon in listed(office, "?standing=archived")
    option = f'<option value="{lyon.pk}"'
    for address in (
        "/head-office/sales/",
        "/head-office/orders/",
        "/head-office/people/",
        "/head-office/movements/",
        "/head-office/alerts/",
        "/head-office/policies/",
    ):
        page = office.get(address)
        assert page.status_code == 200, address
        assert option not in page.text, address
        assert 'value="lyon"' not in page.text, address
    assert str(sale) in office.get("/head-office/sales/").text
    assert office.get(reverse("sales:receipt", args=["lyon", sale.pk])).status_code == 200
    with pytest.raises(PlaceIsArchived):
        open_place(lyon.pk, opens_on=None, by=boss)

    restore_place(lyon.pk, by=boss)
    assert lyon in listed(office)
    assert calendar(lyon) == (False, None, None, "")


def listed(client: Client, query: str = "") -> list[Location]:
    answer = client.get(f"/head-office/stores/{query}")
    return [row.record for row in answer.context["table"].rows]


def test_nothing_is_put_into_an_archived_place(lyon: Location, boss: User) -> None:
    sku = make_sku()
    make_level(sku, lyon)
    close(lyon)
    archive_place(lyon.pk, by=boss)
    with pytest.raises(ClosedPlace):
        adjust_stock(
            Location.objects.get(pk=lyon.pk),
            {sku.pk: 3},
            key=uuid4(),
            reason=StockAdjustment.Reason.FOUND,
            note="",
            by=boss,
        )
    assert not StockAdjustment.objects.exists()


def test_the_page_costs_the_same_whatever_is_left(office: Client, lyon: Location) -> None:
    central = make_warehouse("central")
    for units in (1, 2):
        make_transfer({make_sku(): units}, source=lyon, destination=central)
        make_restock({make_sku(): units}, store=lyon, warehouse=central)
    few = queries_of(office, path(lyon))
    for units in range(1, 12):
        make_transfer({make_sku(): units}, source=lyon, destination=central)
        make_restock({make_sku(): units}, store=lyon, warehouse=central)
    assert queries_of(office, path(lyon)) == few


def test_what_is_empty_has_nothing_left() -> None:
    assert left_at(make_location()) == []
