"""What was read of customers, or of the trail itself, and taken away as a file."""

from typing import Any

from django.db import transaction

from backoffice.lib.logs import request_id
from backoffice.lib.retry import retrying
from stores.models import AuditEntry, Location, User


@retrying
@transaction.atomic
def record_reading(
    kind: AuditEntry.Kind, table: str, *, by: User, place: Location | None = None, **what: Any
) -> AuditEntry:
    """Write down who took which list away: `what` says which file, how many rows, what was filtered."""
    return AuditEntry.objects.create(
        kind=kind,
        action=AuditEntry.Action.READ,
        way=AuditEntry.Way.PAGE,
        request=request_id.get(),
        by=by,
        table=table,
        about_table=table,
        location=place,
        after=what,
    )
