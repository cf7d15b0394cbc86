"""Mails that tell a customer how an order stands, promised in the transaction of the step."""

from django.conf import settings
from django.urls import reverse

from shop.models import Order
from stores.actions.mail import queue_mail

TEMPLATES = {
    Order.State.CONFIRMED: "order_confirmed",
    Order.State.READY: "order_ready",
    Order.State.SHIPPED: "order_handed_over",
    Order.State.DONE: "order_handed_over",
    Order.State.CANCELLED: "order_cancelled",
}


def tell_customer(order: Order) -> None:
    """Promise the mail of the state that the order has just reached; once per state."""
    state = Order.State(order.state)
    queue_mail(
        key=f"order-{order.pk}-{state}",
        template=TEMPLATES[state],
        to=order.customer.user,
        language=order.language,
        context={
            "order": order,
            "lines": list(order.lines.all()),
            "link": settings.SITE_URL + reverse("shop:order_detail", args=[order.number]),
        },
    )
