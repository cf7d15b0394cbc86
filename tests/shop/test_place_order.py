from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone
from time_machine import travel

from inventory.errors import OutOfStock
from inventory.models import Reservation
from sales.errors import TotalTooLarge
from shop.actions.order import Delivery, place_order
from shop.errors import (
    CartChanged,
    EmptyCart,
    KeyReused,
    NoHomeDelivery,
    NotSold,
    StoreClosed,
    TooManyUnpaid,
    TooMuchHeld,
)
from shop.models import Order, OrderLine
from shop.pricing import price_cart
from stores.models import Company
from tests.factories import (
    make_cart,
    make_customer,
    make_level,
    make_online_location,
    make_product,
    make_sku,
    make_store,
    make_tax_rate,
)
from tests.shop.orders import HOME, place, steps, stock

pytestmark = pytest.mark.django_db


def test_an_order_freezes_its_lines_and_holds_its_goods() -> None:
    place_ = make_online_location()
    coffee = make_sku(
        "CAFE",
        name="Café",
        price="15.99",
        product=make_product("Café", tax_rate=make_tax_rate("5.50")),
    )
    mouse = make_sku("MOUSE", name="Souris", price="25.50")
    make_level(coffee, place_, on_hand=10)
    make_level(mouse, place_, on_hand=4)
    order = place({coffee: 3, mouse: 1})
    assert (order.state, order.location, order.ship_to) == ("reserved", place_, HOME.ship_to)
    assert (order.total, order.tax) == (Decimal("73.47"), Decimal("6.75"))
    assert order.number == f"W-{timezone.localdate().year}-{order.pk:06d}"
    lines = order.lines.values_list("code", "quantity", "unit_price", "tax_rate", "tax", "total")
    assert list(lines) == [
        ("CAFE", 3, Decimal("15.99"), Decimal("5.50"), Decimal("2.50"), Decimal("47.97")),
        ("MOUSE", 1, Decimal("25.50"), Decimal("20.00"), Decimal("4.25"), Decimal("25.50")),
    ]
    assert steps(order) == ["created", "reserved"]
    assert (stock(coffee, place_), stock(mouse, place_)) == ((10, 3), (4, 1))
    held = Reservation.objects.open().held_by(order.reserves_as)
    assert {reservation.until for reservation in held} == {order.pay_until}
    assert not order.customer.cart.lines.exists()


def test_the_goods_are_held_as_long_as_the_company_says() -> None:
    Company.objects.update(order_hold_minutes=7)
    sku = make_level(location=make_online_location(), on_hand=1).sku
    with travel("2026-03-01T10:00:00Z", tick=False):
        order = place({sku: 1})
    assert order.pay_until.isoformat() == "2026-03-01T10:07:00+00:00"


def test_prices_without_tax_get_it_on_top() -> None:
    Company.objects.update(prices_include_tax=False)
    sku = make_level(make_sku(price="10.01"), make_online_location(), on_hand=3).sku
    order = place({sku: 3})
    assert (order.total, order.tax) == (Decimal("36.04"), Decimal("6.01"))


def test_collecting_takes_the_goods_of_that_store() -> None:
    make_online_location()
    store = make_store("lyon")
    sku = make_level(location=store, on_hand=2).sku
    order = place({sku: 2}, delivery=Delivery(store=store))
    assert (order.location, order.delivery, order.ship_to) == (store, "collect", "")
    assert stock(sku, store) == (2, 2)


def test_too_little_in_stock_names_the_lines_and_leaves_nothing_behind() -> None:
    online = make_online_location()
    plenty = make_level(make_sku(name="Souris"), online, on_hand=5).sku
    rare = make_level(make_sku(name="Clavier"), online, on_hand=1).sku
    customer = make_customer()
    with pytest.raises(OutOfStock) as refused:
        place({plenty: 2, rare: 2}, customer=customer)
    assert [(s.sku, s.wanted, s.available) for s in refused.value.shortages] == [(rare, 2, 1)]
    assert not Order.objects.exists()
    assert not OrderLine.objects.exists()
    assert not Reservation.objects.exists()
    assert (stock(plenty, online), stock(rare, online)) == ((5, 0), (1, 0))
    assert customer.cart.lines.count() == 2


def test_an_order_over_more_than_a_receipt_can_hold_is_refused() -> None:
    online = make_online_location()
    sku = make_level(make_sku(price="9999999999.99"), online, on_hand=5).sku
    with pytest.raises(TotalTooLarge):
        place({sku: 2})
    assert (Order.objects.count(), stock(sku, online)) == (0, (5, 0))


def test_the_same_page_sent_twice_is_one_order() -> None:
    online = make_online_location()
    sku = make_level(location=online, on_hand=5).sku
    customer = make_customer()
    cart = make_cart({sku: 2}, customer=customer)
    shown = price_cart(cart, Company.current()).fingerprint
    page = {"key": uuid4(), "delivery": HOME, "shown": shown, "language": "en"}
    first = place_order(cart, **page, by=customer.user)
    again = place_order(cart, **page, by=customer.user)
    assert (again.pk, Order.objects.count(), stock(sku, online)) == (first.pk, 1, (5, 2))
    with pytest.raises(KeyReused):
        place_order(
            cart, **page | {"delivery": replace(HOME, ship_to="Elsewhere")}, by=customer.user
        )
    with pytest.raises(KeyReused):
        place_order(cart, **page, by=make_customer().user)
    assert Order.objects.count() == 1


def test_what_was_shown_is_what_is_ordered() -> None:
    sku = make_level(location=make_online_location(), on_hand=5).sku
    customer = make_customer()
    cart = make_cart({sku: 2}, customer=customer)
    shown = price_cart(cart, Company.current()).fingerprint
    sku.price = Decimal("11.00")
    sku.save()
    with pytest.raises(CartChanged):
        place_order(cart, key=uuid4(), delivery=HOME, shown=shown, language="en", by=customer.user)
    assert not Order.objects.exists()


def test_an_empty_cart_is_not_an_order() -> None:
    make_online_location()
    with pytest.raises(EmptyCart):
        place({})


def test_what_is_no_longer_sold_is_named() -> None:
    sku = make_level(
        make_sku(name="Vieux clavier", is_active=False), make_online_location(), on_hand=5
    ).sku
    with pytest.raises(NotSold) as refused:
        place({sku: 1})
    assert refused.value.names == ["Vieux clavier"]


def test_nothing_is_sent_home_without_a_place_that_ships() -> None:
    sku = make_level(on_hand=5).sku
    with pytest.raises(NoHomeDelivery):
        place({sku: 1})


def test_only_open_stores_hand_orders_over() -> None:
    central = make_online_location()
    sku = make_level(location=central, on_hand=5).sku
    with pytest.raises(StoreClosed):
        place({sku: 1}, delivery=Delivery(store=central))


def test_a_customer_keeps_few_goods_from_others() -> None:
    sku = make_level(location=make_online_location(), on_hand=5000).sku
    customer = make_customer()
    with pytest.raises(TooMuchHeld):
        place({sku: 500 + 1}, customer=customer)
    customer.cart.lines.all().delete()
    for _number in range(3):
        place({sku: 1}, customer=customer)
    with pytest.raises(TooManyUnpaid):
        place({sku: 1}, customer=customer)
    assert Order.objects.count() == 3
