from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import (
    Case,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Func,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Greatest, Round
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.models.catalogue import Sku
from inventory.models.policy import Demand, Suggestion
from inventory.models.stock import Document
from stores.models import Location
from stores.models.location import LocationQuerySet

DOCUMENT_LETTERS = {Document.TRANSFER: "T", Document.RESTOCK: "R"}  # as their numbers begin

MONEY: Any = models.DecimalField(max_digits=14, decimal_places=2)


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
        """Alerts with the SKU, and with what its level says now: `available_now`, `on_hand_now`,
        `incoming_now`, `reorder_point`, `target` and `maximum`; none of them without a SKU."""
        here = Q(sku__levels__location=F("location"))
        level: dict[str, Any] = {"level": FilteredRelation("sku__levels", condition=here)}
        figures: dict[str, Any] = {
            "available_now": F("level__on_hand") - F("level__reserved"),
            "on_hand_now": F("level__on_hand"),
            "incoming_now": F("level__incoming"),
            "reorder_point": F("level__reorder_point"),
            "target": F("level__target"),
            "maximum": F("level__maximum"),
        }
        return self.select_related("sku__product").annotate(**level).annotate(**figures)

    def with_state(self, now: datetime | None = None) -> AlertQuerySet:
        """The same with `state_now`: where each stands in its life, by the level and the calendar of
        its place."""
        covered = Q(
            kind__in=Alert.OF_TOO_LITTLE,
            available_now__gt=F("reorder_point") - F("incoming_now"),
        )
        today = _day_at_the_place(Value(now or timezone.now(), output_field=models.DateTimeField()))
        states = Alert.State
        state: dict[str, Any] = {
            "state_now": Case(
                When(closed_at__isnull=False, then=Value(states.CLOSED)),
                When(snoozed_until__gt=today, then=Value(states.SNOOZED)),
                When(covered, then=Value(states.SILENT)),
                When(acknowledged_at__isnull=False, then=Value(states.ACKNOWLEDGED)),
                default=Value(states.OPEN),
                output_field=models.CharField(),
            )
        }
        return self.with_level().annotate(**state)

    def in_state(self, *states: str) -> AlertQuerySet:
        """Of alerts `with_state`."""
        return self.filter(Q(state_now__in=states))

    def with_urgency(self) -> AlertQuerySet:
        """Of alerts `with_state`: `lost_per_day`, the sales that waiting costs, as its suggestion
        says or worked out as a suggestion would be; 0 of what is too much or is a document."""
        here = {"location": OuterRef("location"), "sku": OuterRef("sku")}
        urgency: dict[str, Any] = {
            "sold": Coalesce(Subquery(Demand.objects.filter(**here).values("units")[:1]), 0),
            "suggested": Subquery(Suggestion.objects.filter(**here).values("lost_per_day")[:1]),
        }
        lost: dict[str, Any] = {
            "lost_per_day": Case(
                When(kind__in=Alert.OF_TOO_LITTLE, then=Coalesce("suggested", _lost_per_day())),
                default=Value(Decimal(0)),
                output_field=MONEY,
            )
        }
        return self.annotate(**urgency).annotate(**lost)

    def most_urgent_first(self) -> AlertQuerySet:
        """Of alerts `with_urgency`: what loses most sales per day; then what is out, late or waits
        before what is low, and what lasts longest."""
        ranks = {"out": 0, "late": 1, "waiting": 1, "low": 2, "overstock": 3}
        rank = Case(
            *(When(kind=kind, then=Value(rank)) for kind, rank in ranks.items()),
            output_field=models.IntegerField(),
        )
        return self.order_by(F("lost_per_day").desc(), rank, "opened_at", "pk")

    def untold(self) -> AlertQuerySet:
        """What no mail told of, or none since it came back from being put off."""
        told_on = _day_at_the_place(F("told_at"))
        return self.filter(Q(told_at=None) | Q(snoozed_until__gt=told_on))

    def loud(self, now: datetime | None = None) -> AlertQuerySet:
        """Open alerts that say something now: neither snoozed, nor silent while something on the
        way covers them, nor the low one of what is out."""
        alerts = self.open().worst().with_state(now)
        return alerts.in_state(Alert.State.OPEN, Alert.State.ACKNOWLEDGED)


def _lost_per_day() -> Case:
    """As a suggestion says it: all of the daily sales when out, nothing when the cover reaches the
    lead time."""
    days, lead = Value(Demand.DAYS), F("level__lead_days")
    short = Greatest(F("sold") * lead - Greatest(F("available_now"), 0) * days, 0)
    daily = ExpressionWrapper(F("sku__price") * F("sold") / days, output_field=MONEY)
    lost = ExpressionWrapper(F("sku__price") * short / (days * lead), output_field=MONEY)
    return Case(
        When(level__lead_days__gt=0, then=Round(lost, 2)),
        When(available_now__lte=0, then=Round(daily, 2)),
        default=Value(Decimal(0)),
        output_field=MONEY,
    )


def _day_at_the_place(moment: Expression | F) -> Cast:
    local = Func(
        F("location__time_zone"),
        moment,
        function="timezone",
        output_field=models.DateTimeField(),
    )
    return Cast(local, models.DateField())


class Alert(models.Model):
    """What somebody should look at, at one place: opened once per crossing, closed by the facts."""

    class Kind(models.TextChoices):
        LOW = "low", _("low")
        OUT = "out", _("out of stock")
        OVERSTOCK = "overstock", _("overstock")
        LATE = "late", _("transfer late")
        WAITING = "waiting", _("request waiting too long")

    class State(models.TextChoices):
        """Where an alert stands in its life; worked out, never stored."""

        OPEN = "open", pgettext_lazy("alert", "open")
        ACKNOWLEDGED = "acknowledged", pgettext_lazy("alert", "acknowledged")
        SNOOZED = "snoozed", pgettext_lazy("alert", "snoozed")
        SILENT = "silent", pgettext_lazy("alert", "silent")
        CLOSED = "closed", pgettext_lazy("alert", "closed")

    class Ending(models.TextChoices):
        """What closed an alert."""

        MOVED = "moved", _("stock moved")  # by the closing document
        POLICY = "policy", _("reorder point or maximum changed")
        RANGE = "range", _("no longer kept here")
        ARRIVED = "arrived", _("arrived")
        CANCELLED = "cancelled", _("cancelled")
        DECIDED = "decided", _("decided")
        LATER = "later", _("more time was given")

    OF_TOO_LITTLE = (Kind.LOW, Kind.OUT)

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
    ending = models.CharField(max_length=9, choices=Ending, blank=True, db_default="")
    closing_document = models.CharField(max_length=12, choices=Document, blank=True)
    closing_document_id = models.BigIntegerField(null=True)

    available_now: int  # of `with_level`, like the two below
    on_hand_now: int
    incoming_now: int
    reorder_point: int
    target: int
    maximum: int
    state_now: str  # of `with_state`
    sold: int  # of `with_urgency`, like what follows
    lost_per_day: Decimal

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
                | Q(kind="late", document=Document.TRANSFER, document_id__isnull=False)
                | Q(kind="waiting", document=Document.RESTOCK, document_id__isnull=False),
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
