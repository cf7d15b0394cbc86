"""What was sold, added up per place and channel: by the day and by the month; written with each sale.

Each pair of tables knows one thing more of a sale: nothing, the SKU, the category, the clerk, or the hour.
A month is its days added up, so that a year is read from few rows.
"""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from backoffice.lib.money import MoneyField
from inventory.models import Category, Sku
from sales.models.sale import Sale
from stores.models import Location


class SoldGoods(models.Model):
    """What one place sold through one channel: units, and amounts of which tax is a part."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=6, choices=Sale.Channel)
    units = models.PositiveIntegerField()
    revenue = MoneyField()  # with tax
    tax = MoneyField()
    cost = MoneyField()  # of the units, as it was when they were sold

    class Meta:
        abstract = True


class SoldTickets(SoldGoods):
    """What was sold where whole tickets are counted."""

    tickets = models.PositiveIntegerField()

    class Meta:
        abstract = True


class OfDay(models.Model):
    day = models.DateField()  # at the place

    class Meta:
        abstract = True


class OfMonth(models.Model):
    month = models.DateField()  # the first day of it

    class Meta:
        abstract = True


def one_per(period: str, *keys: str, name: str) -> UniqueConstraint:
    """A sale adds to the one row of its place, period, keys and channel."""
    return UniqueConstraint(fields=["location", period, *keys, "channel"], name=name)


def first_day_of_month(name: str) -> CheckConstraint:
    return CheckConstraint(condition=Q(month__day=1), name=name)


class DailySales(OfDay, SoldTickets):
    class Meta:
        constraints = [one_per("day", name="one_summary_per_day_and_channel")]
        indexes = [models.Index(fields=["day", "location"], name="summaries_by_day")]

    def __str__(self) -> str:
        return f"{self.location_id} {self.day} {self.channel}"


class MonthlySales(OfMonth, SoldTickets):
    class Meta:
        constraints = [
            one_per("month", name="one_summary_per_month_and_channel"),
            first_day_of_month("a_month_of_sales_is_its_first_day"),
        ]
        indexes = [models.Index(fields=["month"], name="months_of_all_places")]

    def __str__(self) -> str:
        return f"{self.location_id} {self.month:%Y-%m} {self.channel}"


class DailySkuSales(OfDay, SoldGoods):
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [one_per("day", "sku", name="one_summary_per_day_sku_and_channel")]
        indexes = [models.Index(fields=["day", "location", "sku"], name="sku_summaries_by_day")]

    def __str__(self) -> str:
        return f"{self.location_id} {self.day} {self.sku_id} {self.channel}"


class MonthlySkuSales(OfMonth, SoldGoods):
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            one_per("month", "sku", name="one_summary_per_month_sku_and_channel"),
            first_day_of_month("a_month_is_its_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.location_id} {self.month:%Y-%m} {self.sku_id} {self.channel}"


class DailyCategorySales(OfDay, SoldGoods):
    """By the categories of today: a trigger of the database moves the sums when a product moves."""

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [one_per("day", "category", name="one_summary_per_day_category_and_channel")]

    def __str__(self) -> str:
        return f"{self.location_id} {self.day} {self.category_id} {self.channel}"


class MonthlyCategorySales(OfMonth, SoldGoods):
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            one_per("month", "category", name="one_summary_per_month_category_and_channel"),
            first_day_of_month("a_month_of_a_category_is_its_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.location_id} {self.month:%Y-%m} {self.category_id} {self.channel}"


class DailyClerkSales(OfDay, SoldTickets):
    clerk = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )  # who rang it up, or handed the order over

    class Meta:
        constraints = [one_per("day", "clerk", name="one_summary_per_day_clerk_and_channel")]

    def __str__(self) -> str:
        return f"{self.location_id} {self.day} {self.clerk_id} {self.channel}"


class MonthlyClerkSales(OfMonth, SoldTickets):
    clerk = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            one_per("month", "clerk", name="one_summary_per_month_clerk_and_channel"),
            first_day_of_month("a_month_of_a_clerk_is_its_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.location_id} {self.month:%Y-%m} {self.clerk_id} {self.channel}"


class DailyHourSales(OfDay, SoldTickets):
    hour = models.PositiveSmallIntegerField()  # 0 to 23, at the place

    class Meta:
        constraints = [one_per("day", "hour", name="one_summary_per_day_hour_and_channel")]

    def __str__(self) -> str:
        return f"{self.location_id} {self.day} {self.hour}:00 {self.channel}"


class MonthlyHourSales(OfMonth, SoldTickets):
    hour = models.PositiveSmallIntegerField()  # 0 to 23, at the place

    class Meta:
        constraints = [
            one_per("month", "hour", name="one_summary_per_month_hour_and_channel"),
            first_day_of_month("a_month_of_an_hour_is_its_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.location_id} {self.month:%Y-%m} {self.hour}:00 {self.channel}"


class ChainMonth(models.Model):
    """A month of all places together, as it was added up: it holds as long as no place has sold more
    tickets in it than these, which a sale can only add to."""

    month = models.DateField(unique=True)  # the first day of it
    tickets = models.PositiveBigIntegerField()

    class Meta:
        constraints = [first_day_of_month("a_month_of_the_chain_is_its_first_day")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class ChainSkuSales(OfMonth):
    """What all places together sold of a SKU in a month that was added up."""

    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=6, choices=Sale.Channel)
    units = models.PositiveBigIntegerField()
    revenue = MoneyField()
    tax = MoneyField()
    cost = MoneyField()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["month", "sku", "channel"], name="one_chain_summary_per_month_and_sku"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.sku_id} {self.channel}"
