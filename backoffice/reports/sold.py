"""What was sold, from the summaries that are written with each sale; never from sale lines."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain, pairwise
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection
from django.db.models import IntegerField, QuerySet, Sum, Value
from django.utils import timezone

from backoffice.lib.money import ZERO
from backoffice.reports.periods import ONE_DAY, Days
from backoffice.reports.table import Kind
from backoffice.reports.times import steps
from sales.chain import chain_months
from sales.models import ChainSkuSales, DailySkuSales, MonthlySkuSales

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


@dataclass(frozen=True)
class Piece:
    """Some days, or whole months, that are added up from their own summaries."""

    days: Days
    is_months: bool = False

    def cut_at(self, cuts: Sequence[date]) -> list[Piece]:
        """Its stretches between two cuts; months stay together."""
        if self.is_months:
            return [self]
        end = self.days.last + ONE_DAY
        stretches = [(a, b) for a, b in pairwise(cuts) if self.days.first <= a and b <= end]
        return [Piece(Days(first, next_ - ONE_DAY)) for first, next_ in stretches]


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
    """For each range, what was sold of each SKU; at most one query, and one that asks for whole months.

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
    pieces = _pieces_of(parts)
    found = _in_one_query(places, list(dict.fromkeys(chain.from_iterable(pieces.values()))))
    by_days = {days: [sales for piece in pieces[days] for sales in found[piece]] for days in parts}
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


def _pieces_of(parts: Iterable[Days]) -> dict[Days, list[Piece]]:
    """What adds up to each part; days that several parts have in common are the same piece."""
    whole = {days: _months_and_days(days) for days in parts}
    days_alone = [piece.days for found in whole.values() for piece in found if not piece.is_months]
    cuts = sorted({cut for days in days_alone for cut in (days.first, days.last + ONE_DAY)})
    return {
        days: [piece for each in found for piece in each.cut_at(cuts)]
        for days, found in whole.items()
    }


def _months_and_days(days: Days) -> list[Piece]:
    months = days.whole_months()
    if not len(months):
        return [Piece(days)] if len(days) else []
    edges = (days.until(months.first - ONE_DAY), days.since(months.last + ONE_DAY))
    return [Piece(months, is_months=True), *[Piece(edge) for edge in edges if len(edge)]]


def _summaries(places: Collection[LocationId], piece: Piece) -> list[QuerySet[Any]]:
    """Those that add up to a piece; of all places together, where they say the same."""
    days = piece.days
    if not piece.is_months:
        each_day = DailySkuSales.objects.filter(location__in=places)
        return [each_day.filter(day__range=(days.first, days.last))]
    of_all = chain_months(places, days.first, days.last)
    others = set(steps(Kind.MONTH, days.first, days.last)).difference(of_all)
    found: list[QuerySet[Any]] = [ChainSkuSales.objects.filter(month__in=of_all)] if of_all else []
    if others:
        found.append(MonthlySkuSales.objects.filter(location__in=places, month__in=others))
    return found


def _in_one_query(
    places: Collection[LocationId], pieces: list[Piece]
) -> dict[Piece, list[SkuSales]]:
    """What the places sold of each SKU in each piece."""
    queries = [
        summaries.annotate(piece=Value(number, IntegerField()))
        .values_list("piece", "sku_id")
        .annotate(Sum("units"), Sum("revenue"))
        .order_by()
        for number, piece in enumerate(pieces)
        for summaries in _summaries(places, piece)
    ]
    found: dict[Piece, list[SkuSales]] = {piece: [] for piece in pieces}
    if not queries:
        return found
    first, *others = queries
    for number, sku_id, units, revenue in first.union(*others, all=True) if others else first:
        found[pieces[number]].append((sku_id, units, int(100 * revenue)))
    return found
