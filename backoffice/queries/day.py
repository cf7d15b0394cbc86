"""One day of one place: what was sold, by hour, by clerk and by product, from its summaries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum
from django.utils import timezone

from backoffice.lib.money import ZERO, average
from backoffice.queries.day_chart import BAR_STEP, CHART_HEIGHT
from backoffice.queries.figure_links import FigureLinks
from backoffice.queries.takings import WEEK, Takings, chain_takings
from backoffice.reports.periods import ONE_DAY, Days
from inventory.models import Sku
from sales.models import DailyClerkSales, DailyHourSales, DailySkuSales, Sale
from stores.models import Location

PRODUCTS = 15
RECEIPTS = 15


class HourBar(NamedTuple):
    """What was sold in one hour, and how high its bar is, in per cent of the best hour."""

    hour: int
    revenue: Decimal
    tickets: int
    x: int
    height: int

    @property
    def y(self) -> int:
        return CHART_HEIGHT - self.height


class ProductRow(NamedTuple):
    sku: Sku
    units: int
    revenue: Decimal


class ClerkRow(NamedTuple):
    pk: int
    name: str
    tickets: int
    units: int
    revenue: Decimal

    @property
    def average(self) -> Decimal | None:
        return average(self.revenue, self.tickets)


@dataclass(frozen=True)
class StoreDay:
    """A day beside the same day a week before: of today, until this time of day."""

    day: date
    is_today: bool
    links: FigureLinks
    takings: Takings
    channels: Sequence[tuple[str, Takings]]
    hours: Sequence[HourBar]
    clerks: Sequence[ClerkRow]
    products: Sequence[ProductRow]
    receipts: Sequence[Sale]

    @property
    def day_then(self) -> date:
        return self.day - WEEK

    @property
    def chart_width(self) -> int:
        return len(self.hours) * BAR_STEP

    @property
    def before(self) -> date:
        return self.day - ONE_DAY

    @property
    def after(self) -> date | None:
        return None if self.is_today else self.day + ONE_DAY


def day_of(place: Location, day: date) -> StoreDay:
    """The figures of a day that has begun at this place."""
    now = timezone.now()
    is_today = day == place.local_day(now)
    sold = chain_takings([place], now if is_today else _end_of(place, day))
    receipts = Sale.objects.filter(location=place, sold_on=day)
    names = dict(Sale.Channel.choices)
    return StoreDay(
        day=day,
        is_today=is_today,
        links=FigureLinks(Days(day, day), place),
        takings=sold.total,
        channels=[(str(names.get(code, code)), one) for code, one in sold.channels.items()],
        hours=_hours(place, day),
        clerks=_clerks(place, day),
        products=_products(place, day),
        receipts=list(receipts.select_related("location", "by").order_by("-pk")[:RECEIPTS]),
    )


def _end_of(place: Location, day: date) -> datetime:
    """The last moment of a day, by the clock of the place."""
    return datetime.combine(day + ONE_DAY, time.min, place.zone) - timedelta(microseconds=1)


def _hours(place: Location, day: date) -> list[HourBar]:
    """The hours from the first to the last in which something was sold."""
    rows = DailyHourSales.objects.filter(location=place, day=day).order_by()
    sums = {
        hour: (revenue, tickets)
        for hour, revenue, tickets in rows.values_list("hour").annotate(
            Sum("revenue"), Sum("tickets")
        )
    }
    best = max((revenue for revenue, _tickets in sums.values()), default=ZERO)
    first = min(sums, default=0)
    return [
        HourBar(
            hour,
            *sums.get(hour, (ZERO, 0)),
            x=(hour - first) * BAR_STEP,
            height=round(CHART_HEIGHT * sums[hour][0] / best) if hour in sums and best > 0 else 0,
        )
        for hour in range(first, max(sums, default=-1) + 1)
    ]


def _clerks(place: Location, day: date) -> list[ClerkRow]:
    """Who sold, who sold most first."""
    rows = DailyClerkSales.objects.filter(location=place, day=day).order_by()
    sums = rows.values_list("clerk_id", "clerk__name").annotate(
        Sum("tickets"), Sum("units"), sold=Sum("revenue")
    )
    return [ClerkRow(*row) for row in sums.order_by("-sold", "clerk_id")]


def _products(place: Location, day: date) -> list[ProductRow]:
    """What was sold, most revenue first."""
    rows = DailySkuSales.objects.filter(location=place, day=day).order_by()
    sums = rows.values_list("sku_id").annotate(Sum("units"), sold=Sum("revenue"))
    found = list(sums.order_by("-sold", "sku_id")[:PRODUCTS])
    skus = Sku.objects.select_related("product").in_bulk([pk for pk, _units, _sold in found])
    return [ProductRow(skus[pk], units, sold) for pk, units, sold in found]
