from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from stores.models.location import Location


class Company(models.Model):
    """The settings of the whole chain: one row."""

    name = models.CharField(_("name"), max_length=80, default="Comptoir")
    prices_include_tax = models.BooleanField(_("prices include tax"), default=True)
    own_requests_allowed = models.BooleanField(
        _("who asks may decide"),
        default=False,
        help_text=_("Lets a person approve the restock request that they made themselves."),
    )
    online_location = models.ForeignKey(
        Location,
        verbose_name=_("ships online orders"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
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

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="company_is_one_row"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> Company:
        return cls.objects.select_related("online_location").get(pk=1)
