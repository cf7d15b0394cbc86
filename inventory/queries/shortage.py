"""Which of the requests that wait can be served: in one statement for all, however many there are."""

from django.db.models.expressions import RawSQL

from inventory.models.restock import RestockRequestQuerySet

SHORT, CONTESTED, ENOUGH = "short", "contested", "enough"
AVAILABLE = "coalesce(level.on_hand - level.reserved, 0)"
LACKS = f"bool_or(line.asked > {AVAILABLE})"
NOT_FOR_ALL = f"bool_or(wanted.units > {AVAILABLE})"
VERDICTS = {
    SHORT: LACKS,
    CONTESTED: f"NOT {LACKS} AND {NOT_FOR_ALL}",
    ENOUGH: f"NOT {NOT_FOR_ALL}",
}
REQUESTS = """
WITH wanted AS MATERIALIZED (
    SELECT request.warehouse_id, line.sku_id, sum(coalesce(line.approved, line.asked)) AS units
    FROM inventory_restockrequest AS request
    JOIN inventory_restockline AS line ON line.request_id = request.id
    WHERE request.state IN ('waiting', 'approved')
    GROUP BY request.warehouse_id, line.sku_id
)
SELECT line.request_id
FROM inventory_restockrequest AS request
JOIN inventory_restockline AS line ON line.request_id = request.id
JOIN wanted ON wanted.warehouse_id = request.warehouse_id AND wanted.sku_id = line.sku_id
LEFT JOIN inventory_stocklevel AS level
    ON level.location_id = request.warehouse_id AND level.sku_id = line.sku_id
WHERE request.state = 'waiting'
GROUP BY line.request_id
HAVING """


def with_verdict(requests: RestockRequestQuerySet, verdict: str) -> RestockRequestQuerySet:
    """Those that wait and of which this is true: `short`, the warehouse hasn't what is asked;
    `contested`, it has, but not for the others as well; `enough`."""
    return requests.filter(pk__in=RawSQL(REQUESTS + VERDICTS[verdict], []))  # noqa: S611
