"""Figures of a table in words, for headlines; the reader's language must be active."""

from __future__ import annotations

from decimal import Decimal

from backoffice.reports.table import CHANGE, Table
from backoffice.templatetags.figures import percent


def change_in_words(table: Table, key: str) -> str:
    """` (+4.2%)` after a total that is compared with an earlier one; nothing where it isn't."""
    if not table.has(key + CHANGE):
        return ""
    change = table.total(key + CHANGE)
    return f" ({percent(change)})" if isinstance(change, Decimal) else ""
