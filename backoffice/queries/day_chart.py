"""The last days of places as a picture: bars on the page of one, a line in the table of all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum

from backoffice.lib.money import ZERO
from sales.models import DailySales

CHART_DAYS, CHART_HEIGHT = 14, 100
BAR_STEP = 20  # between the left edges of two bars


@dataclass(frozen=True)
class DayBar:
    """One day of a chart: where its bar stands, and how high, in per cent of the best day."""

    day: date
    revenue: Decimal
    tickets: int
    x: int
    height: int

    @property
    def y(self) -> int:
        return CHART_HEIGHT - self.height


@dataclass(frozen=True)
class DayChart:
    """The last days of one place, the oldest first, today last."""

    bars: Sequence[DayBar]

    @property
    def points(self) -> str:
        """Of a line through the days that are over, in a picture of 130 by 30: today, which is not,
        is a dot, so that no line falls every morning."""
        over = self.bars[:-1]
        return " ".join(f"{10 * x},{28 - bar.height * 26 // 100}" for x, bar in enumerate(over))

    @property
    def last_y(self) -> int:
        return 28 - self.bars[-1].height * 26 // 100

    @property
    def lowest(self) -> Decimal:
        return min(bar.revenue for bar in self.bars)

    @property
    def highest(self) -> Decimal:
        return max(bar.revenue for bar in self.bars)


def last_days(places: Mapping[int, date]) -> dict[int, DayChart]:
    """The last 14 days of each place, its today included, by its id; one query."""
    if not places:
        return {}
    first = min(places.values()) - timedelta(days=CHART_DAYS - 1)
    rows = DailySales.objects.filter(
        location__in=places, day__gte=first, day__lte=max(places.values())
    )
    sums = {
        (place, day): (revenue, tickets)
        for place, day, revenue, tickets in rows.order_by()
        .values_list("location_id", "day")
        .annotate(Sum("revenue"), Sum("tickets"))
    }
    return {place: DayChart(list(_bars(place, today, sums))) for place, today in places.items()}


def _bars(
    place: int, today: date, sums: Mapping[tuple[int, date], tuple[Decimal, int]]
) -> Iterator[DayBar]:
    days = [today - timedelta(days=number) for number in reversed(range(CHART_DAYS))]
    figures = [sums.get((place, day), (ZERO, 0)) for day in days]
    best = max(revenue for revenue, _tickets in figures)
    for number, (day, (revenue, tickets)) in enumerate(zip(days, figures, strict=True)):
        height = round(CHART_HEIGHT * revenue / best) if best > 0 else 0
        yield DayBar(day, revenue, tickets, number * BAR_STEP, height)
