from django.db import models

from backoffice.lib.money import MoneyField
from inventory.models import Sku
from sales.models.sale import Sale
from stores.models import Location


class DailySales(models.Model):
    """What one place sold on one of its days through one channel; written with each sale."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    channel = models.CharField(max_length=6, choices=Sale.Channel)
    tickets = models.PositiveIntegerField()
    units = models.PositiveIntegerField()
    revenue = MoneyField()
    tax = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["location", "day", "channel"], name="one_summary_per_day_and_channel"
            )
        ]
        indexes = [models.Index(fields=["day", "location"], name="summaries_by_day")]

    def __str__(self) -> str:
        return f"{self.location_id} {self.day} {self.channel}"


class DailySkuSales(models.Model):
    """What one place sold of one SKU on one of its days; written with each sale."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")
    units = models.PositiveIntegerField()
    revenue = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["location", "day", "sku"], name="one_summary_per_day_and_sku"
            )
        ]
        indexes = [models.Index(fields=["day", "location", "sku"], name="sku_summaries_by_day")]

    def __str__(self) -> str:
        return f"{self.location_id} {self.day} {self.sku_id}"


class MonthlySkuSales(models.Model):
    """What one place sold of one SKU in one month: its days added up; written with each sale."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()  # the first day of it
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")
    units = models.PositiveIntegerField()
    revenue = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["location", "month", "sku"], name="one_summary_per_month_and_sku"
            ),
            models.CheckConstraint(
                condition=models.Q(month__day=1), name="a_month_is_its_first_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.location_id} {self.month:%Y-%m} {self.sku_id}"
