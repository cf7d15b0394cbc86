"""Payments: the intent is a row before the provider is called, and its answer acts once.

The provider is never called inside a transaction. Whatever happens between its answer and our
commit, the sweep asks it again by the payment's key.
"""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from backoffice.lib.nudges import nudge
from backoffice.lib.retry import retrying
from inventory.actions.stock import keep_reservations
from shop.actions.order import advance, end_order, lock_order
from shop.errors import KeyReused, NotPayable
from shop.models import Order, Payment
from shop.payments import Charge, ProviderUnavailable, payment_provider
from stores.models import Company, User

logger = logging.getLogger(__name__)
SWEPT_AT_ONCE = 200
ANSWER_TIME = timedelta(seconds=5)  # the page that asked usually has its answer by then


def pay_order(order_id: int, *, key: UUID, by: User) -> Payment:
    """Take the order's money; a payment still `ASKED` afterwards is settled later by a worker."""
    payment = ask_payment(order_id, key=key, by=by)
    if payment.state == Payment.State.ASKED:
        try:
            charge = payment_provider().charge(
                payment.key, payment.amount, Company.current().currency
            )
        except ProviderUnavailable as error:
            logger.warning("payment %s is not settled yet: %s", payment.pk, error)
            return payment
        payment = settle_payment(payment.pk, charge)
    return payment


@retrying
@transaction.atomic
def ask_payment(order_id: int, *, key: UUID, by: User) -> Payment:
    """Write down that this order's money is asked for; a payment under way is taken up again."""
    order = lock_order(order_id)
    if earlier := Payment.objects.filter(key=key).first():
        if earlier.order_id != order.pk:
            raise KeyReused
        return earlier
    open_states = (Payment.State.ASKED, Payment.State.PAID)
    if under_way := order.payments.filter(state__in=open_states).first():
        return under_way
    if order.state != Order.State.RESERVED:
        raise NotPayable(order.number)
    return order.payments.create(key=key, amount=order.total)


@retrying
@transaction.atomic
def settle_payment(payment_id: int, charge: Charge) -> Payment:
    """Act on what the provider says it did, once: paid, refused, or to be given back."""
    order = lock_order(Payment.objects.values_list("order_id", flat=True).get(pk=payment_id))
    payment = order.payments.get(pk=payment_id)
    if payment.state != Payment.State.ASKED:
        return payment
    payment.reference = charge.reference
    unpaid = order.state == Order.State.RESERVED
    if not charge.accepted:
        _close(payment, Payment.State.REFUSED, charge.reason or Payment.Reason.CARD)
        if unpaid:
            end_order(order, Order.Cause.REFUSED, by=None)
    elif (charge.amount, charge.currency) != (payment.amount, Company.current().currency):
        _close(payment, Payment.State.REFUNDING, Payment.Reason.MISMATCH)
        if unpaid:
            end_order(order, Order.Cause.MISMATCH, by=None)
    elif unpaid:
        _close(payment, Payment.State.PAID, "")
        advance(order, Order.State.PAID, by=None)
        keep_reservations(order.reserves_as)
        nudge("shop.confirm_order", order.pk)
    else:
        _close(payment, Payment.State.REFUNDING, Payment.Reason.LATE)
    return payment


def finish_payment(payment_id: int) -> Payment:
    """Ask the provider where a payment stands, and settle or give it back; safe to repeat."""
    payment = Payment.objects.select_related("order").get(pk=payment_id)
    try:
        if payment.state == Payment.State.ASKED:
            payment = settle_payment(payment.pk, _ask_again(payment))
        if payment.state == Payment.State.REFUNDING:
            payment = _close_refund(payment.pk, payment_provider().refund(payment.key))
    except ProviderUnavailable as error:
        logger.warning("payment %s is still %s: %s", payment.pk, payment.state, error)
    return payment


def payments_to_finish() -> list[int]:
    """The payments that are to be given back, and those asked for whose answer is overdue."""
    overdue = Q(state=Payment.State.ASKED, asked_at__lte=timezone.now() - ANSWER_TIME)
    unsettled = Payment.objects.filter(overdue | Q(state=Payment.State.REFUNDING))
    unsettled = unsettled.order_by("asked_at")
    return list(unsettled.values_list("pk", flat=True)[:SWEPT_AT_ONCE])


def _ask_again(payment: Payment) -> Charge:
    """What the provider did; if it never heard of it, ask now, or see to it that it never acts."""
    provider = payment_provider()
    known = provider.lookup(payment.key)
    if known is not None:
        return known
    if payment.order.state == Order.State.RESERVED:
        return provider.charge(payment.key, payment.amount, Company.current().currency)
    return provider.refund(payment.key)


@retrying
@transaction.atomic
def _close_refund(payment_id: int, charge: Charge) -> Payment:
    lock_order(Payment.objects.values_list("order_id", flat=True).get(pk=payment_id))
    payment = Payment.objects.get(pk=payment_id)
    if payment.state == Payment.State.REFUNDING and charge.refunded:
        _close(payment, Payment.State.REFUNDED, payment.reason)
    return payment


def _close(payment: Payment, state: Payment.State, reason: str) -> None:
    payment.state, payment.reason = state, reason
    payment.settled_at = timezone.now()
    payment.save(update_fields=["state", "reason", "reference", "settled_at"])
    if state == Payment.State.REFUNDING:
        nudge("shop.settle_payment", payment.pk)
