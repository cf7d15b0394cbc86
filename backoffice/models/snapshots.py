from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stores.models.location import LocationQuerySet


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
