"""Rows of a report's table as HTML: what is the same in each cell of a column is worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from backoffice.reports.links import Reader, link_of
from backoffice.reports.shown import heading, shown
from backoffice.reports.table import Cell, Column, Kind

CELL = "{}{}</td>"
LINK, FIGURE_LINK = '<a href="{}">{}</a>', '<a class="figure-link" href="{}">{}</a>'
ONE_LINE = (Kind.DAY, Kind.WEEK, Kind.MONTH, Kind.HOUR)


class RowWriter:
    """Writes the rows of a table with these columns for one reader."""

    def __init__(self, columns: Sequence[Column], reader: Reader) -> None:
        self.reader = reader
        self.keys = [column.key for column in columns]
        self.columns = [(n, c, _opening(c)) for n, c in enumerate(columns) if c.is_shown]

    def body(self, rows: Iterable[Sequence[Cell]]) -> SafeString:
        return format_html_join("\n", "<tr>{}</tr>", ((self._cells(row),) for row in rows))

    def totals(self, totals: Sequence[Cell]) -> SafeString:
        """The cells of the totals but the first, which says what they are."""
        cells = (
            (opening, "" if totals[n] is None else shown(totals[n], column))
            for n, column, opening in self.columns[1:]
        )
        return format_html_join("", CELL, cells)

    def _cells(self, row: Sequence[Cell]) -> SafeString:
        named = dict(zip(self.keys, row, strict=True))
        cells = (
            (opening, self._content(row[n], column, named)) for n, column, opening in self.columns
        )
        return format_html_join("", CELL, cells)

    def _content(self, cell: Cell, column: Column, row: Mapping[str, Cell]) -> str:
        text = shown(cell, column)
        url = link_of(column.link, self.reader, row) if column.link and cell is not None else ""
        if not url:
            return text
        return format_html(FIGURE_LINK if column.kind.is_number else LINK, url, text)


def _opening(column: Column) -> SafeString:
    """Figures stand to the right, days and hours on one line, codes in fixed width."""
    look = "code" if column.kind == Kind.CODE else "nowrap" if column.kind in ONE_LINE else ""
    if column.kind.is_number:
        look = "number"
    kind = format_html(' class="{}"', look) if look else ""
    return format_html('<td{} data-label="{}">', kind, heading(column))
