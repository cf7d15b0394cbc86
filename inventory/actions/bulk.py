"""Loading a past into an empty ledger: the only way around `inventory.actions.stock`."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from backoffice.lib.bulk import copy_rows
from inventory.models import Document, StockMovement

type MovementRow = tuple[int, int, int, int, Document, int, int | None, datetime, datetime]
MOVEMENT_FIELDS = (
    "sku",
    "source",
    "destination",
    "quantity",
    "document",
    "document_id",
    "by",
    "occurred_at",
    "recorded_at",
)
SETTLE = """
UPDATE inventory_stocklevel AS level SET on_hand = ledger.units
FROM (
    SELECT place, sku_id, sum(units) AS units FROM (
        SELECT destination_id AS place, sku_id, quantity AS units FROM inventory_stockmovement
        UNION ALL
        SELECT source_id, sku_id, -quantity FROM inventory_stockmovement
    ) AS ends GROUP BY place, sku_id
) AS ledger
WHERE level.location_id = ledger.place AND level.sku_id = ledger.sku_id
"""
STATE = """
INSERT INTO inventory_stockpolicy (location_id, sku_id, reorder_point, target, basis)
SELECT location_id, sku_id, reorder_point, target, '' FROM inventory_stocklevel
WHERE reorder_point > 0 OR target > 0
ON CONFLICT DO NOTHING
"""


def copy_movements(rows: Iterable[MovementRow]) -> None:
    """Copy movements, as tuples of `MOVEMENT_FIELDS`; `settle_levels` must follow."""
    copy_rows(StockMovement, MOVEMENT_FIELDS, rows)


def settle_levels() -> None:
    """Set every `on_hand` to what the ledger adds up to."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLE)


def state_what_levels_say() -> None:
    """Write a policy of its own for each level that has a reorder point or a target."""
    with connection.cursor() as cursor:
        cursor.execute(STATE)
