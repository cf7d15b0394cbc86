"""Opening places: a new store or warehouse has a stock level of every SKU from the first moment."""

from datetime import date

from django.db import transaction

from backoffice.lib.retry import retrying
from backoffice.lib.text import normal
from inventory.actions.locks import hold_new_levels
from inventory.actions.stock import open_levels_at
from stores.errors import PlaceCodeTaken
from stores.models import Location, User


@retrying
@transaction.atomic
def open_location(location: Location, *, by: User, opens_on: date | None = None) -> Location:
    """Open a store or a warehouse, which isn't saved yet: now, or on a day to come."""
    hold_new_levels()
    if Location.objects.filter(code=location.code).exists():
        raise PlaceCodeTaken(location.code)
    location.name = normal(location.name)
    if opens_on and opens_on > location.local_day():
        location.is_active, location.opens_on = False, opens_on
    location.save(force_insert=True)
    open_levels_at(location)
    return location
