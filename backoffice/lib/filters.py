"""What the filters of lists are made of."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django_filters import CharFilter, DateFilter, FilterSet

from backoffice.lib.text import Words


class ListFilter(FilterSet):  # type: ignore[misc]
    """The filters of a list. One with a search box says what it finds in `filter_words`."""


def search_box(label: Words, *, placeholder: Words = "") -> CharFilter:
    """The text that a list is searched for, in a box that searches while one types."""
    hint = {"placeholder": placeholder} if placeholder else {}
    return CharFilter(
        label=label,
        method="filter_words",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"} | hint),
    )


def day_filter(label: Words, **what: Any) -> DateFilter:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return DateFilter(label=label, widget=widget, **what)


def first_day(label: Words, moment: str) -> DateFilter:
    """Rows whose moment lies on this day or later, by the reader's clock."""
    return day_filter(label, field_name=moment, method=_from)


def last_day(label: Words, moment: str) -> DateFilter:
    """Rows whose moment lies on this day or earlier, by the reader's clock."""
    return day_filter(label, field_name=moment, method=_until)


def _from(rows: QuerySet[Any], moment: str, day: date) -> QuerySet[Any]:
    return rows.filter(**{f"{moment}__gte": _midnight(day)})


def _until(rows: QuerySet[Any], moment: str, day: date) -> QuerySet[Any]:
    if day == date.max:
        return rows
    return rows.filter(**{f"{moment}__lt": _midnight(day + timedelta(days=1))})


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
