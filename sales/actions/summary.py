"""The daily and monthly figures that reports read: written with each sale, rebuilt in one go after bulk loads."""

from collections.abc import Sequence

from django.db import connection, transaction

from sales.models import Sale, SaleLine

ADD = """
    WITH day AS (
        INSERT INTO sales_dailysales AS t
            (location_id, day, channel, tickets, units, revenue, tax)
        VALUES (%(location)s, %(day)s, %(channel)s, 1, %(units)s, %(total)s, %(tax)s)
        ON CONFLICT (location_id, day, channel) DO UPDATE SET
            tickets = t.tickets + excluded.tickets,
            units = t.units + excluded.units,
            revenue = t.revenue + excluded.revenue,
            tax = t.tax + excluded.tax
    ), line AS (
        SELECT *
        FROM unnest(%(skus)s::bigint[], %(quantities)s::int[], %(totals)s::numeric[])
            AS line (sku_id, units, total)
        ORDER BY sku_id
    ), sku_day AS (
        INSERT INTO sales_dailyskusales AS t (location_id, day, sku_id, units, revenue)
        SELECT %(location)s, %(day)s, sku_id, units, total FROM line
        ON CONFLICT (location_id, day, sku_id) DO UPDATE SET
            units = t.units + excluded.units,
            revenue = t.revenue + excluded.revenue
    )
    INSERT INTO sales_monthlyskusales AS t (location_id, month, sku_id, units, revenue)
    SELECT %(location)s, %(month)s, sku_id, units, total FROM line
    ON CONFLICT (location_id, month, sku_id) DO UPDATE SET
        units = t.units + excluded.units,
        revenue = t.revenue + excluded.revenue
"""
REBUILD = (
    "LOCK TABLE sales_sale, sales_saleline, sales_dailysales, sales_dailyskusales,"
    " sales_monthlyskusales IN SHARE ROW EXCLUSIVE MODE",
    "DELETE FROM sales_dailysales",
    "DELETE FROM sales_dailyskusales",
    "DELETE FROM sales_monthlyskusales",
    """
    INSERT INTO sales_dailysales (location_id, day, channel, tickets, units, revenue, tax)
    SELECT location_id, sold_on, channel, count(*), sum(units), sum(total), sum(tax)
    FROM sales_sale GROUP BY location_id, sold_on, channel
    """,
    """
    INSERT INTO sales_dailyskusales (location_id, day, sku_id, units, revenue)
    SELECT sale.location_id, sale.sold_on, line.sku_id, sum(line.quantity), sum(line.total)
    FROM sales_saleline line JOIN sales_sale sale ON sale.id = line.sale_id
    GROUP BY sale.location_id, sale.sold_on, line.sku_id
    """,
    """
    INSERT INTO sales_monthlyskusales (location_id, month, sku_id, units, revenue)
    SELECT location_id, date_trunc('month', day)::date AS month, sku_id, sum(units), sum(revenue)
    FROM sales_dailyskusales GROUP BY location_id, month, sku_id
    """,
)
DIFFERENCES = """
    SELECT location.code, day, channel AS what, kept, sold
    FROM (SELECT location_id, day, channel, (tickets, units, revenue, tax)::text AS kept
          FROM sales_dailysales) summary
    FULL JOIN (SELECT location_id, sold_on AS day, channel,
                      (count(*), sum(units), sum(total), sum(tax))::text AS sold
               FROM sales_sale GROUP BY location_id, sold_on, channel) sale
        USING (location_id, day, channel)
    JOIN stores_location location ON location.id = location_id
    WHERE kept IS DISTINCT FROM sold
    UNION ALL
    SELECT location.code, day, sku.code, kept, sold
    FROM (SELECT location_id, day, sku_id, (units, revenue)::text AS kept
          FROM sales_dailyskusales) summary
    FULL JOIN (SELECT sale.location_id, sale.sold_on AS day, line.sku_id,
                      (sum(line.quantity), sum(line.total))::text AS sold
               FROM sales_saleline line JOIN sales_sale sale ON sale.id = line.sale_id
               GROUP BY sale.location_id, sale.sold_on, line.sku_id) lines
        USING (location_id, day, sku_id)
    JOIN stores_location location ON location.id = location_id
    JOIN inventory_sku sku ON sku.id = sku_id
    WHERE kept IS DISTINCT FROM sold
    UNION ALL
    SELECT location.code, month, sku.code || ' in the month', kept, sold
    FROM (SELECT location_id, month, sku_id, (units::bigint, revenue)::text AS kept
          FROM sales_monthlyskusales) summary
    FULL JOIN (SELECT sale.location_id, date_trunc('month', sale.sold_on)::date AS month,
                      line.sku_id, (sum(line.quantity), sum(line.total))::text AS sold
               FROM sales_saleline line JOIN sales_sale sale ON sale.id = line.sale_id
               GROUP BY 1, 2, 3) lines
        USING (location_id, month, sku_id)
    JOIN stores_location location ON location.id = location_id
    JOIN inventory_sku sku ON sku.id = sku_id
    WHERE kept IS DISTINCT FROM sold
    ORDER BY 1, 2, 3
"""


def add_to_summaries(sale: Sale, lines: Sequence[SaleLine]) -> None:
    """Add a new sale to the figures of its day and month, in its transaction, SKUs in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            ADD,
            {
                "location": sale.location_id,
                "day": sale.sold_on,
                "month": sale.sold_on.replace(day=1),
                "channel": sale.channel,
                "units": sale.units,
                "total": sale.total,
                "tax": sale.tax,
                "skus": [line.sku_id for line in lines],
                "quantities": [line.quantity for line in lines],
                "totals": [line.total for line in lines],
            },
        )


@transaction.atomic
def rebuild_summaries() -> None:
    """Compute all figures from the sales; tills wait meanwhile. For bulk loads."""
    with connection.cursor() as cursor:
        for statement in REBUILD:
            cursor.execute(statement)


def summary_differences() -> list[str]:
    """Where the figures differ from the sales they add up, one sentence each."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES)
        return [
            f"{place} {day} {what}: kept {kept or 'nothing'}, sold {sold or 'nothing'}"
            for place, day, what, kept, sold in cursor.fetchall()
        ]
