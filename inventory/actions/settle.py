"""What the policies say at each stock level: the narrowest one that states a figure wins.

From narrow to wide: SKU and place, SKU, category and place, category, place, company. Stock levels hold
what this comes to, so that nothing that reads them has to look further.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from inventory.actions.alerts import review_alerts_of
from inventory.actions.marks import LocationId, SkuId
from inventory.models import StockPolicy

FIELDS = (
    "reorder_point",
    "target",
    "maximum",
    "basis",
    "warehouse_id",
    "lead_days",
    "review_days",
)
KEY = ("location_id", "category_id", "sku_id")
NARROW_TO_WIDE = ("p1", "p2", "p3", "p4", "p5", "p6")


def _first(field: str, default: str) -> str:
    """The narrowest statement of a field."""
    return f"coalesce({', '.join(f'{policy}.{field}' for policy in NARROW_TO_WIDE)}, {default})"


def _first_basis() -> str:
    stated = ", ".join(f"nullif({policy}.basis, '')" for policy in NARROW_TO_WIDE)
    return f"coalesce({stated}, 'level') = 'rate'"


CHANGED = """
resolved AS (
    SELECT level.id, level.location_id, level.sku_id,
        {reorder_point} AS reorder_point,
        {target} AS target,
        {maximum} AS maximum,
        {by_rate} AS by_rate,
        {warehouse_id} AS warehouse_id,
        {lead_days} AS lead_days,
        {review_days} AS review_days
    FROM inventory_stocklevel AS level
    JOIN inventory_sku AS sku ON sku.id = level.sku_id
    JOIN inventory_product AS product ON product.id = sku.product_id
    LEFT JOIN {policies} AS p1
        ON p1.sku_id = level.sku_id AND p1.location_id = level.location_id
    LEFT JOIN {policies} AS p2 ON p2.sku_id = level.sku_id AND p2.location_id IS NULL
    LEFT JOIN {policies} AS p3
        ON p3.category_id = product.category_id AND p3.location_id = level.location_id
    LEFT JOIN {policies} AS p4
        ON p4.category_id = product.category_id AND p4.location_id IS NULL
    LEFT JOIN {policies} AS p5
        ON p5.sku_id IS NULL AND p5.category_id IS NULL AND p5.location_id = level.location_id
    LEFT JOIN {policies} AS p6
        ON p6.sku_id IS NULL AND p6.category_id IS NULL AND p6.location_id IS NULL
    WHERE (%(skus)s::bigint[] IS NULL OR level.sku_id = ANY (%(skus)s::bigint[]))
    AND (%(places)s::bigint[] IS NULL OR level.location_id = ANY (%(places)s::bigint[]))
),
changed AS MATERIALIZED (
    SELECT resolved.*,
        (resolved.target < resolved.reorder_point
            OR (resolved.maximum > 0 AND resolved.maximum < resolved.target))
        AND (resolved.reorder_point, resolved.target, resolved.maximum)
            IS DISTINCT FROM (level.reorder_point, level.target, level.maximum)
            AS contradicts
    FROM resolved JOIN inventory_stocklevel AS level ON level.id = resolved.id
    WHERE (
        resolved.reorder_point, resolved.target, resolved.maximum, resolved.by_rate,
        resolved.warehouse_id, resolved.lead_days, resolved.review_days
    ) IS DISTINCT FROM (
        level.reorder_point, level.target, level.maximum, level.by_rate,
        level.warehouse_id, level.lead_days, level.review_days
    )
)
"""
SUMMARY = """
SELECT count(*), coalesce(array_agg(DISTINCT sku_id), '{}'), count(*) FILTER (WHERE contradicts)
FROM changed
"""
SETTLE_AS = """
WITH {changed},
locked AS MATERIALIZED (
    SELECT id FROM inventory_stocklevel WHERE id IN (SELECT id FROM changed)
    ORDER BY location_id, sku_id FOR NO KEY UPDATE
),
written AS (
    UPDATE inventory_stocklevel AS level SET
        reorder_point = changed.reorder_point, target = changed.target,
        maximum = changed.maximum, by_rate = changed.by_rate,
        warehouse_id = changed.warehouse_id, lead_days = changed.lead_days,
        review_days = changed.review_days
    FROM changed JOIN locked ON locked.id = changed.id
    WHERE level.id = changed.id
),
marked AS (
    INSERT INTO inventory_movedlevel (location_id, sku_id)
    SELECT location_id, sku_id FROM changed
)
{summary}
"""
FORESEE_AS = """
WITH stated AS MATERIALIZED (
    SELECT * FROM unnest(
        %(location_id)s::bigint[], %(category_id)s::bigint[], %(sku_id)s::bigint[],
        %(reorder_point)s::integer[], %(target)s::integer[], %(maximum)s::integer[],
        %(basis)s::text[], %(warehouse_id)s::bigint[], %(lead_days)s::smallint[],
        %(review_days)s::smallint[]
    ) AS row ({columns})
),
policies AS MATERIALIZED (
    SELECT * FROM stated
    UNION ALL
    SELECT {columns} FROM inventory_stockpolicy AS policy
    WHERE NOT EXISTS (
        SELECT FROM stated
        WHERE coalesce(stated.location_id, 0) = coalesce(policy.location_id, 0)
        AND coalesce(stated.category_id, 0) = coalesce(policy.category_id, 0)
        AND coalesce(stated.sku_id, 0) = coalesce(policy.sku_id, 0)
    )
),
{changed}
{summary}
"""
COLUMNS = ", ".join((*KEY, *FIELDS))
FIRST = {
    "reorder_point": _first("reorder_point", "0"),
    "target": _first("target", "0"),
    "maximum": _first("maximum", "0"),
    "by_rate": _first_basis(),
    "warehouse_id": _first("warehouse_id", "NULL"),
    "lead_days": _first("lead_days", "2"),
    "review_days": _first("review_days", "7"),
}
SETTLE = SETTLE_AS.format(
    changed=CHANGED.format(policies="inventory_stockpolicy", **FIRST), summary=SUMMARY
)
FORESEE = FORESEE_AS.format(
    changed=CHANGED.format(policies="policies", **FIRST), summary=SUMMARY, columns=COLUMNS
)


@dataclass(frozen=True)
class Settled:
    """How many levels change, of which SKUs, and how many of them come to say what can't be."""

    levels: int
    sku_ids: list[SkuId]
    contradictions: int


def settle_policies(
    *,
    sku_ids: Collection[SkuId] | None = None,
    location_ids: Collection[LocationId] | None = None,
) -> Settled:
    """Write what the policies say into the levels of these SKUs and places (`None`: all), and let
    alerts and suggestions follow; in one statement, under the lock of `hold_new_levels`."""
    settled = _ask(SETTLE, _scope(sku_ids, location_ids))
    if settled.levels:
        review_alerts_of(settled.sku_ids)
    return settled


def foresee_policies(
    rows: Sequence[StockPolicy],
    *,
    sku_ids: Collection[SkuId] | None,
    location_ids: Collection[LocationId] | None,
) -> Settled:
    """What settling would change if these rows said what they say here; nothing is written."""
    given = _scope(sku_ids, location_ids)
    given |= {name: [getattr(row, name) for row in rows] for name in (*KEY, *FIELDS)}
    return _ask(FORESEE, given)


def _scope(
    sku_ids: Collection[SkuId] | None, location_ids: Collection[LocationId] | None
) -> dict[str, Any]:
    return {
        "skus": None if sku_ids is None else sorted(sku_ids),
        "places": None if location_ids is None else sorted(location_ids),
    }


def _ask(statement: str, given: dict[str, Any]) -> Settled:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        levels, sku_ids, contradictions = cursor.fetchone()
    return Settled(levels, sku_ids, contradictions)
