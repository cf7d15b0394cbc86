from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.models.catalogue import Sku
from inventory.models.stock import Document, StockLevel
from stores.models import Location
from stores.models.location import LocationQuerySet

DOCUMENT_LETTERS = {Document.TRANSFER: "T", Document.RESTOCK: "R"}  # as their numbers begin


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> AlertQuerySet:
        return self.filter(closed_at=None)

    def closed(self) -> AlertQuerySet:
        return self.filter(closed_at__isnull=False)

    def worst_first(self) -> AlertQuerySet:
        """What is out before what is low, and what lasts longest before what is new."""
        return self.order_by("-kind", "opened_at", "pk")

    def within(self, locations: LocationQuerySet) -> AlertQuerySet:
        return self.filter(location__in=locations)

    def worst(self) -> AlertQuerySet:
        """One alert per SKU and place: the low one of what is out says nothing more."""
        out = Alert.objects.open().filter(
            kind=Alert.Kind.OUT, location=OuterRef("location"), sku=OuterRef("sku")
        )
        return self.exclude(Q(kind=Alert.Kind.LOW, closed_at=None) & Exists(out))

    def worst_told(self) -> AlertQuerySet:
        """The same among the alerts that one mail told of, however they stand now."""
        out = Alert.objects.filter(
            kind=Alert.Kind.OUT,
            location=OuterRef("location"),
            sku=OuterRef("sku"),
            told_at=OuterRef("told_at"),
        )
        return self.exclude(Q(kind=Alert.Kind.LOW) & Exists(out))

    def with_level(self) -> AlertQuerySet:
        """Alerts with the SKU, and with what its level says now: `available_now`, `reorder_point`
        and `target`."""
        level = StockLevel.objects.filter(location=OuterRef("location"), sku=OuterRef("sku"))
        figures = {
            "available_now": Subquery(level.values_list(F("on_hand") - F("reserved"))),
            "reorder_point": Subquery(level.values("reorder_point")),
            "target": Subquery(level.values("target")),
        }
        return self.select_related("sku__product").annotate(**figures)


class Alert(models.Model):
    """A SKU that runs low, or is out, at one place: opened once per crossing, closed by the facts."""

    class Kind(models.TextChoices):
        LOW = "low", _("low")
        OUT = "out", _("out of stock")
        OVERSTOCK = "overstock", _("overstock")
        LATE = "late", _("transfer late")
        WAITING = "waiting", _("request waiting too long")

    OF_A_LEVEL = (Kind.LOW, Kind.OUT, Kind.OVERSTOCK)

    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    location = models.ForeignKey(
        Location, verbose_name=_("location"), on_delete=models.PROTECT, related_name="+"
    )
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, null=True, related_name="+")
    # what is late or waits, where it is no SKU
    document = models.CharField(max_length=12, choices=Document, blank=True, db_default="")
    document_id = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField(_("since"), default=timezone.now)
    available = models.IntegerField(_("available"))  # when it opened
    told_at = models.DateTimeField(null=True)  # in a digest
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True)
    snoozed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    snoozed_until = models.DateField(_("snoozed until"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    # empty: the reorder point changed, or the SKU is no longer on sale
    closing_document = models.CharField(max_length=12, choices=Document, blank=True)
    closing_document_id = models.BigIntegerField(null=True)

    available_now: int  # of `with_level`, like the two below
    reorder_point: int
    target: int

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "location", "sku", "document", "document_id"],
                condition=Q(closed_at=None),
                nulls_distinct=False,
                name="one_open_alert_per_kind_sku_and_place",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("low", "out", "overstock"), sku__isnull=False)
                | Q(kind__in=("late", "waiting"), document_id__isnull=False),
                name="an_alert_names_what_it_is_about",
            ),
        ]
        indexes = [
            models.Index(
                fields=["location"],
                condition=Q(closed_at=None, told_at=None),
                name="alerts_to_tell",
            ),
            models.Index(
                fields=["location", "-kind", "opened_at"],
                condition=Q(closed_at=None),
                name="alerts_open_by_place",
            ),
            models.Index(
                fields=["-kind", "opened_at"], condition=Q(closed_at=None), name="alerts_open"
            ),
            models.Index(
                fields=["location", "-closed_at"],
                condition=Q(closed_at__isnull=False),
                name="alerts_closed_by_place",
            ),
            models.Index(
                fields=["-closed_at"],
                condition=Q(closed_at__isnull=False),
                name="alerts_closed",
            ),
        ]

    def __str__(self) -> str:
        about = f"{self.document} {self.document_id}" if self.document else self.sku_id
        return f"{self.kind}: {about} at {self.location_id}"

    @property
    def about(self) -> str:
        """What it is about, for a person: the product, or the number of the document."""
        if self.sku:
            return self.sku.full_name
        return f"{DOCUMENT_LETTERS[Document(self.document)]}-{self.document_id}"

    @property
    def code(self) -> str:
        return self.sku.code if self.sku else ""


class NotificationChoice(models.Model):
    """How a person wants to be told of something, where they chose otherwise than the default."""

    class Subject(models.TextChoices):
        LOW = "low", _("low stock")
        OUT = "out", _("out of stock")
        OVERSTOCK = "overstock", _("overstock")
        LATE = "late", _("transfer late")
        WAITING = "waiting", _("request waiting too long")
        REQUEST = "request", _("restock request to decide")
        ALL_WELL = "all_well", _("nothing to say")

    class How(models.TextChoices):
        AT_ONCE = "at_once", _("at once")
        DIGEST = "digest", _("in the daily digest")
        NONE = "none", _("not at all")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=9, choices=Subject)
    how = models.CharField(max_length=7, choices=How)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "subject"], name="one_choice_per_subject")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.subject} {self.how}"


class AlertRun(models.Model):
    """One run of the mailer: the proof of what it looked at, when, and what it sent."""

    class Kind(models.TextChoices):
        AT_ONCE = "at_once", _("at once")
        DAILY = "daily", _("daily digest")

    kind = models.CharField(max_length=7, choices=Kind)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    places = models.PositiveIntegerField(default=0)
    checked = models.PositiveIntegerField(default=0)  # SKUs that these places keep
    found = models.PositiveIntegerField(default=0)  # alerts that were told
    mails = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["kind", "-id"], name="alert_runs_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.started_at:%Y-%m-%d %H:%M}"
