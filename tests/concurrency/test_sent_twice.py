"""Forms that two people, or one double click, send at the same moment: done once, and told in words."""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from inventory.models import (
    Barcode,
    Category,
    NotificationChoice,
    Product,
    Sku,
    StockAdjustment,
    StockLevel,
    StockPolicy,
)
from sales.models import Sale
from shop.actions.cart import merge_carts
from shop.actions.order import Delivery
from shop.models import Cart, Order, Payment
from stores.actions import people
from stores.actions.people import close_account
from stores.errors import LastAdministrator
from stores.models import Location, Role, User
from tests.concurrency.forms import send, statuses
from tests.concurrency.together import together
from tests.factories import (
    make_category,
    make_customer,
    make_level,
    make_online_location,
    make_sku,
    make_staff,
    make_store,
    make_tax_rate,
    make_user,
)
from tests.shop.orders import place, place_and_pay, stock

pytestmark = pytest.mark.django_db(transaction=True)
HAND_OVER = {"step": "hand_over"}


def both(user: User | None, path: str, *data: dict[str, Any]) -> list[int]:
    sent = data if len(data) > 1 else data * 2
    return statuses(together([partial(send, user, path, one) for one in sent]))


def test_a_person_is_added_once() -> None:
    person = {"name": "Ana", "email": "ana@comptoir.example", "role": "auditor"}
    assert both(make_staff(Role.ADMIN), "/head-office/people/new/", person) == [302, 422]
    assert User.objects.get(name="Ana").memberships.count() == 1


def test_a_place_is_opened_once() -> None:
    nice = {"kind": "store", "code": "nice", "name": "Nice", "time_zone": "Europe/Paris"}
    assert both(make_staff(Role.HEAD_OFFICE), "/head-office/stores/new/", nice) == [302, 422]
    assert Location.objects.filter(code="nice").count() == 1


def test_a_product_is_made_once() -> None:
    new = {
        "name": "Café",
        "category": make_category().pk,
        "tax_rate": make_tax_rate().pk,
        "price": "15.99",
        "code": "CAF",
        "barcode": "4006381333931",
        "pack_size": "1",
    }
    path = "/head-office/products/new/"
    assert both(make_staff(Role.HEAD_OFFICE), path, new, new | {"code": "caf"}) == [302, 422]
    assert Product.objects.count() == Sku.objects.count() == Barcode.objects.count() == 1


def test_products_of_one_name_have_addresses_of_their_own() -> None:
    new = {
        "name": "Café",
        "category": make_category().pk,
        "tax_rate": make_tax_rate().pk,
        "price": "15.99",
        "pack_size": "1",
    }
    path = "/head-office/products/new/"
    two = [new | {"code": code} for code in ("A", "B")]
    assert both(make_staff(Role.HEAD_OFFICE), path, *two) == [302, 302]
    assert sorted(Product.objects.values_list("slug", flat=True)) == ["cafe", "cafe-2"]


def test_a_category_is_made_once() -> None:
    path = "/head-office/categories/new/"
    data = {"name": "Boissons", "position": "1"}
    assert both(make_staff(Role.HEAD_OFFICE), path, data) == [302, 422]
    assert Category.objects.filter(name="Boissons").count() == 1


def test_a_code_never_becomes_a_code_and_a_barcode_of_two_articles() -> None:
    office, (first, second) = make_staff(Role.HEAD_OFFICE), (make_sku(), make_sku())
    edit = {"code": "SAME", "price": "1", "cost": "1", "pack_size": "1", "is_active": "on"}
    outcomes = together(
        [
            partial(send, office, f"/head-office/skus/{first.pk}/", edit),
            partial(
                send,
                office,
                f"/head-office/skus/{second.pk}/barcodes/new/",
                {"code": "SAME", "units": "1"},
            ),
        ]
    )
    assert statuses(outcomes) == [302, 422]
    assert Sku.objects.scanned("SAME").count() == 1


def test_a_role_is_given_once() -> None:
    ana, _lyon = make_user(), make_store("lyon")
    path = f"/head-office/people/{ana.pk}/roles/"
    data = {"role": "clerk", "location": "lyon"}
    assert both(make_staff(Role.ADMIN), path, data) == [302, 422]
    assert ana.memberships.count() == 1


def test_two_administrators_cannot_send_each_other_away() -> None:
    one, other = make_staff(Role.ADMIN), make_staff(Role.ADMIN)
    for _ in range(5):
        outcomes = together(
            [partial(close_account, other.pk, by=one), partial(close_account, one.pk, by=other)]
        )
        assert [type(o) for o in outcomes].count(LastAdministrator) == 1
        assert User.objects.filter(is_active=True).count() == 1
        User.objects.update(is_active=True)


def test_without_the_lock_they_could(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = make_staff(Role.ADMIN), make_staff(Role.ADMIN)
    monkeypatch.setattr(people, "_keep_an_administrator", lambda *, without: None)
    together([partial(close_account, other.pk, by=one), partial(close_account, one.pk, by=other)])
    assert User.objects.filter(is_active=True).count() == 0


def test_an_account_is_made_once() -> None:
    new = {"email": "ana@comptoir.example", "password1": "a long enough pass"}
    assert both(None, "/accounts/signup/", new) in ([302, 302], [302, 422])
    assert User.objects.filter(email="ana@comptoir.example").count() == 1


def test_the_first_article_of_a_cart_added_twice_is_two() -> None:
    ana, sku = make_user(), make_sku()
    assert both(ana, "/cart/add/", {"sku": sku.pk, "quantity": "1"}) == [302, 302]
    assert Cart.objects.get().lines.get().quantity == 2


def test_a_cart_that_moved_into_an_account_meanwhile_is_no_failure() -> None:
    """In one tab somebody signs in, in the other they add an article and change a line."""
    sku, other = make_sku(), make_sku()
    client = Client()
    client.post("/cart/add/", {"sku": sku.pk, "quantity": "1"})
    cart, customer = Cart.objects.get(), make_customer()

    def act(path: str, data: dict[str, Any]) -> HttpResponse:
        visitor = Client()
        visitor.cookies = client.cookies.copy()
        return visitor.post(path, data)

    outcomes = together(
        [
            partial(act, "/cart/add/", {"sku": other.pk, "quantity": "1"}),
            partial(act, f"/cart/lines/{sku.pk}/", {"quantity": "3"}),
            partial(merge_carts, cart.token, customer),
        ]
    )
    assert statuses(outcomes[:2]) in ([302, 302], [302, 422], [422, 422])
    assert Cart.objects.get(customer=customer).lines.get(sku=sku).quantity in (1, 3)


@pytest.fixture
def lyon() -> Location:
    return make_store("lyon")


def test_an_order_is_paid_once_in_two_tabs(lyon: Location) -> None:
    sku = make_sku()
    make_level(sku, lyon, on_hand=5)
    order = place({sku: 2}, delivery=Delivery(store=lyon))
    two = [{"key": str(uuid4())} for _ in range(2)]
    assert both(order.customer.user, f"/orders/{order.number}/pay/", *two) == [302, 302]
    assert Payment.objects.get().state == Payment.State.PAID
    order.refresh_from_db()
    assert order.state == Order.State.PAID


def test_an_order_is_handed_over_once(lyon: Location) -> None:
    sku = make_sku()
    make_level(sku, lyon, on_hand=5)
    order = place_and_pay({sku: 2}, delivery=Delivery(store=lyon))
    outcomes = both(make_staff(Role.CLERK, lyon), f"/stores/lyon/orders/{order.number}/", HAND_OVER)
    assert outcomes == [302, 302]
    assert (Sale.objects.count(), stock(sku, lyon)) == (1, (3, 0))


def test_an_order_is_cancelled_or_handed_over(lyon: Location) -> None:
    sku = make_sku()
    make_level(sku, lyon, on_hand=50)
    clerk = make_staff(Role.CLERK, lyon)
    for _ in range(4):
        order = place_and_pay({sku: 2}, delivery=Delivery(store=lyon))
        before = stock(sku, lyon)[0]
        outcomes = together(
            [
                partial(send, clerk, f"/stores/lyon/orders/{order.number}/", HAND_OVER),
                partial(send, order.customer.user, f"/orders/{order.number}/cancel/", {}),
            ]
        )
        assert statuses(outcomes) == [302, 422]
        order.refresh_from_db()
        sold = Sale.objects.filter(order_number=order.number).count()
        assert (order.state, sold, stock(sku, lyon)) in [
            (Order.State.DONE, 1, (before - 2, 0)),
            (Order.State.CANCELLED, 0, (before, 0)),
        ]


def test_an_adjustment_moves_stock_once(lyon: Location) -> None:
    sku = make_sku()
    make_level(sku, lyon, on_hand=10)
    data = {
        "do": "adjust",
        "key": str(uuid4()),
        "reason": "lost",
        "sku": sku.pk,
        f"units-{sku.pk}": "3",
    }
    assert both(make_staff(Role.MANAGER, lyon), "/stores/lyon/stock/adjust/", data) == [302, 302]
    assert (StockAdjustment.objects.count(), stock(sku, lyon)) == (1, (7, 0))


def test_goods_of_a_given_up_order_come_back_once() -> None:
    sku = make_sku()
    make_level(sku, make_online_location(), on_hand=9)
    order = place({sku: 2})
    assert both(order.customer.user, f"/orders/{order.number}/again/", {}) == [302, 302]
    assert Cart.objects.get(customer=order.customer).lines.get().quantity == 2
    assert StockLevel.objects.get(sku=sku, location=order.location).reserved == 0


def send_while_locked(table: str, user: User, path: str, data: dict[str, Any]) -> HttpResponse:
    """Send a form while somebody else holds the very rows for longer than the lock's time-out."""
    from_elsewhere = connection.copy()
    from_elsewhere.set_autocommit(False)
    try:
        with from_elsewhere.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 20")
        return send(user, path, data)
    finally:
        from_elsewhere.rollback()
        from_elsewhere.close()
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 3000")


def test_who_waits_too_long_for_a_lock_is_told_so_and_keeps_what_was_typed(lyon: Location) -> None:
    sku = make_sku()
    make_level(sku, lyon, on_hand=10)
    path = f"/stores/lyon/stock/{sku.pk}/thresholds/"
    data = {"reorder_point": "731", "target": "842"}
    manager = make_staff(Role.MANAGER, lyon)
    answer = send_while_locked("inventory_stocklevel", manager, path, data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Nothing was changed; try again." in page
    assert 'value="731"' in page
    assert StockLevel.objects.get(sku=sku, location=lyon).reorder_point == 0
    assert not StockPolicy.objects.exists()


def test_a_page_with_nothing_else_to_refuse_answers_that_it_is_busy(lyon: Location) -> None:
    data = {subject.value: "none" for subject in NotificationChoice.Subject}
    clerk, path = make_staff(Role.CLERK, lyon), "/profile/notifications/"
    answer = send_while_locked("inventory_notificationchoice", clerk, path, data)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "Nothing was changed; try again." in answer.content.decode()
    assert not NotificationChoice.objects.exists()
