from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.utils import timezone

from inventory.models import Reservation
from shop.actions.order import cancel_order, confirm_order, expire_orders, put_back_into_cart
from shop.actions.payment import (
    ask_payment,
    finish_payment,
    pay_order,
    payments_to_finish,
    settle_payment,
)
from shop.errors import KeyReused, NotPayable, StepNotPossible
from shop.models import Order, Payment, SimulatedCharge
from shop.payments import Charge, ProviderUnavailable, SimulatedProvider
from stores.models import Location, Mail
from tests.factories import make_level, make_online_location, make_sku
from tests.shop.orders import place, place_and_pay, steps, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def online() -> Location:
    return make_online_location()


@pytest.fixture
def order(online: Location) -> Order:
    """Two units of five, 20.00 to pay."""
    return place({make_level(location=online, on_hand=5).sku: 2})


def charge_without_settling(order: Order) -> Payment:
    """The process dies between the provider's answer and our commit."""
    payment = ask_payment(order.pk, key=uuid4(), by=order.customer.user)
    SimulatedProvider().charge(payment.key, payment.amount, "EUR")
    return payment


def late(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(pay_until=timezone.now() - timedelta(seconds=1))


def test_a_paid_order_keeps_its_goods(order: Order, online: Location) -> None:
    sku = order.lines.get().sku
    payment = pay_order(order.pk, key=uuid4(), by=order.customer.user)
    order.refresh_from_db()
    assert (payment.state, payment.amount, order.state) == ("paid", Decimal("20.00"), "paid")
    assert stock(sku, online) == (5, 2)
    assert Reservation.objects.open().get().until is None
    assert steps(order) == ["created", "reserved", "paid"]


def test_paying_twice_takes_the_money_once(order: Order) -> None:
    key, other = uuid4(), uuid4()
    first = pay_order(order.pk, key=key, by=order.customer.user)
    assert pay_order(order.pk, key=key, by=order.customer.user) == first
    assert pay_order(order.pk, key=other, by=order.customer.user) == first
    assert SimulatedCharge.objects.count() == Payment.objects.count() == 1


def test_a_refusal_gives_everything_back_and_says_why(online: Location) -> None:
    sku = make_level(make_sku(price="600.00"), online, on_hand=5).sku
    order = place({sku: 2})
    payment = pay_order(order.pk, key=uuid4(), by=order.customer.user)
    order.refresh_from_db()
    assert (payment.state, payment.reason) == ("refused", "limit")
    assert (order.state, order.cancel_cause) == ("cancelled", "refused")
    assert stock(sku, online) == (5, 0)
    assert Reservation.objects.get().state == "released"
    assert Mail.objects.get().key == f"order-{order.pk}-cancelled"
    with pytest.raises(NotPayable):
        pay_order(order.pk, key=uuid4(), by=order.customer.user)
    put_back_into_cart(order.pk, by=order.customer.user)
    assert list(order.customer.cart.lines.values_list("sku", "quantity")) == [(sku.pk, 2)]


def test_a_payment_lost_after_the_charge_is_settled_once(order: Order) -> None:
    payment = charge_without_settling(order)
    for _time in range(3):
        finish_payment(payment.pk)
    order.refresh_from_db()
    payment.refresh_from_db()
    assert (payment.state, order.state) == ("paid", "paid")
    assert SimulatedCharge.objects.count() == 1
    assert steps(order).count("paid") == 1


def test_a_provider_that_is_away_is_asked_again(order: Order, settings: LazySettings) -> None:
    settings.SIMULATED_FAILS = True
    payment = pay_order(order.pk, key=uuid4(), by=order.customer.user)
    assert payment.state == "asked"
    assert finish_payment(payment.pk).state == "asked"
    settings.SIMULATED_FAILS = False
    assert payments_to_finish() == []  # its page may still be waiting for the answer
    Payment.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    assert payments_to_finish() == [payment.pk]
    assert finish_payment(payment.pk).state == "paid"
    assert payments_to_finish() == []


def test_money_that_comes_after_the_order_expired_goes_back(order: Order, online: Location) -> None:
    sku = order.lines.get().sku
    payment = charge_without_settling(order)
    late(order)
    assert expire_orders() == 1
    assert stock(sku, online) == (5, 0)
    finish_payment(payment.pk)
    payment.refresh_from_db()
    assert (payment.state, payment.reason) == ("refunded", "late")
    assert SimulatedCharge.objects.get().refunded
    order.refresh_from_db()
    assert (order.state, order.cancel_cause) == ("cancelled", "expired")


def test_a_payment_that_never_arrived_can_not_arrive_after_the_order_ended(order: Order) -> None:
    payment = ask_payment(order.pk, key=uuid4(), by=order.customer.user)
    late(order)
    expire_orders()
    finish_payment(payment.pk)
    payment.refresh_from_db()
    assert (payment.state, payment.reason) == ("refused", "not_asked")
    charge = SimulatedProvider().charge(payment.key, payment.amount, "EUR")
    assert not charge.accepted


@pytest.mark.parametrize("wrong", [{"amount": Decimal("2.00")}, {"currency": "USD"}])
def test_the_wrong_amount_or_currency_goes_back(
    order: Order, online: Location, wrong: dict[str, object]
) -> None:
    payment = ask_payment(order.pk, key=uuid4(), by=order.customer.user)
    charge = SimulatedProvider().charge(payment.key, payment.amount, "EUR")
    settle_payment(payment.pk, replace(charge, **wrong))
    order.refresh_from_db()
    assert (order.state, order.cancel_cause) == ("cancelled", "mismatch")
    assert stock(order.lines.get().sku, online) == (5, 0)
    assert finish_payment(payment.pk).state == "refunded"


def test_a_second_answer_changes_nothing(order: Order) -> None:
    payment = pay_order(order.pk, key=uuid4(), by=order.customer.user)
    refused = Charge(payment.key, payment.amount, "EUR", False, False, "", "card")
    assert settle_payment(payment.pk, refused).state == "paid"


def test_a_key_pays_one_order_only(order: Order, online: Location) -> None:
    other = place({make_level(location=online, on_hand=1).sku: 1})
    payment = pay_order(order.pk, key=uuid4(), by=order.customer.user)
    with pytest.raises(KeyReused):
        pay_order(other.pk, key=payment.key, by=other.customer.user)


def test_only_late_unpaid_orders_expire(online: Location) -> None:
    sku = make_level(location=online, on_hand=9).sku
    unpaid, in_time = place({sku: 1}), place({sku: 2})
    paid = place_and_pay({sku: 4})
    late(unpaid)
    late(paid)
    assert (expire_orders(), expire_orders()) == (1, 0)
    states = [Order.objects.get(pk=order.pk).state for order in (unpaid, in_time, paid)]
    assert states == ["cancelled", "reserved", "paid"]
    assert stock(sku, online) == (9, 6)
    assert Reservation.objects.get(document_id=unpaid.pk).state == "expired"


def test_a_customer_cancels_a_paid_order_and_gets_the_money_back(online: Location) -> None:
    sku = make_level(location=online, on_hand=5).sku
    order = place_and_pay({sku: 3})
    confirm_order(order.pk)
    cancel_order(order.pk, by=order.customer.user)
    cancel_order(order.pk, by=order.customer.user)
    assert stock(sku, online) == (5, 0)
    [payment_id] = payments_to_finish()
    assert finish_payment(payment_id).state == "refunded"
    assert SimulatedCharge.objects.get().refunded
    assert payments_to_finish() == []


def test_a_paid_order_is_confirmed_once_by_mail_in_its_language(online: Location) -> None:
    sku = make_level(make_sku(name="Café"), online, on_hand=5).sku
    order = place_and_pay({sku: 3})
    Order.objects.update(language="fr")
    assert (confirm_order(order.pk), confirm_order(order.pk)) == (True, False)
    order.refresh_from_db()
    assert order.state == "confirmed"
    mail = Mail.objects.get(key=f"order-{order.pk}-confirmed")
    assert (mail.to_email, mail.language) == (order.customer.user.email, "fr")
    assert "Café" in mail.text
    assert order.number in mail.subject


def test_an_order_follows_its_edges_only(order: Order) -> None:
    cancel_order(order.pk, by=order.customer.user)
    assert not confirm_order(order.pk)
    Order.objects.filter(pk=order.pk).update(state="done", cancel_cause="")
    with pytest.raises(StepNotPossible):
        cancel_order(order.pk, by=order.customer.user)
    order.refresh_from_db()
    assert (order.state, steps(order)) == ("done", ["created", "reserved", "cancelled"])


def test_the_provider_that_is_away_says_so(settings: LazySettings) -> None:
    settings.SIMULATED_FAILS = True
    with pytest.raises(ProviderUnavailable):
        SimulatedProvider().charge(uuid4(), Decimal("1.00"), "EUR")


def test_giving_up_an_unpaid_order_fills_the_cart_again(order: Order, online: Location) -> None:
    sku = order.lines.get().sku
    put_back_into_cart(order.pk, by=order.customer.user)
    order.refresh_from_db()
    assert (order.state, order.cancel_cause) == ("cancelled", "customer")
    assert stock(sku, online) == (5, 0)
    assert list(order.customer.cart.lines.values_list("sku", "quantity")) == [(sku.pk, 2)]
