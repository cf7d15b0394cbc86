"""Figures of a report: facts grouped by some keys, and their total, worked out by the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from backoffice.lib.errors import TooManyRows

MOST_ROWS = 200_000  # of a report, which is held in memory while it is made

type Row = list[Any]


@dataclass(frozen=True)
class Key:
    """What facts are grouped by: the SQL that tells groups apart, and that of the cells it shows."""

    identity: str
    shown: Mapping[str, str]
    is_of_time: bool = False  # then groups stand in its order, whatever their figures


@dataclass(frozen=True)
class Grouped:
    """Each row holds the cells of its keys, then the figures; the total holds figures alone."""

    rows: list[Row]
    total: Row


def refuse_too_many_rows(found: int) -> None:
    """A statement reads one more than `MOST_ROWS`, and the total, so that it never fills the memory."""
    if found > MOST_ROWS:
        raise TooManyRows(MOST_ROWS)


def grouped(
    facts: str,
    figures: Sequence[str],
    *,
    by: Sequence[Key],
    order: str,
    given: Mapping[str, Any],
    having: str = "TRUE",
) -> Grouped:
    """Group the facts (SQL from `WITH` or `FROM` on, with `{select}` where the list belongs) in one
    statement. `order` names figures by their place among them, as `{0} DESC`, unless the first key is of
    time; groups that `having` leaves out count in the total all the same."""
    shown = [sql for key in by for sql in key.shown.values()]
    with connection.cursor() as cursor:
        cursor.execute(_statement(facts, figures, by, order, having), given)
        found = cursor.fetchall()
    refuse_too_many_rows(len(found) - 1)
    *rows, total = found
    return Grouped([list(row[1:]) for row in rows], list(total[1 + len(shown) :]))


def _statement(
    facts: str, figures: Sequence[str], by: Sequence[Key], order: str, having: str
) -> str:
    """The groups, and after them the total: its first cell says that it is."""
    shown = [sql for key in by for sql in key.shown.values()]
    whole = f"grouping({by[0].identity}) = 1" if by else "TRUE"
    columns = ", ".join([whole, *shown, *figures])
    keys = ", ".join([*(key.identity for key in by), *shown])
    sets = f"({keys}), ()" if by else "()"
    return (
        f"{facts.format(select=f'SELECT {columns}')} GROUP BY GROUPING SETS ({sets})"
        f" HAVING {whole} OR ({having}) ORDER BY {_order(by, shown, len(figures), order)}"
        f" LIMIT {MOST_ROWS + 2}"
    )


def _order(by: Sequence[Key], shown: Sequence[str], figures: int, order: str) -> str:
    """The total last; times in their order, anything else as `order` says, then by its name."""
    if not by:
        return "1"
    first = len(shown) + 2
    places = [str(number) for number in range(first, first + figures)]
    times = by[0].shown.values() if by[0].is_of_time else ()
    return ", ".join(["1", *times, order.format(*places), *shown])
