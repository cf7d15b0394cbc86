"""Customers who do things in another order than the pages foresee: two tabs, Back, waiting too long."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from inventory.models import Product, Sku
from shop.actions.customer import customer_of
from shop.models import Cart, Order, Payment
from shop.pricing import price_cart
from stores.models import Company, Location, Role
from tests.factories import (
    make_cart,
    make_customer,
    make_level,
    make_online_location,
    make_sku,
    make_staff,
    make_store,
)
from tests.shop.orders import HOME, Delivery, place, stock

pytestmark = pytest.mark.django_db
ADDRESS = {"name": "Ana", "street": "1 rue", "postcode": "69001", "city": "Lyon", "country": "FR"}


@pytest.fixture
def online() -> Location:
    return make_online_location()


@pytest.fixture
def sku(online: Location) -> Sku:
    return make_level(make_sku(name="Souris optique", price="25.50"), online, on_hand=50).sku


def filled(client: Client, sku: Sku) -> Cart:
    """The cart of a customer who signed in, with two units."""
    customer = make_customer()
    client.force_login(customer.user)
    return make_cart({sku: 2}, customer=customer)


def page(cart: Cart, **fields: Any) -> dict[str, Any]:
    """What the delivery page, as it is shown now, will send."""
    shown = price_cart(cart, Company.current()).fingerprint
    return {"key": str(uuid4()), "shown": shown, "delivery": "home", **ADDRESS, **fields}


def test_a_price_that_changed_between_the_pages_is_told(client: Client, sku: Sku) -> None:
    cart = filled(client, sku)
    sent = page(cart)
    Sku.objects.update(price=Decimal("30.00"))
    answer = client.post("/checkout/", sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "The cart or a price changed meanwhile. Look at the new total" in text
    assert "€60.00" in text
    assert "€51.00" not in text
    assert not Order.objects.exists()
    client.post("/checkout/", page(cart, key=sent["key"]))
    assert Order.objects.get().total == Decimal("60.00")


def test_what_another_tab_put_into_the_cart_is_told(client: Client, sku: Sku) -> None:
    cart = filled(client, sku)
    sent = page(cart)
    client.post("/cart/add/", {"sku": sku.pk, "quantity": 1})
    answer = client.post("/checkout/", sent)
    assert answer.status_code == 422
    assert "€76.50" in answer.content.decode()
    assert not Order.objects.exists()


def test_what_went_off_sale_is_named_on_each_page(client: Client, sku: Sku) -> None:
    cart = filled(client, sku)
    sent = page(cart)
    Product.objects.update(is_active=False)
    assert "No longer sold: take it out to go on." in client.get("/cart/").content.decode()
    words = "No longer sold: Souris optique. Take it out of the cart to go on."
    assert words in client.get("/checkout/").content.decode()
    answer = client.post("/checkout/", sent)
    assert answer.status_code == 422
    assert answer.content.decode().count(words) == 1
    assert not Order.objects.exists()


def test_a_customer_with_unpaid_orders_is_led_to_them(client: Client, sku: Sku) -> None:
    customer = make_customer()
    client.force_login(customer.user)
    numbers = [place({sku: 1}, customer=customer).number for _order in range(3)]
    for address in ("/cart/", "/checkout/"):
        text = client.get(address).content.decode()
        for number in numbers:
            assert f"Order {number} over €25.50 waits for payment." in text
            assert f'href="/orders/{number}/"' in text
    cart = customer.cart
    cart.lines.create(sku=sku, quantity=1)
    answer = client.post("/checkout/", page(cart))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "You have 3 orders that wait for payment. Pay or cancel one first." in text
    assert (Order.objects.count(), cart.lines.count()) == (3, 1)
    client.post(f"/orders/{numbers[0]}/cancel/")
    assert client.post("/checkout/", page(cart)).status_code == 302


def test_nobody_sees_that_others_have_unpaid_orders(client: Client, sku: Sku) -> None:
    order = place({sku: 1})
    assert order.number not in client.get("/cart/").content.decode()
    client.force_login(make_customer().user)
    assert order.number not in client.get("/cart/").content.decode()


def test_two_tabs_pay_an_order_once(client: Client, sku: Sku) -> None:
    order = place({sku: 1})
    client.force_login(order.customer.user)
    for _tab in range(2):
        answer = client.post(f"/orders/{order.number}/pay/", {"key": str(uuid4())})
        assert answer.headers["Location"] == f"/orders/{order.number}/"
    assert Payment.objects.get().amount == Decimal("25.50")


def test_going_back_after_paying_neither_pays_nor_orders_again(client: Client, sku: Sku) -> None:
    cart = filled(client, sku)
    sent = page(cart)
    pay = client.post("/checkout/", sent).headers["Location"]
    key = {"key": str(uuid4())}
    here = client.post(pay, key).headers["Location"]
    assert client.get(pay).headers["Location"] == here
    assert client.post(pay, key).headers["Location"] == here
    assert client.post("/checkout/", sent).headers["Location"] == pay
    assert "There is nothing in your cart to order." in client.get("/checkout/").content.decode()
    assert (Order.objects.count(), Payment.objects.count()) == (1, 1)
    assert "no-store" in client.get(here).headers["Cache-Control"]


def test_paying_what_another_tab_cancelled_leads_to_the_order(
    client: Client, sku: Sku, online: Location
) -> None:
    order = place({sku: 1})
    client.force_login(order.customer.user)
    client.post(f"/orders/{order.number}/cancel/")
    answer = client.post(f"/orders/{order.number}/pay/", {"key": str(uuid4())}, follow=True)
    assert answer.redirect_chain == [(f"/orders/{order.number}/", 302)]
    assert "This order was cancelled." in answer.content.decode()
    assert not Payment.objects.exists()
    assert stock(sku, online) == (50, 0)


def test_somebody_on_the_staff_buys_and_works(client: Client, sku: Sku) -> None:
    lyon = make_store("lyon")
    clerk = make_staff(Role.CLERK, lyon)
    make_level(sku, lyon, on_hand=5)
    order = place({sku: 1}, customer=customer_of(clerk), delivery=Delivery(store=lyon))
    client.force_login(clerk)
    client.post(f"/orders/{order.number}/pay/", {"key": str(uuid4())})
    assert order.number in client.get("/orders/").content.decode()
    assert client.get("/account/").status_code == 200
    address = f"/stores/lyon/orders/{order.number}/"
    assert order.number in client.get(address).content.decode()
    client.post(address, {"step": "hand_over"})
    order.refresh_from_db()
    assert order.state == "done"
    other = place({sku: 1}, delivery=HOME)
    assert client.get(f"/orders/{other.number}/").status_code == 404


def test_whoever_was_signed_out_comes_back_to_the_page_they_sent(client: Client, sku: Sku) -> None:
    order = place({sku: 1})
    page_sent = f"http://testserver/orders/{order.number}/"
    answer = client.post(f"/orders/{order.number}/cancel/", headers={"referer": page_sent})
    assert answer.headers["Location"] == f"/accounts/login/?next=/orders/{order.number}/"
    answer = client.post("/orders/W-1/cancel/", headers={"referer": "https://elsewhere.example/x"})
    assert answer.headers["Location"] == "/accounts/login/?next=/orders/W-1/cancel/"
