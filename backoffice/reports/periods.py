"""Periods of a report: from one local day to another, both included."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from sales.figures import whole_months

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Days:
    """The days from `first` to `last`."""

    first: date
    last: date

    def __len__(self) -> int:
        return max((self.last - self.first).days + 1, 0)

    @property
    def before(self) -> Days:
        """As many days, just before."""
        return Days(self.first - len(self) * ONE_DAY, self.first - ONE_DAY)

    @property
    def year_before(self) -> Days:
        """The same days of the year before; 29 February becomes the 28th."""
        return Days(_a_year_before(self.first), _a_year_before(self.last))

    def until(self, day: date) -> Days:
        return Days(self.first, min(self.last, day))

    def since(self, day: date) -> Days:
        return Days(max(self.first, day), self.last)

    def whole_months(self) -> Days:
        """From the first day of a month to the last day of one, as far as they lie inside; empty
        if no month does."""
        first, last = whole_months(self.first, self.last) or (self.first, self.first - ONE_DAY)
        return Days(first, last)


def _a_year_before(day: date) -> date:
    year = day.year - 1
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


class Preset(models.TextChoices):
    """A period that has a name."""

    TODAY = "today", _("Today")
    YESTERDAY = "yesterday", _("Yesterday")
    LAST_7_DAYS = "last-7-days", _("Last 7 days")
    THIS_WEEK = "this-week", _("This week")
    LAST_WEEK = "last-week", _("Last week")
    THIS_MONTH = "this-month", _("This month")
    LAST_MONTH = "last-month", _("Last month")
    LAST_30_DAYS = "last-30-days", _("Last 30 days")
    THIS_YEAR = "this-year", _("This year")
    LAST_YEAR = "last-year", _("Last year")

    def days(self, today: date) -> Days:
        """The days that the name means on this day."""
        return MEANING[self](today)


def _this_week(today: date) -> Days:
    return Days(today - today.weekday() * ONE_DAY, today)


def _last_week(today: date) -> Days:
    last = today - (today.weekday() + 1) * ONE_DAY
    return Days(last - 6 * ONE_DAY, last)


def _last_month(today: date) -> Days:
    last = today.replace(day=1) - ONE_DAY
    return Days(last.replace(day=1), last)


MEANING: dict[Preset, Callable[[date], Days]] = {
    Preset.TODAY: lambda today: Days(today, today),
    Preset.YESTERDAY: lambda today: Days(today - ONE_DAY, today - ONE_DAY),
    Preset.LAST_7_DAYS: lambda today: Days(today - 6 * ONE_DAY, today),
    Preset.THIS_WEEK: _this_week,
    Preset.LAST_WEEK: _last_week,
    Preset.THIS_MONTH: lambda today: Days(today.replace(day=1), today),
    Preset.LAST_MONTH: _last_month,
    Preset.LAST_30_DAYS: lambda today: Days(today - 29 * ONE_DAY, today),
    Preset.THIS_YEAR: lambda today: Days(today.replace(month=1, day=1), today),
    Preset.LAST_YEAR: lambda today: Days(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
}
