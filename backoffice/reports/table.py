"""What a report consists of: tables of typed cells, which page, chart, file and mail show alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from backoffice.lib.money import percent_change

type Cell = str | int | Decimal | date | None
type Words = str | Promise

BEFORE, CHANGE = "_before", "_change"


class Kind(StrEnum):
    """What the cells of a column are; None stands for nothing in every kind."""

    TEXT = "text"
    CODE = "code"  # text in fixed width, such as a SKU's code
    NUMBER = "number"  # int
    MONEY = "money"  # Decimal with two places
    PERCENT = "percent"  # Decimal: 12.5 is 12.5 %
    DAYS = "days"  # int or Decimal: a number of days
    DECIMAL = "decimal"  # Decimal with up to two places, such as units per day
    DAY = "day"  # date
    WEEK = "week"  # date, its Monday
    MONTH = "month"  # date, its first day
    HOUR = "hour"  # int from 0 to 23
    CHANNEL = "channel"  # a code of Sale.Channel
    WORD = "word"  # a code whose words the column knows
    REF = "ref"  # what a link needs, such as a primary key: in no page and no file

    @property
    def is_number(self) -> bool:
        return self in (Kind.NUMBER, Kind.MONEY, Kind.PERCENT, Kind.DAYS, Kind.DECIMAL)


@dataclass(frozen=True)
class Column:
    """One column. `link` names where its cells lead (`backoffice/reports/links.py`); `words` says
    what the codes of a WORD column mean; `compares` is the key of the column that this one is the
    earlier value or the change of, and `note` explains the heading. One that says what its row is
    about names in `known_by` the column by which it is surely known (itself, where its words are
    enough), and in `beside` the one whose words tell apart two that are called the same."""

    key: str
    label: Words
    kind: Kind = Kind.TEXT
    totalled: bool = False
    compares: str = ""
    link: str = ""
    words: Mapping[str, Words] | None = None
    note: Words = ""
    known_by: str = ""
    beside: str = ""

    @property
    def is_shown(self) -> bool:
        return self.kind != Kind.REF

    @property
    def is_time(self) -> bool:
        """Whether it tells rows apart by the time that they are about."""
        return self.known_by == self.key and self.kind in (Kind.DAY, Kind.WEEK, Kind.MONTH)

    @property
    def is_change(self) -> bool:
        return bool(self.compares) and self.key.endswith(CHANGE)

    def before(self) -> Column:
        """The same figure in the earlier period: `revenue` has `revenue_before`."""
        label = format_lazy(_("{figure} before"), figure=self.label)
        return replace(
            self, key=self.key + BEFORE, label=label, compares=self.key, link="", note=""
        )

    def change(self) -> Column:
        """Its change against the earlier one, in per cent: `revenue_change`."""
        label = format_lazy(_("{figure}, change"), figure=self.label)
        return Column(self.key + CHANGE, label, Kind.PERCENT, self.totalled, compares=self.key)

    def compared(self) -> tuple[Column, Column, Column]:
        """The figure, the earlier one and the change: in this order in a table."""
        return self, self.before(), self.change()


@dataclass(frozen=True)
class Chart:
    """The rows as a picture: `values` are keys of columns, side by side over the `label` column."""

    kind: Literal["bars", "line"]
    label: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows of as many cells as there are columns, in the order in which they are shown. `totals` are
    the database's, never added up from rows; `left_out` counts rows of the stored table that come
    after those that were read."""

    name: str
    title: Words
    columns: tuple[Column, ...]
    rows: list[list[Cell]]
    totals: list[Cell] | None = None
    chart: Chart | None = None
    left_out: int = 0

    @property
    def keys(self) -> list[Column]:
        """The columns that say what a row is about; no two rows are the same in all of them."""
        return [column for column in self.columns if column.known_by]

    @property
    def names(self) -> list[Column]:
        """The keys, and the columns of codes beside them."""
        codes = {code for column in self.keys for code in (column.known_by, column.beside)}
        shown = [column for column in self.columns if column.is_shown]
        return [column for column in shown if column.known_by or column.key in codes]

    def has(self, key: str) -> bool:
        return any(column.key == key for column in self.columns)

    def index(self, key: str) -> int:
        return next(n for n, column in enumerate(self.columns) if column.key == key)

    def total(self, key: str) -> Cell:
        """The total of one column; None without totals."""
        return self.totals[self.index(key)] if self.totals else None

    def amount(self, key: str) -> Decimal | None:
        """The total of a column of money."""
        total = self.total(key)
        return total if isinstance(total, Decimal) else None


def column_called(key: str, declared: Iterable[Column]) -> Column | None:
    """The column with this key among those declared, or the one that is derived from one of them."""
    known = {column.key: column for column in declared}
    if key in known:
        return known[key]
    if (base := known.get(key.removesuffix(BEFORE))) and key.endswith(BEFORE):
        return base.before()
    if (base := known.get(key.removesuffix(CHANGE))) and key.endswith(CHANGE):
        return base.change()
    return None


def percentage(now: Cell, before: Cell) -> Decimal | None:
    """The change for a `_change` column, in per cent with one place; None if it was 0 before."""
    if not isinstance(now, int | Decimal) or not isinstance(before, int | Decimal) or not before:
        return None
    return percent_change(now, before)
