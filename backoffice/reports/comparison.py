"""Two runs of one report side by side: a figure of each row in both, and the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backoffice.models import Snapshot, SnapshotQuerySet, SnapshotTable
from backoffice.reports.about import places_in_words
from backoffice.reports.found import PER_PAGE
from backoffice.reports.names import told_apart
from backoffice.reports.periods import Days
from backoffice.reports.query import Query
from backoffice.reports.shown import heading, shown
from backoffice.reports.stored import columns_of, filled
from backoffice.reports.table import CHANGE, Cell, Column, Kind, Table, percentage
from backoffice.reports.times import told_in
from backoffice.templatetags.figures import period, signed

MOST_OTHERS = 100
MOST_ROWS = 50_000  # of one table: both are read whole
COMPARABLE = (Kind.NUMBER, Kind.MONEY, Kind.DAYS, Kind.DECIMAL)

type Key = tuple[Cell, ...]


class CompareForm(forms.Form):
    """Which other run, and which figure of which table."""

    def __init__(self, *args: Any, snapshot: Snapshot, others: SnapshotQuerySet, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.snapshot = snapshot
        self.others = {other.pk: other for other in others[:MOST_OTHERS]}
        self.figures = dict(_figures(snapshot))
        runs = [(pk, run_in_words(other)) for pk, other in self.others.items()]
        self.fields["other"] = forms.TypedChoiceField(
            coerce=int, choices=runs, label=_("Compare with")
        )
        self.fields["figure"] = forms.ChoiceField(
            required=False, choices=list(self.figures.items()), label=_("Figure")
        )

    def clean(self) -> None:
        if "other" in self.cleaned_data and not self.errors and self._is_too_long():
            self.add_error(
                "figure",
                _("These runs are too long to be compared: ask for fewer days or groups."),
            )

    def _is_too_long(self) -> bool:
        table, _figure = self.table_and_column
        both = SnapshotTable.objects.filter(snapshot__in=[self.snapshot, self.chosen], name=table)
        return both.filter(row_count__gt=MOST_ROWS).exists()

    @property
    def chosen(self) -> Snapshot:
        return self.others[self.cleaned_data["other"]]

    @property
    def table_and_column(self) -> tuple[str, str]:
        """The names of a table and of a column."""
        table, _dot, column = (self.cleaned_data["figure"] or next(iter(self.figures))).partition(
            "."
        )
        return table, column


@dataclass(frozen=True)
class Both:
    """One row: what it is called, its figure here, there, and the difference."""

    labels: list[str]
    here: str
    there: str
    difference: str
    change: str


class Comparison:
    """The rows of both runs, in the order of this one; rows of the other alone come after. Times of
    periods without a common day stand side by side from their first on. Runs whose rows are about
    other things share their totals alone."""

    def __init__(self, form: CompareForm, address: QueryDict) -> None:
        self.here, self.there = form.snapshot, form.chosen
        table, self.key = form.table_and_column
        self.tables = [_whole(self.here, table), _told(_whole(self.there, table), *self._days)]
        self.column = _column(self.tables[0], self.key)
        self.labels = self.tables[0].names
        self.known_by = _known_by(*self.tables)
        self.title = self.tables[0].title
        self.heading = heading(self.column)
        self.headings = [heading(column) for column in self.labels]
        self.runs = [run_in_words(run) for run in (self.here, self.there)]
        self.pager: Page[Key] = Paginator(self._keys(), PER_PAGE).get_page(address.get("page"))

    @property
    def _days(self) -> tuple[Days, Days]:
        """Those of this run, and those of the other."""
        here, there = (Query.from_json(run.query).days for run in (self.here, self.there))
        return here, there

    @property
    def is_of_totals(self) -> bool:
        """Whether the rows of one run are about other things than those of the other."""
        return not self.known_by

    def _keys(self) -> list[Key]:
        rows = [self._rows(table) for table in self.tables]
        self.values = [
            {key: _cell(row, table, self.key) for key, row in found.items()}
            for found, table in zip(rows, self.tables, strict=True)
        ]
        self.named = self._named(rows)
        return list(self.named)

    def _rows(self, table: Table) -> dict[Key, list[Cell]]:
        """Each row under what it is surely known by."""
        if not self.known_by:
            return {}
        places = [table.index(key) for key in self.known_by]
        return {tuple(row[n] for n in places): row for row in table.rows}

    def _named(self, rows: Sequence[dict[Key, list[Cell]]]) -> dict[Key, list[Cell]]:
        """What each row of both is called, in the columns of this run's table."""
        here, there = self.tables
        found = rows[0] | {
            key: [_cell(row, there, column.key) for column in here.columns]
            for key, row in rows[1].items()
            if key not in rows[0]
        }
        return dict(zip(found, told_apart(here.columns, list(found.values())), strict=True))

    @property
    def rows(self) -> list[Both]:
        places = [(self.tables[0].index(column.key), column) for column in self.labels]
        return [
            self._both(
                [shown(self.named[key][n], column) for n, column in places],
                *(values.get(key) for values in self.values),
            )
            for key in self.pager.object_list
        ]

    @property
    def totals(self) -> Both | None:
        """The totals as both runs stored them."""
        here, there = (_total(table, self.key) for table in self.tables)
        return None if here is None and there is None else self._both([], here, there)

    def _both(self, labels: list[str], here: Cell, there: Cell) -> Both:
        difference = _difference(here, there)
        column = Column("change" + CHANGE, "", Kind.PERCENT, compares="change")
        change = percentage(here, there)
        return Both(
            labels,
            shown(here, self.column),
            shown(there, self.column),
            "" if difference is None else signed(difference),
            "" if change is None else shown(change, column),
        )


def run_in_words(snapshot: Snapshot) -> str:
    """A run among others of its report: its period, its places, and when its figures were counted."""
    days = period(Query.from_json(snapshot.query).days)
    moment = date_format(timezone.localtime(snapshot.made_at), "SHORT_DATETIME_FORMAT")
    return _("%(period)s, %(places)s (as of %(moment)s)") % {
        "period": days,
        "places": places_in_words(snapshot),
        "moment": moment,
    }


def _figures(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Every figure of every table that can be compared: `stores.revenue`, and its words."""
    records: Sequence[SnapshotTable] = list(snapshot.tables.all())
    found = []
    for record in records:
        title = filled(record, []).title
        found += [
            (f"{record.name}.{column.key}", f"{title}: {heading(column)}")
            for column in columns_of(record)
            if column.kind in COMPARABLE and not column.compares
        ]
    return found


def _whole(snapshot: Snapshot, name: str) -> Table:
    record = snapshot.tables.prefetch_related("chunks").filter(name=name).first()
    if record is None:  # the other run has no such table
        return Table(name, name, (), [])
    return filled(record, [row for chunk in record.chunks.all() for row in chunk.rows])


def _told(table: Table, here: Days, there: Days) -> Table:
    """The table of the other run, whose times are told as those of this one."""
    times = [(n, column.kind) for n, column in enumerate(table.columns) if column.is_time]
    rows = [list(row) for row in table.rows]
    for row in rows:
        for n, kind in times:
            time = row[n]
            row[n] = told_in(here, time, kind, there) if isinstance(time, date) else time
    return replace(table, rows=rows)


def _column(table: Table, key: str) -> Column:
    return table.columns[table.index(key)]


def _known_by(here: Table, there: Table) -> list[str]:
    """The columns by which rows of both tables are known; by their words, where an old run didn't keep
    more. None, if their rows are about other things."""
    if {column.key for column in here.keys} != {column.key for column in there.keys}:
        return []
    kept = {column.key for column in here.columns} & {column.key for column in there.columns}
    return [key.known_by if key.known_by in kept else key.key for key in here.keys]


def _cell(row: Sequence[Cell], table: Table, key: str) -> Cell:
    return row[table.index(key)] if table.has(key) else None


def _total(table: Table, key: str) -> Cell:
    return table.total(key) if table.has(key) else None


def _difference(here: Cell, there: Cell) -> int | Decimal | None:
    """The one less the other; a row that only one of them has counts as nothing in the other."""
    numbers = [cell for cell in (here, there) if isinstance(cell, int | Decimal)]
    if not numbers:
        return None
    zero = numbers[0] - numbers[0]
    first = here if isinstance(here, int | Decimal) else zero
    return first - (there if isinstance(there, int | Decimal) else zero)
