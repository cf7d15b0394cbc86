"""What is set in a list's filters, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.timezone import localtime


@dataclass(frozen=True)
class Chip:
    """A filter that is set: its name, its value in words, and the address without it."""

    label: str
    value: str
    without: str


def chips_of(filterset: Any, query: QueryDict) -> list[Chip]:
    """What is set in a FilterSet, each with the address of the list without it."""
    fields: Iterable[BoundField] = filterset.form
    return [
        Chip(str(field.label), _in_words(field, query), _without(query, field.html_name))
        for field in fields
        if any(query.getlist(field.html_name))
    ]


def filters_in_words(filterset: Any, query: QueryDict) -> str:
    """Such as `State: open; Place: Lyon`."""
    return "; ".join(f"{chip.label}: {chip.value}" for chip in chips_of(filterset, query))


def _in_words(field: BoundField, query: QueryDict) -> str:
    values = [value for value in query.getlist(field.html_name) if value]
    if isinstance(field.field, forms.ChoiceField):
        choices = cast("Iterable[tuple[object, object]]", field.field.choices)
        names = {str(value): str(name) for value, name in choices}
        values = [names.get(value, value) for value in values]
    if isinstance(field.field, forms.DateField | forms.DateTimeField):
        values = [_time_in_words(field.field, value) for value in values]
    return ", ".join(values)


def _time_in_words(field: forms.DateField | forms.DateTimeField, value: str) -> str:
    try:
        day = field.clean(value)
    except forms.ValidationError:
        return value
    if isinstance(day, datetime):
        return date_format(localtime(day), "SHORT_DATETIME_FORMAT")
    return date_format(day, "SHORT_DATE_FORMAT")


def _without(query: QueryDict, name: str) -> str:
    rest = query.copy()
    rest.pop(name, None)
    rest.pop("page", None)
    return f"?{rest.urlencode()}"
