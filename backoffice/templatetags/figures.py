"""Figures in words: amounts without currency, changes with their sign, per cent, periods."""

from decimal import Decimal

from babel.numbers import get_currency_symbol
from django import template
from django.utils.formats import date_format, get_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backoffice.lib.house import house
from backoffice.reports.periods import Days

register = template.Library()
MINUS = "\u2212"


@register.filter
def figure(value: Decimal | int | None) -> str:
    """`1234.5` as `1,234.50` or `1 234,50`; whole numbers without places; nothing as a dash."""
    if value is None:
        return "–"
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    own = {",": get_format("THOUSAND_SEPARATOR"), ".": get_format("DECIMAL_SEPARATOR")}
    return text.translate(str.maketrans(own))


@register.filter
def signed(value: Decimal | int) -> str:
    """The figure with its sign: `+12`, `−3.50`, `0`."""
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return sign + figure(-value if value < 0 else value)


@register.filter
def percent(value: Decimal | None) -> str:
    """A change in per cent with its sign: `+12.5%`, or `−3,0 %` in French."""
    if value is None:
        return ""
    return _("%(number)s%%") % {"number": signed(value)}


@register.filter
def rate(value: Decimal | None) -> str:
    """A share in per cent, without a sign: `32.5%`, or `32,5 %` in French; nothing as a dash."""
    return "–" if value is None else _("%(number)s%%") % {"number": figure(value)}


@register.filter
def in_currency(label: str) -> str:
    """The label with the currency, for the heading of a column of amounts."""
    locale = (get_language() or "en").replace("-", "_")
    return f"{label} ({get_currency_symbol(house().currency, locale)})"


@register.filter
def period(days: Days) -> str:
    """`1 March 2026`, or `1 March 2026 – 31 March 2026`."""
    first, last = date_format(days.first, "DATE_FORMAT"), date_format(days.last, "DATE_FORMAT")
    return first if days.first == days.last else f"{first} – {last}"
