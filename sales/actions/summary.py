"""The figures that reports read: added to with each sale, rebuilt in one go after bulk loads, and compared
with the sales that they add up."""

from collections.abc import Sequence

from django.db import connection, transaction

from sales.actions.chain import add_up_chain
from sales.models import Sale, SaleLine
from sales.summaries import DAILY, MONTHLY, SUMMARIES, Summary

NEW_SALE = """
    WITH sale AS (
        SELECT %(location)s::bigint AS location_id, %(day)s::date AS day, %(month)s::date AS month,
            %(channel)s AS channel, %(clerk)s::bigint AS clerk_id, %(hour)s::smallint AS hour,
            1 AS tickets, %(units)s::int AS units, %(revenue)s::numeric AS revenue,
            %(tax)s::numeric AS tax, %(cost)s::numeric AS cost
    ), line AS MATERIALIZED (  -- a product stays in its category until the sale is committed
        SELECT sale.location_id, sale.day, sale.month, sale.channel, product.category_id, goods.*
        FROM sale CROSS JOIN unnest(%(skus)s::bigint[], %(quantities)s::int[], %(totals)s::numeric[],
            %(taxes)s::numeric[], %(costs)s::numeric[]) AS goods (sku_id, units, revenue, tax, cost)
        JOIN inventory_sku sku ON sku.id = goods.sku_id
        JOIN inventory_product product ON product.id = sku.product_id
        ORDER BY goods.sku_id FOR SHARE OF product
    ), category AS (
        SELECT location_id, day, month, channel, category_id, sum(units)::int AS units,
            sum(revenue) AS revenue, sum(tax) AS tax, sum(cost) AS cost
        FROM line GROUP BY location_id, day, month, channel, category_id ORDER BY category_id
    )
"""
SOURCES = {"sku_id": "line", "category_id": "category"}  # the others add up whole tickets
ADD_TO = """, {table}_row AS (
        INSERT INTO {table} AS kept ({columns}) SELECT {columns} FROM {source}
        ON CONFLICT ({keys}) DO UPDATE SET {added}
    )
"""
SOLD_TICKETS = """
    SELECT sale.location_id, sale.sold_on AS day, date_trunc('month', sale.sold_on)::date AS month,
        sale.channel, sale.by_id AS clerk_id, sale.sold_hour AS hour, 1 AS tickets, sale.units,
        sale.total AS revenue, sale.tax, goods.cost
    FROM sales_sale sale JOIN (
        SELECT sale_id, sum(unit_cost * quantity) AS cost FROM sales_saleline GROUP BY sale_id
    ) goods ON goods.sale_id = sale.id
"""
SOLD_GOODS = """
    SELECT sale.location_id, sale.sold_on AS day, date_trunc('month', sale.sold_on)::date AS month,
        sale.channel, line.sku_id, product.category_id, line.quantity AS units,
        line.total AS revenue, line.tax, line.unit_cost * line.quantity AS cost
    FROM sales_saleline line JOIN sales_sale sale ON sale.id = line.sale_id
    JOIN inventory_sku sku ON sku.id = line.sku_id
    JOIN inventory_product product ON product.id = sku.product_id
"""
LOCK = """
    LOCK TABLE inventory_product, sales_sale, sales_saleline, {tables}, sales_chainmonth
        IN SHARE ROW EXCLUSIVE MODE
"""
FILL = "INSERT INTO {table} ({keys}, {sums}) SELECT {keys}, {added} FROM {source} GROUP BY {keys}"
OF_CATEGORY = """(
    SELECT sold.*, product.category_id FROM {table} sold JOIN inventory_sku sku ON sku.id = sold.sku_id
    JOIN inventory_product product ON product.id = sku.product_id
) days"""
OF_MONTH = "(SELECT date_trunc('month', day)::date AS month, * FROM {table}) days"
CHAIN_DIFFERENCES = """
    WITH still_true AS (
        SELECT month FROM sales_chainmonth kept WHERE tickets = (
            SELECT sum(tickets) FROM sales_monthlysales WHERE month = kept.month
        )
    )
    SELECT 'chain', month, concat_ws(' ', 'month', sku.code, channel), kept, sold
    FROM (
        SELECT month, sku_id, channel, (units, revenue, tax, cost)::text AS kept
        FROM sales_chainskusales WHERE month IN (SELECT month FROM still_true)
    ) chain
    FULL JOIN (
        SELECT month, sku_id, channel, (sum(units), sum(revenue), sum(tax), sum(cost))::text AS sold
        FROM ({sales}) sale WHERE month IN (SELECT month FROM still_true)
        GROUP BY month, sku_id, channel
    ) sales USING (month, sku_id, channel)
    JOIN inventory_sku sku ON sku.id = sku_id
    WHERE kept IS DISTINCT FROM sold
"""
DIFFERENCES = """
    SELECT location.code, {period}, concat_ws(' ', {what}), kept, sold
    FROM (SELECT {keys}, ({as_counted})::text AS kept FROM {table}) summary
    FULL JOIN (SELECT {keys}, ({added})::text AS sold FROM ({sales}) sale GROUP BY {keys}) sales
        USING ({keys})
    JOIN stores_location location ON location.id = location_id
    {names}
    WHERE kept IS DISTINCT FROM sold
"""
NAMES = {  # how a row is called beside its place, period and channel
    "": ("'all'", ""),
    "sku_id": ("sku.code", "JOIN inventory_sku sku ON sku.id = sku_id"),
    "category_id": (
        "category.name",
        "JOIN inventory_category category ON category.id = category_id",
    ),
    "clerk_id": ("clerk.email", "JOIN stores_user clerk ON clerk.id = clerk_id"),
    "hour": ("hour || ':00'", ""),
}


def _add_to(summary: Summary) -> str:
    return ADD_TO.format(
        table=summary.table,
        columns=", ".join([*summary.keys, *summary.sums]),
        source=SOURCES.get(summary.key, "sale"),
        keys=", ".join(summary.keys),
        added=", ".join(f"{name} = kept.{name} + excluded.{name}" for name in summary.sums),
    )


def _fill(summary: Summary, source: str) -> str:
    return FILL.format(
        table=summary.table,
        keys=", ".join(summary.keys),
        sums=", ".join(summary.sums),
        added=", ".join(f"sum({name})" for name in summary.sums),
        source=source,
    )


def _differences(summary: Summary) -> str:
    own_name, names = NAMES[summary.key]
    whole = ("tickets", "units")
    return DIFFERENCES.format(
        period=summary.period,
        what=f"'{summary.period}', {own_name}, channel",
        keys=", ".join(summary.keys),
        table=summary.table,
        as_counted=", ".join(f"{n}::bigint" if n in whole else n for n in summary.sums),
        added=", ".join(f"sum({name})" for name in summary.sums),
        sales=_sales_of(summary),
        names=names,
    )


def _sales_of(summary: Summary) -> str:
    return SOLD_GOODS if summary.is_of_goods else SOLD_TICKETS


ADD = "".join([NEW_SALE, *map(_add_to, SUMMARIES), "SELECT"])
REBUILD = (
    LOCK.format(tables=", ".join(summary.table for summary in SUMMARIES)),
    "DELETE FROM sales_chainmonth",
    "DELETE FROM sales_chainskusales",
    *(f"DELETE FROM {summary.table}" for summary in SUMMARIES),  # noqa: S608
    *(
        _fill(DAILY[key], f"({_sales_of(DAILY[key])}) sale")
        for key in ("sku_id", "clerk_id", "hour")
    ),
    _fill(DAILY["category_id"], OF_CATEGORY.format(table=DAILY["sku_id"].table)),
    _fill(DAILY[""], DAILY["hour"].table),
    *(_fill(summary, OF_MONTH.format(table=DAILY[key].table)) for key, summary in MONTHLY.items()),
)


def add_to_summaries(sale: Sale, lines: Sequence[SaleLine]) -> None:
    """Add a new sale to the figures of its day and month, in its transaction, SKUs in order."""
    costs = [line.unit_cost * line.quantity for line in lines]
    with connection.cursor() as cursor:
        cursor.execute(
            ADD,
            {
                "location": sale.location_id,
                "day": sale.sold_on,
                "month": sale.sold_on.replace(day=1),
                "channel": sale.channel,
                "clerk": sale.by_id,
                "hour": sale.sold_hour,
                "units": sale.units,
                "revenue": sale.total,
                "tax": sale.tax,
                "cost": sum(costs),
                "skus": [line.sku_id for line in lines],
                "quantities": [line.quantity for line in lines],
                "totals": [line.total for line in lines],
                "taxes": [line.tax for line in lines],
                "costs": costs,
            },
        )


@transaction.atomic
def rebuild_summaries() -> None:
    """Compute all figures from the sales; tills wait meanwhile. For bulk loads."""
    with connection.cursor() as cursor:
        for statement in REBUILD:
            cursor.execute(statement)
    add_up_chain()


def summary_differences() -> list[str]:
    """Where the figures differ from the sales they add up, one sentence each."""
    found = []
    with connection.cursor() as cursor:
        for statement in (
            *map(_differences, SUMMARIES),
            CHAIN_DIFFERENCES.format(sales=SOLD_GOODS),
        ):
            cursor.execute(statement + "ORDER BY 1, 2, 3")
            found += cursor.fetchall()
    return [
        f"{place} {day} {what}: kept {kept or 'nothing'}, sold {sold or 'nothing'}"
        for place, day, what, kept, sold in found
    ]
