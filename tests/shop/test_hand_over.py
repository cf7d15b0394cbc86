from decimal import Decimal

import pytest

from inventory.models import Reservation, StockMovement
from sales.models import DailySales, Sale
from shop.actions.fulfilment import hand_over
from shop.actions.order import Delivery, cancel_order, confirm_order
from shop.errors import StepNotPossible
from shop.models import Order
from stores.models import Mail, Role
from tests.factories import (
    make_level,
    make_online_location,
    make_sku,
    make_staff,
    make_store,
)
from tests.shop.orders import place, place_and_pay, steps, stock

pytestmark = pytest.mark.django_db


def test_a_collected_order_is_a_sale_of_that_store() -> None:
    make_online_location()
    lyon = make_store("lyon")
    clerk = make_staff(Role.CLERK, lyon)
    sku = make_level(make_sku(price="25.50"), lyon, on_hand=5).sku
    order = place_and_pay({sku: 2}, delivery=Delivery(store=lyon))
    confirm_order(order.pk)
    hand_over(order.pk, by=clerk)
    order.refresh_from_db()
    sale = Sale.objects.get()
    assert order.state == "done"
    assert (sale.channel, sale.order_number, sale.location) == ("online", order.number, lyon)
    assert (sale.total, sale.tax, sale.units) == (Decimal("51.00"), Decimal("8.50"), 2)
    assert sale.tenders.get().kind == "online"
    assert stock(sku, lyon) == (3, 0)
    movement = StockMovement.objects.get(document="sale")
    assert (movement.quantity, movement.source, movement.destination.kind) == (2, lyon, "customer")
    assert Reservation.objects.get().state == "used"
    assert DailySales.objects.get().channel == "online"
    assert steps(order) == ["created", "reserved", "paid", "confirmed", "done"]
    assert order.events.get(state="done").note == sale.receipt_number
    assert Mail.objects.filter(key=f"order-{order.pk}-done").count() == 1


def test_a_sent_order_leaves_the_logistics_centre() -> None:
    central = make_online_location("central-online")
    sku = make_level(location=central, on_hand=5).sku
    order = place_and_pay({sku: 5})
    hand_over(order.pk, by=make_staff(Role.LOGISTICS, central))  # before the worker confirmed it
    order.refresh_from_db()
    assert order.state == "shipped"
    assert steps(order) == ["created", "reserved", "paid", "confirmed", "shipped"]
    assert stock(sku, central) == (0, 0)
    assert not confirm_order(order.pk)


def test_handing_over_twice_is_one_sale() -> None:
    central = make_online_location()
    sku = make_level(location=central, on_hand=5).sku
    order = place_and_pay({sku: 1})
    clerk = make_staff(Role.LOGISTICS, central)
    hand_over(order.pk, by=clerk)
    hand_over(order.pk, by=clerk)
    assert (Sale.objects.count(), stock(sku, central)) == (1, (4, 0))


def test_neither_unpaid_nor_cancelled_goods_are_handed_over() -> None:
    central = make_online_location()
    sku = make_level(location=central, on_hand=5).sku
    by = make_staff(Role.LOGISTICS, central)
    unpaid, cancelled = place({sku: 1}), place_and_pay({sku: 1})
    cancel_order(cancelled.pk, by=cancelled.customer.user)
    for order in (unpaid, cancelled):
        with pytest.raises(StepNotPossible):
            hand_over(order.pk, by=by)
    assert not Sale.objects.exists()
    assert stock(sku, central) == (5, 1)
    assert Order.objects.get(pk=unpaid.pk).state == "reserved"
