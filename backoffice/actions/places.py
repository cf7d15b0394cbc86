"""Archiving: a place where nothing is left goes out of sight, and its history stays."""

from django.db import transaction
from django.utils import timezone

from backoffice.errors import CloseItFirst, SomethingLeft
from backoffice.lib.retry import retrying
from backoffice.queries.place_left import left_at
from inventory.actions.openings import lock_place
from stores.errors import PlaceIsArchived
from stores.models import Location, User


@retrying
@transaction.atomic
def archive_place(place_id: int, *, by: User) -> Location:
    """Take a closed place, at which nothing is left, out of lists, filters and choices."""
    place = lock_place(place_id)
    if place.archived_at:
        raise PlaceIsArchived(place)
    if place.is_active:
        raise CloseItFirst(place)
    if left := left_at(place):
        raise SomethingLeft(place, left)
    place.archived_at, place.opens_on = timezone.now(), None
    place.save(update_fields=["archived_at", "opens_on"])
    return place


@retrying
@transaction.atomic
def restore_place(place_id: int, *, by: User) -> Location:
    """Show an archived place again; it stays closed until somebody opens it."""
    place = lock_place(place_id)
    place.archived_at = None
    place.save(update_fields=["archived_at"])
    return place
