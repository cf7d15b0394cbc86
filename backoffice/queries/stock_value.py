"""What lies in stores and centres now: units, value, and for how many days it lasts as it sells."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from backoffice.lib.grouped import Grouped, grouped
from inventory.queries.report_keys import ARTICLE, CATEGORY, CHOSEN, PRODUCT, STORE, Chosen

SOLD_DAYS = 28  # today and the days before it, where the goods lie
KEYS = {"store": STORE, "category": CATEGORY, "product": PRODUCT, "article": ARTICLE}
STOCK = """
WITH sold AS MATERIALIZED (
    SELECT daily.location_id, daily.sku_id, sum(daily.units) AS units
    FROM sales_dailyskusales daily
    JOIN stores_location place ON place.id = daily.location_id
    WHERE daily.location_id = ANY(%(places)s)
    AND daily.day > (%(now)s AT TIME ZONE 'UTC')::date - %(sold_days)s - 2
    AND daily.day > (%(now)s AT TIME ZONE place.time_zone)::date - %(sold_days)s
    AND daily.day <= (%(now)s AT TIME ZONE place.time_zone)::date
    GROUP BY daily.location_id, daily.sku_id
)
{select}
FROM inventory_stocklevel level
JOIN stores_location place ON place.id = level.location_id
JOIN inventory_sku sku ON sku.id = level.sku_id
JOIN inventory_product product ON product.id = sku.product_id
JOIN inventory_category category ON category.id = product.category_id
LEFT JOIN sold ON sold.location_id = level.location_id AND sold.sku_id = level.sku_id
WHERE level.location_id = ANY(%(places)s)
AND (level.on_hand > 0 OR level.incoming > 0 OR sold.units > 0)
"""
ON_SALE = "sku.is_active AND product.is_active"
AT_COST = "level.on_hand * sku.cost"
FIGURES = {
    "articles": "count(DISTINCT sku.id) FILTER (WHERE level.on_hand > 0)",
    "units": "coalesce(sum(level.on_hand), 0)",
    "incoming": "coalesce(sum(level.incoming), 0)",
    "cost": f"coalesce(sum({AT_COST}), 0.00)",
    "price": "coalesce(sum(level.on_hand * sku.price), 0.00)",
    "active": f"coalesce(sum({AT_COST}) FILTER (WHERE {ON_SALE}), 0.00)",
    "inactive": f"coalesce(sum({AT_COST}) FILTER (WHERE NOT ({ON_SALE})), 0.00)",
    "sold": "coalesce(sum(sold.units), 0)::bigint",
    "cover": "round(sum(level.on_hand) * %(sold_days)s / nullif(sum(sold.units), 0)::numeric, 1)",
}


def stock_value(chosen: Chosen, *, by: Sequence[str] = (), now: datetime | None = None) -> Grouped:
    """The stock of these places at this moment, most valuable first: the figures of `FIGURES`, values
    at today's cost unless they say price. What didn't sell has no cover (None)."""
    given = chosen.given | {"now": now or timezone.now(), "sold_days": SOLD_DAYS}
    keys = [KEYS[name] for name in by]
    return grouped(STOCK + CHOSEN, list(FIGURES.values()), by=keys, order="{3} DESC", given=given)
