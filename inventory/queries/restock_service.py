"""What stores asked for against what they got, and how long they waited for it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from backoffice.lib.grouped import Grouped, Key, grouped
from inventory.queries.report_keys import (
    ARTICLE,
    CATEGORY,
    CHOSEN,
    PERIOD,
    STORE,
    SURELY_AFTER,
    SURELY_BEFORE,
    Chosen,
    days_given,
    days_of,
    told,
)

DAY = "asked.day"
KEYS = {
    "store": STORE,
    "warehouse": Key(
        "warehouse.id", {"warehouse": "warehouse.name", "warehouse_code": "warehouse.code"}
    ),
    "category": CATEGORY,
    "article": ARTICLE,
    **days_of(DAY),
}
OF_LINES = ("category", "article")  # of which a request has many: no lead time there
ASKED = f"""
WITH asked AS MATERIALIZED (
    SELECT request.id, request.store_id, request.warehouse_id, request.state,
           {told("request.asked_at")} AS day,
           CASE WHEN request.state = 'done' THEN request.done_at - request.asked_at END AS took,
           coalesce(transfer.closed_at, %(now)s) > transfer.due_at AS is_late,
           transfer.closed_at IS NOT NULL AS is_closed
    FROM inventory_restockrequest request
    JOIN stores_location place ON place.id = request.store_id
    {PERIOD}
    LEFT JOIN inventory_transfer transfer ON transfer.request_id = request.id
    WHERE (request.store_id = ANY(%(places)s) OR request.warehouse_id = ANY(%(places)s))
    AND request.state NOT IN ('draft', 'cancelled')
    AND request.asked_at > {SURELY_AFTER} AND request.asked_at < {SURELY_BEFORE}
    AND request.asked_at >= period.since AND request.asked_at < period.until
)
"""  # noqa: S608 - of constants alone
GOODS = """
FROM asked
JOIN stores_location place ON place.id = asked.store_id
JOIN stores_location warehouse ON warehouse.id = asked.warehouse_id
JOIN inventory_restockline line ON line.request_id = asked.id
JOIN inventory_sku sku ON sku.id = line.sku_id
JOIN inventory_product product ON product.id = sku.product_id
JOIN inventory_category category ON category.id = product.category_id
"""
SERVED = f"""{ASKED}
, lines AS MATERIALIZED (
    SELECT line.*, row_number() OVER (PARTITION BY line.request_id ORDER BY line.id) = 1 AS leads
    {GOODS}
    WHERE TRUE {CHOSEN}
)
{{select}}
{GOODS.replace("inventory_restockline", "lines")}
WHERE TRUE
"""
OPEN = "asked.state IN ('waiting', 'approved', 'sent')"
WAITED = "extract(epoch FROM percentile_cont({}) WITHIN GROUP (ORDER BY asked.took) {})"
ONCE = "FILTER (WHERE line.leads)"
FIGURES_OF_LINES = {
    "lines": "count(*)",
    "asked": "coalesce(sum(line.asked), 0)",
    "approved": "coalesce(sum(line.approved), 0)",
    "sent": "coalesce(sum(line.sent), 0)",
    "received": "coalesce(sum(line.received), 0)",
    "open": f"coalesce(sum(line.asked - coalesce(line.received, 0)) FILTER (WHERE {OPEN}), 0)",
    "fill": "round(100.0 * coalesce(sum(line.received), 0) / nullif(sum(line.asked), 0), 1)",
    "whole": "count(*) FILTER (WHERE line.received >= line.asked)",
    "line_fill": "round(100.0 * count(*) FILTER (WHERE line.received >= line.asked)"
    " / nullif(count(*), 0), 1)",
}
FIGURES = FIGURES_OF_LINES | {
    "requests": f"count(*) {ONCE}",
    "late": "count(*) FILTER (WHERE line.leads AND asked.is_late)",
    "median": f"round({WAITED.format('0.5', ONCE)} / 86400, 1)",
    "most": f"round({WAITED.format('0.9', ONCE)} / 86400, 1)",
}
# What was less than at the step before, and why; on the road is not yet less.
LESS = f"""{ASKED}
{{select}}
{GOODS}
CROSS JOIN LATERAL (VALUES
    ('refused', '', CASE WHEN asked.state = 'refused' THEN line.asked END),
    ('approved', line.reason, line.asked - line.approved),
    ('received', line.received_reason,
     CASE WHEN asked.is_closed THEN line.sent - line.received END)
) AS less (step, reason, units)
WHERE less.units > 0 {CHOSEN}
"""
LESS_FIGURES = {
    "lines": "count(*)",
    "units": "coalesce(sum(less.units), 0)",
    "cost": "coalesce(sum(less.units * sku.cost), 0.00)",
}
LESS_KEYS = [Key("less.step", {"step": "less.step"}), Key("less.reason", {"reason": "less.reason"})]


def restock_service(
    chosen: Chosen,
    first: date,
    last: date,
    *,
    by: Sequence[str] = (),
    now: datetime | None = None,
    told_from: date | None = None,
) -> Grouped:
    """What was asked on these days (the stores' own) by or of these places: the figures of `FIGURES`,
    or where `by` names articles or categories, of `FIGURES_OF_LINES`. What was withdrawn is left out.

    Days of waiting, from asked to received, are of what has arrived; late is what came after its
    transfer expected it, or isn't here though it should be.
    """
    given = chosen.given | days_given(first, last, by, told_from) | {"now": now or timezone.now()}
    figures = FIGURES_OF_LINES if set(by) & set(OF_LINES) else FIGURES
    keys = [KEYS[name] for name in by]
    return grouped(SERVED, list(figures.values()), by=keys, order="{1} DESC", given=given)


def restock_cuts(
    chosen: Chosen, first: date, last: date, *, now: datetime | None = None
) -> Grouped:
    """At which step less came of the same requests than at the step before, and why, most first."""
    given = chosen.given | days_given(first, last) | {"now": now or timezone.now()}
    figures = list(LESS_FIGURES.values())
    return grouped(LESS, figures, by=LESS_KEYS, order="{1} DESC", given=given)
