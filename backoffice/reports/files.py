"""A snapshot as files, from what is stored alone; the reader's language must be active."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Sum
from django.utils.translation import gettext as _

from backoffice.errors import TooLongForWorkbook
from backoffice.lib.export import CSV_TYPE, XLSX_TYPE, Sheet, csv_bytes, xlsx_bytes
from backoffice.lib.lists import MAX_SHEET_ROWS
from backoffice.lib.pdf import PDF_TYPE
from backoffice.models import Snapshot
from backoffice.reports.about import about, link_to
from backoffice.reports.papers import kept_paper
from backoffice.reports.query import Query
from backoffice.reports.shown import file_cell, file_heading
from backoffice.reports.stored import Stored, load
from backoffice.reports.table import Cell, Table


class NoSuchFile(LookupError):
    """A file that the report doesn't have."""


def stored_file(snapshot: Snapshot, wanted: str) -> tuple[str, str, bytes]:
    """The file of a stored snapshot; one that is too long for a workbook is refused unread."""
    counted = snapshot.tables.aggregate(rows=Sum("row_count", default=0))
    if wanted == "xlsx" and counted["rows"] > MAX_SHEET_ROWS:
        raise TooLongForWorkbook
    return report_file(load(snapshot), wanted)


def formats_of(stored: Stored, formats: Sequence[str]) -> list[str]:
    """Those of the formats that tables of this length can have."""
    fits = sum(len(table.rows) for table in stored.tables) <= MAX_SHEET_ROWS
    return [name for name in formats if name != "xlsx" or fits]


def report_file(stored: Stored, wanted: str) -> tuple[str, str, bytes]:
    """Name, content type and content of `pdf`, `xlsx` or `csv-<table>`."""
    name = file_name(stored.snapshot)
    if wanted == "pdf":
        return f"{name}.pdf", PDF_TYPE, kept_paper(stored)
    if wanted == "xlsx":
        sheets = [*map(as_sheet, stored.tables), _about_sheet(stored)]
        return f"{name}.xlsx", XLSX_TYPE, xlsx_bytes(sheets)
    table = stored.table(wanted.removeprefix("csv-"))
    if table is None or not wanted.startswith("csv-"):
        raise NoSuchFile(wanted)
    return f"{name}-{table.name}.csv", CSV_TYPE, csv_bytes(as_sheet(table))


def file_names(stored_tables: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each file that `report_file` makes, and what a menu calls it; of tables' names and titles."""
    tables = [
        (f"csv-{name}", _("%(table)s (CSV)") % {"table": title}) for name, title in stored_tables
    ]
    return [("pdf", _("On paper (PDF)")), ("xlsx", _("Everything (XLSX)")), *tables]


def file_name(snapshot: Snapshot) -> str:
    """What its files are called, without their ending."""
    days = Query.from_json(snapshot.query).days
    last = "" if days.first == days.last else f"-{days.last}"
    return f"{snapshot.report.replace('_', '-')}-{days.first}{last}"


def as_sheet(table: Table) -> Sheet:
    """The table as a file holds it; the totals are its last row."""
    columns = [(n, column) for n, column in enumerate(table.columns) if column.is_shown]
    rows = [[file_cell(row[n], column) for n, column in columns] for row in table.rows]
    if table.totals:
        cells: list[Cell] = [file_cell(table.totals[n], column) for n, column in columns]
        rows.append([_("Total"), *cells[1:]])
    return Sheet(str(table.title), [file_heading(column) for _n, column in columns], rows)


def _about_sheet(stored: Stored) -> Sheet:
    lines = [
        (_("Report"), stored.snapshot.title),
        *about(stored.snapshot),
        (_("The same figures, on a page"), link_to(stored.snapshot)),
    ]
    if stored.definition.explanation:
        lines.append((_("How it is worked out"), str(stored.definition.explanation)))
    return Sheet(_("About"), ["", ""], [list(line) for line in lines])
