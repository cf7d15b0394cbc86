"""What was sold, from the summaries that are written with each sale; never from sale lines."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection
from django.db.models import IntegerField, QuerySet, Sum, Value
from django.utils import timezone

from backoffice.lib.money import ZERO
from backoffice.reports.periods import ONE_DAY, Days
from sales.models import DailySkuSales, MonthlySkuSales

type LocationId = int
type SkuId = int
type SkuSales = tuple[SkuId, int, int]  # units, and revenue in cents

MEMO_SECONDS = 24 * 3600
EVERYWHERE = 0  # stands for all places together where each has its id
EACH_PLACE = """
    SELECT location_id, segment, sum(tickets)::bigint, sum(units)::bigint, sum(revenue)
    FROM (
        SELECT location_id, width_bucket(day, %(cuts)s::date[]) AS segment, tickets, units, revenue
        FROM sales_dailysales
        WHERE location_id = ANY(%(places)s) AND day >= %(first)s AND day < %(end)s
    ) sold
    GROUP BY GROUPING SETS ((location_id, segment), (segment))
"""  # segments are numbered stretches between two cuts


class Sums(NamedTuple):
    """What one place sold in some days."""

    tickets: int = 0
    units: int = 0
    revenue: Decimal = ZERO

    def plus(self, other: Sums) -> Sums:
        return Sums(
            self.tickets + other.tickets, self.units + other.units, self.revenue + other.revenue
        )


class Sold(NamedTuple):
    """What was sold of one SKU."""

    sku_id: SkuId
    units: int
    revenue: Decimal


@dataclass(frozen=True)
class SoldSkus:
    """Every SKU that was sold, most units first: in arrays, as the cache holds thousands at little
    cost and a page needs a few."""

    sku_ids: array[int]
    units: array[int]
    cents: array[int]

    @classmethod
    def added_up(cls, sales: Iterable[SkuSales]) -> SoldSkus:
        total: dict[SkuId, tuple[int, int]] = {}
        for sku_id, units, cents in sales:
            earlier_units, earlier_cents = total.get(sku_id, (0, 0))
            total[sku_id] = earlier_units + units, earlier_cents + cents
        ranked = sorted(total, key=lambda sku_id: (*[-sum_ for sum_ in total[sku_id]], sku_id))
        return cls(
            array("q", ranked),
            array("q", [total[sku_id][0] for sku_id in ranked]),
            array("q", [total[sku_id][1] for sku_id in ranked]),
        )

    def __len__(self) -> int:
        return len(self.sku_ids)

    def __getitem__(self, rank: int) -> Sold:
        return Sold(self.sku_ids[rank], self.units[rank], Decimal(self.cents[rank]).scaleb(-2))

    def sales(self) -> Iterable[SkuSales]:
        return zip(self.sku_ids, self.units, self.cents, strict=True)


class SalesByPlace:
    """The sums of every place, and of `EVERYWHERE` together, over several, perhaps overlapping, ranges
    of days: in one query."""

    def __init__(self, places: Collection[LocationId], ranges: Iterable[Days]) -> None:
        wanted = [days for days in ranges if len(days)]
        self.cuts = sorted(
            {days.first for days in wanted} | {days.last + ONE_DAY for days in wanted}
        )
        with connection.cursor() as cursor:
            first, *_between, end = self.cuts
            given: dict[str, Any] = {"places": list(places), "cuts": self.cuts}
            cursor.execute(EACH_PLACE, {**given, "first": first, "end": end})
            self.rows = [
                (EVERYWHERE if place is None else place, segment, Sums(*figures))
                for place, segment, *figures in cursor.fetchall()
            ]

    def over(self, days: Days) -> dict[LocationId, Sums]:
        """The sums of each place that sold something in one of the ranges asked for."""
        sums: dict[LocationId, Sums] = {}
        for place, segment, figures in self.rows:
            if days.first <= self.cuts[segment - 1] and self.cuts[segment] <= days.last + ONE_DAY:
                sums[place] = sums.get(place, Sums()).plus(figures)
        return sums


def ended(days: Days) -> Days:
    """The part of the days that is over: it hardly ever changes again."""
    return days.until(timezone.now().date() - ONE_DAY)


def still_open(days: Days) -> Days:
    return days.since(timezone.now().date())


def sold_by_sku(
    places: Collection[LocationId], ranges: Sequence[Days], sales: SalesByPlace
) -> list[SoldSkus]:
    """For each range, what was sold of each SKU; at most one query.

    It is remembered under the tickets and revenue that each place had in those days, so that a
    sale, however late, is never missing: it makes another key. `sales` must know the sums of the
    ranges and of their `ended` parts.
    """
    keys = [_memo_key(sales.over(days), days) for days in ranges]
    known: dict[str, SoldSkus] = cache.get_many(keys)
    missing = {key: days for key, days in zip(keys, ranges, strict=True) if key not in known}
    if missing:
        fresh = _added_up(places, list(missing.values()), sales)
        known |= dict(zip(missing, fresh, strict=True))
    return [known[key] for key in keys]


def _added_up(
    places: Collection[LocationId], ranges: Sequence[Days], sales: SalesByPlace
) -> list[SoldSkus]:
    """The same from the summaries of the days still open, and what is remembered of the others."""
    past = {days: _memo_key(sales.over(ended(days)), ended(days)) for days in ranges}
    known: dict[str, SoldSkus] = cache.get_many(past.values())
    parts = [ended(days) for days, key in past.items() if key not in known]
    parts += {still_open(days): None for days in ranges}
    found = _in_one_query(
        [(number, query) for number, days in enumerate(parts) for query in _units(places, days)]
    )
    by_days = {days: found.get(number, []) for number, days in enumerate(parts)}
    fresh = {
        key: SoldSkus.added_up(by_days[ended(days)])
        for days, key in past.items()
        if key not in known
    }
    known |= fresh
    result = [
        SoldSkus.added_up(chain(known[past[days]].sales(), by_days[still_open(days)]))
        for days in ranges
    ]
    fresh |= {
        _memo_key(sales.over(days), days): sold for days, sold in zip(ranges, result, strict=True)
    }
    cache.set_many(fresh, MEMO_SECONDS)
    return result


def _memo_key(sales: dict[LocationId, Sums], days: Days) -> str:
    text = repr((days, sorted(sales.items())))
    return f"sold-skus:{hashlib.sha256(text.encode()).hexdigest()}"


def _units(places: Collection[LocationId], days: Days) -> list[QuerySet[Any]]:
    """The summaries that add up to the days: those of whole months, and of the days around them."""
    months = days.whole_months()
    if len(months):
        edges = [days.until(months.first - ONE_DAY), days.since(months.last + ONE_DAY)]
        whole = MonthlySkuSales.objects.filter(month__range=(months.first, months.last))
        summaries = [whole.filter(location__in=places)]
    else:
        edges, summaries = [days], []
    return summaries + [
        DailySkuSales.objects.filter(location__in=places, day__range=(edge.first, edge.last))
        for edge in edges
        if len(edge)
    ]


def _in_one_query(parts: list[tuple[int, QuerySet[Any]]]) -> dict[int, list[SkuSales]]:
    """What each numbered part sold of each SKU; parts of one number follow one another."""
    if not parts:
        return {}
    first, *others = [
        summaries.annotate(part=Value(number, IntegerField()))
        .values_list("part", "sku_id")
        .annotate(Sum("units"), Sum("revenue"))
        .order_by()
        for number, summaries in parts
    ]
    found: dict[int, list[SkuSales]] = {}
    for number, sku_id, units, revenue in first.union(*others, all=True) if others else first:
        found.setdefault(number, []).append((sku_id, units, int(100 * revenue)))
    return found
