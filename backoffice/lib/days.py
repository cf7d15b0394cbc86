"""Days of an earlier period, told as if it had begun with a later one: so that figures stand beside."""

from collections.abc import Collection
from datetime import date

SHORTER_THAN_MONTHS = {"day", "week"}


def later(by: Collection[str], first: date, told_from: date | None) -> str:
    """By how much days are told later than they were, as SQL's interval: by whole years, or months where
    nothing shorter is told apart; else by as many days for each, since months are not equally long.
    Empty, if they are told as they were."""
    if told_from is None or told_from == first:
        return ""
    months = 12 * (told_from.year - first.year) + told_from.month - first.month
    if told_from.day == first.day and (months % 12 == 0 or not SHORTER_THAN_MONTHS & set(by)):
        return f"{months} months"
    return f"{(told_from - first).days} days"
