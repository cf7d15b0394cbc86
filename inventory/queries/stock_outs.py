"""How long goods were out of stock, and what would have sold meanwhile."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from backoffice.lib.grouped import Grouped, grouped
from inventory.queries.report_keys import (
    ARTICLE,
    CATEGORY,
    CHOSEN,
    PERIOD,
    STORE,
    SURELY_AFTER,
    Chosen,
)

RATE_DAYS = 28
KEYS = {"store": STORE, "category": CATEGORY, "article": ARTICLE}
# The sale that takes the last unit is written just after the alert that it opens: hence the minute.
LOST = f"""
WITH outs AS MATERIALIZED (
    SELECT alert.location_id, alert.sku_id, alert.opened_at,
           coalesce(alert.closed_at, %(now)s) >= %(now)s AS lasts,
           extract(epoch FROM least(coalesce(alert.closed_at, %(now)s), %(now)s, period.until)
               - greatest(alert.opened_at, period.since)) / 86400 AS days
    FROM inventory_alert alert
    JOIN stores_location place ON place.id = alert.location_id
    {PERIOD}
    WHERE alert.location_id = ANY(%(places)s) AND alert.kind = 'out'
    AND (alert.closed_at IS NULL OR alert.closed_at > {SURELY_AFTER})
    AND (alert.closed_at IS NULL OR alert.closed_at > period.since)
    AND alert.opened_at < least(period.until, %(now)s)
),
lost AS MATERIALIZED (
    SELECT outs.*, round(outs.days * sold.units / %(rate_days)s, 2) AS units,
           round(outs.days * sold.units * sku.price / %(rate_days)s, 2) AS value
    FROM outs
    JOIN inventory_sku sku ON sku.id = outs.sku_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(movement.quantity), 0) AS units
        FROM inventory_stockmovement movement
        JOIN stores_location buyer ON buyer.id = movement.destination_id
        WHERE movement.source_id = outs.location_id AND movement.sku_id = outs.sku_id
        AND movement.occurred_at > outs.opened_at - %(rate_days)s * interval '1 day'
        AND movement.occurred_at <= outs.opened_at + interval '1 minute'
        AND buyer.kind = 'customer'
    ) sold
)
{{select}}
FROM lost
JOIN stores_location place ON place.id = lost.location_id
JOIN inventory_sku sku ON sku.id = lost.sku_id
JOIN inventory_product product ON product.id = sku.product_id
JOIN inventory_category category ON category.id = product.category_id
WHERE TRUE
"""  # noqa: S608 - of constants alone
FIGURES = {
    "times": "count(*)",
    "lasting": "count(*) FILTER (WHERE lost.lasts)",
    "days": "coalesce(round(sum(lost.days), 1), 0)",
    "per_day": "round(sum(lost.units) / nullif(sum(lost.days), 0), 2)",
    "units": "coalesce(sum(lost.units), 0)",
    "value": "coalesce(sum(lost.value), 0.00)",
}


def stock_outs(
    chosen: Chosen,
    first: date,
    last: date,
    *,
    by: Sequence[str] = (),
    now: datetime | None = None,
) -> Grouped:
    """The stock-outs that touch these days (each place's own), worst first: the figures of `FIGURES`.

    Lost sales are estimated: the days (to the minute) between the alert "out of stock" and its end,
    as far as they lie in the period, times what sold per day in the 28 days before it ran out, at
    today's price.
    """
    given = chosen.given | {"first": first, "last": last, "rate_days": RATE_DAYS}
    given["now"] = now or timezone.now()
    keys = [KEYS[name] for name in by]
    figures = list(FIGURES.values())
    return grouped(LOST + CHOSEN, figures, by=keys, order="{5} DESC, {2} DESC", given=given)
