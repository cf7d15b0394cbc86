"""What stores have too much of becomes drafts of transfers, one per source and destination."""

from collections.abc import Collection
from uuid import UUID, uuid5

from django.db import connection, transaction
from django.utils.translation import gettext as _

from backoffice.lib.retry import retrying
from inventory.actions.transfer import draft_transfer
from inventory.models import Transfer
from inventory.queries.surplus import fingerprint, plan_of, surplus_of
from inventory.transfer_errors import SurplusChanged
from stores.models import User
from stores.models.location import LocationQuerySet

ONE_AT_A_TIME = 20_263  # key of the lock


@retrying
@transaction.atomic
def draft_surplus(
    key: UUID, *, places: LocationQuerySet, chosen: Collection[str], seen: str, by: User
) -> list[Transfer]:
    """Draft the transfers that carry the chosen proposals out; refused, and nothing drafted, where
    they are no longer those whose fingerprint was `seen`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    rows = [row for row in surplus_of(places) if row.key in chosen]
    if not rows or fingerprint(rows) != seen:
        raise SurplusChanged
    return [
        draft_transfer(
            uuid5(key, f"{source.pk}-{destination.pk}"),
            source=source,
            destination=destination,
            wanted=wanted,
            note=_("Surplus"),
            by=by,
        )
        for (source, destination), wanted in plan_of(rows).items()
    ]
