"""From a paid order to its goods in the customer's hands: prepared, called for, handed over.

Handing over makes the promise a sale, and the goods leave the ledger.
"""

from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction

from backoffice.lib.retry import retrying
from sales.actions.sale import FrozenLine, record_online_sale
from shop.actions.mail import tell_customer
from shop.actions.order import advance, lock_order
from shop.errors import StepNotPossible
from shop.models import Order, OrderLine
from stores.models import User


@retrying
@transaction.atomic
def prepare_order(order_id: int, *, by: User) -> Order:
    """Begin to gather the goods of a paid order; repeated, it stays one step."""
    order = lock_order(order_id)
    if order.state != Order.State.PREPARING:
        if _confirm_first(order, by):
            tell_customer(order)
        advance(order, Order.State.PREPARING, by=by)
    return order


@retrying
@transaction.atomic
def call_customer(order_id: int, *, by: User) -> Order:
    """Tell the customer by mail, once, that the goods lie ready to collect."""
    order = lock_order(order_id)
    if order.state != Order.State.READY:
        _confirm_first(order, by)
        advance(order, Order.State.READY, by=by)
        tell_customer(order)
    return order


@retrying
@transaction.atomic
def hand_over(order_id: int, *, by: User) -> Order:
    """Give a paid order to its customer or its carrier; repeated, it stays one sale."""
    order = lock_order(order_id)
    target = Order.State.DONE if order.delivery == Order.Delivery.COLLECT else Order.State.SHIPPED
    if order.state == target:
        return order
    if not order.can_be_handed_over:
        raise StepNotPossible(order.number, order.get_state_display(), str(target.label))
    _confirm_first(order, by)
    sale = record_online_sale(
        key=sale_key(order),
        location=order.location,
        lines=[_as_promised(line) for line in order.lines.all()],
        paid=order.total,
        order_number=order.number,
        holder=order.reserves_as,
        by=by,
    )
    advance(order, target, by=by, note=sale.receipt_number)
    tell_customer(order)
    return order


def _as_promised(line: OrderLine) -> FrozenLine:
    return FrozenLine(
        sku_id=line.sku_id,
        name=line.name,
        code=line.code,
        quantity=line.quantity,
        unit_price=line.unit_price,
        tax_rate=line.tax_rate,
        tax=line.tax,
        total=line.total,
    )


def _confirm_first(order: Order, by: User) -> bool:
    """Confirm a paid order that the worker had no time yet to confirm; whether it was one."""
    if order.state != Order.State.PAID:
        return False
    advance(order, Order.State.CONFIRMED, by=by)
    return True


def sale_key(order: Order) -> UUID:
    """The key of the sale that an order becomes: always the same one."""
    return uuid5(NAMESPACE_OID, f"comptoir order {order.number}")
