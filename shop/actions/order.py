"""Orders: placed from a cart, taken along their edges, cancelled with a cause, expired when unpaid."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from backoffice.lib.nudges import nudge
from backoffice.lib.retry import retrying
from inventory.actions.stock import end_reservations, reserve_stock
from inventory.models import Reservation
from sales.actions.sale import MAX_TOTAL
from sales.errors import TotalTooLarge
from shop.actions.cart import fill_cart, lock_cart, new_cart
from shop.actions.customer import customer_of
from shop.actions.mail import tell_customer
from shop.errors import (
    CartChanged,
    EmptyCart,
    KeyReused,
    NoHomeDelivery,
    NotSold,
    StepNotPossible,
    StoreClosed,
    TooManyUnpaid,
    TooMuchHeld,
)
from shop.models import Cart, Customer, Order, OrderEvent, OrderLine, Payment
from shop.pricing import PricedCart, price_cart
from stores.actions.places import hold_open
from stores.models import Company, Location, User

SWEPT_AT_ONCE = 500


@dataclass(frozen=True)
class Delivery:
    """How an order reaches its customer: sent to an address, or collected in a store."""

    ship_to: str = ""
    store: Location | None = None


@retrying
@transaction.atomic
def place_order(
    cart: Cart, *, key: UUID, delivery: Delivery, shown: str, language: str, by: User
) -> Order:
    """Make an order of what is in the cart, and hold its goods until it is paid or time is up.

    `key` is born with the page and `shown` is the fingerprint of the cart that it showed: the same
    page sent twice gives the first order. Prices come from the catalogue. Raises `OutOfStock`, with
    each line that lacks something, and leaves nothing behind.
    """
    customer = _lock_customer(by)
    content = content_hash(delivery, shown)
    if earlier := Order.objects.filter(key=key).first():
        if earlier.customer_id != customer.pk or earlier.content_hash != content:
            raise KeyReused
        return earlier
    company = Company.current()
    priced = price_cart(lock_cart(cart), company)
    _refuse_unsellable(priced, shown)
    if priced.total > MAX_TOTAL:
        raise TotalTooLarge
    _refuse_hoarding(customer, priced.units, company)
    order = _write_order(
        customer,
        priced,
        key=key,
        content_hash=content,
        location=fulfilling_location(delivery, company),
        delivery=Order.Delivery.COLLECT if delivery.store else Order.Delivery.HOME,
        ship_to=delivery.ship_to,
        language=language,
        pay_until=timezone.now() + timedelta(minutes=company.order_hold_minutes),
    )
    reserve_stock(order.location, priced.wanted, cause=order.reserves_as, until=order.pay_until)
    _write_steps(order, [Order.State.CREATED, Order.State.RESERVED], by=by)
    cart.lines.all().delete()
    return order


def content_hash(delivery: Delivery, shown: str) -> str:
    """What was asked for under a key, in 64 characters."""
    store = delivery.store.pk if delivery.store else None
    asked = json.dumps([delivery.ship_to, store, shown])
    return hashlib.sha256(asked.encode()).hexdigest()


def fulfilling_location(delivery: Delivery, company: Company) -> Location:
    """Where the goods come from: the store of collection, or the place that ships online orders."""
    if delivery.store is not None:
        if delivery.store.kind != Location.Kind.STORE or not hold_open(delivery.store):
            raise StoreClosed
        return delivery.store
    if company.online_location is None:
        raise NoHomeDelivery
    return company.online_location


def new_order_ids(count: int = 1) -> list[int]:
    """Ids for new orders; an order's number is made of its id and year (`order_number`)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('shop_order', 'id'))"
            " FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def order_number(order_id: int, year: int) -> str:
    """Such as `W-2026-000123`."""
    return f"W-{year}-{order_id:06d}"


def lock_order(order_id: int) -> Order:
    """The order, locked: its state and payments change only under this lock."""
    orders = Order.objects.select_related("location", "customer__user")
    return orders.select_for_update(no_key=True, of=("self",)).get(pk=order_id)


def advance(order: Order, state: Order.State, *, by: User | None, note: str = "") -> None:
    """Take a locked order one step along its edges, and write the step into its history."""
    if state not in order.next_states:
        raise StepNotPossible(order.number, order.get_state_display(), str(state.label))
    order.state = state
    order.save(update_fields=["state", "cancel_cause"])
    OrderEvent.objects.create(order=order, state=state, by=by, note=note)


@retrying
@transaction.atomic
def cancel_order(order_id: int, *, by: User) -> Order:
    """Cancel an order that wasn't handed over: its goods are free again, its money goes back."""
    order = lock_order(order_id)
    if order.state != Order.State.CANCELLED:
        end_order(order, Order.Cause.CUSTOMER, by=by)
    return order


def end_order(order: Order, cause: Order.Cause, *, by: User | None) -> None:
    """Compensate for all that a locked order holds, and cancel it with the cause."""
    expired = cause == Order.Cause.EXPIRED
    order.cancel_cause = cause
    advance(order, Order.State.CANCELLED, by=by)
    end_reservations(
        order.reserves_as,
        state=Reservation.State.EXPIRED if expired else Reservation.State.RELEASED,
    )
    for payment in order.payments.filter(state=Payment.State.PAID):
        payment.state, payment.reason = Payment.State.REFUNDING, Payment.Reason.CANCELLED
        payment.save(update_fields=["state", "reason"])
        nudge("shop.settle_payment", payment.pk)
    tell_customer(order)


def expire_orders() -> int:
    """Cancel the orders that weren't paid in time; how many they were."""
    late = Order.objects.unpaid().filter(pay_until__lte=timezone.now()).order_by("pay_until")
    ids = list(late.values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    return sum(expire_order(order_id) for order_id in ids)


@retrying
@transaction.atomic
def expire_order(order_id: int) -> bool:
    """Cancel one order if it is unpaid and late; whether it was."""
    order = lock_order(order_id)
    if not order.is_unpaid or order.pay_until > timezone.now():
        return False
    end_order(order, Order.Cause.EXPIRED, by=None)
    return True


@retrying
@transaction.atomic
def confirm_order(order_id: int) -> bool:
    """Promise the customer of a paid order its goods, by mail, once; whether it was done now."""
    order = lock_order(order_id)
    if order.state != Order.State.PAID:
        return False
    advance(order, Order.State.CONFIRMED, by=None)
    tell_customer(order)
    return True


def orders_to_confirm() -> list[int]:
    """The paid orders that nobody confirmed yet."""
    paid = Order.objects.filter(state=Order.State.PAID).order_by("pk")
    return list(paid.values_list("pk", flat=True)[:SWEPT_AT_ONCE])


@retrying
@transaction.atomic
def put_back_into_cart(order_id: int, *, by: User) -> Cart:
    """See to it that the customer's cart holds what an order held, as often as it is asked for; an
    unpaid order is cancelled for it."""
    order = lock_order(order_id)
    if order.is_unpaid:
        end_order(order, Order.Cause.CUSTOMER, by=by)
    cart = lock_cart(new_cart(order.customer))
    there = dict(cart.lines.values_list("sku_id", "quantity"))
    held = order.lines.values_list("sku_id", "quantity")
    fill_cart(cart, {sku: more for sku, units in held if (more := units - there.get(sku, 0)) > 0})
    return cart


def _lock_customer(user: User) -> Customer:
    return Customer.objects.select_for_update(no_key=True).get(pk=customer_of(user).pk)


def _refuse_unsellable(priced: PricedCart, shown: str) -> None:
    if not priced.lines:
        raise EmptyCart
    gone = [
        line.sku.full_name
        for line in priced.lines
        if not (line.sku.is_active and line.sku.product.is_active)
    ]
    if gone:
        raise NotSold(gone)
    if priced.fingerprint != shown:
        raise CartChanged


def _refuse_hoarding(customer: Customer, units: int, company: Company) -> None:
    """Unpaid orders keep goods from others: few of them, and not too much in them."""
    unpaid = Order.objects.unpaid().filter(customer=customer)
    held = unpaid.annotate(units=Sum("lines__quantity")).values_list("units", flat=True)
    if len(held) >= company.unpaid_orders:
        raise TooManyUnpaid(company.unpaid_orders)
    if sum(held) + units > company.unpaid_units:
        raise TooMuchHeld(company.unpaid_units)


def _write_order(customer: Customer, priced: PricedCart, **fields: object) -> Order:
    [order_id] = new_order_ids()
    number = order_number(order_id, timezone.localdate().year)
    order = Order(
        pk=order_id,
        number=number,
        customer=customer,
        state=Order.State.RESERVED,
        total=priced.total,
        tax=priced.tax,
        **fields,
    )
    order.save(force_insert=True)
    OrderLine.objects.bulk_create(_frozen(order, priced))
    return order


def _frozen(order: Order, priced: PricedCart) -> Sequence[OrderLine]:
    return [
        OrderLine(
            order=order,
            sku=line.sku,
            name=line.sku.full_name,
            code=line.sku.code,
            quantity=line.quantity,
            unit_price=line.sku.price,
            tax_rate=line.sku.product.tax_rate.rate,
            tax=line.tax,
            total=line.total,
        )
        for line in priced.lines
    ]


def _write_steps(order: Order, states: Sequence[Order.State], *, by: User) -> None:
    OrderEvent.objects.bulk_create(OrderEvent(order=order, state=state, by=by) for state in states)
