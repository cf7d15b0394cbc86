"""The ledger recomputed: each invariant as one statement over all levels, and what differs from it."""

from dataclasses import dataclass

from django.db import connection

from inventory.queries.check_transfers import TRANSFER_CHECKS

ON_HAND = """
WITH pairs AS MATERIALIZED (
    SELECT source_id, destination_id, sku_id, sum(quantity) AS units
    FROM inventory_stockmovement GROUP BY source_id, destination_id, sku_id
), moved AS (
    SELECT place, sku_id, sum(units)::bigint AS units FROM (
        SELECT destination_id AS place, sku_id, units FROM pairs
        UNION ALL SELECT source_id, sku_id, -units FROM pairs
    ) sides GROUP BY place, sku_id
), inner_moved AS (
    SELECT moved.* FROM moved JOIN stores_location location ON location.id = moved.place
    WHERE location.kind IN ('store', 'warehouse')
)
SELECT coalesce(level.location_id, moved.place), coalesce(level.sku_id, moved.sku_id),
       coalesce(level.on_hand, 0), coalesce(moved.units, 0)
FROM inventory_stocklevel level
FULL JOIN inner_moved moved ON moved.place = level.location_id AND moved.sku_id = level.sku_id
WHERE coalesce(level.on_hand, 0) <> coalesce(moved.units, 0)
"""
RESERVED = """
WITH held AS (
    SELECT location_id, sku_id, sum(quantity)::bigint AS units
    FROM inventory_reservation WHERE state = 'open' GROUP BY location_id, sku_id
)
SELECT coalesce(level.location_id, held.location_id), coalesce(level.sku_id, held.sku_id),
       coalesce(level.reserved, 0), coalesce(held.units, 0)
FROM inventory_stocklevel level
FULL JOIN held ON held.location_id = level.location_id AND held.sku_id = level.sku_id
WHERE coalesce(level.reserved, 0) <> coalesce(held.units, 0)
"""
IMPOSSIBLE = """
SELECT location_id, sku_id, on_hand, reserved
FROM inventory_stocklevel WHERE on_hand < 0 OR reserved < 0 OR reserved > on_hand
"""
RECEIVED = """
WITH said AS (
    SELECT request.id, request.store_id, line.sku_id,
           CASE WHEN request.state = 'done' THEN coalesce(line.received, 0) ELSE 0 END AS units
    FROM inventory_restockrequest request JOIN inventory_restockline line ON line.request_id = request.id
    WHERE NOT EXISTS (SELECT FROM inventory_transfer WHERE request_id = request.id)
), moved AS (
    SELECT document_id, destination_id, sku_id, sum(quantity)::bigint AS units
    FROM inventory_stockmovement WHERE document = 'restock'
    GROUP BY document_id, destination_id, sku_id
)
SELECT coalesce(said.store_id, moved.destination_id), coalesce(said.sku_id, moved.sku_id),
       coalesce(said.units, 0), coalesce(moved.units, 0)
FROM said
FULL JOIN moved ON moved.document_id = said.id AND moved.sku_id = said.sku_id
    AND moved.destination_id = said.store_id
WHERE coalesce(said.units, 0) <> coalesce(moved.units, 0)
"""
GUARDS = """
SELECT count(*) FROM pg_trigger
WHERE tgrelid = 'inventory_stockmovement'::regclass AND tgenabled IN ('O', 'A')
  AND tgname IN ('movements_are_for_ever', 'movements_are_not_truncated')
"""
CHECKS = {  # what is recomputed, in words, and the invariant of docs it keeps
    "on hand (I1, I2)": ON_HAND,
    "figures that cannot be (I3)": IMPOSSIBLE,
    "reserved (I4)": RESERVED,
    "received by restock (I6)": RECEIVED,  # before requests were carried out by transfers
} | TRANSFER_CHECKS


@dataclass(frozen=True)
class Drift:
    """A figure that differs from what the rows behind it add up to."""

    what: str
    location_id: int
    sku_id: int
    says: int
    rows_say: int

    @property
    def difference(self) -> int:
        return self.says - self.rows_say


def ledger_drift() -> list[Drift]:
    """Every figure that differs, by location and SKU; empty, if all is well."""
    found = []
    with connection.cursor() as cursor:
        for what, statement in CHECKS.items():
            cursor.execute(statement)
            found += [Drift(what, *row) for row in cursor.fetchall()]
    return sorted(found, key=lambda drift: (drift.location_id, drift.what, drift.sku_id))


def ledger_is_guarded() -> bool:
    """Whether the database refuses to change, delete and truncate movements (I5)."""
    with connection.cursor() as cursor:
        cursor.execute(GUARDS)
        return bool(cursor.fetchone() == (2,))
