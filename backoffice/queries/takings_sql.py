"""The one statement behind takings: the database adds up, ranks, sorts and pages; its totals are not
added up from what is shown. It reads each day of each place once, from the first of last month or four
weeks ago on, whatever else the tables hold; of a day that is compared until now, the hours that are
over and the receipts of the one that runs."""

from collections.abc import Mapping
from functools import cache

DAYS = {  # which of a place's days are whole in each stretch
    "today": "day = today",
    "today_then": "false",  # only until now
    "whole_then": "day = today - 7",
    "week": "day >= week",
    "week_then": "day >= week - 7 AND day < today - 7",
    "month": "day >= month",
    "month_then": "day < until_month::date AND day >= month_then",
    "rate": "day > today - 28",
}
UNTIL = {"today_then": "week", "week_then": "week", "month_then": "month"}
MEASURES = {  # and what their sums are
    "revenue": "numeric",
    "tax": "numeric",
    "cost": "numeric",
    "tickets": "bigint",
    "units": "bigint",
}
ALL = tuple(MEASURES)
COLUMNS = [  # what is told of each stretch
    (stretch, measure)
    for stretch, measures in {
        "today": ALL,
        "today_then": ALL,
        **dict.fromkeys(("whole_then", "week", "week_then", "month", "month_then"), ("revenue",)),
        "rate": ("units",),
    }.items()
    for measure in measures
]
ORDERS = {  # how the places can be sorted; a minus before the name turns it round
    "name": "name",
    "rank": "rank",
    "today": "today_revenue",
    "change": "(today_revenue - today_then_revenue) / nullif(today_then_revenue, 0)",
    "week": "week_revenue",
    "month": "month_revenue",
    "tickets": "today_tickets",
    "units": "today_units",
    "margin": "(today_revenue - today_tax - today_cost) / nullif(today_revenue - today_tax, 0)",
    "average": "today_revenue / nullif(today_tickets, 0)",
    "cover": "stock / nullif(rate_units, 0)::numeric",
    "alerts": "alerts",
}
ORDERS |= {f"-{name}": f"{expression} DESC" for name, expression in ORDERS.items()}
TAKINGS = """
    WITH clock AS (
        SELECT id AS location_id, name, kind = 'store' AS sells, is_active, time_zone,
            %(now)s::timestamptz AT TIME ZONE time_zone AS there
        FROM stores_location WHERE id = ANY(%(places)s)
    ), begun AS (
        SELECT *, there::date AS today, date_trunc('week', there)::date AS week,
            date_trunc('month', there)::date AS month,
            (date_trunc('month', there) - interval '1 month')::date AS month_then
        FROM clock
    ), place AS MATERIALIZED (
        SELECT *, there - interval '7 days' AS until_week,
            least(month_then + (there - month), month - interval '1 microsecond') AS until_month
        FROM begun
    ), until AS (
        SELECT location_id, time_zone, beside, moment
        FROM place
        CROSS JOIN LATERAL (VALUES ('week', until_week), ('month', until_month))
            AS moment (beside, moment)
    ), days AS (
        SELECT location_id, channel, {days}
        FROM place JOIN sales_dailysales sold USING (location_id)
        WHERE sold.location_id = ANY(%(places)s) AND sold.day BETWEEN %(first)s AND %(last)s
            AND sold.day <= today
        GROUP BY location_id, channel
    ), part AS (
        SELECT until.location_id, channel, beside, {measures}
        FROM until
        CROSS JOIN LATERAL (
            SELECT channel, {sums} FROM sales_dailyhoursales sold
            WHERE sold.location_id = until.location_id AND sold.day = moment::date
                AND sold.hour < extract(hour FROM moment)
            GROUP BY channel
        ) AS sums
        UNION ALL
        SELECT until.location_id, channel, beside, total, tax, cost, 1, units
        FROM until
        CROSS JOIN LATERAL (
            SELECT id, channel, total, tax, units FROM sales_sale sold
            WHERE sold.location_id = until.location_id
                AND sold.sold_at >= date_trunc('hour', moment) AT TIME ZONE time_zone
                AND sold.sold_at <= moment AT TIME ZONE time_zone
                AND sold.sold_on = moment::date AND sold.sold_hour = extract(hour FROM moment)
            OFFSET 0
        ) AS sale
        CROSS JOIN LATERAL (
            SELECT sum(unit_cost * quantity) AS cost FROM sales_saleline WHERE sale_id = sale.id
        ) AS goods
    ), figures AS (
        SELECT location_id, channel, {added}
        FROM (
            SELECT * FROM days
            UNION ALL
            SELECT location_id, channel, {parts} FROM part GROUP BY location_id, channel
        ) AS every
        GROUP BY GROUPING SETS ((location_id), (channel), ())
    ), ranked AS (
        SELECT place.location_id, today, name, given.stock, given.alerts, {figures},
            CASE WHEN sells THEN rank() OVER (PARTITION BY sells
                ORDER BY coalesce(week_revenue, 0) DESC) END AS rank,
            CASE WHEN sells THEN rank() OVER (PARTITION BY sells
                ORDER BY coalesce(week_then_revenue, 0) DESC) END AS rank_then,
            count(*) OVER () AS places
        FROM place
        JOIN unnest(%(places)s::bigint[], %(stock)s::bigint[], %(alerts)s::bigint[])
            AS given (location_id, stock, alerts) USING (location_id)
        LEFT JOIN figures USING (location_id)
        WHERE sells AND is_active OR figures.location_id IS NOT NULL
    ), sorted AS (
        SELECT *, row_number() OVER (ORDER BY {order} NULLS LAST, rank, name, location_id) AS position,
            least(%(offset)s, (places - 1) / %(limit)s * %(limit)s) AS before
        FROM ranked
    )
    SELECT location_id, NULL AS channel, position, today, rank, rank_then, places, stock, alerts,
        {figures}
    FROM sorted WHERE position > before AND position <= before + %(limit)s
    UNION ALL
    SELECT NULL, channel, 0, NULL, 0, 0, 0, 0, 0, {figures}
    FROM figures WHERE location_id IS NULL
    ORDER BY position, channel
"""


@cache
def takings_sql(order: str) -> str:
    """The statement, with the places in this order (a name of `ORDERS`)."""
    until = {stretch: f"beside = '{UNTIL[stretch]}'" for stretch in UNTIL}
    return TAKINGS.strip().format(
        sums=", ".join(f"sum({measure}) AS {measure}" for measure in MEASURES),
        measures=", ".join(MEASURES),
        days=_sums(DAYS),
        parts=_sums(dict.fromkeys(DAYS, "false") | until),
        added=", ".join(f"sum({s}_{m}) AS {s}_{m}" for s, m in COLUMNS),
        figures=", ".join(f"coalesce({s}_{m}, 0)::{MEASURES[m]} AS {s}_{m}" for s, m in COLUMNS),
        order=ORDERS[order],
    )


def _sums(counted: Mapping[str, str]) -> str:
    return ", ".join(
        f"sum({measure}) FILTER (WHERE {counted[stretch]}) AS {stretch}_{measure}"
        for stretch, measure in COLUMNS
    )
