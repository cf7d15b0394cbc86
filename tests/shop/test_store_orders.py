"""The orders as the staff sees them, and the one button."""

import csv
from uuid import uuid4

import pytest
from django.test import Client

from sales.models import Sale
from shop.actions.order import Delivery
from shop.models import Order
from stores.models import Location, Role
from tests.factories import (
    make_level,
    make_online_location,
    make_staff,
    make_store,
    make_user,
)
from tests.queries import queries_of
from tests.shop.orders import place, place_and_pay

pytestmark = pytest.mark.django_db
HAND_OVER = {"step": "hand_over"}


@pytest.fixture
def lyon() -> Location:
    make_online_location("central-online")
    return make_store("lyon")


@pytest.fixture
def order(lyon: Location) -> Order:
    sku = make_level(location=lyon, on_hand=5).sku
    return place_and_pay({sku: 2}, delivery=Delivery(store=lyon))


def test_a_clerk_hands_over_with_one_button(client: Client, lyon: Location, order: Order) -> None:
    client.force_login(make_staff(Role.CLERK, lyon))
    assert order.number in client.get("/stores/lyon/orders/").content.decode()
    address = f"/stores/lyon/orders/{order.number}/"
    assert "Hand over to the customer" in client.get(address).content.decode()
    for _click in range(2):
        assert client.post(address, HAND_OVER).headers["Location"] == address
    order.refresh_from_db()
    assert (order.state, Sale.objects.count()) == ("done", 1)
    text = client.get(address).content.decode()
    assert "Hand over to the customer" not in text
    assert Sale.objects.get().receipt_number in text


def test_logistics_ships_from_the_centre(client: Client) -> None:
    central = make_online_location("central-online")
    sku = make_level(location=central, on_hand=5).sku
    order = place_and_pay({sku: 2})
    client.force_login(make_staff(Role.LOGISTICS, central))
    client.post(f"/stores/central-online/orders/{order.number}/", HAND_OVER)
    order.refresh_from_db()
    assert order.state == "shipped"


def test_an_unpaid_order_has_no_button(client: Client, lyon: Location) -> None:
    sku = make_level(location=lyon, on_hand=5).sku
    order = place({sku: 1}, delivery=Delivery(store=lyon))
    client.force_login(make_staff(Role.CLERK, lyon))
    address = f"/stores/lyon/orders/{order.number}/"
    assert "Hand over" not in client.get(address).content.decode()
    answer = client.post(address, HAND_OVER)
    assert answer.status_code == 422
    assert not Sale.objects.exists()


def test_strangers_and_others_do_not_get_there(
    client: Client, lyon: Location, order: Order
) -> None:
    address = f"/stores/lyon/orders/{order.number}/"
    assert client.get(address).status_code == 302
    refused = {
        make_user(): 404,
        order.customer.user: 404,
        make_staff(Role.CLERK): 404,
        make_staff(Role.AUDITOR): 403,
        make_staff(Role.LOGISTICS): 403,
    }
    for person, status in refused.items():
        client.force_login(person)
        assert client.post(address, HAND_OVER).status_code == status
    client.force_login(make_staff(Role.CLERK, make_store("paris")))
    assert client.get(f"/stores/paris/orders/{order.number}/").status_code == 404
    assert client.get(address).status_code == 404
    order.refresh_from_db()
    assert (order.state, Sale.objects.count()) == ("paid", 0)


def test_head_office_sees_all_orders_and_each_its_own(
    client: Client, lyon: Location, order: Order
) -> None:
    for role in (Role.HEAD_OFFICE, Role.LOGISTICS, Role.AUDITOR, Role.ADMIN):
        client.force_login(make_staff(role))
        assert order.number in client.get("/head-office/orders/").content.decode()
    client.force_login(make_staff(Role.LOGISTICS, make_store()))
    assert order.number not in client.get("/head-office/orders/").content.decode()
    client.force_login(make_staff(Role.MANAGER, lyon))
    assert client.get("/head-office/orders/").status_code == 403


def test_open_orders_come_first_and_can_be_filtered(client: Client, lyon: Location) -> None:
    sku = make_level(location=lyon, on_hand=50).sku
    paid = place_and_pay({sku: 1}, delivery=Delivery(store=lyon))
    unpaid = place({sku: 1}, delivery=Delivery(store=lyon))
    client.force_login(make_staff(Role.CLERK, lyon))
    text = client.get("/stores/lyon/orders/").content.decode()
    assert text.index(paid.number) < text.index(unpaid.number)
    text = client.get("/stores/lyon/orders/?state=open").content.decode()
    assert paid.number in text
    assert unpaid.number not in text
    text = client.get(f"/stores/lyon/orders/?q={unpaid.customer.user.email}").content.decode()
    assert unpaid.number in text
    assert paid.number not in text
    for bad in ("state=nonsense", "page=abc", "sort=password", "q=" + "x" * 5000):
        assert client.get(f"/stores/lyon/orders/?{bad}").status_code == 200


def test_the_list_costs_the_same_with_more_orders(
    client: Client,
    lyon: Location,
    order: Order,
) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    few = queries_of(client, "/head-office/orders/")
    for number in range(24):
        Order.objects.create(
            key=uuid4(),
            number=f"W-2025-{number:06d}",
            customer=order.customer,
            location=lyon,
            delivery="collect",
            total=1,
            tax=0,
            pay_until=order.pay_until,
        )
    assert queries_of(client, "/head-office/orders/") == few <= [10]
    assert client.get("/head-office/orders/").text.count("W-2025-") >= 24


def test_what_is_filtered_comes_as_a_file(client: Client, lyon: Location, order: Order) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    file = client.get("/head-office/orders/", {"location": lyon.pk, "export": "csv"})
    assert file["Content-Disposition"] == 'attachment; filename="order_list.csv"'
    rows = list(csv.reader(file.getvalue().decode("utf-8-sig").splitlines()))
    assert [row[:3] for row in rows] == [
        ["Order", "State", "Fulfilled by"],
        [order.number, order.get_state_display(), "Lyon"],
    ]


def test_logistics_finds_the_orders_in_the_menu(client: Client) -> None:
    client.force_login(make_staff(Role.LOGISTICS))
    text = client.get("/head-office/orders/").content.decode()
    assert '<a href="/head-office/orders/" aria-current="page">' in text
