"""Snapshots as they are kept and read: whole for files and mails, a page at a time for the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backoffice.models import Snapshot, SnapshotRows, SnapshotTable
from backoffice.reports.cells import Plain, plain, typed
from backoffice.reports.definition import Definition
from backoffice.reports.definitions import REPORTS
from backoffice.reports.query import Query
from backoffice.reports.table import Cell, Chart, Column, Kind, Table, column_called

CHUNK = 200  # rows that are stored, and read, at once


@dataclass(frozen=True)
class Stored:
    """A snapshot with its whole tables."""

    snapshot: Snapshot
    definition: Definition
    query: Query
    tables: list[Table]

    @property
    def places(self) -> list[str]:
        """The names of the places that it counts, as they were."""
        names: list[str] = self.snapshot.place_names
        return names

    @property
    def made_at(self) -> datetime:
        return self.snapshot.made_at

    def headline(self) -> str:
        """The figure in one line, in the active language."""
        return self.definition.headline(self.tables, self.query)

    def table(self, name: str) -> Table | None:
        return next((table for table in self.tables if table.name == name), None)


def load(snapshot: Snapshot) -> Stored:
    """The whole snapshot; two queries."""
    records = list(snapshot.tables.prefetch_related("chunks"))
    tables = [
        filled(record, (row for chunk in record.chunks.all() for row in chunk.rows))
        for record in records
    ]
    definition = REPORTS[snapshot.report]
    return Stored(snapshot, definition, Query.from_json(snapshot.query), tables)


def filled(record: SnapshotTable, rows: Iterator[list[Plain]] | Sequence[list[Plain]]) -> Table:
    """The table with these of its stored rows; its words are those of the report."""
    definition = REPORTS[record.snapshot.report]
    columns = columns_of(record)
    return Table(
        name=record.name,
        title=definition.titles.get(record.name, record.name),
        columns=columns,
        rows=[_typed_row(row, columns) for row in rows],
        totals=_typed_row(record.totals, columns) if record.totals else None,
        chart=Chart(record.chart[0], record.chart[1], tuple(record.chart[2]))
        if record.chart
        else None,
    )


def columns_of(record: SnapshotTable) -> tuple[Column, ...]:
    """The columns with the report's words; of the kind that was stored, whatever it is by now. One
    that the report no longer declares is called by its key."""
    declared = REPORTS[record.snapshot.report].columns
    return tuple(
        replace(column_called(key, declared) or Column(key, key), kind=Kind(kind))
        for key, kind in record.columns
    )


def _typed_row(row: list[Plain], columns: Sequence[Column]) -> list[Cell]:
    return [typed(value, column.kind) for value, column in zip(row, columns, strict=True)]


def store(snapshot: Snapshot, tables: Sequence[Table]) -> None:
    """Keep the tables of a snapshot, in the caller's transaction."""
    declared = REPORTS[snapshot.report]
    for position, table in enumerate(tables):
        for column in table.columns:
            if column_called(column.key, declared.columns) is None:
                raise RuntimeError(f"{snapshot.report} doesn't declare its column {column.key}")
        record = SnapshotTable.objects.create(
            snapshot=snapshot,
            name=table.name,
            position=position,
            columns=[[column.key, column.kind] for column in table.columns],
            totals=[plain(cell) for cell in table.totals] if table.totals else None,
            chart=_plain_chart(table.chart),
            row_count=len(table.rows),
        )
        SnapshotRows.objects.bulk_create(
            SnapshotRows(
                table=record,
                number=number,
                rows=[[plain(cell) for cell in row] for row in table.rows[start : start + CHUNK]],
            )
            for number, start in enumerate(range(0, len(table.rows), CHUNK))
        )


def _plain_chart(chart: Chart | None) -> list[Any] | None:
    return [chart.kind, chart.label, list(chart.values)] if chart else None


def rows_between(record: SnapshotTable, first: int, count: int) -> Table:
    """These of the table's rows, in the stored order; only the chunks that hold them are read."""
    numbers = range(first // CHUNK, (first + count - 1) // CHUNK + 1)
    chunks = record.chunks.filter(number__in=numbers)
    rows = [row for chunk in chunks for row in chunk.rows]
    skipped = first - numbers.start * CHUNK
    return filled(record, rows[skipped : skipped + count])
