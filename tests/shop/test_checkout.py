"""From the cart to the order's page, as its customer walks it; and what strangers get."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inventory.models import Sku
from shop.actions.order import confirm_order
from shop.models import Address, Cart, Order, Payment
from shop.pricing import price_cart
from stores.models import Company, Location
from tests.factories import (
    make_cart,
    make_customer,
    make_level,
    make_online_location,
    make_sku,
    make_store,
)
from tests.shop.orders import place, place_and_pay, stock

pytestmark = pytest.mark.django_db
ADDRESS = {
    "name": "Ana Vidal",
    "street": "1 rue des Fleurs",
    "postcode": "69001",
    "city": "Lyon",
    "country": "FR",
}


@pytest.fixture
def online() -> Location:
    return make_online_location()


@pytest.fixture
def sku(online: Location) -> Sku:
    return make_level(make_sku(name="Souris optique", price="25.50"), online, on_hand=5).sku


@pytest.fixture
def buyer(client: Client, sku: Sku) -> Client:
    """A customer with two units in the cart."""
    customer = make_customer()
    make_cart({sku: 2}, customer=customer)
    client.force_login(customer.user)
    return client


def page(**fields: Any) -> dict[str, Any]:
    """What the delivery page sends of the only cart."""
    shown = price_cart(Cart.objects.get(), Company.current()).fingerprint
    return {"key": str(uuid4()), "shown": shown, "delivery": "home", **ADDRESS, **fields}


def test_checking_out_ends_on_the_page_of_a_paid_order(buyer: Client, sku: Sku) -> None:
    assert "€51.00" in buyer.get("/checkout/").content.decode()
    answer = buyer.post("/checkout/", page())
    order = Order.objects.get()
    assert answer.headers["Location"] == f"/orders/{order.number}/pay/"
    assert order.ship_to == "Ana Vidal\n1 rue des Fleurs\n69001 Lyon\nFrance"
    assert Address.objects.get().street == "1 rue des Fleurs"
    assert "Pay €51.00" in buyer.get(answer.headers["Location"]).content.decode()
    answer = buyer.post(f"/orders/{order.number}/pay/", {"key": str(uuid4())})
    assert answer.headers["Location"] == f"/orders/{order.number}/"
    text = buyer.get(f"/orders/{order.number}/").content.decode()
    assert "Your payment has arrived." in text
    assert "every 2s" in text
    confirm_order(order.pk)
    text = buyer.get(f"/orders/{order.number}/").content.decode()
    assert "Your order is confirmed" in text
    assert "every 2s" not in text


def test_a_known_address_is_chosen_and_kept_once(buyer: Client, sku: Sku) -> None:
    buyer.post("/account/addresses/new/", ADDRESS)
    buyer.post("/account/addresses/new/", ADDRESS)
    address = Address.objects.get()
    buyer.post("/checkout/", page(address=address.pk, name="", street=""))
    assert Order.objects.get().ship_to == address.as_lines


def test_collecting_offers_stores_that_have_everything(buyer: Client, sku: Sku) -> None:
    lyon, paris = make_store("lyon"), make_store("paris")
    make_level(sku, lyon, on_hand=2)
    make_level(sku, paris, on_hand=1)
    text = buyer.get("/checkout/").content.decode()
    assert ">Lyon</option>" in text
    assert ">Paris</option>" not in text
    buyer.post("/checkout/", page(delivery="collect", store=lyon.pk))
    order = Order.objects.get()
    assert (order.location, order.delivery) == (lyon, "collect")


def test_a_double_click_is_one_order(buyer: Client, sku: Sku, online: Location) -> None:
    sent = page()
    first = buyer.post("/checkout/", sent)
    again = buyer.post("/checkout/", sent)
    assert first.headers["Location"] == again.headers["Location"]
    assert (Order.objects.count(), stock(sku, online)) == (1, (5, 2))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"delivery": ""}, "Choose how you want to get your order."),
        ({"delivery": "drone"}, "drone is not one of the available choices"),
        ({"street": ""}, "This field is required."),
        ({"street": "x" * 10_000}, "at most 200 characters"),
        ({"name": "a\x00b"}, "Remove the invisible characters from this text."),
        ({"delivery": "collect"}, "Choose the store to collect in."),
        ({"delivery": "collect", "store": "999999"}, "Choose one of the stores in the list."),
        ({"delivery": "collect", "store": "abc"}, "Choose one of the stores in the list."),
        ({"address": "999999"}, "Select a valid choice."),
        ({"key": "abc"}, "Enter a valid UUID."),
        ({"shown": "0" * 32}, "The cart or a price changed meanwhile."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_ordered(
    buyer: Client, sku: Sku, online: Location, fields: dict[str, Any], words: str
) -> None:
    answer = buyer.post("/checkout/", page(**fields))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Order.objects.exists()
    assert stock(sku, online) == (5, 0)


def test_a_warehouse_is_no_store_to_collect_in(buyer: Client, online: Location) -> None:
    answer = buyer.post("/checkout/", page(delivery="collect", store=online.pk))
    assert answer.status_code == 422
    assert not Order.objects.exists()


def test_another_customers_address_is_no_choice(buyer: Client) -> None:
    theirs = make_customer().addresses.create(**ADDRESS)
    assert buyer.post("/checkout/", page(address=theirs.pk)).status_code == 422
    assert buyer.get(f"/account/addresses/{theirs.pk}/").status_code == 404
    assert buyer.post(f"/account/addresses/{theirs.pk}/", ADDRESS).status_code == 404
    assert buyer.post(f"/account/addresses/{theirs.pk}/remove/").status_code == 404
    assert Address.objects.get() == theirs


def test_a_forged_price_or_total_changes_nothing(buyer: Client) -> None:
    forged = {"price": "0.01", "total": "0.01", "unit_price": "0.01", "state": "paid", "tax": "0"}
    buyer.post("/checkout/", page(**forged))
    order = Order.objects.get()
    assert (str(order.total), order.state) == ("51.00", "reserved")
    buyer.post(f"/orders/{order.number}/pay/", {"key": str(uuid4()), "amount": "0.01"})
    assert str(Payment.objects.get().amount) == "51.00"


def test_too_little_in_stock_is_said_with_its_line(
    buyer: Client, sku: Sku, online: Location
) -> None:
    place({sku: 4})
    answer = buyer.post("/checkout/", page_of(buyer))
    assert answer.status_code == 422
    assert "Souris optique: 2 wanted, 1 available." in answer.content.decode()
    assert Order.objects.count() == 1


def page_of(buyer: Client) -> dict[str, Any]:
    """What the page that is open would send."""
    context = buyer.get("/checkout/").context
    return {
        "key": str(context["key"]),
        "shown": context["priced"].fingerprint,
        "delivery": "home",
        **ADDRESS,
    }


def test_a_refused_payment_offers_the_goods_again(
    buyer: Client, sku: Sku, online: Location
) -> None:
    sku.price = "900.00"
    sku.save()
    buyer.post("/checkout/", page_of(buyer))
    order = Order.objects.get()
    buyer.post(f"/orders/{order.number}/pay/", {"key": str(uuid4())})
    text = buyer.get(f"/orders/{order.number}/").content.decode()
    assert "The payment was refused. The amount is above the limit of your card." in text
    assert "Put the goods back into the cart" in text
    assert stock(sku, online) == (5, 0)
    answer = buyer.post(f"/orders/{order.number}/again/")
    assert answer.headers["Location"] == "/cart/"
    assert order.customer.cart.lines.get().quantity == 2


def test_a_provider_that_is_away_is_said_and_followed(buyer: Client, settings: Any) -> None:
    settings.SIMULATED_FAILS = True
    buyer.post("/checkout/", page_of(buyer))
    order = Order.objects.get()
    answer = buyer.post(f"/orders/{order.number}/pay/", {"key": str(uuid4())}, follow=True)
    text = answer.content.decode()
    assert "We are checking your payment with the bank." in text
    assert "every 2s" in text
    answer = buyer.get(f"/orders/{order.number}/pay/")
    assert answer.headers["Location"] == f"/orders/{order.number}/"


def test_the_order_page_follows_by_a_part(buyer: Client, sku: Sku) -> None:
    buyer.post("/checkout/", page_of(buyer))
    order = Order.objects.get()
    headers = {"HX-Request": "true", "HX-Target": "order-status"}
    text = buyer.get(f"/orders/{order.number}/", headers=headers).content.decode()
    assert text.strip().startswith('<div id="order-status"')


def test_a_paid_order_can_be_cancelled_until_it_is_handed_over(buyer: Client, sku: Sku) -> None:
    buyer.post("/checkout/", page_of(buyer))
    order = Order.objects.get()
    buyer.post(f"/orders/{order.number}/pay/", {"key": str(uuid4())})
    buyer.post(f"/orders/{order.number}/cancel/")
    text = buyer.get(f"/orders/{order.number}/").content.decode()
    assert "This order was cancelled." in text
    assert "Your money is on its way back." in text
    Order.objects.update(state="done", cancel_cause="")
    answer = buyer.post(f"/orders/{order.number}/cancel/")
    assert answer.status_code == 422
    assert "it can&#x27;t become “cancelled”" in answer.content.decode()


@pytest.mark.parametrize("part", ["", "pay/", "cancel/", "again/"])
def test_another_customers_order_is_not_there(client: Client, sku: Sku, part: str) -> None:
    order = place_and_pay({sku: 1})
    address = f"/orders/{order.number}/{part}"
    client.force_login(make_customer().user)
    send = client.get if part in ("", "pay/") else client.post
    theirs, none = send(address), send(f"/orders/W-2026-999999/{part}")
    assert (theirs.status_code, none.status_code) == (404, 404)
    if part == "pay/":
        assert client.post(address, {"key": str(uuid4())}).status_code == 404
    order.refresh_from_db()
    assert order.state == "paid"


@pytest.mark.parametrize(
    "address",
    ["/checkout/", "/account/", "/orders/", "/orders/W-2026-000001/", "/account/addresses/new/"],
)
def test_a_stranger_signs_in_first(client: Client, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        f"/accounts/login/?next={address}",
    )


def test_lists_of_orders_cost_the_same_with_more(
    buyer: Client, sku: Sku, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    from_customer = Order.objects.filter(customer__user__pk=int(buyer.session["_auth_user_id"]))
    buyer.post("/checkout/", page_of(buyer))
    with django_assert_max_num_queries(12) as few:
        buyer.get("/orders/")
    first = from_customer.get()
    for number in range(15):
        Order.objects.create(
            key=uuid4(),
            number=f"W-2025-{number:06d}",
            customer=first.customer,
            location=first.location,
            delivery="home",
            total=1,
            tax=0,
            pay_until=first.pay_until,
        )
    with django_assert_max_num_queries(12) as many:
        text = buyer.get("/orders/").content.decode()
    assert len(few) == len(many)
    assert text.count("W-2025-") > 15


def test_the_account_shows_addresses_and_orders(buyer: Client, sku: Sku) -> None:
    buyer.post("/checkout/", page_of(buyer))
    text = buyer.get("/account/").content.decode()
    assert Order.objects.get().number in text
    assert "1 rue des Fleurs" in text
    address = Address.objects.get()
    buyer.post(f"/account/addresses/{address.pk}/", ADDRESS | {"city": "Lille"})
    buyer.post(f"/account/addresses/{address.pk}/remove/")
    assert not Address.objects.exists()
    assert "69001 Lyon" in Order.objects.get().ship_to
