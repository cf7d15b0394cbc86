"""Alerts follow the stock in the transaction that moves it: opened once per crossing, closed by facts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from inventory.models import Alert, Cause, Sku, StockLevel

type LevelId = int
type SkuId = int

OPEN_WHAT_IS_DUE = """
WITH due AS MATERIALIZED (
    SELECT kinds.kind, level.location_id, level.sku_id, level.on_hand - level.reserved AS available
    FROM inventory_stocklevel AS level
    JOIN inventory_sku AS sku ON sku.id = level.sku_id AND sku.is_active
    JOIN inventory_product AS product ON product.id = sku.product_id AND product.is_active
    JOIN stores_location AS place ON place.id = level.location_id AND place.is_active
    CROSS JOIN (VALUES ('low'), ('out')) AS kinds (kind)
    WHERE (%(skus)s::bigint[] IS NULL OR level.sku_id = ANY (%(skus)s::bigint[]))
    AND CASE kinds.kind
        WHEN 'low' THEN
            level.reorder_point > 0 AND level.on_hand - level.reserved <= level.reorder_point
        ELSE level.on_hand - level.reserved <= 0 AND (
            level.reorder_point > 0
            OR EXISTS (
                SELECT FROM inventory_stockmovement AS movement
                WHERE movement.destination_id = level.location_id
                AND movement.sku_id = level.sku_id
            )
        ) END
    AND NOT EXISTS (
        SELECT FROM inventory_alert AS alert
        WHERE alert.closed_at IS NULL AND alert.kind = kinds.kind
        AND alert.location_id = level.location_id AND alert.sku_id = level.sku_id
    )
    ORDER BY level.location_id, level.sku_id
    FOR NO KEY UPDATE OF level SKIP LOCKED
)
INSERT INTO inventory_alert
    (kind, location_id, sku_id, opened_at, available, closing_document)
SELECT kind, location_id, sku_id, %(now)s, available, '' FROM due
ON CONFLICT DO NOTHING
"""
CLOSE_WHAT_IS_NOT = """
WITH ended AS MATERIALIZED (
    SELECT alert.id
    FROM inventory_alert AS alert
    JOIN inventory_stocklevel AS level
        ON level.location_id = alert.location_id AND level.sku_id = alert.sku_id
    JOIN inventory_sku AS sku ON sku.id = level.sku_id
    JOIN inventory_product AS product ON product.id = sku.product_id
    JOIN stores_location AS place ON place.id = level.location_id
    WHERE alert.closed_at IS NULL
    AND (%(skus)s::bigint[] IS NULL OR level.sku_id = ANY (%(skus)s::bigint[]))
    AND NOT (
        sku.is_active AND product.is_active AND place.is_active
        AND CASE alert.kind
            WHEN 'low' THEN
                level.reorder_point > 0 AND level.on_hand - level.reserved <= level.reorder_point
            ELSE level.on_hand - level.reserved <= 0 END
    )
    ORDER BY level.location_id, level.sku_id
    FOR NO KEY UPDATE OF level SKIP LOCKED
)
UPDATE inventory_alert SET closed_at = %(now)s
WHERE closed_at IS NULL AND id IN (SELECT id FROM ended)
"""


@dataclass(frozen=True)
class Reviewed:
    """How many alerts a review opened and closed."""

    opened: int
    closed: int


def kinds_due(available: int, reorder_point: int) -> frozenset[Alert.Kind]:
    """What there is to say of a level: out at 0, low at or under a reorder point above 0."""
    due = set()
    if available <= 0:
        due.add(Alert.Kind.OUT)
    if available <= reorder_point and reorder_point > 0:
        due.add(Alert.Kind.LOW)
    return frozenset(due)


def review_alerts(
    levels: Sequence[StockLevel], before: Mapping[LevelId, int], cause: Cause
) -> None:
    """Open and close the alerts of levels whose available units were `before` and changed."""
    opening: list[Alert] = []
    closing: list[tuple[StockLevel, Alert.Kind]] = []
    for level in levels:
        was = kinds_due(before[level.pk], level.reorder_point)
        now = kinds_due(level.available, level.reorder_point)
        opening += [_alert(kind, level) for kind in now - was]
        closing += [(level, kind) for kind in was - now]
    _open(opening)
    if closing:
        _close(closing, cause)


def review_threshold(level: StockLevel, before: int) -> None:
    """Open and close the alerts of a level whose reorder point was `before`; no document closes
    them. Asking for a level of a SKU that was never there says at once that it is out."""
    now = kinds_due(level.available, level.reorder_point)
    if level.reorder_point > before:
        _open([_alert(kind, level) for kind in now])
    ended = kinds_due(level.available, before) - now
    _close([(level, kind) for kind in ended], None)


@transaction.atomic
def review_all_alerts() -> Reviewed:
    """Open and close what the figures of every level say, one statement each. Levels that a running
    transaction changes are left to it; nobody waits for this, and it waits for nobody."""
    return _review(None)


@transaction.atomic
def review_alerts_of(sku_ids: Iterable[SkuId]) -> Reviewed:
    """The same for some SKUs everywhere: after they went on or off sale."""
    return _review(sorted(sku_ids))


def _review(sku_ids: list[SkuId] | None) -> Reviewed:
    given = {"skus": sku_ids, "now": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(CLOSE_WHAT_IS_NOT, given)
        closed = cursor.rowcount
        cursor.execute(OPEN_WHAT_IS_DUE, given)
        return Reviewed(opened=cursor.rowcount, closed=closed)


def _open(alerts: Sequence[Alert]) -> None:
    """Write the alerts of SKUs that are on sale, unless they are open already."""
    if alerts:
        on_sale = set(
            Sku.objects.active()
            .filter(pk__in={alert.sku_id for alert in alerts})
            .values_list("pk", flat=True)
        )
        Alert.objects.bulk_create(
            [alert for alert in alerts if alert.sku_id in on_sale], ignore_conflicts=True
        )


def _close(crossed: Iterable[tuple[StockLevel, Alert.Kind]], cause: Cause | None) -> None:
    condition = Q(pk__in=[])
    for level, kind in crossed:
        condition |= Q(location_id=level.location_id, sku_id=level.sku_id, kind=kind)
    Alert.objects.open().filter(condition).update(
        closed_at=timezone.now(),
        closing_document=cause.document if cause else "",
        closing_document_id=cause.document_id if cause else None,
    )


def _alert(kind: Alert.Kind, level: StockLevel) -> Alert:
    return Alert(
        kind=kind,
        location_id=level.location_id,
        sku_id=level.sku_id,
        available=level.available,
    )
