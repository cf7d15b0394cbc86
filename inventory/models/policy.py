from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.lib.money import MoneyField
from inventory.models.catalogue import Category, Sku
from stores.models import Location
from stores.models.location import LocationQuerySet


class StockPolicy(models.Model):
    """How much of what a place should have, as far as this row says it: what a row leaves empty
    comes from the next wider one.

    From narrow to wide: SKU and place, SKU, category and place, category, place, company.
    """

    class Basis(models.TextChoices):
        LEVEL = "level", _("by level")
        RATE = "rate", _("by rate of sale")

    location = models.ForeignKey(
        Location, verbose_name=_("location"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    category = models.ForeignKey(
        Category, verbose_name=_("category"), on_delete=models.CASCADE, null=True, related_name="+"
    )
    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, null=True, related_name="+")
    reorder_point = models.PositiveIntegerField(_("reorder point"), null=True, blank=True)
    target = models.PositiveIntegerField(_("target"), null=True, blank=True)
    maximum = models.PositiveIntegerField(
        _("maximum"), null=True, blank=True, help_text=_("0: there is none.")
    )
    basis = models.CharField(_("desired stock"), max_length=5, choices=Basis, blank=True)
    warehouse = models.ForeignKey(
        Location,
        verbose_name=_("logistics centre"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    lead_days = models.PositiveSmallIntegerField(
        _("lead time in days"), null=True, blank=True, validators=[MaxValueValidator(365)]
    )
    review_days = models.PositiveSmallIntegerField(
        _("days between requests"), null=True, blank=True, validators=[MaxValueValidator(365)]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["location", "category", "sku"],
                nulls_distinct=False,
                name="one_policy_per_scope",
            ),
            models.CheckConstraint(
                condition=Q(category=None) | Q(sku=None), name="a_policy_is_of_a_sku_or_a_category"
            ),
        ]
        indexes = [
            models.Index(fields=["sku", "location"], name="policies_by_sku"),
            models.Index(
                F("sku").asc(nulls_first=True),
                F("category").asc(nulls_first=True),
                F("location").asc(nulls_first=True),
                name="policies_wide_first",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id or self.category_id or '*'} at {self.location_id or '*'}"


class PolicyChange(models.Model):
    """Who changed what a policy states, and when; empty texts: it was, or is, inherited."""

    class What(models.TextChoices):
        REORDER_POINT = "reorder_point", _("reorder point")
        TARGET = "target", _("target")
        MAXIMUM = "maximum", _("maximum")
        BASIS = "basis", _("desired stock")
        WAREHOUSE = "warehouse_id", _("logistics centre")
        LEAD_DAYS = "lead_days", _("lead time in days")
        REVIEW_DAYS = "review_days", _("days between requests")

    location = models.ForeignKey(
        Location,
        verbose_name=_("location"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
    )
    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, null=True, related_name="+")
    what = models.CharField(_("what"), max_length=13, choices=What)
    before = models.CharField(_("before"), max_length=80, blank=True)
    after = models.CharField(_("after"), max_length=80, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.what}: {self.before} → {self.after}"


class Demand(models.Model):
    """What a place sold of a SKU in the 28 days before it was counted."""

    DAYS = 28

    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="+")
    units = models.PositiveIntegerField()
    counted_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["location", "sku"], name="one_demand_per_sku_and_place")
        ]

    def __str__(self) -> str:
        return f"{self.units} × {self.sku_id} in {self.DAYS} days at {self.location_id}"


class MovedLevel(models.Model):
    """A mark, written with each change of a level, that its suggestion is to be looked at again; the
    refresh takes marks away. A pair may be marked many times."""

    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    sku = models.ForeignKey(
        Sku, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )

    def __str__(self) -> str:
        return f"{self.sku_id} at {self.location_id}"


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def at(self, location: Location) -> SuggestionQuerySet:
        return self.filter(location=location)

    def within(self, locations: LocationQuerySet) -> SuggestionQuerySet:
        return self.filter(location__in=locations)

    def standing(self, location: Location) -> SuggestionQuerySet:
        """What is suggested to a store today: not what was snoozed to a later day."""
        today = location.local_day()
        return self.at(location).filter(
            Q(snoozed_until=None) | Q(snoozed_until__lte=today), units__gt=0
        )

    def worst_first(self) -> SuggestionQuerySet:
        """What loses most sales per day first."""
        return self.order_by("-lost_per_day", "sku_id")


class Suggestion(models.Model):
    """What a store should ask for of one SKU, with the figures that it was worked out from: one row,
    kept by the database, that follows them.

    units = desired − (available + incoming + asked), in whole packs, never above the maximum.
    """

    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="+")
    warehouse = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    units = models.PositiveIntegerField()  # 0: kept only because it is snoozed
    desired = models.PositiveIntegerField()
    available = models.IntegerField()
    incoming = models.IntegerField()
    asked = models.PositiveIntegerField()  # in open requests of this store
    sold = models.PositiveIntegerField()  # in the last 28 days
    by_rate = models.BooleanField()
    cover_days = models.PositiveSmallIntegerField()  # lead time and review, where by rate
    trigger = models.PositiveIntegerField(default=0)  # at this many, or fewer, it is suggested
    maximum = models.PositiveIntegerField(default=0)  # 0: none
    lost_per_day = MoneyField(default=0)
    snoozed_until = models.DateField(null=True)
    snoozed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    refreshed_at = models.DateTimeField(default=timezone.now)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["location", "sku"], name="one_suggestion_per_sku_and_place"
            ),
        ]
        indexes = [
            models.Index(fields=["location", "-lost_per_day", "sku"], name="suggestions_worst")
        ]

    def __str__(self) -> str:
        return f"{self.units} × {self.sku_id} for {self.location_id}"

    @property
    def lacking(self) -> int:
        """What is desired and neither there nor on its way, nor asked for."""
        return max(self.desired - self.available - self.incoming - self.asked, 0)

    @property
    def in_packs(self) -> int:
        """What lacks, in whole packs of the SKU."""
        pack = self.sku.pack_size
        return -(-self.lacking // pack) * pack

    @property
    def is_capped(self) -> bool:
        """The maximum leaves room for fewer packs than lack."""
        return 0 < self.units < self.in_packs


class RefreshRun(models.Model):
    """One refresh of suggestions: when, and what it looked at and did."""

    class Kind(models.TextChoices):
        MOVED = "moved", _("what moved")
        FULL = "full", _("everything")

    kind = models.CharField(max_length=5, choices=Kind)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    marks = models.PositiveIntegerField(default=0)
    pairs = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    # of a full one: no movement with a smaller id counts for the demand any more
    first_movement = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["kind", "-id"], name="refresh_runs_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.started_at:%Y-%m-%d %H:%M:%S}"

    @property
    def milliseconds(self) -> int:
        return (self.finished_at - self.started_at) // timedelta(milliseconds=1)


class ApprovalRule(models.Model):
    """When the worker may approve a store's request by itself: one row per store, one for the rest."""

    # null: the company
    location = models.OneToOneField(Location, on_delete=models.CASCADE, null=True, related_name="+")
    is_on = models.BooleanField(_("on"), default=False)
    max_value = MoneyField(_("up to a value, at cost, of"), default=0)
    min_cover_days = models.PositiveSmallIntegerField(
        _("days of cover that the logistics centre keeps"), default=0
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["location"],
                nulls_distinct=False,
                name="one_approval_rule_per_place",
            ),
            models.CheckConstraint(condition=Q(max_value__gte=0), name="rule_value_not_negative"),
        ]

    def __str__(self) -> str:
        return f"rule of {self.location_id or 'the company'}"
