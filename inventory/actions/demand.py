"""Demand: how many units of each SKU left a place to customers in the last 28 days, less what came back.

Read from the ledger in one statement, for every pair of place and SKU or for some.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from inventory.models import Demand

type Pair = tuple[int, int]  # place, SKU

PAIRS = """
pairs AS MATERIALIZED (
    SELECT location_id, sku_id
    FROM unnest(%(places)s::bigint[], %(skus)s::bigint[]) AS pair (location_id, sku_id)
),
"""
COUNT_DEMAND = """
WITH {pairs} ends AS (
    SELECT movement.source_id AS location_id, movement.sku_id, movement.quantity AS units
    FROM {out} JOIN stores_location AS buyer
        ON buyer.id = movement.destination_id AND buyer.kind = 'customer'
    WHERE movement.occurred_at > %(since)s AND movement.id >= %(first)s
    UNION ALL
    SELECT movement.destination_id, movement.sku_id, -movement.quantity
    FROM {back} JOIN stores_location AS buyer
        ON buyer.id = movement.source_id AND buyer.kind = 'customer'
    WHERE movement.occurred_at > %(since)s AND movement.id >= %(first)s
),
sold AS MATERIALIZED (
    SELECT ends.location_id, ends.sku_id, sum(ends.units) AS units
    FROM ends JOIN stores_location AS place
        ON place.id = ends.location_id AND place.kind IN ('store', 'warehouse')
    GROUP BY ends.location_id, ends.sku_id HAVING sum(ends.units) > 0
),
ended AS (
    DELETE FROM inventory_demand AS demand {using}
    WHERE {within} NOT EXISTS (
        SELECT FROM sold
        WHERE sold.location_id = demand.location_id AND sold.sku_id = demand.sku_id
    )
)
INSERT INTO inventory_demand AS demand (location_id, sku_id, units, counted_on)
SELECT location_id, sku_id, units, %(today)s FROM sold
ON CONFLICT (location_id, sku_id) DO UPDATE
SET units = excluded.units, counted_on = excluded.counted_on
WHERE (demand.units, demand.counted_on) IS DISTINCT FROM (excluded.units, excluded.counted_on)
"""
LEDGER = "inventory_stockmovement AS movement"
COUNT_ALL = COUNT_DEMAND.format(pairs="", out=LEDGER, back=LEDGER, using="", within="")
COUNT_OF_PAIRS = COUNT_DEMAND.format(
    pairs=PAIRS,
    out=f"pairs JOIN {LEDGER}"
    " ON movement.source_id = pairs.location_id AND movement.sku_id = pairs.sku_id",
    back=f"pairs JOIN {LEDGER}"
    " ON movement.destination_id = pairs.location_id AND movement.sku_id = pairs.sku_id",
    using="USING pairs",
    within="demand.location_id = pairs.location_id AND demand.sku_id = pairs.sku_id AND",
)
FIRST_MOVEMENT = "SELECT coalesce(min(id), 0) FROM inventory_stockmovement WHERE occurred_at > %s"


def first_movement_since(now: datetime) -> int:
    """The id under which no movement counts any more: what happened later bears a larger one."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST_MOVEMENT, [_since(now)])
        [first] = cursor.fetchone()
    return int(first)


def count_demand(now: datetime, *, first: int = 0) -> None:
    """Count the demand of every place and SKU anew."""
    _count(COUNT_ALL, now, first, ())


def count_demand_of(pairs: Collection[Pair], now: datetime, *, first: int) -> None:
    """Count the demand of these pairs; `first` is the oldest movement that can matter."""
    _count(COUNT_OF_PAIRS, now, first, pairs)


def _count(statement: str, now: datetime, first: int, pairs: Collection[Pair]) -> None:
    given: dict[str, Any] = {
        "since": _since(now),
        "first": first,
        "today": now.date(),
        "places": [place for place, _sku in pairs],
        "skus": [sku for _place, sku in pairs],
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)


def _since(now: datetime) -> datetime:
    return now - timedelta(days=Demand.DAYS)
