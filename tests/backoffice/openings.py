"""A place that opens and closes, as head office does it."""

from datetime import date, timedelta

from inventory.actions.openings import close_place
from stores.models import Location, Role
from tests.factories import make_staff

A_DAY = timedelta(days=1)


def path(place: Location, step: str = "") -> str:
    return f"/head-office/stores/{place.pk}/opening/{step}"


def close(place: Location, *, days: int = 0, again: int | None = None, reason: str = "") -> None:
    day = place.local_day()
    close_place(
        place.pk,
        closes_on=day + days * A_DAY,
        opens_on=None if again is None else day + again * A_DAY,
        reason=reason,
        by=make_staff(Role.HEAD_OFFICE),
    )
    place.refresh_from_db()


def calendar(place: Location) -> tuple[bool, date | None, date | None, str]:
    place.refresh_from_db()
    return place.is_active, place.closes_on, place.opens_on, place.closed_reason
