from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from inventory.models.restock import RestockLine
from stores.models import Location


class LineShare(models.Model):
    """Why a line got what it got when its SKU was shared: what there was, for how many stores, and the
    days of cover that came of it."""

    line = models.OneToOneField(RestockLine, on_delete=models.CASCADE, related_name="share")
    stores = models.PositiveIntegerField()
    available = models.PositiveIntegerField()  # at the warehouse, not yet promised
    proposed = models.PositiveIntegerField()
    cover_days = models.DecimalField(max_digits=12, decimal_places=1, null=True)  # null: no sales
    least_days = models.DecimalField(max_digits=12, decimal_places=1, null=True)  # of all stores

    def __str__(self) -> str:
        return f"{self.proposed} of {self.available} for line {self.line_id}"

    @property
    def is_equal(self) -> bool:
        """Whether this store comes to the days that every store comes to."""
        return self.cover_days is not None and self.cover_days == self.least_days

    @property
    def by_hand(self) -> bool:
        return self.line.approved != self.proposed


class RuleChange(models.Model):
    """Who changed a rule of automatic approval, and when; `null` where there was, or is, no rule."""

    location = models.ForeignKey(Location, on_delete=models.CASCADE, null=True, related_name="+")
    before = models.JSONField(null=True)  # {"is_on": …, "max_value": "…", "min_cover_days": …}
    after = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"rule of {self.location_id or 'the company'}: {self.before} → {self.after}"
