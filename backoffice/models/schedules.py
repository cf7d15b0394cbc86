from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from backoffice.models.snapshots import Snapshot


class ReportDelivery(models.Model):
    """One reader's copy of a report for one of their local days: made once, then mailed."""

    report = models.CharField(max_length=20, choices=Snapshot.Report)
    day = models.DateField()  # on which it is due, where the reader is
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # null once done: the reader had no right to any figures by then
    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.PROTECT, null=True, related_name="deliveries"
    )
    due_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "day", "reader"], name="one_report_per_day_and_reader"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(done_at=None),
                name="report_deliveries_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.day} for {self.reader_id}"
