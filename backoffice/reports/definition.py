"""What a report is: its words, who may run it, what it can be asked and how it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from backoffice.reports.periods import Preset
from backoffice.reports.query import Compare, Query
from backoffice.reports.table import Column, Table, Words
from stores.models import Location, Role

FILTERS = ("store", "category", "product", "channel", "clerk")


def never(places: Sequence[Location], query: Query) -> bool:
    """A report that is always quick."""
    return False


@dataclass(frozen=True)
class OneClick:
    """A run that a card of the list of reports offers: its words, and what it asks."""

    label: Words
    preset: Preset | None = None
    compare: Compare = Compare.NONE
    group_by: str = ""
    then_by: str = ""


@dataclass(frozen=True)
class Choices:
    """A filter that one report has: what a select offers, and what it means when nothing was chosen.
    Its value stands in `query.filters`."""

    label: Words
    options: Mapping[str, Words]
    default: str


@dataclass(frozen=True)
class Definition:
    """One report. `run` counts, inside one repeatable-read transaction, for places that the reader
    may see and that the filter `store` asks for; `headline` tells the figure of a mail's subject
    from the stored tables, in the active language. `columns` declares every column of its tables
    but the derived ones (`Column.before`, `Column.change`), `titles` every table by its name: a
    snapshot stores keys, and finds the words here."""

    name: str
    title: Words
    description: Words  # the question that it answers
    run: Callable[[Sequence[Location], Query], list[Table]]
    headline: Callable[[list[Table], Query], str]
    columns: tuple[Column, ...]
    titles: Mapping[str, Words]
    icon: str = "report-analytics"
    roles: tuple[Role, ...] = (Role.MANAGER,)
    groupings: Mapping[str, Words] = field(default_factory=dict)  # the first one is the usual one
    filters: tuple[str, ...] = ("store",)
    has_period: bool = True
    compares: bool = True
    one_clicks: tuple[OneClick, ...] = ()
    is_long: Callable[[Sequence[Location], Query], bool] = never  # then a worker runs it
    choices: Mapping[str, Choices] = field(default_factory=dict)  # filters of its own, by name
    explanation: Words = ""  # how it is worked out: below the tables, in files and mails
    title_of_one: Words = ""  # of a single `place`, where it needs another title

    def title_at(self, places: Sequence[str]) -> str:
        """What it is called when it counts the places of these names."""
        if self.title_of_one and len(places) == 1:
            return str(self.title_of_one) % {"place": places[0]}
        return str(self.title)
