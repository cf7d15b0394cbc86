"""What somebody asks a report: which days, against which, grouped and filtered how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.reports.periods import Days

type Filters = tuple[tuple[str, tuple[str, ...]], ...]


class Compare(models.TextChoices):
    """Which earlier days the figures stand beside."""

    NONE = "none", _("nothing")
    BEFORE = "before", _("the days just before")
    LAST_YEAR = "last-year", _("the same days last year")


@dataclass(frozen=True)
class Query:
    """The parameters of one run. Two that ask the same are equal, whatever the period was called."""

    days: Days
    compare: Compare = Compare.NONE
    group_by: str = ""
    then_by: str = ""
    filters: Filters = ()
    preset: str = field(
        default="", compare=False
    )  # the name of the period, if it was chosen by name

    @classmethod
    def of(
        cls, days: Days, *, filters: Mapping[str, Iterable[str]] | None = None, **rest: Any
    ) -> Self:
        """A query whose `filters` are a mapping of names to the values wanted."""
        wanted = {name: tuple(values) for name, values in (filters or {}).items()}
        return cls(days, filters=tuple(sorted((n, v) for n, v in wanted.items() if v)), **rest)

    @property
    def days_before(self) -> Days | None:
        """The days to compare with."""
        if self.compare == Compare.BEFORE:
            return self.days.before
        if self.compare == Compare.LAST_YEAR:
            return self.days.year_before
        return None

    @property
    def groups(self) -> tuple[str, ...]:
        """What the rows are grouped by: nothing, one or two."""
        return tuple(name for name in (self.group_by, self.then_by) if name)

    def wanted(self, name: str) -> tuple[str, ...]:
        """The values that a filter asks for; empty, if it is not set."""
        return dict(self.filters).get(name, ())

    def only(self, name: str) -> str:
        """The one value that a filter asks for, or an empty text."""
        return next(iter(self.wanted(name)), "")

    def to_json(self) -> dict[str, Any]:
        return {
            "first": self.days.first.isoformat(),
            "last": self.days.last.isoformat(),
            "preset": self.preset,
            "compare": str(self.compare),
            "group_by": self.group_by,
            "then_by": self.then_by,
            "filters": {name: list(values) for name, values in self.filters},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        days = Days(date.fromisoformat(data["first"]), date.fromisoformat(data["last"]))
        return cls.of(
            days,
            compare=Compare(data.get("compare", Compare.NONE)),
            group_by=data.get("group_by", ""),
            then_by=data.get("then_by", ""),
            filters=data.get("filters", {}),
            preset=data.get("preset", ""),
        )
