"""Standing suggestions: one row per store and SKU that follows the figures it is worked out from.

The rule, in the field's terms: *by level* is a min/max (s, S) policy: at or under the reorder point,
fill up to the target. *By rate* is periodic review with an order-up-to level: the average sale per
day of the last 28 days, over the lead time and the days until the next request.

    have     = available + incoming + asked in open requests (waiting: asked; approved: approved)
    desired  = target                                   by level, when have ≤ reorder point > 0
             = reorder point + 1                        by level, where no target is stated
             = ⌈sold ÷ 28 × (lead + review days)⌉       by rate, when have ≤ sold ÷ 28 × lead days
    units    = desired − have, rounded up to whole packs; with a maximum, as many whole packs as keep
               have + units at or under it: where not even one fits, nothing is suggested
    lost per day = price × sold ÷ 28 × (1 − min(1, available ÷ (sold ÷ 28 × lead days))): all of the
               daily sales when out, nothing when the cover reaches the lead time

Only for SKUs on sale and open stores. A row vanishes with its need; one that is snoozed stays, with 0
units. One refresh runs at a time; each is one statement for the demand and one for the suggestions.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from backoffice.lib.retry import retrying
from inventory.actions.demand import (
    PAIRS,
    Pair,
    count_demand,
    count_demand_of,
    first_movement_since,
)
from inventory.actions.marks import mark_moved
from inventory.errors import NotSuggested, SnoozeInThePast
from inventory.models import RefreshRun, Suggestion
from stores.models import Location, User

type SkuId = int

AT_ONCE = 20_000  # marks that one refresh takes
ONE_REFRESH = 20_262  # key of the lock
KEPT = {RefreshRun.Kind.MOVED: timedelta(days=1), RefreshRun.Kind.FULL: timedelta(days=30)}
OF_LEVEL = "JOIN pairs ON pairs.location_id = level.location_id AND pairs.sku_id = level.sku_id"
OF_LINE = "JOIN pairs ON pairs.location_id = request.store_id AND pairs.sku_id = line.sku_id"
SUGGEST = """
WITH {pairs} asked AS MATERIALIZED (
    SELECT request.store_id AS location_id, line.sku_id, sum(
        CASE request.state WHEN 'waiting' THEN line.asked ELSE line.approved END
    )::integer AS units
    FROM inventory_restockrequest AS request
    JOIN inventory_restockline AS line ON line.request_id = request.id {of_line}
    WHERE request.state IN ('waiting', 'approved')
    GROUP BY request.store_id, line.sku_id
),
usual AS MATERIALIZED (
    SELECT id FROM stores_location
    WHERE kind = 'warehouse' AND is_active ORDER BY name, id LIMIT 1
),
figures AS (
    SELECT level.location_id, level.sku_id, coalesce(source.id, usual.id) AS warehouse_id,
        level.on_hand - level.reserved AS available, level.incoming,
        coalesce(asked.units, 0) AS asked, coalesce(demand.units, 0) AS sold,
        level.on_hand - level.reserved + level.incoming + coalesce(asked.units, 0) AS have,
        level.by_rate, level.reorder_point, level.target, level.maximum,
        level.lead_days::bigint AS lead, level.review_days::bigint AS review,
        sku.pack_size AS pack, sku.price,
        (%(now)s AT TIME ZONE place.time_zone)::date AS today
    FROM inventory_stocklevel AS level {of_level}
    JOIN inventory_sku AS sku ON sku.id = level.sku_id AND sku.is_active
    JOIN inventory_product AS product ON product.id = sku.product_id AND product.is_active
    JOIN stores_location AS place
        ON place.id = level.location_id AND place.kind = 'store' AND place.is_active
    LEFT JOIN stores_location AS source
        ON source.id = level.warehouse_id AND source.kind = 'warehouse' AND source.is_active
    LEFT JOIN usual ON true
    LEFT JOIN asked
        ON asked.location_id = level.location_id AND asked.sku_id = level.sku_id
    LEFT JOIN inventory_demand AS demand
        ON demand.location_id = level.location_id AND demand.sku_id = level.sku_id
    WHERE coalesce(source.id, usual.id) IS NOT NULL
),
wishes AS (
    SELECT *,
        CASE
            WHEN by_rate THEN (sold * (lead + review) + 27) / 28
            WHEN target = 0 AND reorder_point > 0 THEN reorder_point + 1
            ELSE target
        END AS desired,
        CASE WHEN by_rate THEN sold * lead / 28 ELSE reorder_point END AS trigger
    FROM figures
),
needs AS (
    SELECT *, CASE
        WHEN have > trigger OR desired <= have OR (trigger = 0 AND NOT by_rate) THEN 0
        WHEN maximum > 0 AND have + (desired - have + pack - 1) / pack * pack > maximum
            THEN greatest(maximum - have, 0) / pack * pack
        ELSE (desired - have + pack - 1) / pack * pack
    END AS units
    FROM wishes
),
standing AS MATERIALIZED (
    SELECT * FROM needs WHERE units > 0 OR EXISTS (
        SELECT FROM inventory_suggestion AS old
        WHERE old.location_id = needs.location_id AND old.sku_id = needs.sku_id
        AND old.snoozed_until > needs.today
    )
),
ended AS (
    DELETE FROM inventory_suggestion AS old {using}
    WHERE {within} NOT EXISTS (
        SELECT FROM standing
        WHERE standing.location_id = old.location_id AND standing.sku_id = old.sku_id
    )
    RETURNING old.id
),
written AS (
    INSERT INTO inventory_suggestion AS old (
        location_id, sku_id, warehouse_id, units, desired, available, incoming, asked, sold,
        by_rate, cover_days, trigger, maximum, lost_per_day, snoozed_until, made_at, refreshed_at
    )
    SELECT location_id, sku_id, warehouse_id, units, desired, available, incoming, asked, sold,
        by_rate, CASE WHEN by_rate THEN lead + review ELSE 0 END, trigger, maximum,
        CASE
            WHEN lead > 0 THEN round(
                price * greatest(sold * lead - greatest(available, 0) * 28, 0) / (28 * lead), 2)
            WHEN available <= 0 THEN round(price * sold / 28, 2)
            ELSE 0
        END,
        NULL, %(now)s, %(now)s
    FROM standing
    ON CONFLICT (location_id, sku_id) DO UPDATE SET
        warehouse_id = excluded.warehouse_id, units = excluded.units,
        desired = excluded.desired, available = excluded.available,
        incoming = excluded.incoming, asked = excluded.asked, sold = excluded.sold,
        by_rate = excluded.by_rate, cover_days = excluded.cover_days,
        trigger = excluded.trigger, maximum = excluded.maximum,
        lost_per_day = excluded.lost_per_day, refreshed_at = excluded.refreshed_at
    WHERE (
        old.warehouse_id, old.units, old.desired, old.available, old.incoming, old.asked,
        old.sold, old.by_rate, old.cover_days, old.trigger, old.maximum, old.lost_per_day
    ) IS DISTINCT FROM (
        excluded.warehouse_id, excluded.units, excluded.desired, excluded.available,
        excluded.incoming, excluded.asked, excluded.sold, excluded.by_rate,
        excluded.cover_days, excluded.trigger, excluded.maximum, excluded.lost_per_day
    )
    RETURNING id
)
SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM ended)
"""
SUGGEST_ALL = SUGGEST.format(pairs="", of_line="", of_level="", using="", within="")
SUGGEST_PAIRS = SUGGEST.format(
    pairs=PAIRS,
    of_line=OF_LINE,
    of_level=OF_LEVEL,
    using="USING pairs",
    within="old.location_id = pairs.location_id AND old.sku_id = pairs.sku_id AND",
)
TAKE_MARKS = """
WITH taken AS (
    DELETE FROM inventory_movedlevel WHERE id IN (
        SELECT id FROM inventory_movedlevel ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING location_id, sku_id
)
SELECT location_id, sku_id, count(*) FROM taken GROUP BY location_id, sku_id
"""


@dataclass(frozen=True)
class Refreshed:
    """What a refresh looked at and did: marks taken, pairs looked at, rows written and removed."""

    marks: int = 0
    pairs: int = 0
    written: int = 0
    removed: int = 0


@retrying
@transaction.atomic
def refresh_moved() -> Refreshed:
    """Refresh what was marked since the last time; nothing while another refresh runs."""
    if not _take_turn("pg_try_advisory_xact_lock"):
        return Refreshed()
    begun = timezone.now()
    marked = _take_marks()
    if not marked:
        return Refreshed()
    written, removed = _refresh(list(marked), begun)
    done = Refreshed(sum(marked.values()), len(marked), written, removed)
    _remember(RefreshRun.Kind.MOVED, begun, done)
    return done


@retrying
@transaction.atomic
def refresh_all() -> Refreshed:
    """Refresh the demand and the suggestions of every store and SKU."""
    _take_turn("pg_advisory_xact_lock")
    begun = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute("DELETE FROM inventory_movedlevel")
        marks = cursor.rowcount
        first = first_movement_since(begun)
        count_demand(begun, first=first)
        cursor.execute(SUGGEST_ALL, {"now": begun})
        written, removed = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM inventory_stocklevel")
        [pairs] = cursor.fetchone()
    done = Refreshed(marks, pairs, written, removed)
    _remember(RefreshRun.Kind.FULL, begun, done, first=first)
    return done


@retrying
@transaction.atomic
def snooze_suggestion(store: Location, sku_id: SkuId, *, until: date, by: User) -> Suggestion:
    """Leave a suggestion out of the store's list until that day."""
    if until <= store.local_day():
        raise SnoozeInThePast
    return _set_snooze(store, sku_id, until, by)


@retrying
@transaction.atomic
def wake_suggestion(store: Location, sku_id: SkuId, *, by: User) -> Suggestion:
    """Show a suggestion again that was snoozed."""
    return _set_snooze(store, sku_id, None, by)


def _set_snooze(store: Location, sku_id: SkuId, until: date | None, by: User) -> Suggestion:
    rows = Suggestion.objects.at(store).select_for_update(no_key=True)
    suggestion = rows.filter(sku_id=sku_id).first()
    if suggestion is None:
        raise NotSuggested
    suggestion.snoozed_until, suggestion.snoozed_by = until, by if until else None
    suggestion.save(update_fields=["snoozed_until", "snoozed_by"])
    mark_moved([(store.pk, sku_id)])
    return suggestion


def _take_turn(function: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [ONE_REFRESH])
        [taken] = cursor.fetchone()
    return taken is not False


def _take_marks() -> dict[Pair, int]:
    with connection.cursor() as cursor:
        cursor.execute(TAKE_MARKS, [AT_ONCE])
        return {(place, sku): count for place, sku, count in cursor.fetchall()}


def _refresh(pairs: Collection[Pair], now: datetime) -> tuple[int, int]:
    """Count and suggest for these pairs; how many rows were written and removed."""
    full = RefreshRun.objects.filter(kind=RefreshRun.Kind.FULL).first()
    count_demand_of(pairs, now, first=full.first_movement if full else 0)
    given: dict[str, Any] = {
        "now": now,
        "places": [place for place, _sku in pairs],
        "skus": [sku for _place, sku in pairs],
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(SUGGEST_PAIRS, given)
        written, removed = cursor.fetchone()
    return written, removed


def _remember(kind: RefreshRun.Kind, begun: datetime, done: Refreshed, *, first: int = 0) -> None:
    RefreshRun.objects.create(
        kind=kind,
        started_at=begun,
        finished_at=timezone.now(),
        marks=done.marks,
        pairs=done.pairs,
        written=done.written,
        removed=done.removed,
        first_movement=first,
    )
    RefreshRun.objects.filter(kind=kind, started_at__lt=begun - KEPT[kind]).delete()
