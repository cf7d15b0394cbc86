"""Money: `Decimal` with two places, rounded half up, here and nowhere else."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models

CENT = Decimal("0.01")
TENTH = Decimal("0.1")
ZERO = Decimal("0.00")
MOST_CHANGE = 9  # in parts of 1: of more it is told how many times as much it is


def to_cents(amount: Decimal) -> Decimal:
    """The amount rounded half up to two places."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def to_tenths(number: Decimal) -> Decimal:
    """A rate or a number of days rounded half up to one place."""
    return number.quantize(TENTH, rounding=ROUND_HALF_UP)


def tax_included(gross: Decimal, rate: Decimal) -> Decimal:
    """The tax inside a gross amount; `rate` in per cent (20 for 20 %)."""
    return to_cents(gross * rate / (100 + rate))


def tax_on_top(net: Decimal, rate: Decimal) -> Decimal:
    """The tax to add to a net amount; `rate` in per cent."""
    return to_cents(net * rate / 100)


def average(amount: Decimal, count: int) -> Decimal | None:
    """The amount per piece, in cents; None where there is nothing to divide by."""
    return to_cents(amount / count) if count else None


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """The part of the whole in per cent, with one place; None if the whole is 0."""
    return to_tenths(part * 100 / whole) if whole else None


def percent_change(now: Decimal | int, before: Decimal | int) -> Decimal | None:
    """The change in per cent of what was `before`, with one place: more is above 0, also where it was
    a loss; None if it was 0 before."""
    if not before:
        return None
    return to_tenths(Decimal(now - before) * 100 / abs(Decimal(before)))


class MoneyField(models.DecimalField):  # type: ignore[type-arg]
    """An amount in the company's currency, up to 9,999,999,999.99."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"], kwargs["decimal_places"] = 12, 2
        super().__init__(*args, **kwargs)
