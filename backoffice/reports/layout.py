"""What a statement found as a table of a report: the figures of earlier days beside those of now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from backoffice.lib.grouped import Grouped, Row
from backoffice.lib.money import ZERO
from backoffice.reports.names import told_apart
from backoffice.reports.query import Query
from backoffice.reports.table import BEFORE, Cell, Chart, Column, Kind, Table, Words, percentage
from backoffice.reports.times import NEXT, had_counterpart, steps

NOTHING: Mapping[Kind, Cell] = {Kind.NUMBER: 0, Kind.MONEY: ZERO}  # where nothing happened
CHANGING = (Kind.NUMBER, Kind.MONEY, Kind.DECIMAL)
IN_TIME = (*NEXT, Kind.HOUR)


@dataclass(frozen=True)
class Found:
    """What a statement found: in the days of a query, and in those to compare with, which are told as
    if they were these."""

    now: Grouped
    earlier: Grouped | None = None
    query: Query | None = None


def found_in(query: Query, count: Callable[..., Grouped]) -> Found:
    """`count` takes the first and the last day, and `told_from` for those to compare with."""
    days, before = query.days, query.days_before
    earlier = count(before.first, before.last, told_from=days.first) if before else None
    return Found(count(days.first, days.last), earlier, query)


@dataclass(frozen=True)
class Layout:
    """The columns of a table: those of its keys and of its figures in the order in which the database
    answers, and which figures stand beside their earlier ones."""

    keys: Sequence[Column]
    figures: Sequence[Column]
    compared: Sequence[str] = ()

    @property
    def columns(self) -> list[Column]:
        shown = [column for figure in self.figures for column in self._shown(figure)]
        return [*self.keys, *shown]

    def _shown(self, figure: Column) -> tuple[Column, ...]:
        """Of a rate or a time, the earlier one says enough."""
        if figure.key not in self.compared:
            return (figure,)
        return figure.compared() if figure.kind in CHANGING else (figure, figure.before())

    def cells(self, now: Row, before: Row | None) -> Row:
        """The figures of one row, and beside them the earlier ones; None: there is nothing to say."""
        cells: Row = []
        for number, figure in enumerate(self.figures):
            shown = self._shown(figure)
            earlier = before[number] if before else None
            beside = [earlier, percentage(now[number], earlier)]
            cells += [now[number], *beside[: len(shown) - 1]]
        return cells

    @cached_property
    def nothing(self) -> Row:
        """The figures of a row in which nothing happened."""
        return [NOTHING.get(figure.kind) for figure in self.figures]

    @cached_property
    def known_by(self) -> list[int]:
        """Where the cells stand by which a row is surely known."""
        known = {key.known_by for key in self.keys}
        return [number for number, key in enumerate(self.keys) if key.key in known]

    @property
    def is_in_time(self) -> bool:
        return self.keys[0].kind in IN_TIME

    def chart(self, *values: str) -> Chart:
        """Times as a line, anything else as bars; one compared figure beside its earlier one."""
        if len(values) == 1 and values[0] in self.compared:
            values = (values[0], values[0] + BEFORE)
        return Chart("line" if self.is_in_time else "bars", self.keys[0].key, values)


def table_of(
    name: str, title: Words, layout: Layout, found: Found, *, drawn: Sequence[str] = ()
) -> Table:
    """The rows of the database as a table, with a chart of the figures `drawn`."""
    layout = layout if found.earlier else replace(layout, compared=())
    columns = tuple(layout.columns)
    nothing: Row = [None] * len(layout.keys)
    earlier = found.earlier.total if found.earlier else None
    totals = nothing + layout.cells(found.now.total, earlier)
    said: list[Cell] = [
        cell if column.totalled else None for cell, column in zip(totals, columns, strict=True)
    ]
    rows = told_apart(columns, _Beside(layout, found).rows())
    return Table(name, title, columns, rows, said, layout.chart(*drawn) if drawn else None)


class _Beside:
    """Each row beside its earlier figures. What was only there earlier has a row as well, and so has
    each day, week or month between two in which something happened."""

    def __init__(self, layout: Layout, found: Found) -> None:
        self.layout, self.found, self.width = layout, found, len(layout.keys)

    def rows(self) -> list[Row]:
        earlier = self._by_identity(self.found.earlier)
        rows = [
            self._row(row, row[self.width :], earlier.pop(identity, None))
            for identity, row in self._by_identity(self.found.now).items()
        ]
        rows += [self._row(row, self.layout.nothing, row) for row in earlier.values()]
        if self.layout.keys[0].kind not in NEXT:
            return rows
        return sorted(rows + self._gaps(rows), key=lambda row: row[0])

    def _by_identity(self, found: Grouped | None) -> dict[tuple[Cell, ...], Row]:
        rows = found.rows if found else []
        return {tuple(row[number] for number in self.layout.known_by): row for row in rows}

    def _row(self, keys: Row, now: Row, before: Row | None) -> Row:
        earlier = before[self.width :] if before else self._nothing_before(keys)
        return [*keys[: self.width], *self.layout.cells(now, earlier)]

    def _nothing_before(self, keys: Row) -> Row | None:
        """A day on which nothing happened; None for what there wasn't: a thing, or 29 February."""
        query, days = (
            self.found.query,
            [
                (column.kind, key)
                for column, key in zip(self.layout.keys, keys, strict=False)
                if column.kind in NEXT
            ],
        )
        if not days or query is None or self.found.earlier is None:
            return None
        is_there = all(kind != Kind.DAY or had_counterpart(day, query) for kind, day in days)
        return self.layout.nothing if is_there else None

    def _gaps(self, rows: Sequence[Row]) -> list[Row]:
        """The times in which nothing happened, where they alone tell rows apart."""
        if self.width > 1 or self.found.query is None or not rows:
            return []
        known = {row[0] for row in rows}
        whole = steps(self.layout.keys[0].kind, self.found.query.days.first, max(known))
        return [self._row([day], self.layout.nothing, None) for day in whole if day not in known]
