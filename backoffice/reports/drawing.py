"""What a chart draws of a table: names along one side, series of figures, and which part of it this is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.reports.shown import heading, shown
from backoffice.reports.table import Cell, Chart, Column, Kind, Table
from backoffice.reports.times import NEXT, steps
from backoffice.templatetags.figures import figure

MOST_BARS = 20  # more can't be read; the table has them
MOST_POINTS = 400
MOST_LINES = 4

type Number = Decimal | int | None


@dataclass(frozen=True)
class Series:
    name: str
    figures: list[Number]


class Drawing:
    """The first rows as bars; times as a line, or as a line for each of the largest groups in them."""

    def __init__(self, table: Table, chart: Chart) -> None:
        self.table, self.chart = table, chart
        self.is_bars = chart.kind == "bars"
        self.keys = table.keys or [table.columns[table.index(chart.label)]]
        self.values = [table.columns[table.index(key)] for key in chart.values]
        self.rows = self._first(MOST_BARS if self.is_bars else MOST_POINTS)

    @property
    def _is_of_groups(self) -> bool:
        return not self.is_bars and len(self.keys) > 1

    def _first(self, most: int) -> list[list[Cell]]:
        """The first rows; of times in groups, only times that are there with all their groups."""
        rows = self.table.rows[:most]
        is_cut = self._is_of_groups and len(rows) < self._row_count
        last = self._cell(rows[-1], self.keys[0]) if is_cut else None
        whole = [row for row in rows if self._cell(row, self.keys[0]) != last]
        return whole if is_cut and whole else rows

    @property
    def _row_count(self) -> int:
        return len(self.table.rows) + self.table.left_out

    @cached_property
    def names(self) -> list[str]:
        """What stands along the side: what each row is called, or each time once."""
        if self._is_of_groups:
            return [shown(time, self.keys[0]) for time in self._times]
        return [self.called(row) for row in self.rows]

    @cached_property
    def series(self) -> list[Series]:
        if self._is_of_groups:
            return self._lines()
        return [
            Series(heading(column), [self._number(row, column) for row in self.rows])
            for column in self.values
        ]

    def called(self, row: Sequence[Cell]) -> str:
        """All that the row is about, such as `Lyon · damaged`."""
        return " · ".join(self._words(row, self.keys))

    @property
    def part(self) -> str:
        """Which part of the table is drawn; empty, if it is all of it."""
        parts = []
        if len(self.rows) < self._row_count:
            text = _("The first %(shown)s of %(all)s rows; the table has all of them.")
            parts.append(text % {"shown": figure(len(self.rows)), "all": figure(self._row_count)})
        if self._is_of_groups and len(self._groups) > MOST_LINES:
            text = _("The %(shown)s largest of %(all)s lines; the table has all of them.")
            parts.append(text % {"shown": MOST_LINES, "all": figure(len(self._groups))})
        return " ".join(parts)

    @property
    def title(self) -> str:
        """What the picture must say itself: the figure, where lines are called by groups, and its part."""
        figure_drawn = heading(self.values[0]) if self._is_of_groups else ""
        return " · ".join(filter(None, [figure_drawn, self.part]))

    @property
    def in_words(self) -> str:
        """Which figure of what is drawn, and its extremes."""
        value = self.values[0]
        ranked = sorted(self.rows, key=lambda row: self._number(row, value) or 0)
        most, least = ranked[-1], ranked[0]
        names = {
            "figure": heading(value),
            "label": ", ".join(str(column.label) for column in self.keys),
            "count": len(self.rows),
            "most": self.called(most),
            "most_value": shown(self._cell(most, value), value),
            "least": self.called(least),
            "least_value": shown(self._cell(least, value), value),
        }
        if len(self.rows) == 1:
            return _("%(figure)s by %(label)s: %(most)s %(most_value)s.") % names
        text = ngettext(
            "%(figure)s by %(label)s, %(count)s row. Most: %(most)s, %(most_value)s. Least: %(least)s, %(least_value)s.",
            "%(figure)s by %(label)s, %(count)s rows. Most: %(most)s, %(most_value)s. Least: %(least)s, %(least_value)s.",
            len(self.rows),
        )
        return f"{text % names} {self.part}".strip()

    @cached_property
    def _times(self) -> list[Cell]:
        """Each day, week or month from the first to the last, whether something happened or not."""
        column = self.keys[0]
        found = [self._cell(row, column) for row in self.rows]
        days = [day for day in found if isinstance(day, date)]
        if column.kind not in NEXT or not days:
            return list(dict.fromkeys(found))
        return [*steps(column.kind, min(days), max(days))]

    @cached_property
    def _groups(self) -> list[tuple[str, dict[Cell, Number]]]:
        """What each group is called, and its figures by their time; the largest group comes first."""
        known = [column.known_by for column in self.keys[1:] if self.table.has(column.known_by)]
        groups: dict[tuple[Cell, ...], tuple[str, dict[Cell, Number]]] = {}
        for row in self.rows:
            identity = tuple(row[self.table.index(key)] for key in known)
            name = " · ".join(self._words(row, self.keys[1:]))
            _name, times = groups.setdefault(identity, (name, {}))
            times[self._cell(row, self.keys[0])] = self._number(row, self.values[0])
        return sorted(groups.values(), key=lambda group: -sum(n or 0 for n in group[1].values()))

    def _lines(self) -> list[Series]:
        nothing = 0 if self.values[0].kind in (Kind.NUMBER, Kind.MONEY) else None
        return [
            Series(name, [found.get(time, nothing) for time in self._times])
            for name, found in self._groups[:MOST_LINES]
        ]

    def _words(self, row: Sequence[Cell], keys: Sequence[Column]) -> list[str]:
        return [shown(self._cell(row, column), column) for column in keys]

    def _cell(self, row: Sequence[Cell], column: Column) -> Cell:
        return row[self.table.index(column.key)]

    def _number(self, row: Sequence[Cell], column: Column) -> Number:
        cell = self._cell(row, column)
        return cell if isinstance(cell, int | Decimal) else None


def drawing_of(table: Table) -> Drawing | None:
    """What the chart of a table draws; None without a chart, or without rows."""
    return Drawing(table, table.chart) if table.chart and table.rows else None
