"""What lies and doesn't sell: where, since when, and what it is worth."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from backoffice.lib.grouped import Grouped, grouped
from inventory.queries.report_keys import ARTICLE, CATEGORY, CHOSEN, STORE, Chosen

KEYS = {"store": STORE, "category": CATEGORY, "article": ARTICLE}
# Of what no summary of the last days knows, the ledger says since when it lies: these are few.
LYING = """
WITH unsold AS MATERIALIZED (
    SELECT level.location_id, level.sku_id, level.on_hand,
           (%(now)s AT TIME ZONE place.time_zone)::date AS today
    FROM inventory_stocklevel level
    JOIN stores_location place ON place.id = level.location_id
    WHERE level.location_id = ANY(%(places)s) AND level.on_hand > 0
    AND NOT EXISTS (
        SELECT FROM sales_dailyskusales daily
        WHERE daily.location_id = level.location_id AND daily.sku_id = level.sku_id
        AND daily.day > (%(now)s AT TIME ZONE place.time_zone)::date - %(unsold_days)s
        AND daily.day > (%(now)s AT TIME ZONE 'UTC')::date - %(unsold_days)s - 2
    )
),
lying AS MATERIALIZED (
    SELECT unsold.*, (sold.at AT TIME ZONE place.time_zone)::date AS sold_on,
           (greatest(sold.at, back.at, CASE WHEN sold.at IS NULL THEN came.at END)
            AT TIME ZONE place.time_zone)::date AS since
    FROM unsold
    JOIN stores_location place ON place.id = unsold.location_id
    CROSS JOIN LATERAL (
        SELECT max(movement.occurred_at) AS at FROM inventory_stockmovement movement
        JOIN stores_location buyer ON buyer.id = movement.destination_id
        WHERE movement.source_id = unsold.location_id AND movement.sku_id = unsold.sku_id
        AND buyer.kind = 'customer'
    ) sold
    CROSS JOIN LATERAL (
        SELECT min(movement.occurred_at) AS at FROM inventory_stockmovement movement
        WHERE movement.destination_id = unsold.location_id AND movement.sku_id = unsold.sku_id
    ) came
    CROSS JOIN LATERAL (
        SELECT max(alert.closed_at) AS at FROM inventory_alert alert
        WHERE alert.sku_id = unsold.sku_id AND alert.location_id = unsold.location_id
        AND alert.kind = 'out' AND alert.closed_at IS NOT NULL
    ) back
)
{select}
FROM lying
JOIN stores_location place ON place.id = lying.location_id
JOIN inventory_sku sku ON sku.id = lying.sku_id
JOIN inventory_product product ON product.id = sku.product_id
JOIN inventory_category category ON category.id = product.category_id
WHERE lying.today - lying.since >= %(unsold_days)s
"""
FIGURES = {
    "articles": "count(DISTINCT sku.id)",
    "units": "coalesce(sum(lying.on_hand), 0)",
    "sold_on": "max(lying.sold_on)",
    "since": "min(lying.since)",
    "days": "max(lying.today - lying.since)",
    "cost": "coalesce(sum(lying.on_hand * sku.cost), 0.00)",
    "price": "coalesce(sum(lying.on_hand * sku.price), 0.00)",
}


def dead_stock(
    chosen: Chosen, unsold_days: int, *, by: Sequence[str] = (), now: datetime | None = None
) -> Grouped:
    """What lies at these places and sold nothing there for so many days, at worst value first; the
    figures of `FIGURES`. It lies since it last sold or was last out of stock, whichever is later;
    what never sold, since it first came."""
    given = chosen.given | {"now": now or timezone.now(), "unsold_days": unsold_days}
    keys = [KEYS[name] for name in by]
    figures = list(FIGURES.values())
    return grouped(LYING + CHOSEN, figures, by=keys, order="{5} DESC", given=given)
