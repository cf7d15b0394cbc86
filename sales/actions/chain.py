"""Months of all places together: added up once they are over, and again when a late sale comes."""

from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

from backoffice.lib.retry import retrying

ONE_AT_A_TIME = "LOCK TABLE sales_chainmonth IN SHARE ROW EXCLUSIVE MODE"
UNTRUE = """
    SELECT month FROM sales_monthlysales LEFT JOIN sales_chainmonth kept USING (month)
    WHERE month < %s GROUP BY month, kept.tickets
    HAVING sum(sales_monthlysales.tickets) IS DISTINCT FROM kept.tickets
"""
# The tickets and the sums are of one statement, so of one instant.
ADD_UP = """
    WITH counted AS (
        INSERT INTO sales_chainmonth (month, tickets)
        SELECT month, sum(tickets) FROM sales_monthlysales WHERE month = ANY(%(months)s::date[])
        GROUP BY month ORDER BY month
        ON CONFLICT (month) DO UPDATE SET tickets = excluded.tickets
    )
    INSERT INTO sales_chainskusales (month, sku_id, channel, units, revenue, tax, cost)
    SELECT month, sku_id, channel, sum(units), sum(revenue), sum(tax), sum(cost)
    FROM sales_monthlyskusales WHERE month = ANY(%(months)s::date[])
    GROUP BY month, sku_id, channel ORDER BY month, sku_id, channel
    ON CONFLICT (month, sku_id, channel) DO UPDATE SET units = excluded.units,
        revenue = excluded.revenue, tax = excluded.tax, cost = excluded.cost
"""


@retrying
@transaction.atomic
def add_up_chain(*, before: date | None = None) -> None:
    """Add up the months before this one that sold something since. No till waits for it."""
    this_month = (timezone.now() - timedelta(days=1)).date().replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
        cursor.execute(UNTRUE, [before or this_month])
        if months := [month for (month,) in cursor.fetchall()]:
            cursor.execute(ADD_UP, {"months": months})
