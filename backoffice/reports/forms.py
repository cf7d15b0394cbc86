"""The forms that ask a report: what to compare, group and filter, and which days."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.forms import PeriodForm
from backoffice.lib.fields import PlainSelect
from backoffice.reports.definition import Definition
from backoffice.reports.filters import StoresField, filter_fields
from backoffice.reports.periods import Days, Preset
from backoffice.reports.query import Compare, Query
from stores.models import Location


class QuestionForm(forms.Form):
    """All that a report can be asked but its days; the filters offer what these places have."""

    def __init__(
        self, *args: Any, definition: Definition, places: Sequence[Location], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.definition = definition
        if definition.compares:
            self.fields["compare"] = forms.ChoiceField(
                choices=Compare.choices,
                required=False,
                label=_("Compare with"),
                widget=PlainSelect,
            )
        self._add_groupings(definition)
        self.filter_names = filter_fields(definition, places)
        self.fields.update(self.filter_names)

    def _add_groupings(self, definition: Definition) -> None:
        choices = list(definition.groupings.items())
        if len(choices) < 2:
            return
        self.fields["group_by"] = forms.ChoiceField(
            choices=choices, required=False, label=_("Group by"), widget=PlainSelect
        )
        self.fields["then_by"] = forms.ChoiceField(
            choices=[("", "–"), *choices],
            required=False,
            label=_("Then by"),
            widget=PlainSelect,
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("then_by") and cleaned["then_by"] == cleaned.get("group_by"):
            cleaned["then_by"] = ""
        return cleaned

    @property
    def filter_controls(self) -> list[forms.BoundField]:
        """The filters but the one of stores, which has a control of its own shape."""
        return [self[name] for name in self.filter_names if name != "store"]

    @property
    def chosen_stores(self) -> int:
        """How many stores are ticked: one that was archived since is no box any more."""
        field = self.fields.get("store")
        if not isinstance(field, StoresField):
            return 0
        ticked = set(self["store"].value() or [])
        return len(ticked.intersection(field.codes))

    def asked(self) -> dict[str, Any]:
        """What a valid form asks, as arguments of `Query.of`."""
        cleaned, first = self.cleaned_data, next(iter(self.definition.groupings), "")
        chosen = {name: cleaned.get(name) for name in self.filter_names}
        return {
            "compare": Compare(cleaned.get("compare") or Compare.NONE),
            "group_by": cleaned.get("group_by") or first,
            "then_by": cleaned.get("then_by") or "",
            "filters": {
                name: [value] if isinstance(value, str) else value
                for name, value in chosen.items()
                if value
            },
        }


class ReportForm(QuestionForm, PeriodForm):
    """A report's whole form, under a key that was born with the page: sent twice, it runs once."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        if not self.definition.has_period:
            for name in ("period", "first", "last"):
                del self.fields[name]

    def query(self) -> Query:
        if not self.definition.has_period:
            today = timezone.localdate()
            return Query.of(Days(today, today), **self.asked())
        preset = self.preset.value if self.preset else ""
        return Query.of(self.days(), preset=preset, **self.asked())

    @property
    def days_controls(self) -> list[forms.BoundField]:
        return [self["first"], self["last"]]

    @property
    def controls(self) -> list[forms.BoundField]:
        """What stands beside the days: comparison and grouping."""
        return [self[name] for name in ("compare", "group_by", "then_by") if name in self.fields]


def initial_of(query: Query) -> dict[str, Any]:
    """What the form shows that asks the same again."""
    filters = {
        name: list(values) if name == "store" else values[0] for name, values in query.filters
    }
    return {
        "first": query.days.first,
        "last": query.days.last,
        "compare": query.compare,
        "group_by": query.group_by,
        "then_by": query.then_by,
        **filters,
    }


def initial_from(address: QueryDict) -> dict[str, Any]:
    """What the form shows at first, as the words after `?` say; the days of a named period, and those
    of the last 30 days where they say nothing."""
    asked: dict[str, Any] = {
        name: address.getlist(name) if name == "store" else value for name, value in address.items()
    }
    if asked.get("period") in Preset.values or not asked.keys() & {"first", "last"}:
        named = asked.get("period") if asked.get("period") in Preset.values else None
        days = Preset(named or Preset.LAST_30_DAYS).days(timezone.localdate())
        asked |= {"first": days.first, "last": days.last}
    return {name: value for name, value in asked.items() if name != "key"}
