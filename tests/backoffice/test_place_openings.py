"""Places open and close, at once or on their day, and what follows from it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from inventory.actions.alerts import review_all_alerts
from inventory.actions.openings import carry_out_days, keep_open, open_place
from inventory.actions.restock_draft import add_to_draft
from inventory.actions.suggestions import refresh_moved
from inventory.errors import ClosedPlace
from inventory.models import Alert, MovedLevel, Suggestion
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
    PlaceIsClosed,
    PlaceIsOpen,
    ShipsOnlineOrders,
)
from stores.models import Company, Location, Role, User
from tests.backoffice.openings import A_DAY, calendar, close, path
from tests.factories import (
    make_customer,
    make_level,
    make_sku,
    make_staff,
    make_store,
    make_transfer,
    make_warehouse,
)
from tests.shop.orders import place, place_and_pay

pytestmark = pytest.mark.django_db


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
