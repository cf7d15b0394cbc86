from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.models.restock import RestockLine
from inventory.models.transfer import Transfer, TransferLine


class TransferCount(models.Model):
    """What was counted of an arrival so far, by whoever counts there: until it becomes a receipt."""

    transfer = models.OneToOneField(Transfer, on_delete=models.CASCADE, related_name="count")
    key = models.UUIDField(unique=True)  # of the receipt that it becomes
    begun_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"T-{self.transfer_id}"


class TransferCountLine(models.Model):
    count = models.ForeignKey(TransferCount, on_delete=models.CASCADE, related_name="lines")
    line = models.OneToOneField(TransferLine, on_delete=models.CASCADE, related_name="counted")
    received = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    # of what is rejected
    reason = models.CharField(_("reason"), max_length=12, choices=RestockLine.Reason, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(received__lte=1_000_000, rejected__lte=1_000_000),
                name="a_count_stays_within_a_million",
            )
        ]

    def __str__(self) -> str:
        return f"{self.received} of line {self.line_id}"


class TransferCountStep(models.Model):
    """A scan or click that was counted: sent once more by a page that got no answer, it counts once."""

    count = models.ForeignKey(TransferCount, on_delete=models.CASCADE, related_name="steps")
    key = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return str(self.key)
