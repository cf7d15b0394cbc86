"""What was sold today, this week and this month beside the same stretch before, until the same hour.

* Today so far stands beside the same day last week until this time of day.
* This week so far, from Monday, stands beside last week until the same day and time of day.
* This month so far stands beside as long a stretch of the month before: the first 21 days of both, the
  last of them until this time of day; all of the month before, where that is shorter.

Each place has its own clock: its own today, week and month.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from backoffice.lib.money import MOST_CHANGE, ZERO, average, percent, to_tenths
from backoffice.queries.figure_links import FigureLinks
from backoffice.queries.stock_value import SOLD_DAYS
from backoffice.queries.takings_sql import ORDERS, takings_sql
from backoffice.reports.periods import ONE_DAY, Days
from stores.models import Location

WEEK = timedelta(days=7)
PER_PAGE = 10


@dataclass(frozen=True)
class Stretches:
    """The days of a place that are compared, today last; of several places, from the first day that
    it is at one of them to the last."""

    today: Days
    week: Days
    week_then: Days
    month: Days
    month_then: Days

    @classmethod
    def of(cls, places: Iterable[Location], now: datetime) -> "Stretches":
        days = {place.local_day(now) for place in places} or {now.date()}
        today = Days(min(days), max(days))
        week = Days(today.first - timedelta(days=today.first.weekday()), today.last)
        month = Days(today.first.replace(day=1), today.last)
        before = month.first - ONE_DAY
        as_long = before.replace(day=1) + (month.last - month.first)
        return cls(
            today,
            week,
            Days(week.first - WEEK, week.last - WEEK),
            month,
            Days(before.replace(day=1), min(as_long, before)),
        )

    @property
    def day_then(self) -> date:
        return self.today.last - WEEK

    @property
    def month_then_is_whole(self) -> bool:
        """The month before was too short for as many days."""
        return len(self.month_then) < len(self.month)


class Sold(NamedTuple):
    """What was sold in a stretch of time."""

    revenue: Decimal = ZERO
    tax: Decimal = ZERO
    cost: Decimal = ZERO
    tickets: int = 0
    units: int = 0

    @property
    def margin(self) -> Decimal:
        return self.revenue - self.tax - self.cost

    @property
    def margin_rate(self) -> Decimal | None:
        """The margin in per cent of the revenue without tax; None if there is none."""
        return percent(self.margin, self.revenue - self.tax)

    @property
    def average(self) -> Decimal | None:
        return average(self.revenue, self.tickets)


NOTHING = Sold()


@dataclass(frozen=True)
class Compared:
    """What was sold in a stretch of time, and in the one it stands beside."""

    now: Sold = NOTHING
    then: Sold = NOTHING

    @property
    def change(self) -> Decimal | None:
        """Of the revenue, in parts of 1; None where there is nothing to compare with."""
        return _change(self.now.revenue, self.then.revenue)

    @property
    def tickets_change(self) -> Decimal | None:
        return _change(Decimal(self.now.tickets), Decimal(self.then.tickets))

    @property
    def units_change(self) -> Decimal | None:
        return _change(Decimal(self.now.units), Decimal(self.then.units))

    @property
    def margin_change(self) -> Decimal | None:
        return _change(self.now.margin, self.then.margin)

    @property
    def average_change(self) -> Decimal | None:
        return _change(self.now.average, self.then.average)


@dataclass(frozen=True)
class Revenues:
    """What was taken in a stretch of time, and in the one it stands beside."""

    now: Decimal = ZERO
    then: Decimal = ZERO

    @property
    def change(self) -> Decimal | None:
        return _change(self.now, self.then)


@dataclass(frozen=True)
class Takings:
    """The stretches of one place, of one channel, or of all."""

    today: Compared = Compared()
    week: Revenues = Revenues()
    month: Revenues = Revenues()
    whole_day_then: Decimal = ZERO  # the same day last week until its end
    sold_28: int = 0  # units, today and in the days before it: as the report of stock counts

    def cover(self, units: int) -> Decimal | None:
        """The days for which so many units last, to a tenth; None if none were sold."""
        if not self.sold_28:
            return None
        return to_tenths(Decimal(units * SOLD_DAYS) / self.sold_28)


@dataclass(frozen=True)
class PlaceRow:
    """One place in the table of all; of a store the rank by this week's revenue, and by last week's
    until this time."""

    location: Location
    today: date
    takings: Takings
    rank: int | None
    rank_then: int | None
    stock: int  # units
    alerts: int

    @property
    def climbed(self) -> int:
        """By how many ranks it rose since last week; less than 0, fell."""
        return (self.rank_then or 0) - (self.rank or 0)

    @property
    def cover(self) -> Decimal | None:
        return self.takings.cover(self.stock)

    @property
    def links(self) -> FigureLinks:
        return FigureLinks(Days(self.today, self.today), self.location)


@dataclass(frozen=True)
class ChainTakings:
    """All places together, each channel, and one page of the table of places."""

    total: Takings
    channels: Mapping[str, Takings]
    rows: Sequence[PlaceRow]
    count: int  # of places in the whole table


def chain_takings(
    places: Collection[Location],
    now: datetime,
    *,
    order: str = "-today",
    page: int = 1,
    stock: Mapping[int, int] | None = None,
    alerts: Mapping[int, int] | None = None,
) -> ChainTakings:
    """What these places sold, with a page of them in this order; in one query. `stock` (units) and
    `alerts` by place are shown, and sorted by, beside it."""
    by_pk, stretches = {place.pk: place for place in places}, Stretches.of(places, now)
    given = {
        "now": now,
        "places": list(by_pk),
        "first": min(stretches.month_then.first, stretches.today.first - (SOLD_DAYS - 1) * ONE_DAY),
        "last": stretches.today.last,
        "stock": [(stock or {}).get(pk, 0) for pk in by_pk],
        "alerts": [(alerts or {}).get(pk, 0) for pk in by_pk],
        "limit": PER_PAGE,
        "offset": (page - 1) * PER_PAGE,
    }
    found = _rows(takings_sql(order if order in ORDERS else "-today"), given)
    of_places = [row for row in found if row["location_id"]]
    others = {row["channel"]: _takings(row) for row in found if not row["location_id"]}
    return ChainTakings(
        total=others.pop(None, Takings()),
        channels=others,
        rows=[_place_row(by_pk[row["location_id"]], row) for row in of_places],
        count=of_places[0]["places"] if of_places else 0,
    )


def _place_row(place: Location, row: Mapping[str, Any]) -> PlaceRow:
    figures = (row[name] for name in ("rank", "rank_then", "stock", "alerts"))
    return PlaceRow(place, row["today"], _takings(row), *figures)


def _rows(sql: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _takings(row: Mapping[str, Any]) -> Takings:
    today, then = (
        Sold(*(row[f"{stretch}_{measure}"] for measure in Sold._fields))
        for stretch in ("today", "today_then")
    )
    return Takings(
        today=Compared(today, then),
        week=Revenues(row["week_revenue"], row["week_then_revenue"]),
        month=Revenues(row["month_revenue"], row["month_then_revenue"]),
        whole_day_then=row["whole_then_revenue"],
        sold_28=row["rate_units"],
    )


def _change(now: Decimal | None, then: Decimal | None) -> Decimal | None:
    """In parts of what was then: more is above 0, also where it was a loss. Nothing, where that was
    so small a loss that no part of it says anything."""
    if now is None or not then:
        return None
    change = (now - then) / abs(then)
    return None if then < 0 and change >= MOST_CHANGE else change
