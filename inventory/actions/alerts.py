"""Alerts follow the stock in the transaction that moves it: opened once per crossing, closed by facts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from inventory.models import Alert, Cause, StockLevel

type LevelId = int
type SkuId = int

DUE = """
    CASE kinds.kind
    WHEN 'low' THEN
        level.reorder_point > 0 AND level.on_hand - level.reserved <= level.reorder_point
    WHEN 'overstock' THEN level.maximum > 0 AND level.on_hand > level.maximum
    ELSE level.on_hand - level.reserved <= 0 AND (
        level.reorder_point > 0
        OR EXISTS (
            SELECT FROM inventory_stockmovement AS movement
            WHERE movement.destination_id = level.location_id
            AND movement.sku_id = level.sku_id
        )
    ) END
"""
OPEN_WHAT_IS_DUE = f"""
WITH due AS MATERIALIZED (
    SELECT kinds.kind, level.location_id, level.sku_id, level.on_hand - level.reserved AS available
    FROM inventory_stocklevel AS level
    JOIN inventory_sku AS sku ON sku.id = level.sku_id AND sku.is_active
    JOIN inventory_product AS product ON product.id = sku.product_id AND product.is_active
    JOIN stores_location AS place ON place.id = level.location_id AND place.is_active
    CROSS JOIN (VALUES ('low'), ('out'), ('overstock')) AS kinds (kind)
    WHERE (%(skus)s::bigint[] IS NULL OR level.sku_id = ANY (%(skus)s::bigint[]))
    AND (%(place)s::bigint IS NULL OR level.location_id = %(place)s::bigint)
    AND {DUE}
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
"""  # noqa: S608 - of constants alone
CLOSE_WHAT_IS_NOT = f"""
WITH ended AS MATERIALIZED (
    SELECT kinds.id, sku.is_active AND product.is_active AND place.is_active AS is_kept
    FROM inventory_alert AS kinds
    JOIN inventory_stocklevel AS level
        ON level.location_id = kinds.location_id AND level.sku_id = kinds.sku_id
    JOIN inventory_sku AS sku ON sku.id = level.sku_id
    JOIN inventory_product AS product ON product.id = sku.product_id
    JOIN stores_location AS place ON place.id = level.location_id
    WHERE kinds.closed_at IS NULL
    AND (%(skus)s::bigint[] IS NULL OR level.sku_id = ANY (%(skus)s::bigint[]))
    AND (%(place)s::bigint IS NULL OR level.location_id = %(place)s::bigint)
    AND NOT (sku.is_active AND product.is_active AND place.is_active AND {DUE})
    ORDER BY level.location_id, level.sku_id
    FOR NO KEY UPDATE OF level SKIP LOCKED
)
UPDATE inventory_alert AS alert
SET closed_at = %(now)s, ending = CASE WHEN ended.is_kept THEN 'policy' ELSE 'range' END
FROM ended WHERE alert.closed_at IS NULL AND alert.id = ended.id
"""  # noqa: S608 - of constants alone


@dataclass(frozen=True)
class Reviewed:
    """How many alerts a review opened and closed."""

    opened: int
    closed: int


@dataclass(frozen=True)
class Figures:
    """What the alerts of a level depend on, and movements change."""

    on_hand: int
    available: int


def figures_of(level: StockLevel) -> Figures:
    return Figures(level.on_hand, level.available)


def kinds_due(figures: Figures, *, reorder_point: int, maximum: int = 0) -> frozenset[Alert.Kind]:
    """What there is to say of a level with these figures: out at 0, low at or under a reorder point
    above 0, overstock above a maximum above 0."""
    due = set()
    if figures.available <= 0:
        due.add(Alert.Kind.OUT)
    if figures.available <= reorder_point and reorder_point > 0:
        due.add(Alert.Kind.LOW)
    if figures.on_hand > maximum > 0:
        due.add(Alert.Kind.OVERSTOCK)
    return frozenset(due)


def review_alerts(
    levels: Sequence[StockLevel], before: Mapping[LevelId, Figures], cause: Cause
) -> None:
    """Open and close the alerts of levels whose figures were `before` and changed."""
    opening: list[tuple[StockLevel, Alert.Kind]] = []
    closing: list[tuple[StockLevel, Alert.Kind]] = []
    for level in levels:
        wanted = {"reorder_point": level.reorder_point, "maximum": level.maximum}
        was = kinds_due(before[level.pk], **wanted)
        now = kinds_due(figures_of(level), **wanted)
        opening += [(level, kind) for kind in now - was]
        closing += [(level, kind) for kind in was - now]
    if opening:
        _open(opening)
    if closing:
        _close(closing, cause)


@transaction.atomic
def review_all_alerts() -> Reviewed:
    """Open and close what the figures of every level say, one statement each. Levels that a running
    transaction changes are left to it; nobody waits for this, and it waits for nobody."""
    return _review(None, timezone.now())


@transaction.atomic
def review_alerts_of(sku_ids: Iterable[SkuId]) -> Reviewed:
    """The same for some SKUs everywhere: after they went on or off sale, or what is wanted of them
    changed."""
    return _review(sorted(sku_ids), timezone.now())


@transaction.atomic
def review_alerts_at(location_id: int) -> Reviewed:
    """The same for one place: after it opened or closed."""
    return _review(None, timezone.now(), location_id)


def _review(sku_ids: list[SkuId] | None, now: datetime, place: int | None = None) -> Reviewed:
    given = {"skus": sku_ids, "place": place, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(CLOSE_WHAT_IS_NOT, given)
        closed = cursor.rowcount
        cursor.execute(OPEN_WHAT_IS_DUE, given)
        return Reviewed(opened=cursor.rowcount, closed=closed)


def _open(crossed: Sequence[tuple[StockLevel, Alert.Kind]]) -> None:
    """Write the alerts of what is kept: SKUs on sale, at open places; unless they are open already."""
    kept = set(
        StockLevel.objects.filter(
            pk__in={level.pk for level, _kind in crossed},
            sku__is_active=True,
            sku__product__is_active=True,
            location__is_active=True,
        ).values_list("pk", flat=True)
    )
    alerts = [
        Alert(
            kind=kind,
            location_id=level.location_id,
            sku_id=level.sku_id,
            available=level.available,
        )
        for level, kind in crossed
        if level.pk in kept
    ]
    Alert.objects.bulk_create(alerts, ignore_conflicts=True)


def _close(crossed: Iterable[tuple[StockLevel, Alert.Kind]], cause: Cause) -> None:
    """Locked in the order of their numbers first, as whoever acknowledges several of them does."""
    condition = Q(pk__in=[])
    for level, kind in crossed:
        condition |= Q(location_id=level.location_id, sku_id=level.sku_id, kind=kind)
    ended = Alert.objects.open().filter(condition).order_by("pk")
    numbers = list(ended.select_for_update(no_key=True).values_list("pk", flat=True))
    Alert.objects.filter(pk__in=numbers).update(
        closed_at=timezone.now(),
        ending=Alert.Ending.MOVED,
        closing_document=cause.document,
        closing_document_id=cause.document_id,
    )
