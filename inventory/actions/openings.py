"""Places open and close: at once, or on a day of their own calendar, which a worker carries out.

Who sells or asks at a place holds it open until their commit (`stores.actions.places.hold_open`), and
whoever closes it waits for them: nothing is sold at a place that is closed.
"""

import logging
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from backoffice.lib.retry import retrying
from backoffice.lib.text import normal
from inventory.actions.alert_sweep import sweep_alerts
from inventory.actions.alerts import review_alerts_at
from inventory.actions.marks import mark_place, mark_stores_of
from stores.errors import (
    DayIsPast,
    OpensBeforeItCloses,
    PlaceIsArchived,
    PlaceIsClosed,
    PlaceIsOpen,
    ShipsOnlineOrders,
)
from stores.models import Company, Location, User

logger = logging.getLogger(__name__)
PLAN = ("is_active", "closes_on", "opens_on", "closed_reason")


@retrying
@transaction.atomic
def close_place(
    place_id: int, *, closes_on: date, opens_on: date | None, reason: str, by: User
) -> Location:
    """Close a place from a day of its calendar on: until the day on which it opens again, or until
    somebody opens it. Customers read the reason."""
    place = lock_place(place_id)
    if not place.is_active:
        raise PlaceIsClosed(place)
    if closes_on < place.local_day():
        raise DayIsPast
    if opens_on and opens_on <= closes_on:
        raise OpensBeforeItCloses
    if Company.objects.filter(online_location=place).exists():
        raise ShipsOnlineOrders(place)
    place.closes_on, place.opens_on, place.closed_reason = closes_on, opens_on, normal(reason)
    place.save(update_fields=PLAN)
    _carry_out(place, timezone.now())
    return place


@retrying
@transaction.atomic
def open_place(place_id: int, *, opens_on: date | None, by: User) -> Location:
    """Open a closed place again: now, or on a day of its calendar."""
    place = lock_place(place_id)
    if place.archived_at:
        raise PlaceIsArchived(place)
    if place.is_active:
        raise PlaceIsOpen(place)
    if opens_on and opens_on < place.local_day():
        raise DayIsPast
    place.opens_on = opens_on or place.local_day()
    place.save(update_fields=["opens_on"])
    _carry_out(place, timezone.now())
    return place


@retrying
@transaction.atomic
def keep_open(place_id: int, *, by: User) -> Location:
    """Forget a closing that is to come."""
    place = lock_place(place_id)
    if not place.is_active:
        raise PlaceIsClosed(place)
    place.closes_on, place.opens_on, place.closed_reason = None, None, ""
    place.save(update_fields=PLAN)
    return place


def carry_out_days(now: datetime | None = None) -> int:
    """Open and close what has its day by now, each in a transaction of its own; how many places
    changed. A day that nobody saw begin is made up for at once; what another worker has is left to it."""
    now = now or timezone.now()
    planned = Location.objects.inner().filter(
        Q(closes_on__isnull=False) | Q(opens_on__isnull=False)
    )
    return sum(_carry_out_one(pk, now) for pk in list(planned.values_list("pk", flat=True)))


@retrying
@transaction.atomic
def _carry_out_one(place_id: int, now: datetime) -> bool:
    place = Location.objects.select_for_update(skip_locked=True).filter(pk=place_id).first()
    return place is not None and _carry_out(place, now)


def lock_place(place_id: int) -> Location:
    """The place, locked against whoever holds it open."""
    return Location.objects.inner().select_for_update().get(pk=place_id)


def _carry_out(place: Location, now: datetime) -> bool:
    """Do what its calendar says by this moment; whether it opened or closed. A day that is to come
    leaves the row as it is."""
    today, was_open, planned = place.local_day(now), place.is_active, _plan_of(place)
    if place.is_active and place.closes_on and place.closes_on <= today:
        place.is_active, place.closes_on = False, None
    if not place.is_active and place.opens_on and place.opens_on <= today:
        place.is_active, place.opens_on, place.closed_reason = True, None, ""
    if _plan_of(place) != planned:
        place.save(update_fields=PLAN)
    if place.is_active == was_open:
        return False
    logger.info("%s %s", place.code, "opened" if place.is_active else "closed")
    _tell_stock(place)
    return True


def _plan_of(place: Location) -> tuple[object, ...]:
    return tuple(getattr(place, name) for name in PLAN)


def _tell_stock(place: Location) -> None:
    """Suggestions and alerts follow at once."""
    if place.kind == Location.Kind.STORE:
        mark_place(place.pk)
    else:
        mark_stores_of(place.pk)
    review_alerts_at(place.pk)
    sweep_alerts()
