"""What was sold today beside the same day last week, until the same hour."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce

from django.db.models import Count, Q, Sum

from backoffice.lib.money import ZERO, to_cents
from sales.models import DailySales, Sale
from stores.models import Location

ONE_DAY, WEEK = timedelta(days=1), timedelta(days=7)
CHART_DAYS = 14
CHART_HEIGHT = 100
BAR_STEP = 20  # between the left edges of two bars


@dataclass(frozen=True)
class Takings:
    """What was sold: today so far, the same day last week until this hour and that whole day, and
    yesterday."""

    revenue: Decimal = ZERO
    tickets: int = 0
    revenue_then: Decimal = ZERO
    tickets_then: int = 0
    whole_day_then: Decimal = ZERO
    yesterday: Decimal = ZERO

    @property
    def average(self) -> Decimal | None:
        return to_cents(self.revenue / self.tickets) if self.tickets else None

    @property
    def average_then(self) -> Decimal | None:
        return to_cents(self.revenue_then / self.tickets_then) if self.tickets_then else None

    @property
    def change(self) -> Decimal | None:
        """Of the revenue, in parts of 1; None where there is nothing to compare with."""
        return _change(self.revenue, self.revenue_then)

    @property
    def tickets_change(self) -> Decimal | None:
        return _change(Decimal(self.tickets), Decimal(self.tickets_then))

    @property
    def average_change(self) -> Decimal | None:
        return _change(self.average, self.average_then)

    def __add__(self, other: "Takings") -> "Takings":
        return Takings(
            self.revenue + other.revenue,
            self.tickets + other.tickets,
            self.revenue_then + other.revenue_then,
            self.tickets_then + other.tickets_then,
            self.whole_day_then + other.whole_day_then,
            self.yesterday + other.yesterday,
        )


@dataclass(frozen=True)
class PlaceToday:
    """One place's takings; the widths of its bars are per cent of the longest bar."""

    location: Location
    day: date
    takings: Takings
    width: int
    width_then: int

    @property
    def yesterday(self) -> date:
        return self.day - ONE_DAY


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


def takings_today(places: Iterable[Location], now: datetime) -> dict[int, Takings]:
    """The takings of each place, by its id, on the day that it is there; two queries."""
    summaries = Q(pk__in=[])
    until_this_hour = Q(pk__in=[])
    todays: dict[int, date] = {}
    for group in _by_zone(places):
        there = now.astimezone(group[0].zone)
        ids = [place.pk for place in group]
        day, day_then = there.date(), (there - WEEK).date()
        summaries |= Q(location_id__in=ids, day__in=[day, day - ONE_DAY, day_then])
        until_this_hour |= Q(location_id__in=ids, sold_on=day_then, sold_at__lte=there - WEEK)
        todays |= dict.fromkeys(ids, day)
    found: dict[int, Takings] = {pk: Takings() for pk in todays}
    for row in DailySales.objects.filter(summaries).values_list(
        "location_id", "day", "revenue", "tickets"
    ):
        pk, day, revenue, tickets = row
        if day == todays[pk]:
            found[pk] += Takings(revenue=revenue, tickets=tickets)
        elif day == todays[pk] - ONE_DAY:
            found[pk] += Takings(yesterday=revenue)
        else:
            found[pk] += Takings(whole_day_then=revenue)
    then = Sale.objects.filter(until_this_hour).order_by().values_list("location_id")
    for pk, revenue, tickets in then.annotate(Sum("total"), Count("pk")):
        found[pk] += Takings(revenue_then=revenue, tickets_then=tickets)
    return found


def added(takings: Iterable[Takings]) -> Takings:
    return reduce(Takings.__add__, takings, Takings())


def side_by_side(
    places: Iterable[Location], takings: dict[int, Takings], now: datetime
) -> list[PlaceToday]:
    """The stores, and whatever else sold something, best first."""
    nothing = Takings()
    shown = [
        place
        for place in places
        if (place.kind == Location.Kind.STORE and place.is_active) or takings[place.pk] != nothing
    ]
    shown.sort(key=lambda place: _best_first(place, takings[place.pk]))
    figures = [takings[place.pk] for place in shown]
    longest = max((max(t.revenue, t.revenue_then) for t in figures), default=ZERO)
    return [
        PlaceToday(
            location=place,
            day=place.local_day(now),
            takings=takings[place.pk],
            width=_per_cent(takings[place.pk].revenue, longest),
            width_then=_per_cent(takings[place.pk].revenue_then, longest),
        )
        for place in shown
    ]


def _best_first(place: Location, takings: Takings) -> tuple[Decimal, Decimal, str]:
    return (-takings.revenue, -takings.yesterday, place.name)


def last_days(place: Location, now: datetime) -> list[DayBar]:
    """The last 14 days of one place, today included, as bars; one query."""
    today = place.local_day(now)
    days = [today - timedelta(days=number) for number in reversed(range(CHART_DAYS))]
    rows = DailySales.objects.filter(location=place, day__in=days).order_by().values_list("day")
    sums = {
        day: (revenue, tickets)
        for day, revenue, tickets in rows.annotate(Sum("revenue"), Sum("tickets"))
    }
    best = max((revenue for revenue, _tickets in sums.values()), default=ZERO)
    return [
        DayBar(
            day=day,
            revenue=sums.get(day, (ZERO, 0))[0],
            tickets=sums.get(day, (ZERO, 0))[1],
            x=number * BAR_STEP,
            height=_per_cent(sums.get(day, (ZERO, 0))[0], best),
        )
        for number, day in enumerate(days)
    ]


def _by_zone(places: Iterable[Location]) -> Sequence[Sequence[Location]]:
    groups: dict[str, list[Location]] = defaultdict(list)
    for place in places:
        groups[place.time_zone].append(place)
    return list(groups.values())


def _change(now: Decimal | None, then: Decimal | None) -> Decimal | None:
    return (now - then) / then if now is not None and then else None


def _per_cent(part: Decimal, whole: Decimal) -> int:
    return round(100 * part / whole) if whole else 0
