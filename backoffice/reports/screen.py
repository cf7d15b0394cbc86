"""A page of a stored table as the screen shows it: headings that sort, cells in words with their links."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Page
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from backoffice.models import SnapshotTable
from backoffice.reports.charts import chart_in_words
from backoffice.reports.drawing import MOST_POINTS
from backoffice.reports.found import TablePage, Wanted, page_of
from backoffice.reports.links import Reader
from backoffice.reports.shown import alone, heading
from backoffice.reports.stored import rows_between
from backoffice.reports.table import BEFORE, CHANGE, Column, Table, Words
from backoffice.reports.written import RowWriter

SEARCH_FROM = 12  # rows from which on a table has a search field
MOST_TILES = 6


@dataclass(frozen=True)
class Heading:
    text: str
    is_figure: bool
    url: str  # which sorts by it
    order: str  # `ascending`, `descending` or nothing


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
        self.record, self.address = record, address
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
        self.writer = RowWriter(self.table.columns, reader)

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
        return [self._heading(column) for column in self.table.columns if column.is_shown]

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

    @property
    def rows(self) -> int:
        """How many are shown."""
        return len(self.table.rows)

    @property
    def body(self) -> SafeString:
        return self.writer.body(self.table.rows)

    @property
    def totals(self) -> SafeString:
        return self.writer.totals(self.table.totals or [])

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
