"""What every page shows of the company: its name, currency, clock and languages.

They stand in one row, which `settings.HOUSE` knows how to read. A process keeps what it read for some
seconds, so that no page asks for it; what money or tax depends on is read from the row itself instead.
"""

import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)
KEPT = timedelta(seconds=3)


@dataclass(frozen=True)
class House:
    """The company as it is shown; `version` grows with each change of its settings."""

    name: str
    currency: str
    time_zone: str
    language: str
    languages: tuple[str, ...]
    version: int

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


_kept: tuple[float, House] | None = None  # until when, by the process's own clock


def house() -> House:
    """The company as it is shown, a few seconds old at most; never for a decision."""
    kept = _kept
    if kept is None or time.monotonic() >= kept[0]:
        return _look(kept)
    return kept[1]


def keep(shown: House, *, until: float) -> None:
    """Show this until a moment of the process's own clock."""
    global _kept
    _kept = (until, shown)


def look_again() -> None:
    """Let the next page read the row: it was changed here."""
    global _kept
    _kept = None


def _look(before: tuple[float, House] | None) -> House:
    """The row as it is now; while the database is away, what was shown last."""
    try:
        shown: House = import_string(settings.HOUSE)()
    except DatabaseError as error:
        logger.warning("the company's settings can't be read: %s", error)
        shown = before[1] if before else House(**settings.HOUSE_UNREAD)
    keep(shown, until=time.monotonic() + KEPT.total_seconds())
    return shown
