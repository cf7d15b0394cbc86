"""Online orders as they were placed, paid, handed over and cancelled; an order is a promise, what was
handed over is a sale."""

from collections.abc import Collection, Sequence
from datetime import date

from backoffice.lib.grouped import Grouped, Key, grouped
from inventory.queries.report_keys import (
    PERIOD,
    STORE,
    SURELY_AFTER,
    SURELY_BEFORE,
    days_given,
    days_of,
    told,
)

KEYS = {"store": STORE, **days_of("step.day")}
STEPS = f"""
WITH step AS MATERIALIZED (
    SELECT purchase.location_id, purchase.total, purchase.cancel_cause,
           {told("event.at")} AS day,
           CASE event.state WHEN 'created' THEN 'placed' WHEN 'shipped' THEN 'handed'
               WHEN 'done' THEN 'handed' ELSE event.state END AS kind,
           CASE WHEN event.state IN ('shipped', 'done') THEN event.at - paid.at END AS took
    FROM shop_orderevent event
    JOIN shop_order purchase ON purchase.id = event.order_id
    JOIN stores_location place ON place.id = purchase.location_id
    {PERIOD}
    LEFT JOIN shop_orderevent paid ON paid.order_id = purchase.id AND paid.state = 'paid'
    WHERE purchase.location_id = ANY(%(places)s)
    AND event.state IN ('created', 'paid', 'shipped', 'done', 'cancelled')
    AND NOT (event.state = 'done' AND purchase.delivery = 'home')
    AND event.at > {SURELY_AFTER} AND event.at < {SURELY_BEFORE}
    AND event.at >= period.since AND event.at < period.until
)
{{select}}
FROM step
JOIN stores_location place ON place.id = step.location_id
WHERE TRUE
"""  # noqa: S608 - of constants alone


def _counted(kind: str) -> dict[str, str]:
    of_kind = f"FILTER (WHERE step.kind = '{kind}')"
    return {
        kind: f"count(*) {of_kind}",
        f"{kind}_value": f"coalesce(sum(step.total) {of_kind}, 0.00)",
    }


WAITED = (
    "round(extract(epoch FROM percentile_cont({}) WITHIN GROUP (ORDER BY step.took)) / 3600, 1)"
)
FIGURES = {
    **_counted("placed"),
    **_counted("paid"),
    **_counted("handed"),
    **_counted("cancelled"),
    "median": WAITED.format("0.5"),
    "most": WAITED.format("0.9"),
}
CAUSES = f"{STEPS} AND step.kind = 'cancelled'"
CAUSE_FIGURES = {"orders": "count(*)", "value": "coalesce(sum(step.total), 0.00)"}
PROMISED = """
{select}
FROM shop_order purchase
JOIN stores_location place ON place.id = purchase.location_id
LEFT JOIN shop_orderevent paid ON paid.order_id = purchase.id AND paid.state = 'paid'
WHERE purchase.location_id = ANY(%(places)s)
AND purchase.state IN ('created', 'reserved', 'paid', 'confirmed', 'preparing', 'ready')
"""
IS_PAID = "purchase.state NOT IN ('created', 'reserved')"
PROMISED_FIGURES = {
    "open": f"count(*) FILTER (WHERE {IS_PAID})",
    "open_value": f"coalesce(sum(purchase.total) FILTER (WHERE {IS_PAID}), 0.00)",
    "unpaid": f"count(*) FILTER (WHERE NOT ({IS_PAID}))",
    "unpaid_value": f"coalesce(sum(purchase.total) FILTER (WHERE NOT ({IS_PAID})), 0.00)",
    "since": "min((paid.at AT TIME ZONE place.time_zone)::date)",
}


def order_figures(
    places: Collection[int],
    first: date,
    last: date,
    *,
    by: Sequence[str] = (),
    told_from: date | None = None,
) -> Grouped:
    """What became of orders on these days (those of the place that fulfils them), each step on the day
    it was taken: the figures of `FIGURES`, the last two in hours from paid to handed over."""
    given = {"places": list(places)} | days_given(first, last, by, told_from)
    keys = [KEYS[name] for name in by]
    return grouped(STEPS, list(FIGURES.values()), by=keys, order="{5} DESC, {1} DESC", given=given)


def cancelled_orders(places: Collection[int], first: date, last: date) -> Grouped:
    """The orders that were cancelled on these days by their cause: how many, and their value."""
    given = {"places": list(places)} | days_given(first, last)
    cause = Key("step.cancel_cause", {"cause": "step.cancel_cause"})
    return grouped(CAUSES, list(CAUSE_FIGURES.values()), by=[cause], order="{1} DESC", given=given)


def open_orders(places: Collection[int]) -> Grouped:
    """What is promised now by each place: paid and not handed over, and not paid yet."""
    figures = list(PROMISED_FIGURES.values())
    return grouped(PROMISED, figures, by=[STORE], order="{1} DESC", given={"places": list(places)})
