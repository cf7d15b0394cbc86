from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import BigIntegerField, F, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.reports.definitions import REPORTS
from stores.models import Location, Role, User
from stores.models.location import LocationQuerySet
from stores.rights import locations_of

FIRST_PLACE = Cast(KT("locations__0"), BigIntegerField())
LAST_PLACE = Cast(KT("locations__-1"), BigIntegerField())
FEW_PLACES = 50  # of a reader: of more, most runs are theirs to see


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def within(self, locations: LocationQuerySet) -> SnapshotQuerySet:
        """Snapshots that count none but these places."""
        return self.filter(locations__contained_by=list(locations.values_list("pk", flat=True)))

    def visible_to(self, reader: User) -> SnapshotQuerySet:
        """Snapshots that count none but places where the reader may run that report; an auditor
        reads them all."""
        by_roles: dict[tuple[Role, ...], list[str]] = {}
        for definition in REPORTS.values():
            by_roles.setdefault(definition.roles, []).append(definition.name)
        visible, seen = Q(pk=None), set[int]()
        for roles, names in by_roles.items():
            places = locations_of(reader, *roles, reading=True)
            ids = list(places.values_list("pk", flat=True))
            visible |= Q(report__in=names, locations__contained_by=ids)
            seen |= set(ids)
        return self._at_most_at(seen).filter(visible)

    def _at_most_at(self, places: set[int]) -> SnapshotQuerySet:
        """Those whose first and last place are among these few: what an index finds, of sorted ids."""
        if len(places) > FEW_PLACES:
            return self
        ends = self.alias(first_place=FIRST_PLACE, last_place=LAST_PLACE)
        return ends.filter(first_place__in=places, last_place__in=places)

    def of_report(self, name: str) -> SnapshotQuerySet:
        return self.filter(report=name)

    def counting(self, place: Location) -> SnapshotQuerySet:
        """Snapshots that count this place, alone or among others."""
        return self.filter(locations__contains=[place.pk])

    def done(self) -> SnapshotQuerySet:
        return self.filter(state=Snapshot.State.DONE)


class Snapshot(models.Model):
    """The stored figures of one run of a report: page, file and mail show these same rows. It never
    changes once it is done."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being made")
        DONE = "done", _("made")
        FAILED = "failed", _("failed")

    key = models.CharField(max_length=120, unique=True)  # the same key is the same snapshot
    report = models.CharField(_("report"), max_length=40)  # a name in REPORTS
    query = models.JSONField()  # as Query.to_json writes it
    locations = models.JSONField()  # ids of the places it counts, sorted
    place_names = models.JSONField(default=list)  # of the same places, as they were, by name
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.DONE)
    tries = models.PositiveSmallIntegerField(default=0)  # of workers that began to make it
    words = models.CharField(max_length=500, blank=True)  # why it failed
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    made_at = models.DateTimeField(_("made"), default=timezone.now)  # the moment of its figures
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(locations=[]), name="a_snapshot_counts_at_least_one_place"
            )
        ]
        indexes = [
            models.Index(fields=["report", "-id"], name="snapshots_of_a_report"),
            models.Index(
                fields=["asked_at"], condition=Q(state="waiting"), name="snapshots_to_make"
            ),
            models.Index(FIRST_PLACE, LAST_PLACE, F("id").desc(), name="snapshots_of_few_places"),
            models.Index(fields=["made_at"], name="snapshots_by_age"),
            models.Index(fields=["state", "-id"], name="snapshots_by_state"),
            GinIndex(fields=["locations"], opclasses=["jsonb_path_ops"], name="snapshots_by_place"),
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.query['first']} – {self.query['last']}"

    @property
    def title(self) -> str:
        return REPORTS[self.report].title_at(self.place_names)


class SnapshotTable(models.Model):
    """One table of a snapshot: what its columns are called, and the database's totals."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="tables")
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    columns = models.JSONField()  # a list of [key, kind]
    totals = models.JSONField(null=True)  # a list of cells, or nothing to add up
    chart = models.JSONField(null=True)  # [kind, label, [values]]
    row_count = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "name"], name="one_table_per_name")
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.snapshot_id}"


class SnapshotPaper(models.Model):
    """A snapshot as a PDF in one language: drawn once, by a worker if it takes long, and kept."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being drawn")
        DONE = "done", _("drawn")
        FAILED = "failed", _("failed")

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="papers")
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)  # of workers that began to draw it
    words = models.CharField(max_length=500, blank=True)  # why it failed
    asked_at = models.DateTimeField(default=timezone.now)
    content = models.BinaryField(default=bytes)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "language"], name="one_paper_per_snapshot_and_language"
            )
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(state="waiting"), name="papers_to_draw")
        ]

    def __str__(self) -> str:
        return f"{self.snapshot_id} ({self.language})"


class SnapshotRows(models.Model):
    """So many rows of a table that a page of them reads one or two of these, whatever its length."""

    table = models.ForeignKey(SnapshotTable, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    rows = models.JSONField()  # lists of cells: texts, whole numbers, amounts and days as texts

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["table", "number"], name="one_chunk_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.table_id}: {self.number}"
