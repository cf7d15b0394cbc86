import logging

from celery import shared_task

from shop.actions import cart, order, payment

logger = logging.getLogger(__name__)


@shared_task(name="shop.settle_payment")
def settle_payment(payment_id: int) -> None:
    payment.finish_payment(payment_id)


@shared_task(name="shop.sweep_payments")
def sweep_payments() -> None:
    for payment_id in payment.payments_to_finish():
        payment.finish_payment(payment_id)


@shared_task(name="shop.confirm_order")
def confirm_order(order_id: int) -> None:
    order.confirm_order(order_id)


@shared_task(name="shop.sweep_paid_orders")
def sweep_paid_orders() -> None:
    for order_id in order.orders_to_confirm():
        order.confirm_order(order_id)


@shared_task(name="shop.expire_orders")
def expire_orders() -> None:
    if expired := order.expire_orders():
        logger.info("%s unpaid orders expired", expired)


@shared_task(name="shop.forget_carts")
def forget_carts() -> None:
    cart.forget_carts()
