from django.db import transaction

from backoffice.lib.retry import retrying
from stores.errors import ShipsOnlineOrders
from stores.models import Company, Location, User

CHANGEABLE = [
    "name",
    "street",
    "postcode",
    "city",
    "opening_hours",
    "time_zone",
    "receives_by_hand",
    "is_active",
]


@retrying
@transaction.atomic
def change_location(location: Location, *, by: User) -> Location:
    """Write what can change about a place: all but its code and kind."""
    if not location.is_active and Company.objects.filter(online_location=location).exists():
        raise ShipsOnlineOrders(location)
    location.save(update_fields=CHANGEABLE)
    return location
