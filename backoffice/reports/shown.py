"""Cells and headings as people read them, in the active language: one way for page, PDF and mail, and
one for files in which numbers stay numbers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from backoffice.reports.table import Cell, Column, Kind
from backoffice.templatetags.comptoir import money
from backoffice.templatetags.figures import figure, in_currency, percent
from sales.models import Sale

NOTHING = "–"


def heading(column: Column) -> str:
    """The label; amounts with the currency, which then stands once per column."""
    label = str(column.label)
    return in_currency(label) if column.kind == Kind.MONEY else label


def file_heading(column: Column) -> str:
    if column.kind == Kind.PERCENT:
        return _("%(figure)s, in %%") % {"figure": column.label}
    return heading(column)


def shown(cell: Cell, column: Column) -> str:
    """The cell in words: `1,234.50`, `+12.5%`, `March 2026`; a dash where a figure is missing, and
    `none` where the earlier days have no such row."""
    if cell is None:
        return _nothing(column)
    if isinstance(cell, date):
        return _day(cell, column.kind)
    if column.kind == Kind.PERCENT and isinstance(cell, Decimal):
        return percent(cell) if column.is_change else _("%(number)s%%") % {"number": figure(cell)}
    if column.kind.is_number and not isinstance(cell, str):
        return figure(cell)
    return _in_words(cell, column)


def _nothing(column: Column) -> str:
    if column.compares and not column.is_change:
        return pgettext("earlier figure", "none")
    return NOTHING if column.kind.is_number else ""


def alone(cell: Cell, column: Column) -> str:
    """The cell where no heading says its currency."""
    if column.kind == Kind.MONEY and isinstance(cell, Decimal):
        return money(cell)
    return shown(cell, column)


def file_cell(cell: Cell, column: Column) -> Cell:
    """The cell of a file: numbers and days as they are, codes in words, months as 2026-03."""
    if column.kind == Kind.MONTH and isinstance(cell, date):
        return f"{cell:%Y-%m}"
    if column.kind in (Kind.HOUR, Kind.CHANNEL, Kind.WORD) and cell is not None:
        return _in_words(cell, column)
    return cell


def _day(day: date, kind: Kind) -> str:
    return date_format(day, "YEAR_MONTH_FORMAT" if kind == Kind.MONTH else "SHORT_DATE_FORMAT")


def _in_words(cell: Any, column: Column) -> str:
    if column.kind == Kind.HOUR:
        return f"{cell:02}:00–{(cell + 1) % 24:02}:00"
    if column.kind == Kind.CHANNEL:
        return str(dict(Sale.Channel.choices).get(cell, cell))
    return str((column.words or {}).get(cell, cell))
