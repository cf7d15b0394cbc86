"""Days, weeks and months as rows: each stands in time, whether something happened or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from dateutil.relativedelta import relativedelta

from backoffice.reports.periods import ONE_DAY, Days
from backoffice.reports.query import Compare, Query
from backoffice.reports.table import Kind

NEXT: Mapping[Kind, Callable[[date], date]] = {
    Kind.DAY: lambda day: day + ONE_DAY,
    Kind.WEEK: lambda day: day + 7 * ONE_DAY,
    Kind.MONTH: lambda day: (day + 31 * ONE_DAY).replace(day=1),
}


def steps(kind: Kind, first: date, last: date) -> list[date]:
    """Every day, week (its Monday) or month (its first day) from one day to another."""
    step = first
    if kind == Kind.WEEK:
        step -= step.weekday() * ONE_DAY
    if kind == Kind.MONTH:
        step = step.replace(day=1)
    found = []
    while step <= last:
        found.append(step)
        step = NEXT[kind](step)
    return found


def told_in(days: Days, time: date, kind: Kind, of: Days) -> date:
    """The day, week or month of `days` beside which one of an earlier or later period stands, the
    first beside the first; as it is, where both have days in common."""
    if of.first <= days.last and days.first <= of.last:
        return time
    [first], [other] = (steps(kind, each.first, each.first) for each in (days, of))
    if kind == Kind.MONTH:
        months = 12 * (first.year - other.year) + first.month - other.month
        return time + relativedelta(months=months)
    return time + (first - other)


def had_counterpart(day: date, query: Query) -> bool:
    """Whether the days to compare with have one for this day: last year had no 29 February, unless
    days are counted from it on."""
    is_leap = (day.month, day.day) == (2, 29) and day != query.days.first
    return not (is_leap and query.compare == Compare.LAST_YEAR)
