from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.lib.money import MoneyField
from shop.models.order import Order


class Payment(models.Model):
    """The intent to take an order's money: a row before the provider is called."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked of the provider")
        PAID = "paid", _("paid")
        REFUSED = "refused", _("refused")
        REFUNDING = "refunding", _("to be refunded")
        REFUNDED = "refunded", _("refunded")

    class Reason(models.TextChoices):
        """Why the money wasn't taken or kept, in words for the customer."""

        LIMIT = "limit", _("The amount is above the limit of your card.")
        CARD = "card", _("Your bank refused the payment.")
        NOT_ASKED = "not_asked", _("The payment never reached the bank.")
        MISMATCH = "mismatch", _("The amount taken was not the amount of the order.")
        LATE = "late", _("The payment arrived after the order had been cancelled.")
        CANCELLED = "cancelled", _("The order was cancelled.")

    UNSETTLED = (State.ASKED, State.REFUNDING)

    key = models.UUIDField(unique=True)  # the provider acts once per key
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    amount = MoneyField(_("amount"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    reference = models.CharField(_("reference"), max_length=80, blank=True)  # the provider's
    reason = models.CharField(_("reason"), max_length=10, choices=Reason, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=models.Q(state__in=("asked", "paid")),
                name="an_order_is_paid_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["asked_at"],
                condition=models.Q(state__in=("asked", "refunding")),
                name="payments_unsettled",
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.amount}"


class SimulatedCharge(models.Model):
    """The books of the simulated payment provider: what it was asked for and what it answered."""

    key = models.UUIDField(unique=True)
    amount = MoneyField()
    currency = models.CharField(max_length=3)
    accepted = models.BooleanField()
    reason = models.CharField(max_length=10, choices=Payment.Reason, blank=True)
    refunded = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.amount}"
