from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stores.models.location import LocationQuerySet


class Heartbeat(models.Model):
    """The last moment at which a kind of process did some work, for `/ready/`."""

    name = models.CharField(max_length=40, primary_key=True)
    beaten_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.beaten_at}"


class LedgerCheck(models.Model):
    """One recomputing of every stock figure from the ledger, and what differed."""

    checked_at = models.DateTimeField(default=timezone.now)
    drift = models.PositiveIntegerField()  # how many figures differ
    guarded = models.BooleanField()  # whether the database refuses to change movements

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.checked_at}: {self.drift}"


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def within(self, locations: LocationQuerySet) -> SnapshotQuerySet:
        """Snapshots that count none but these places."""
        return self.filter(locations__contained_by=list(locations.values_list("pk", flat=True)))


class Snapshot(models.Model):
    """The stored figures of one run of a report: page, file and mail show these same rows."""

    class Report(models.TextChoices):
        CONSOLIDATED = "consolidated", _("consolidated report")

    key = models.CharField(max_length=120, unique=True)  # the same key is the same snapshot
    report = models.CharField(_("report"), max_length=20, choices=Report)
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("to"))
    locations = models.JSONField()  # ids of the places it counts, sorted
    data = models.JSONField()
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_report_display()} {self.first_day} – {self.last_day}"


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
