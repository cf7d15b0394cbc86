"""Rhythms of a schedule: an RRULE that native controls make, and the local days on which it falls.

A rule names days, never moments: the time of day is a clock's on the wall, wherever the reader is. All
rules of here look the same from any day, so that a few weeks of days cost as much as years.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAYS = ",".join(CODES[:5])
ONE_DAY = timedelta(days=1)
LONGEST = 31 * ONE_DAY  # that any rule lets pass between two days


class Rhythm(models.TextChoices):
    """How often, in a reader's words."""

    DAILY = "daily", gettext_lazy("Every day")
    WORKDAYS = "workdays", gettext_lazy("Monday to Friday")
    WEEKLY = "weekly", gettext_lazy("Every week")
    MONTHLY = "monthly", gettext_lazy("Every month, on a day")
    FIRST_WORKDAY = "first-workday", gettext_lazy("Every month, on its first weekday")
    LAST_WORKDAY = "last-workday", gettext_lazy("Every month, on its last weekday")
    LAST_DAY = "last-day", gettext_lazy("Every month, on its last day")


@dataclass(frozen=True)
class Recurrence:
    """A rhythm with its days: those of the week (0 is Monday), or the one of the month."""

    rhythm: Rhythm
    weekdays: tuple[int, ...] = ()
    day: int = 1

    @property
    def rule(self) -> str:
        """The rule as iCalendar writes it. A day that a month doesn't have is that month's last."""
        match self.rhythm:
            case Rhythm.DAILY:
                return "FREQ=DAILY"
            case Rhythm.WORKDAYS:
                return f"FREQ=WEEKLY;BYDAY={WORKDAYS}"
            case Rhythm.WEEKLY:
                return "FREQ=WEEKLY;BYDAY=" + ",".join(CODES[n] for n in sorted(self.weekdays))
            case Rhythm.FIRST_WORKDAY:
                return f"FREQ=MONTHLY;BYDAY={WORKDAYS};BYSETPOS=1"
            case Rhythm.LAST_WORKDAY:
                return f"FREQ=MONTHLY;BYDAY={WORKDAYS};BYSETPOS=-1"
            case Rhythm.LAST_DAY:
                return "FREQ=MONTHLY;BYMONTHDAY=-1"
        days = ",".join(str(n) for n in range(min(self.day, 28), self.day + 1))
        return f"FREQ=MONTHLY;BYMONTHDAY={days};BYSETPOS=-1"

    @classmethod
    def of(cls, rule: str) -> Recurrence:
        """The rhythm and days of a rule that `rule` made."""
        parts = dict(part.split("=") for part in rule.split(";"))
        if parts.get("BYDAY") == WORKDAYS:
            rhythms = {None: Rhythm.WORKDAYS, "1": Rhythm.FIRST_WORKDAY, "-1": Rhythm.LAST_WORKDAY}
            return cls(rhythms[parts.get("BYSETPOS")])
        if "BYDAY" in parts:
            return cls(Rhythm.WEEKLY, tuple(CODES.index(c) for c in parts["BYDAY"].split(",")))
        if "BYMONTHDAY" not in parts:
            return cls(Rhythm.DAILY)
        day = int(parts["BYMONTHDAY"].split(",")[-1])
        return cls(Rhythm.LAST_DAY) if day < 0 else cls(Rhythm.MONTHLY, day=day)

    def in_words(self, at: time) -> str:
        """Such as `Every week on Monday and Friday at 06:00`, in the active language."""
        return _("%(rhythm)s at %(time)s") % {
            "rhythm": self._days_in_words(),
            "time": time_format(at, "H:i"),
        }

    def _days_in_words(self) -> str:
        if self.rhythm == Rhythm.WEEKLY:
            names = [str(WEEKDAYS[number]) for number in sorted(self.weekdays)]
            return _("Every week on %(days)s") % {"days": get_text_list(names, _("and"))}
        if self.rhythm == Rhythm.MONTHLY and self.day > 28:
            return _("Every month on day %(day)s (the last one of shorter months)") % {
                "day": self.day
            }
        if self.rhythm == Rhythm.MONTHLY:
            return _("Every month on day %(day)s") % {"day": self.day}
        return str(self.rhythm.label)


def days_of(rule: str, first: date, last: date) -> list[date]:
    """The days from `first` to `last` on which the rule falls."""
    days = rrulestr(rule, dtstart=datetime.combine(first, time.min))
    found = days.between(
        datetime.combine(first, time.min), datetime.combine(last, time.min), inc=True
    )
    return [day.date() for day in found]


def strikes_at(zone: ZoneInfo, day: date, at: time) -> datetime:
    """The one moment of a local day at which clocks show this time. A time that they skip is as long
    after midnight as on other days; of a time that comes twice it is the first."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def struck(
    rule: str, at: time, zones: Iterable[ZoneInfo], *, after: datetime, until: datetime
) -> list[date]:
    """The days of the rule whose time has come, in the last of these zones to reach it, after one
    moment and by the other."""
    zones = list(zones)
    days = days_of(rule, after.date() - ONE_DAY, until.date() + ONE_DAY)
    return [day for day in days if after < max(strikes_at(z, day, at) for z in zones) <= until]


def next_moments(
    rule: str, at: time, zones: Iterable[ZoneInfo], *, after: datetime, count: int = 1
) -> list[datetime]:
    """The next moments at which the rule falls in these zones: in the last one to reach it."""
    zones = list(zones)
    days = days_of(rule, after.date() - ONE_DAY, after.date() + (count + 1) * LONGEST)
    moments = [max(strikes_at(zone, day, at) for zone in zones) for day in days]
    return [moment for moment in moments if moment > after][:count]
