"""Entries of the audit trail as people read them: fields as forms call them, names instead of ids."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Field, ForeignKey, Model
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from backoffice.audit.labels import ALSO_READ, COLUMNS, THINGS, UNTOLD
from backoffice.audit.things import addresses_of
from backoffice.lib.money import MoneyField
from backoffice.templatetags.comptoir import money
from stores.models import AuditEntry, Location, User

NOTHING = "–"
type AnyField = Field[Any, Any]
type Names = Mapping[tuple[type[Model], int], str]


@dataclass(frozen=True)
class Change:
    """One column that differs, both sides in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ToldEntry:
    """An entry with all that a page or a file says of it."""

    entry: AuditEntry
    who: str
    thing: str
    address: str
    changes: list[Change]

    @property
    def name(self) -> str:
        return self.entry.label

    @property
    def is_change(self) -> bool:
        return self.entry.action == AuditEntry.Action.CHANGED

    @property
    def place(self) -> str:
        return self.entry.location.shown_name if self.entry.location else ""

    @property
    def in_one_line(self) -> str:
        """As a file says it: `Price: €25.50 → €24.90; …`."""
        return "; ".join(
            f"{change.label}: {f'{change.before} → {change.after}' if self.is_change else change.after or change.before}"
            for change in self.changes
        )


def told(entries: Sequence[AuditEntry], reader: User) -> list[ToldEntry]:
    """The entries in words, in a fixed number of queries, with links to what the reader may open."""
    names = _names(entries)
    addresses = addresses_of(entries, reader)
    return [
        ToldEntry(
            entry,
            str(entry.by) if entry.by else _("Comptoir"),
            str(THINGS.get(entry.table, entry.table)),
            addresses.get((entry.about_table, entry.about_id), ""),
            list(_changes(entry, names)),
        )
        for entry in entries
    ]


def with_people(entries: models.QuerySet[AuditEntry]) -> models.QuerySet[AuditEntry]:
    return entries.select_related("by", "location").defer("words")


@cache
def models_by_table() -> dict[str, type[Model]]:
    return {model._meta.db_table: model for model in apps.get_models()}


@cache
def field_of(table: str, column: str) -> AnyField | None:
    """The field of a column; None of what is no column any more, or never was."""
    model = models_by_table().get(table)
    if model is None:
        return None
    found: object
    try:
        found = model._meta.get_field(column.removesuffix("_id"))
    except FieldDoesNotExist:
        found = next((f for f in model._meta.concrete_fields if f.attname == column), None)
    return found if isinstance(found, Field) else None


def label_of(table: str, column: str) -> str:
    """What a column is called: as on the forms, where they have it."""
    if column in COLUMNS and not _is_labelled(field_of(table, column)):
        return capfirst(str(COLUMNS[column]))
    field = field_of(table, column)
    return capfirst(str(field.verbose_name if field else column))


def _is_labelled(field: AnyField | None) -> bool:
    return field is not None and not isinstance(field.verbose_name, str)


def _changes(entry: AuditEntry, names: Names) -> Iterable[Change]:
    for column in sorted({*entry.before, *entry.after}):
        if column in UNTOLD:
            continue
        before, after = (
            _in_words(entry, column, values, names) for values in (entry.before, entry.after)
        )
        if entry.action == AuditEntry.Action.CHANGED or (before or after) not in ("", NOTHING):
            yield Change(label_of(entry.table, column), before, after)


def _in_words(entry: AuditEntry, column: str, values: Mapping[str, Any], names: Names) -> str:
    if column not in values:
        return ""
    value, field = values[column], field_of(entry.table, column)
    if value is None and entry.before.get(column, 0) == entry.after.get(column, 0):
        return _("not shown")  # a secret
    if value is None or value == "":
        return NOTHING
    if isinstance(field, ForeignKey):
        return names.get((field.related_model, value), NOTHING)
    return value_in_words(field, value)


def value_in_words(field: AnyField | None, value: Any) -> str:
    """A stored value as the reader's language writes it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, MoneyField):
        return money(Decimal(value))
    if isinstance(field, models.DateTimeField):
        return date_format(localtime(datetime.fromisoformat(value)), "SHORT_DATETIME_FORMAT")
    if isinstance(field, models.DateField):
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    if isinstance(field, models.TimeField):
        return str(value)[:5]
    if isinstance(value, int | Decimal):
        return number_format(value, use_l10n=True)
    if isinstance(value, list):
        return ", ".join(str(part) for part in value) or NOTHING
    return str(value)


def _names(entries: Sequence[AuditEntry]) -> Names:
    """What the ids among the values stand for: one query for each kind of thing."""
    wanted: dict[type[Model], set[int]] = {}
    for entry in entries:
        for column, value in [*entry.before.items(), *entry.after.items()]:
            field = field_of(entry.table, column)
            if isinstance(field, ForeignKey) and isinstance(value, int):
                wanted.setdefault(field.related_model, set()).add(value)
    return {
        (model, row.pk): row.shown_name if isinstance(row, Location) else str(row)
        for model, ids in wanted.items()
        for row in _rows(model, ids)
    }


def _rows(model: type[Model], ids: set[int]) -> models.QuerySet[Any]:
    rows = model._base_manager.filter(pk__in=ids)
    also = ALSO_READ.get(model._meta.db_table)
    return rows.select_related(also) if also else rows
