"""Template vocabulary of every page: icons, money, quantities."""

import re
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from babel.numbers import format_currency, format_percent
from django import forms, template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.template import Context
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from backoffice.lib import rows
from backoffice.lib.chips import Chip, chips_of
from backoffice.lib.house import house
from backoffice.lib.money import MOST_CHANGE

register = template.Library()


@cache
def _drawing(name: str) -> SafeString:
    """The inside of an outline icon of Tabler, from the npm package."""
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise ValueError(f"no icon is called {name!r}")
    file = settings.NODE_MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
    inside = re.search(r"<svg[^>]*>(.*)</svg>", file.read_text(), re.DOTALL)
    assert inside
    return SafeString(" ".join(inside[1].split()))


@register.simple_tag
@lru_cache(maxsize=2048)
def icon(name: str, label: str = "") -> SafeString:
    """An icon by its Tabler name; with a label it is a picture, else decoration."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none"'
        ' stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
        " {}>{}</svg>",
        format_html('role="img" aria-label="{}"', label)
        if label
        else SafeString("aria-hidden=true"),
        _drawing(name),
    )


@register.filter
def money(amount: Decimal | None) -> str:
    """`89.99` as `€89.99` or `89,99 €`, after the language of the page."""
    if amount is None:
        return ""
    return _money(amount, house().currency, (get_language() or "en").replace("-", "_"))


@lru_cache(maxsize=8192)
def _money(amount: Decimal, currency: str, locale: str) -> str:
    return str(format_currency(amount, currency, locale=locale))


@register.filter
def signed(units: int) -> str:
    """`+4`, `−3` or `0`, with a minus as wide as the plus."""
    digits = number_format(abs(units), use_l10n=True, force_grouping=True)
    return digits if units == 0 else f"{'+' if units > 0 else '−'}{digits}"


@register.filter
def change(part: Decimal | None) -> str:
    """`0.12` as `+12%` or `+12 %`, with its sign, after the language of the page; `16.34` as `×17`:
    percentages of next to nothing say nothing."""
    if part is None:
        return ""
    if part >= MOST_CHANGE:
        return f"×{number_format(round(part + 1), use_l10n=True, force_grouping=True)}"
    locale = (get_language() or "en").replace("-", "_")
    written = format_percent(abs(part), format=None, locale=locale)
    sign = "+" if round(part, 2) > 0 else "−" if round(part, 2) < 0 else "±"
    return f"{sign}{written}"


@register.filter
def get_item(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key)


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """A field's control in the product's look, without its label."""
    look = "form-select" if isinstance(field.field.widget, forms.Select) else "form-control"
    if isinstance(field.field.widget, forms.CheckboxInput):
        look = "form-check-input"
    return field.as_widget(attrs={"class": look})


@register.simple_tag(takes_context=True)
def table_body(context: Context, table: Any) -> SafeString:
    """The rows of a list."""
    return rows.table_body(table, context)


@register.simple_tag(takes_context=True)
def filter_chips(context: dict[str, Any], filterset: Any) -> list[Chip]:
    """What is set in a FilterSet, each with the address of the list without it."""
    return chips_of(filterset, context["request"].GET)
