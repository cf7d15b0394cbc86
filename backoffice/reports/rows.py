"""What a consolidated report consists of, and its form in JSON, as snapshots store it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Self

from backoffice.lib.money import ZERO, average, percent_change
from backoffice.reports.periods import Days


@dataclass(frozen=True)
class Trend:
    """A figure against the same figure of the period before."""

    now: Decimal | int
    before: Decimal | int

    @property
    def change(self) -> Decimal | int:
        return self.now - self.before

    @property
    def percent(self) -> Decimal | None:
        return percent_change(self.now, self.before)


@dataclass(frozen=True)
class Figures:
    """The figures of one place, or of several together."""

    revenue: Decimal = ZERO
    tickets: int = 0
    units: int = 0
    revenue_before: Decimal = ZERO
    tickets_before: int = 0
    units_before: int = 0
    stock_units: int = 0
    stock_value: Decimal = ZERO  # at cost
    open_orders: int = 0
    open_orders_value: Decimal = ZERO

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Figures)))

    @property
    def average_ticket(self) -> Decimal | None:
        return average(self.revenue, self.tickets)

    @property
    def average_ticket_before(self) -> Decimal | None:
        return average(self.revenue_before, self.tickets_before)

    @property
    def revenue_trend(self) -> Trend:
        return Trend(self.revenue, self.revenue_before)

    @property
    def tickets_trend(self) -> Trend:
        return Trend(self.tickets, self.tickets_before)

    @property
    def average_ticket_trend(self) -> Trend:
        return Trend(self.average_ticket or ZERO, self.average_ticket_before or ZERO)

    @property
    def units_trend(self) -> Trend:
        return Trend(self.units, self.units_before)


@dataclass(frozen=True)
class StoreRow:
    location_id: int
    code: str
    name: str
    is_store: bool  # else a logistics centre
    figures: Figures


@dataclass(frozen=True)
class ProductRow:
    """A SKU that was sold in the period."""

    sku_id: int
    code: str
    name: str
    units: int
    revenue: Decimal
    stock: int  # now, on hand


@dataclass(frozen=True)
class BestRow:
    """One of the best products, by units."""

    rank: int
    sku_id: int
    code: str
    name: str
    units: int
    revenue: Decimal


@dataclass(frozen=True)
class ConsolidatedReport:
    """The figures of a period in a set of places; `products` may be a part of all that were sold."""

    days: Days
    best_days: Days
    made_at: datetime
    stores: list[StoreRow]
    products: list[ProductRow]
    best: list[BestRow]

    @cached_property
    def total(self) -> Figures:
        return sum((row.figures for row in self.stores), Figures())

    @property
    def before(self) -> Days:
        return self.days.before

    @property
    def store_count(self) -> int:
        return sum(row.is_store for row in self.stores)

    def to_json(self) -> dict[str, Any]:
        """The report as numbers, texts, lists and mappings; amounts are texts such as `"12.50"`."""
        return {
            "first_day": self.days.first.isoformat(),
            "last_day": self.days.last.isoformat(),
            "best_first_day": self.best_days.first.isoformat(),
            "made_at": self.made_at.isoformat(),
            "stores": [_plain(row) for row in self.stores],
            "products": [_plain(row) for row in self.products],
            "best": [_plain(row) for row in self.best],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        days = Days(date.fromisoformat(data["first_day"]), date.fromisoformat(data["last_day"]))
        return cls(
            days=days,
            best_days=Days(date.fromisoformat(data["best_first_day"]), days.last),
            made_at=datetime.fromisoformat(data["made_at"]),
            stores=[
                StoreRow(**row | {"figures": Figures(**_amounts(row["figures"]))})
                for row in data["stores"]
            ],
            products=[ProductRow(**_amounts(row)) for row in data["products"]],
            best=[BestRow(**_amounts(row)) for row in data["best"]],
        )


AMOUNTS = {"revenue", "revenue_before", "stock_value", "open_orders_value"}


def _plain(row: Any) -> dict[str, Any]:
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    return {
        name: str(value)
        if isinstance(value, Decimal)
        else _plain(value)
        if isinstance(value, Figures)
        else value
        for name, value in values.items()
    }


def _amounts(row: dict[str, Any]) -> dict[str, Any]:
    return {name: Decimal(value) if name in AMOUNTS else value for name, value in row.items()}
