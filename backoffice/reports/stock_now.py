"""What places have at this moment: stock, orders to hand over, and of which SKUs how many are left."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from backoffice.lib.money import ZERO
from backoffice.reports.sold import EVERYWHERE, LocationId, SkuId
from shop.models import Order

PROMISED = (  # paid, and the goods are not handed over yet
    Order.State.PAID,
    Order.State.CONFIRMED,
    Order.State.PREPARING,
    Order.State.READY,
)
# Levels are gone through once, and their cost is added up in whole cents.
STOCK = """
    WITH stock AS MATERIALIZED (
        SELECT level.location_id, level.sku_id, sum(level.on_hand) AS units,
            sum(level.on_hand * sku.cents) AS cents
        FROM inventory_stocklevel level
        JOIN (SELECT id, (100 * cost)::bigint AS cents FROM inventory_sku OFFSET 0) sku
            ON sku.id = level.sku_id
        WHERE level.location_id = ANY(%(places)s)
        GROUP BY GROUPING SETS ((level.location_id), (level.sku_id))
    )
    SELECT location_id, sku_id, units, (cents / 100)::numeric(20, 2) FROM stock
    UNION ALL
    SELECT %(everywhere)s, NULL, sum(units), (sum(cents) / 100)::numeric(20, 2) FROM stock
    WHERE location_id IS NOT NULL
"""
ORDERS = """
    SELECT coalesce(location_id, %(everywhere)s), count(*), sum(total) FROM shop_order
    WHERE location_id = ANY(%(places)s) AND state = ANY(%(promised)s)
    GROUP BY GROUPING SETS ((location_id), ())
"""
NAMES = """
    SELECT sku.id, sku.product_id, sku.code,
        CASE sku.variant WHEN '' THEN product.name ELSE product.name || ' – ' || sku.variant END
    FROM inventory_sku sku JOIN inventory_product product ON product.id = sku.product_id
    WHERE sku.id = ANY(%s)
"""


class Now(NamedTuple):
    """What one place has."""

    stock_units: int = 0
    stock_value: Decimal = ZERO  # at cost
    open_orders: int = 0
    orders_value: Decimal = ZERO


class NamedSku(NamedTuple):
    pk: SkuId
    product_id: int
    code: str
    name: str
    stock: int  # on hand, in the places asked for


@dataclass(frozen=True)
class AllNow:
    """What each place has, under `EVERYWHERE` all of them together, and how many units of each SKU."""

    places: Mapping[LocationId, Now]
    units: Mapping[SkuId, int]


def now_at(places: Collection[LocationId]) -> AllNow:
    """What these places have; two queries."""
    given = {"places": list(places), "everywhere": EVERYWHERE, "promised": list(PROMISED)}
    stock = _answer(STOCK, given)
    orders = {place: (count, amount or ZERO) for place, count, amount in _answer(ORDERS, given)}
    of_places = {place: (int(n or 0), cost or ZERO) for place, sku, n, cost in stock if sku is None}
    return AllNow(
        {
            place: Now(*of_places.get(place, (0, ZERO)), *orders.get(place, (0, ZERO)))
            for place in of_places.keys() | orders.keys()
        },
        {sku: int(units) for _place, sku, units, _cost in stock if sku is not None},
    )


def named_skus(sku_ids: Collection[SkuId], units: Mapping[SkuId, int]) -> dict[SkuId, NamedSku]:
    """The SKUs with their names and how many units there are; one query."""
    found = _answer(NAMES, [list(sku_ids)])
    return {
        pk: NamedSku(pk, product, code, name, units.get(pk, 0)) for pk, product, code, name in found
    }


def _answer(statement: str, given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
