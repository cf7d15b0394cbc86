"""How heavy a report's files can be, told from its cells alone: before any of them is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from backoffice.reports.papers import MOST_PAPER_ROWS
from backoffice.reports.stored import Stored
from backoffice.reports.table import Cell, Column, Kind, Table

CELL = 24  # bytes of a number or a day, with what a file writes around it
WORDS = 120  # of a code that files say in words
ROW = 40
OF_A_WORKBOOK = 20_000  # its styles, and the sheet that says what was asked
OF_A_PAPER, OF_A_CHART = 300_000, 100_000  # its fonts; a drawing


def most_bytes(stored: Stored, wanted: str) -> int:
    """What a file, as `report_file` calls it, weighs at most: no file that this lets through is too
    large, and page, preview and mail know it of files that nobody drew."""
    if wanted == "pdf":
        drawn = sum(2 * _weight(table, table.rows[:MOST_PAPER_ROWS]) for table in stored.tables)
        return OF_A_PAPER + OF_A_CHART * len(stored.tables) + drawn
    if wanted == "xlsx":
        return OF_A_WORKBOOK + sum(_weight(table, table.rows) for table in stored.tables)
    table = stored.table(wanted.removeprefix("csv-"))
    return _weight(table, table.rows) if table else 0


def _weight(table: Table, rows: Sequence[Sequence[Cell]]) -> int:
    shown = [(number, column) for number, column in enumerate(table.columns) if column.is_shown]
    heading = sum(ROW + 2 * len(str(column.label).encode()) for _number, column in shown)
    lines = [*rows, table.totals] if table.totals else rows
    cells = sum(_cell(line[number], column) for line in lines for number, column in shown)
    return heading + ROW * len(lines) + cells


def _cell(cell: Cell, column: Column) -> int:
    if column.kind in (Kind.WORD, Kind.CHANNEL):
        return WORDS
    return CELL + 2 * len(cell.encode()) if isinstance(cell, str) else CELL
