"""Two runs of one report side by side: a figure of each row in both, and the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
from backoffice.reports.query import Query
from backoffice.reports.shown import heading, shown
from backoffice.reports.stored import columns_of, filled
from backoffice.reports.table import CHANGE, Cell, Column, Kind, Table, percentage
from backoffice.templatetags.figures import period, signed

MOST_OTHERS = 100
MOST_ROWS = 50_000  # of one table: both are read whole
COMPARABLE = (Kind.NUMBER, Kind.MONEY, Kind.DAYS, Kind.DECIMAL)

type Key = tuple[Cell, ...]


class CompareForm(forms.Form):
    """Which other run, and which figure of which table."""

    other = forms.TypedChoiceField(coerce=int)
    figure = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, snapshot: Snapshot, others: SnapshotQuerySet, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.snapshot = snapshot
        self.others = {other.pk: other for other in others[:MOST_OTHERS]}
        self.figures = dict(_figures(snapshot))
        other, figure = self.fields["other"], self.fields["figure"]
        other.label, figure.label = _("Compare with"), _("Figure")
        other.choices = [(pk, run_in_words(other)) for pk, other in self.others.items()]  # type: ignore[attr-defined]
        figure.choices = list(self.figures.items())  # type: ignore[attr-defined]

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
    """The rows of both runs, in the order of this one; rows of the other alone come after."""

    def __init__(self, form: CompareForm, address: QueryDict) -> None:
        self.here, self.there = form.snapshot, form.chosen
        table, self.key = form.table_and_column
        self.tables = [_whole(run, table) for run in (self.here, self.there)]
        self.column = _column(self.tables[0], self.key)
        self.labels = [column for column in self.tables[0].columns if _names_a_row(column)]
        self.title = self.tables[0].title
        self.heading = heading(self.column)
        self.headings = [heading(column) for column in self.labels]
        self.runs = [run_in_words(run) for run in (self.here, self.there)]
        self.pager: Page[Key] = Paginator(self._keys(), PER_PAGE).get_page(address.get("page"))

    def _keys(self) -> list[Key]:
        self.values = [self._values(table) for table in self.tables]
        return list(self.values[0] | self.values[1])

    def _values(self, table: Table) -> dict[Key, Cell]:
        known = {column.key: n for n, column in enumerate(table.columns)}
        labels = [known[column.key] for column in self.labels if column.key in known]
        figure = known.get(self.key)
        return {
            tuple(row[n] for n in labels): None if figure is None else row[figure]
            for row in table.rows
        }

    @property
    def rows(self) -> list[Both]:
        return [
            self._both(
                [shown(cell, column) for cell, column in zip(key, self.labels, strict=False)],
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


def _column(table: Table, key: str) -> Column:
    return table.columns[table.index(key)]


def _names_a_row(column: Column) -> bool:
    return column.is_shown and not column.kind.is_number


def _total(table: Table, key: str) -> Cell:
    return table.total(key) if any(column.key == key for column in table.columns) else None


def _difference(here: Cell, there: Cell) -> int | Decimal | None:
    """The one less the other; a row that only one of them has counts as nothing in the other."""
    numbers = [cell for cell in (here, there) if isinstance(cell, int | Decimal)]
    if not numbers:
        return None
    zero = numbers[0] - numbers[0]
    first = here if isinstance(here, int | Decimal) else zero
    return first - (there if isinstance(there, int | Decimal) else zero)
