"""A page of a stored table as the screen shows it: headings that sort, cells in words with their links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Page
from django.http import QueryDict
from django.utils.functional import cached_property

from backoffice.models import SnapshotTable
from backoffice.reports.charts import chart_in_words
from backoffice.reports.drawing import MOST_POINTS
from backoffice.reports.found import TablePage, Wanted, page_of
from backoffice.reports.links import Reader, link_of
from backoffice.reports.shown import alone, heading, shown
from backoffice.reports.stored import rows_between
from backoffice.reports.table import BEFORE, CHANGE, Cell, Column, Kind, Table, Words

SEARCH_FROM = 12  # rows from which on a table has a search field
MOST_TILES = 6
ONE_LINE = (Kind.DAY, Kind.WEEK, Kind.MONTH, Kind.HOUR)


@dataclass(frozen=True)
class Heading:
    text: str
    is_figure: bool
    url: str  # which sorts by it
    order: str  # `ascending`, `descending` or nothing


@dataclass(frozen=True)
class ShownCell:
    text: str
    look: str  # a class of the style sheet, or nothing
    label: str
    url: str = ""


@dataclass(frozen=True)
class Tile:
    """A total over the tables, and its change."""

    label: str
    value: str
    change: str
    before: str


class ScreenTable:
    """One table of a snapshot, as the address asks for it."""

    def __init__(self, record: SnapshotTable, address: QueryDict, reader: Reader) -> None:
        self.record, self.address, self.reader = record, address, reader
        self.name = record.name
        self.search = address.get(f"{self.name}-q", "").strip()[:100]
        self.shown: TablePage = page_of(
            record,
            Wanted(
                page=address.get(f"{self.name}-page", "1"),
                sort=address.get(f"{self.name}-sort", ""),
                words=self.search,
            ),
        )
        self.table: Table = self.shown.table
        self.columns = [(n, c) for n, c in enumerate(self.table.columns) if c.is_shown]

    @property
    def title(self) -> Words:
        return self.table.title

    @property
    def pager(self) -> Page[int]:
        return self.shown.pager

    @property
    def is_searched(self) -> bool:
        return self.record.row_count > SEARCH_FROM

    @cached_property
    def headings(self) -> list[Heading]:
        return [self._heading(column) for _n, column in self.columns]

    def _heading(self, column: Column) -> Heading:
        is_now = self.shown.sort.removeprefix("-") == column.key
        is_down = is_now and self.shown.sort.startswith("-")
        first = f"-{column.key}" if column.kind.is_number else column.key
        other = column.key if first.startswith("-") else f"-{column.key}"
        order = ("descending" if is_down else "ascending") if is_now else ""
        sort = other if is_now and self.shown.sort == first else first
        return Heading(
            heading(column), column.kind.is_number, self._address(sort=sort, page=None), order
        )

    @cached_property
    def rows(self) -> list[list[ShownCell]]:
        return [self._row(row) for row in self.table.rows]

    def _row(self, row: list[Cell]) -> list[ShownCell]:
        named = dict(zip((column.key for column in self.table.columns), row, strict=True))
        return [self._cell(row[n], column, named) for n, column in self.columns]

    def _cell(self, cell: Cell, column: Column, row: Mapping[str, Cell]) -> ShownCell:
        url = link_of(column.link, self.reader, row) if column.link and cell is not None else ""
        return ShownCell(shown(cell, column), look_of(column), heading(column), url)

    @cached_property
    def totals(self) -> list[ShownCell]:
        """The cells of the totals but the first, which says what they are."""
        if not self.table.totals:
            return []
        totals = self.table.totals
        cells = [
            ShownCell(
                "" if totals[n] is None else shown(totals[n], column),
                look_of(column),
                heading(column),
            )
            for n, column in self.columns
        ]
        return cells[1:]

    @property
    def next_page(self) -> str:
        return self._address(page=self.pager.next_page_number()) if self.pager.has_next() else ""

    @property
    def previous_page(self) -> str:
        if not self.pager.has_previous():
            return ""
        return self._address(page=self.pager.previous_page_number())

    @property
    def without_search(self) -> str:
        return self._address(q=None, page=None)

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the search field of this table must not forget."""
        own = (f"{self.name}-q", f"{self.name}-page")
        return [(name, str(value)) for name, value in self.address.items() if name not in own]

    @cached_property
    def chart_words(self) -> str:
        """What the chart shows; empty without one. It is drawn from the first rows as stored."""
        if not self.record.chart or not self.record.row_count:
            return ""
        return chart_in_words(chart_table(self.record))

    def _address(self, **changed: Any) -> str:
        query = self.address.copy()
        for name, value in changed.items():
            query.pop(f"{self.name}-{name}", None)
            if value is not None:
                query[f"{self.name}-{name}"] = str(value)
        return f"?{query.urlencode()}"


def look_of(column: Column) -> str:
    """Figures stand to the right, days and hours on one line, codes in fixed width."""
    if column.kind.is_number:
        return "number"
    return "code" if column.kind == Kind.CODE else "nowrap" if column.kind in ONE_LINE else ""


def chart_table(record: SnapshotTable) -> Table:
    """The table with those of its rows that a chart can show."""
    table = rows_between(record, 0, MOST_POINTS)
    return replace(table, left_out=record.row_count - len(table.rows))


def tiles(table: Table) -> list[Tile]:
    """The first totals, each with its change if the report compares."""
    if not table.totals:
        return []
    by_key = {column.key: column for column in table.columns}
    found = [column for column in table.columns if column.totalled and not column.compares]
    return [
        Tile(
            label=str(column.label),
            value=_total(table, column),
            change=_total(table, by_key.get(column.key + CHANGE)),
            before=_total(table, by_key.get(column.key + BEFORE)),
        )
        for column in found[:MOST_TILES]
    ]


def _total(table: Table, column: Column | None) -> str:
    if column is None or table.total(column.key) is None:
        return ""
    return alone(table.total(column.key), column)
