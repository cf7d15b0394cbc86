"""Cells as JSON holds them, and as they come back: amounts and days are texts there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from backoffice.reports.table import Cell, Kind

type Plain = str | int | None

DATES = (Kind.DAY, Kind.WEEK, Kind.MONTH)
DECIMALS = (Kind.MONEY, Kind.PERCENT, Kind.DAYS, Kind.DECIMAL)


def plain(cell: Cell) -> Plain:
    """The cell for JSON, in which no number has a point."""
    if isinstance(cell, Decimal):
        return str(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return cell


def typed(value: Plain, kind: Kind) -> Cell:
    """The cell that was stored in a column of this kind."""
    if isinstance(value, str) and kind in DATES:
        return date.fromisoformat(value)
    if isinstance(value, str) and kind in DECIMALS:
        return Decimal(value)
    return value
