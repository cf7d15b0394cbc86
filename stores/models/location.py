from __future__ import annotations

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.lib.text import normal


def validate_time_zone(name: str) -> None:
    if name not in _time_zones():
        raise ValidationError(_("Choose a time zone such as Europe/Paris."), code="time_zone")


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


class LocationQuerySet(models.QuerySet["Location"]):
    def stores(self) -> LocationQuerySet:
        return self.filter(kind=Location.Kind.STORE)

    def warehouses(self) -> LocationQuerySet:
        return self.filter(kind=Location.Kind.WAREHOUSE)

    def inner(self) -> LocationQuerySet:
        """The places that hold stock levels: stores and warehouses."""
        return self.filter(kind__in=Location.INNER)

    def active(self) -> LocationQuerySet:
        """Those that are open now."""
        return self.filter(is_active=True)

    def kept(self) -> LocationQuerySet:
        """Those that lists, filters and choices show: all but the archived ones."""
        return self.filter(archived_at=None)

    def search(self, text: str) -> LocationQuerySet:
        """The places in whose name, code or city the text stands."""
        text = normal(text)
        return self.filter(
            Q(name__icontains=text) | Q(code__icontains=text) | Q(city__icontains=text)
        )


class Location(models.Model):
    """A place that goods come from or go to; stores and warehouses hold stock levels."""

    class Kind(models.TextChoices):
        STORE = "store", _("store")
        WAREHOUSE = "warehouse", _("logistics centre")
        SUPPLIER = "supplier", _("supplier")
        CUSTOMER = "customer", _("customer")
        TRANSIT = "transit", _("in transit")
        LOST = "lost", _("lost")
        OPENING = "opening", _("opening stock")

    class Standing(models.TextChoices):
        OPEN = "open", _("open")
        CLOSING = "closing", _("open, closes soon")
        CLOSED = "closed", _("closed")
        ARCHIVED = "archived", _("archived")

    INNER = (Kind.STORE, Kind.WAREHOUSE)

    code = models.SlugField(
        _("code"),
        max_length=40,
        unique=True,
        help_text=_("Short name in addresses, such as lyon. It can't be changed later."),
        validators=[RegexValidator(r"^[a-z0-9-]+$", _("Use small letters, digits and hyphens."))],
    )
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    opening_hours = models.CharField(
        _("opening hours"),
        max_length=200,
        blank=True,
        help_text=_("In words, such as Mon–Sat 9–19; customers who collect read them."),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=40, default="Europe/Paris", validators=[validate_time_zone]
    )
    receives_by_hand = models.BooleanField(
        _("receives by hand"),
        default=False,
        help_text=_(
            "Goods sent here are in transit until somebody has counted them in;"
            " otherwise they are received when they are sent."
        ),
    )
    is_active = models.BooleanField(_("open"), default=True)
    # What is to come, on the place's own calendar: carried out by inventory.actions.openings
    closes_on = models.DateField(_("closes on"), null=True, blank=True)
    opens_on = models.DateField(_("opens on"), null=True, blank=True)
    closed_reason = models.CharField(
        _("why it is closed"), max_length=200, blank=True, db_default=""
    )
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)

    objects = LocationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=~Q(kind__in=("store", "warehouse")),
                name="outer_places_are_one_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(archived_at=None) | Q(is_active=False),
                name="an_archived_place_is_closed",
            ),
            models.CheckConstraint(
                condition=Q(closes_on=None) | Q(opens_on=None) | Q(opens_on__gt=F("closes_on")),
                name="a_place_closes_before_it_opens_again",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        """The name; of the outer places, which have none of their own, the kind in words."""
        return self.name if self.holds_stock else str(self.Kind(self.kind).label)

    @property
    def holds_stock(self) -> bool:
        return self.kind in self.INNER

    @property
    def standing(self) -> Standing:
        if self.archived_at:
            return self.Standing.ARCHIVED
        if not self.is_active:
            return self.Standing.CLOSED
        return self.Standing.CLOSING if self.closes_on else self.Standing.OPEN

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def local_time(self, moment: datetime | None = None) -> datetime:
        """Now, or the moment, as the clock of this place shows it."""
        return (moment or timezone.now()).astimezone(self.zone)

    def local_day(self, moment: datetime | None = None) -> date:
        """The calendar day that it is, or was at `moment`, at this place."""
        return self.local_time(moment).date()


def outer_place(kind: Location.Kind) -> Location:
    """The one supplier, customer, transit, lost or opening place of the company."""
    return Location.objects.get(kind=kind)
