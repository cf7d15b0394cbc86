"""The summaries of sales as tables of SQL: what is written with each sale, and what figures are read from."""

from dataclasses import dataclass

from django.db import models

from sales.models import (
    DailyCategorySales,
    DailyClerkSales,
    DailyHourSales,
    DailySales,
    DailySkuSales,
    MonthlyCategorySales,
    MonthlyClerkSales,
    MonthlyHourSales,
    MonthlySales,
    MonthlySkuSales,
)


@dataclass(frozen=True)
class Summary:
    """One table of sums per place, period and channel, and per the column `key` where it has one."""

    model: type[models.Model]
    period: str  # its column: day or month
    key: str = ""

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def is_of_goods(self) -> bool:
        """Whether it adds up lines; the others add up whole tickets."""
        return self.key in {"sku_id", "category_id"}

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that tell its rows apart."""
        own = (self.key,) if self.key else ()
        return ("location_id", self.period, *own, "channel")

    @property
    def sums(self) -> tuple[str, ...]:
        goods = ("units", "revenue", "tax", "cost")
        return goods if self.is_of_goods else ("tickets", *goods)


DAILY = {
    summary.key: summary
    for summary in (
        Summary(DailySales, "day"),
        Summary(DailySkuSales, "day", "sku_id"),
        Summary(DailyCategorySales, "day", "category_id"),
        Summary(DailyClerkSales, "day", "clerk_id"),
        Summary(DailyHourSales, "day", "hour"),
    )
}
MONTHLY = {
    summary.key: summary
    for summary in (
        Summary(MonthlySales, "month"),
        Summary(MonthlySkuSales, "month", "sku_id"),
        Summary(MonthlyCategorySales, "month", "category_id"),
        Summary(MonthlyClerkSales, "month", "clerk_id"),
        Summary(MonthlyHourSales, "month", "hour"),
    )
}
SUMMARIES = (*DAILY.values(), *MONTHLY.values())
