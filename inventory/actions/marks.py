"""Marks: which pairs of place and SKU are to be looked at again, because something about them changed.

A mark is written in the transaction that changes a level, a policy or an open request; the refresh of
suggestions takes it away. Nobody waits for a mark: it is an insert, and a pair may be marked many times.
"""

from collections.abc import Iterable

from django.db import connection

from inventory.models import MovedLevel, RestockRequest

type LocationId = int
type SkuId = int


def mark_moved(pairs: Iterable[tuple[LocationId, SkuId]]) -> None:
    """Mark pairs of a place and a SKU."""
    MovedLevel.objects.bulk_create(
        [MovedLevel(location_id=place, sku_id=sku) for place, sku in sorted(set(pairs))]
    )


def mark_request(request: RestockRequest) -> None:
    """Mark what a request asks for, at its store."""
    _mark(
        "SELECT %s, sku_id FROM inventory_restockline WHERE request_id = %s",
        [request.store_id, request.pk],
    )


def mark_skus(sku_ids: Iterable[SkuId]) -> None:
    """Mark SKUs at every place."""
    _mark(
        "SELECT location_id, sku_id FROM inventory_stocklevel WHERE sku_id = ANY (%s::bigint[])",
        [sorted(sku_ids)],
    )


def mark_place(location_id: LocationId) -> None:
    """Mark every SKU at a place."""
    _mark(
        "SELECT location_id, sku_id FROM inventory_stocklevel WHERE location_id = %s",
        [location_id],
    )


def mark_stores_of(warehouse_id: LocationId) -> None:
    """Mark what a warehouse is suggested for, and what the policies want from there."""
    _mark(
        "SELECT location_id, sku_id FROM inventory_suggestion WHERE warehouse_id = %s"
        " UNION SELECT location_id, sku_id FROM inventory_stocklevel WHERE warehouse_id = %s",
        [warehouse_id, warehouse_id],
    )


def _mark(pairs: str, given: list[int | list[int]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO inventory_movedlevel (location_id, sku_id) {pairs}", given)
