from django.db import connection, transaction

from backoffice.lib.retry import retrying
from stores.models import Location, User

CHANGEABLE = [
    "name",
    "street",
    "postcode",
    "city",
    "opening_hours",
    "time_zone",
    "receives_by_hand",
]


@retrying
@transaction.atomic
def change_location(location: Location, *, by: User) -> Location:
    """Write what can change about a place: all but its code, its kind and whether it is open."""
    location.save(update_fields=CHANGEABLE)
    return location


def hold_open(place: Location) -> bool:
    """Whether the place is open at this moment; then it doesn't close before the caller's commit. Many
    may hold it at once: only closing waits for them."""
    return _hold(place, "is_active")


def hold_place(place: Location) -> bool:
    """Whether the place isn't archived; then it isn't before the caller's commit."""
    return _hold(place, "archived_at IS NULL")


def _hold(place: Location, true: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {true} FROM stores_location WHERE id = %s FOR KEY SHARE",  # noqa: S608
            [place.pk],
        )
        return bool(cursor.fetchone() == (True,))
