from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.models.catalogue import Sku
from stores.models import Location


class RestockTemplate(models.Model):
    """A list of SKUs that a store asks for again and again."""

    store = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "name"], name="one_template_per_store_and_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class RestockTemplateLine(models.Model):
    template = models.ForeignKey(RestockTemplate, on_delete=models.CASCADE, related_name="lines")
    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="+")
    units = models.PositiveIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["template", "sku"], name="one_template_line_per_sku"),
            models.CheckConstraint(condition=Q(units__gte=1), name="a_template_line_asks_some"),
        ]

    def __str__(self) -> str:
        return f"{self.units} × {self.sku_id}"
