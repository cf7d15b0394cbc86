"""Values of settings in words, for who reads them, and as text, to see whether they changed."""

from collections.abc import Iterable
from datetime import time
from decimal import Decimal
from typing import Any

from django.db.models import NOT_PROVIDED, Field
from django.utils.formats import number_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from stores.languages import LANGUAGE_NAMES
from stores.models import Company, Role


def as_text(company: Company, names: Iterable[str]) -> dict[str, str]:
    """The values as a form carries them along: equal texts are equal values."""
    return {name: _text(getattr(company, name)) for name in names}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(sorted(value))
    return str(getattr(value, "pk", value))


def label_of(name: str) -> str:
    return capfirst(str(_column(name).verbose_name))


def _column(name: str) -> "Field[Any, Any]":
    column = Company._meta.get_field(name)
    assert isinstance(column, Field)
    return column


def in_words(name: str, value: Any) -> str:
    """A value as a person reads it; nothing is a dash."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return number_format(value, 2, use_l10n=True, force_grouping=True)
    if isinstance(value, time):
        return time_format(value)
    if name == "two_factor_roles":
        return ", ".join(str(Role(role).label) for role in value) or _("nobody")
    if name == "languages":
        return ", ".join(LANGUAGE_NAMES[code] for code in value)
    if name == "language":
        return LANGUAGE_NAMES[value]
    return str(value) if value not in (None, "") else "–"


def usual(name: str) -> str:
    """What a company begins with, in words; empty where nothing is usual."""
    default = _column(name).default
    if default is NOT_PROVIDED or default in (None, ""):
        return ""
    return in_words(name, default() if callable(default) else default)
