"""Things of one name in one table: what tells them apart stands beside it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from backoffice.reports.table import Cell, Column
from stores.models import Location

type Rows = Iterable[list[Cell]]


def told_apart(columns: Sequence[Column], rows: Sequence[list[Cell]]) -> list[list[Cell]]:
    """The rows, in which two clerks of one name are `Ana (ana@…)` and `Ana (ana2@…)`."""
    places = {column.key: number for number, column in enumerate(columns)}
    found = [list(row) for row in rows]
    for column in columns:
        if column.known_by in places and column.beside in places:
            wanted = (column.key, column.known_by, column.beside)
            _tell_apart(found, *(places[key] for key in wanted))
    return found


def _tell_apart(rows: Rows, name: int, known_by: int, beside: int) -> None:
    called: dict[Cell, set[Cell]] = defaultdict(set)
    for row in rows:
        called[row[name]].add(row[known_by])
    for row in rows:
        if len(called[row[name]]) > 1 and row[beside]:
            row[name] = f"{row[name]} ({row[beside]})"


def labelled(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Values and names to choose from; beside a name that several have stands the value."""
    found = list(choices)
    count = Counter(name for _value, name in found)
    return [(value, f"{name} ({value})" if count[name] > 1 else name) for value, name in found]


def names_of(places: Iterable[Location]) -> list[str]:
    """The names of places; beside one that several bear stands the code."""
    return [name for _code, name in labelled((place.code, place.name) for place in places)]
