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
    keys = [*(key.identity for key in by), *shown]
    statement = facts.format(
        select=f"SELECT grouping({keys[0]}) = 1, {', '.join([*shown, *figures])}"
        if keys
        else f"SELECT TRUE, {', '.join(figures)}"
    )
    places = [str(number) for number in range(len(shown) + 2, len(shown) + len(figures) + 2)]
    times = by[0].shown.values() if by and by[0].is_of_time else ()
    ordered = ", ".join(["1", *times, order.format(*places), *shown] if keys else ["1"])
    sets = f"(({', '.join(keys)}), ())" if keys else "(())"
    whole = f"grouping({keys[0]}) = 1" if keys else "TRUE"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{statement} GROUP BY GROUPING SETS {sets}"
            f" HAVING {whole} OR ({having}) ORDER BY {ordered} LIMIT {MOST_ROWS + 2}",
            given,
        )
        found = cursor.fetchall()
    refuse_too_many_rows(len(found) - 1)
    *rows, total = found
    return Grouped([list(row[1:]) for row in rows], list(total[1 + len(shown) :]))
