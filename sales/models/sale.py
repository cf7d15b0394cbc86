from __future__ import annotations

import re

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.lib.money import MoneyField
from inventory.models import Sku
from stores.models import Location
from stores.models.location import LocationQuerySet

RECEIPT = re.compile(r"(?:(?P<code>[a-z0-9-]+)-(?P<year>[0-9]{4})-)?0*(?P<number>[0-9]{1,9})")


class ReceiptSeries(models.Model):
    """The receipts of one store in one year: the last number given, without gaps."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["location", "year"], name="one_series_per_year")
        ]

    def __str__(self) -> str:
        return f"{self.location_id} {self.year}: {self.last_number}"


class SaleQuerySet(models.QuerySet["Sale"]):
    def within(self, locations: LocationQuerySet) -> SaleQuerySet:
        return self.filter(location__in=locations)

    def numbered(self, text: str) -> SaleQuerySet:
        """The receipts with this number, or the one that `LYON-2026-000042` names."""
        wanted = RECEIPT.fullmatch(text.strip().lower())
        if wanted is None:
            return self.none()
        condition = Q(number=int(wanted["number"]))
        if wanted["code"]:
            condition &= Q(location__code=wanted["code"], year=int(wanted["year"]))
        return self.filter(condition)


class Sale(models.Model):
    """One receipt: goods that left, at the prices and taxes of the moment."""

    class Channel(models.TextChoices):
        STORE = "store", _("in store")
        ONLINE = "online", _("online")

    key = models.UUIDField(unique=True)  # born with the page: the same key is the same sale
    content_hash = models.CharField(max_length=64)  # of what was asked under that key
    location = models.ForeignKey(
        Location, verbose_name=_("store"), on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField(_("number"))
    channel = models.CharField(_("channel"), max_length=6, choices=Channel, default=Channel.STORE)
    order_number = models.CharField(max_length=20, blank=True)  # of the online order it fulfils
    sold_at = models.DateTimeField(_("when"), default=timezone.now)
    sold_on = models.DateField(_("day"))  # at the store
    sold_hour = models.PositiveSmallIntegerField()  # 0 to 23, at the store
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    units = models.PositiveIntegerField(_("units"))
    total = MoneyField(_("total"))
    tax = MoneyField(_("tax"))

    objects = SaleQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["location", "year", "number"], name="receipt_numbers_are_unique"
            ),
            models.CheckConstraint(
                condition=Q(sold_hour__lte=23), name="a_sale_has_an_hour_of_the_day"
            ),
        ]
        indexes = [
            models.Index(fields=["location", "-id"], name="sales_by_store"),
            models.Index(fields=["location", "sold_on", "-id"], name="sales_by_store_and_day"),
            models.Index(fields=["location", "sold_at"], name="sales_by_store_and_moment"),
        ]

    def __str__(self) -> str:
        return self.receipt_number

    @property
    def receipt_number(self) -> str:
        """Such as `LYON-2026-000042`."""
        return f"{self.location.code.upper()}-{self.year}-{self.number:06d}"


class SaleLine(models.Model):
    """One SKU on a receipt, with name, price and tax as they were."""

    sale = models.ForeignKey(Sale, on_delete=models.CASCADE, related_name="lines")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("product"), max_length=290)
    code = models.CharField(_("code"), max_length=40)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = MoneyField(_("price"))  # as shown: with or without tax, after the company's rule
    unit_cost = MoneyField(_("cost"), default=0)
    tax_rate = models.DecimalField(_("tax rate"), max_digits=5, decimal_places=2)
    tax = MoneyField(_("tax"))
    total = MoneyField(_("total"))  # with tax

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["sale", "sku"], name="one_line_per_sku"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="a_line_sells_something"),
            models.CheckConstraint(
                condition=Q(total=F("unit_price") * F("quantity"))
                | Q(total=F("unit_price") * F("quantity") + F("tax")),
                name="a_line_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"


class Tender(models.Model):
    """One means of payment on a receipt."""

    class Kind(models.TextChoices):
        CASH = "cash", _("cash")
        CARD = "card", _("card")
        ONLINE = "online", _("online payment")

    sale = models.ForeignKey(Sale, on_delete=models.CASCADE, related_name="tenders")
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    amount = MoneyField(_("amount"))  # what it paid of the total
    given = MoneyField(_("given"))  # what was handed over
    change = MoneyField(_("change"), default=0)  # what was handed back

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(given=F("amount") + F("change")), name="a_tender_adds_up"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="a_tender_pays"),
            models.CheckConstraint(condition=Q(change__gte=0), name="change_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.amount}"
