from __future__ import annotations

from datetime import time
from decimal import Decimal
from email.utils import formataddr
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.encoding import punycode
from django.utils.translation import gettext_lazy as _

from backoffice.lib.money import MoneyField
from stores.models.location import Location, validate_time_zone
from stores.models.people import Role


def both_languages() -> list[str]:
    return ["en", "fr"]


class Company(models.Model):
    """The settings of the whole chain: one row. What pages only show comes from `backoffice.lib.house`;
    what is decided reads `Company.current()`."""

    name = models.CharField(_("name"), max_length=80, default="Comptoir")
    legal_name = models.CharField(_("name in law"), max_length=120, blank=True, db_default="")
    address = models.TextField(_("address"), max_length=300, blank=True, db_default="")
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True, db_default="")

    currency = models.CharField(_("currency"), max_length=3, default="EUR", db_default="EUR")
    prices_include_tax = models.BooleanField(_("prices include tax"), default=True)

    time_zone = models.CharField(
        _("time zone of head office"),
        max_length=40,
        default="Europe/Paris",
        db_default="Europe/Paris",
        validators=[validate_time_zone],
    )
    languages = ArrayField(
        models.CharField(max_length=2), verbose_name=_("languages"), default=both_languages
    )
    language = models.CharField(_("usual language"), max_length=2, default="en", db_default="en")

    mail_name = models.CharField(
        _("name of the sender"), max_length=80, default="Comptoir", db_default="Comptoir"
    )
    mail_address = models.EmailField(
        _("address of the sender"),
        default="comptoir@comptoir.example",
        db_default="comptoir@comptoir.example",
    )

    order_hold_minutes = models.PositiveSmallIntegerField(
        _("minutes an unpaid order keeps its goods"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(1440)],
    )
    request_waits_hours = models.PositiveSmallIntegerField(
        _("hours after which a restock request waits too long"),
        default=24,
        db_default=24,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 28)],
    )
    report_days = models.PositiveSmallIntegerField(
        _("days that runs of reports are kept"),
        default=400,
        db_default=400,
        validators=[MinValueValidator(30), MaxValueValidator(3660)],
    )
    mail_days = models.PositiveSmallIntegerField(
        _("days that sent mails are kept"),
        default=400,
        db_default=400,
        validators=[MinValueValidator(30), MaxValueValidator(3660)],
    )
    digest_at = models.TimeField(_("hour of the daily digest"), default=time(7), db_default=time(7))

    most_change = MoneyField(
        _("most change given"),
        default=Decimal(1000),
        db_default=Decimal(1000),
        validators=[MinValueValidator(0)],
    )
    session_days = models.PositiveSmallIntegerField(
        _("days that somebody stays signed in"),
        default=14,
        db_default=14,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
    )
    idle_hours = models.PositiveSmallIntegerField(
        _("hours without a click after which the staff sign in again"),
        default=12,
        db_default=12,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 14)],
    )
    unpaid_orders = models.PositiveSmallIntegerField(
        _("unpaid orders of one customer"),
        default=3,
        db_default=3,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    unpaid_units = models.PositiveIntegerField(
        _("units in unpaid orders of one customer"),
        default=500,
        db_default=500,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
    )

    own_requests_allowed = models.BooleanField(_("who asks may decide"), default=False)
    online_location = models.ForeignKey(
        Location,
        verbose_name=_("ships online orders"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    two_factor_roles = ArrayField(
        models.CharField(max_length=12, choices=Role),
        verbose_name=_("roles that need two-factor sign-in"),
        default=list,
        blank=True,
        help_text=_(
            "People with one of these roles set up a code on their phone before they do anything else."
        ),
    )
    version = models.PositiveIntegerField(default=1, db_default=1)  # grows with each change

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="company_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(languages__contains=[models.F("language")]),
                name="the_usual_language_is_offered",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> Company:
        return cls.objects.select_related("online_location").get(pk=1)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def sender(self) -> str:
        """Such as `Comptoir <comptoir@comptoir.example>`."""
        name, _at, _domain = self.mail_address.rpartition("@")
        return formataddr((self.mail_name, f"{name}@{self.mail_domain}"))

    @property
    def mail_domain(self) -> str:
        """As headers write it, which know no accents: `xn--brlerie-g2a.example`."""
        return punycode(self.mail_address.rpartition("@")[2])

    @property
    def on_papers(self) -> list[str]:
        """The lines that receipts and papers bear beside the name."""
        return [line for line in (self.legal_name, *self.address.splitlines()) if line.strip()]
