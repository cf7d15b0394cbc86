"""Alerts of what is late and of what waits: no movement says so, the clock does."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from backoffice.lib.retry import retrying
from inventory.actions.alerts import Reviewed
from stores.models import Company

LATE = """
    SELECT 'late' AS kind, destination_id AS location_id, 'transfer' AS document, id
    FROM inventory_transfer
    WHERE state IN ('in_transit', 'partly') AND due_at < %(now)s
"""
WAITING = """
    SELECT 'waiting' AS kind, warehouse_id AS location_id, 'restock' AS document, id
    FROM inventory_restockrequest
    WHERE state = 'waiting' AND asked_at < %(asked_before)s
"""
OPEN = f"""
INSERT INTO inventory_alert
    (kind, location_id, opened_at, available, document, document_id, closing_document)
SELECT due.kind, due.location_id, %(now)s, 0, due.document, due.id, ''
FROM ({LATE} UNION ALL {WAITING}) AS due
JOIN stores_location AS place ON place.id = due.location_id AND place.is_active
WHERE NOT EXISTS (
    SELECT FROM inventory_alert AS alert
    WHERE alert.closed_at IS NULL AND alert.kind = due.kind
    AND alert.document = due.document AND alert.document_id = due.id
    AND alert.location_id = due.location_id
)
ORDER BY due.kind, due.id
ON CONFLICT DO NOTHING
"""  # noqa: S608 - of constants alone
CLOSE = f"""
WITH ended AS MATERIALIZED (
    SELECT alert.id,
        CASE
            WHEN NOT place.is_active THEN 'range'
            WHEN transfer.state = 'closed' THEN 'arrived'
            WHEN 'cancelled' IN (transfer.state, request.state) THEN 'cancelled'
            WHEN request.state IS NOT NULL AND request.state <> 'waiting' THEN 'decided'
            ELSE 'later'
        END AS ending
    FROM inventory_alert AS alert
    JOIN stores_location AS place ON place.id = alert.location_id
    LEFT JOIN inventory_transfer AS transfer
        ON alert.kind = 'late' AND transfer.id = alert.document_id
    LEFT JOIN inventory_restockrequest AS request
        ON alert.kind = 'waiting' AND request.id = alert.document_id
    WHERE alert.closed_at IS NULL AND alert.kind IN ('late', 'waiting')
    AND NOT (place.is_active AND EXISTS (
        SELECT FROM ({LATE} UNION ALL {WAITING}) AS due
        WHERE due.kind = alert.kind AND due.id = alert.document_id
        AND due.location_id = alert.location_id
    ))
    ORDER BY alert.id
    FOR NO KEY UPDATE OF alert SKIP LOCKED
)
UPDATE inventory_alert AS alert
SET closed_at = %(now)s, ending = ended.ending,
    closing_document = alert.document, closing_document_id = alert.document_id
FROM ended WHERE alert.id = ended.id
"""  # noqa: S608 - of constants alone


@retrying
@transaction.atomic
def sweep_alerts(now: datetime | None = None) -> Reviewed:
    """Open an alert for each transfer on the road past its day and for each request that waits too
    long, and close those that no longer do: two statements, however many there are."""
    now = now or timezone.now()
    hours = Company.current().request_waits_hours
    given = {"now": now, "asked_before": now - timedelta(hours=hours)}
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, given)
        closed = cursor.rowcount
        cursor.execute(OPEN, given)
        return Reviewed(opened=cursor.rowcount, closed=closed)
