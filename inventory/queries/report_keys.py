"""What reports of goods group by, in the names that their statements give to tables: `place`, `sku`,
`product`, `category`, and `day` of a fact with one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from backoffice.lib.days import later
from backoffice.lib.grouped import Key

ARTICLE_NAME = "product.name || CASE WHEN sku.variant = '' THEN '' ELSE ' – ' || sku.variant END"
CHOSEN = """
AND (%(categories)s::bigint[] IS NULL OR category.id = ANY(%(categories)s::bigint[]))
AND (%(skus)s::bigint[] IS NULL OR sku.id = ANY(%(skus)s::bigint[]))
"""
PERIOD = """
CROSS JOIN LATERAL (SELECT
    %(first)s::date::timestamp AT TIME ZONE place.time_zone AS since,
    (%(last)s::date + 1)::timestamp AT TIME ZONE place.time_zone AS until
) period
"""  # from the first to the last day where `place` is
SURELY_AFTER = "%(first)s::date::timestamp AT TIME ZONE 'UTC' - interval '1 day'"  # for an index
SURELY_BEFORE = "%(last)s::date::timestamp AT TIME ZONE 'UTC' + interval '2 days'"
STORE = Key("place.id", {"store": "place.name", "store_code": "place.code"})
CATEGORY = Key("category.id", {"category": "category.name", "category_id": "category.id"})
PRODUCT = Key(
    "product.id",
    {"product": "product.name", "product_id": "product.id", "product_address": "product.slug"},
)
ARTICLE = Key("sku.id", {"article": ARTICLE_NAME, "code": "sku.code", "sku_id": "sku.id"})


@dataclass(frozen=True)
class Chosen:
    """Whose goods a report counts: those of these places, and where categories or articles are named,
    of these alone."""

    places: Collection[int]
    categories: Collection[int] | None = None
    skus: Collection[int] | None = None

    @property
    def given(self) -> dict[str, Any]:
        """For statements that hold `CHOSEN`, and `ANY(%(places)s)`."""
        return {
            "places": list(self.places),
            "categories": None if self.categories is None else list(self.categories),
            "skus": None if self.skus is None else list(self.skus),
        }


def told(moment: str) -> str:
    """SQL: the local day of a moment where `place` is, as it is told; needs what `days_given` gives."""
    return f"(({moment} AT TIME ZONE place.time_zone)::date + %(later)s::interval)::date"


def days_given(
    first: date, last: date, by: Collection[str] = (), told_from: date | None = None
) -> dict[str, Any]:
    """For statements that hold `PERIOD` and `told`; with `told_from`, days are told as if the first had
    been that one."""
    return {"first": first, "last": last, "later": later(by, first, told_from) or "0 days"}


def days_of(day: str) -> dict[str, Key]:
    """By day, week or month, the earliest first, where `day` is the SQL of a local day."""
    week, month = f"date_trunc('week', {day})::date", f"date_trunc('month', {day})::date"
    return {
        "day": Key(day, {"day": day}, is_of_time=True),
        "week": Key(week, {"week": week}, is_of_time=True),
        "month": Key(month, {"month": month}, is_of_time=True),
    }
