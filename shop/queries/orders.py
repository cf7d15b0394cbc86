from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, OuterRef, Subquery, Sum, When

from shop.models import Order, OrderEvent, OrderLine, Payment
from shop.models.order import OrderQuerySet


def orders_of(user_id: int) -> OrderQuerySet:
    return Order.objects.filter(customer__user_id=user_id)


@dataclass(frozen=True)
class Story:
    """How an order stands and came there, for its customer and for the staff."""

    events: Sequence[OrderEvent]
    payments: Sequence[Payment]

    @property
    def checking(self) -> bool:
        """Whether the provider's answer is awaited."""
        return any(payment.state == Payment.State.ASKED for payment in self.payments)

    @property
    def refunding(self) -> bool:
        return any(payment.state == Payment.State.REFUNDING for payment in self.payments)

    @property
    def refunded(self) -> bool:
        return any(payment.state == Payment.State.REFUNDED for payment in self.payments)

    @property
    def refusal(self) -> str:
        """Why the last payment was refused, if it was."""
        last = self.payments[-1] if self.payments else None
        if last is None or last.state != Payment.State.REFUSED:
            return ""
        return str(last.get_reason_display())

    @property
    def moves_by_itself(self) -> bool:
        """Whether a worker is about to take the order further."""
        return self.checking or self.refunding or self._confirming

    @property
    def _confirming(self) -> bool:
        return bool(self.events) and self.events[-1].state == Order.State.PAID


def order_story(order: Order) -> Story:
    return Story(
        events=list(order.events.select_related("by")),
        payments=list(order.payments.all()),
    )


def orders_to_list() -> OrderQuerySet:
    """Orders for a list of the staff: those to hand over first, then the newest."""
    to_hand_over = Case(When(state__in=Order.TO_HAND_OVER, then=0), default=1)
    units = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order")
    return (
        Order.objects.select_related("location", "customer__user")
        .annotate(to_hand_over=to_hand_over)
        .annotate(units=Subquery(units.annotate(units=Sum("quantity")).values("units")))
        .order_by("to_hand_over", "-pk")
    )
