"""Months of all places together, added up after they were over: which of them may be read."""

from collections.abc import Collection
from datetime import date

from django.db import connection

# Tickets only ever grow, so equal ones mean the same sales; the other places must have sold nothing.
STILL_TRUE = """
    SELECT month FROM sales_chainmonth kept JOIN (
        SELECT month, sum(tickets) AS tickets,
            sum(tickets) FILTER (WHERE location_id = ANY(%(places)s)) AS here
        FROM sales_monthlysales WHERE month BETWEEN %(first)s AND %(last)s GROUP BY month
    ) sold USING (month)
    WHERE kept.tickets = sold.tickets AND sold.here = sold.tickets
    ORDER BY month
"""


def chain_months(places: Collection[int], first: date, last: date) -> list[date]:
    """The months whose `ChainSkuSales` are what these places sold in them, to the last ticket. Read both
    in one snapshot: a sale makes its month untrue until it is added up again."""
    with connection.cursor() as cursor:
        cursor.execute(STILL_TRUE, {"places": list(places), "first": first, "last": last})
        return [month for (month,) in cursor.fetchall()]
