"""Online orders: each step on the day that it was taken; what was handed over is a sale."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db.models import Sum

from sales.models import DailySales
from shop.actions.fulfilment import hand_over
from shop.actions.order import Delivery, cancel_order
from shop.figures import FIGURES, cancelled_orders, open_orders, order_figures
from shop.models import Order
from stores.models import Location, Role
from tests.factories import make_level, make_online_location, make_sku, make_staff, make_store
from tests.reports.goods import at
from tests.shop.orders import place, place_and_pay

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def on(when: datetime, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    with time_machine.travel(when, tick=False):
        return act(*args, **kwargs)


class Orders:
    """Lyon: 2 mice of 10.00, paid on 2 March and collected 6 hours later; 3 mice, paid on 3 March and
    collected after 2 hours; 1 mouse, placed on 4 March and cancelled. The centre: 4 mice, paid on
    5 March and still there; 5 mice, paid on 6 March and shipped after 30 hours."""

    def __init__(self) -> None:
        self.mouse = make_sku("MOUSE", price="10.00")
        self.central = make_online_location("central")
        self.lyon = make_store("lyon", name="Lyon")
        self.clerk = make_staff(Role.HEAD_OFFICE)
        for location in (self.central, self.lyon):
            make_level(self.mouse, location, on_hand=100)
        self.collected(2, at(3, 2, 8), at(3, 2, 14))
        self.collected(3, at(3, 3, 8), at(3, 3, 10))
        mine = Delivery(store=self.lyon)
        gone = on(at(3, 4), place, {self.mouse: 1}, delivery=mine)
        on(at(3, 4, 13), cancel_order, gone.pk, by=gone.customer.user)
        home = Delivery(ship_to="1 rue, Lyon")
        on(at(3, 5), place_and_pay, {self.mouse: 4}, delivery=home)
        shipped = on(at(3, 6, 8), place_and_pay, {self.mouse: 5}, delivery=home)
        on(at(3, 7, 14), hand_over, shipped.pk, by=self.clerk)

    def collected(self, units: int, paid: datetime, handed: datetime) -> Order:
        order: Order = on(
            paid, place_and_pay, {self.mouse: units}, delivery=Delivery(store=self.lyon)
        )
        on(handed, hand_over, order.pk, by=self.clerk)
        return order

    @property
    def places(self) -> list[int]:
        return [self.lyon.pk, self.central.pk]


@pytest.fixture
def orders() -> Orders:
    return Orders()


def named(figures: list[Any]) -> dict[str, Any]:
    return dict(zip(FIGURES, figures, strict=True))


def test_what_became_of_the_orders_of_a_store(orders: Orders) -> None:
    found = order_figures(orders.places, FIRST, LAST, by=["store"])
    assert named(found.rows[1][2:]) == {
        "placed": 3,
        "placed_value": Decimal("60.00"),
        "paid": 2,
        "paid_value": Decimal("50.00"),
        "handed": 2,
        "handed_value": Decimal("50.00"),
        "cancelled": 1,
        "cancelled_value": Decimal("10.00"),
        "median": Decimal("4.0"),
        "most": Decimal("5.6"),
    }
    total = named(found.total)
    assert (total["placed"], total["placed_value"]) == (5, Decimal("150.00"))
    assert (total["median"], total["most"]) == (Decimal("6.0"), Decimal("25.2"))


def test_what_was_handed_over_is_what_was_sold_online(orders: Orders) -> None:
    sold = DailySales.objects.filter(
        day__range=(FIRST, LAST), channel="online", location__in=orders.places
    ).aggregate(Sum("revenue"))
    total = named(order_figures(orders.places, FIRST, LAST).total)
    assert total["handed_value"] == sold["revenue__sum"] == Decimal("100.00")


def test_each_step_counts_on_its_own_day(orders: Orders) -> None:
    found = order_figures([orders.central.pk], FIRST, LAST, by=["day"])
    assert [row[0].day for row in found.rows] == [5, 6, 7]  # though the last one is worth most
    days = {row[0].day: named(row[1:]) for row in found.rows}
    assert {day: (f["placed"], f["paid"], f["handed"]) for day, f in days.items()} == {
        5: (1, 1, 0),
        6: (1, 1, 0),
        7: (0, 0, 1),
    }


def test_the_day_is_that_of_the_place(orders: Orders) -> None:
    """2 March ends in Tokyo at 15:00 UTC."""
    Location.objects.filter(pk=orders.lyon.pk).update(time_zone="Asia/Tokyo")
    orders.collected(1, at(3, 2, 14, 59), at(3, 2, 15))
    second = named(order_figures([orders.lyon.pk], date(2026, 3, 2), date(2026, 3, 2)).total)
    third = named(order_figures([orders.lyon.pk], date(2026, 3, 3), date(2026, 3, 3)).total)
    assert (second["placed"], second["handed"]) == (2, 1)
    assert (third["placed"], third["handed"]) == (1, 2)


def test_cancelled_orders_say_why(orders: Orders) -> None:
    found = cancelled_orders(orders.places, FIRST, LAST)
    assert found.rows == [["customer", 1, Decimal("10.00")]]
    assert found.total == [1, Decimal("10.00")]


def test_open_orders_stand_beside(orders: Orders) -> None:
    waits = on(at(3, 8), place, {orders.mouse: 7}, delivery=Delivery(store=orders.lyon))
    assert waits.is_unpaid
    found = open_orders(orders.places)
    nothing = Decimal("0.00")
    assert {row[0]: row[2:] for row in found.rows} == {
        "Central": [1, Decimal("40.00"), 0, nothing, date(2026, 3, 5)],
        "Lyon": [0, nothing, 1, Decimal("70.00"), None],
    }
    assert found.total == [1, Decimal("40.00"), 1, Decimal("70.00"), date(2026, 3, 5)]
