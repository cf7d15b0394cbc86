"""How many alerts call for somebody, place by place: the figure in every page's header; and what
they cost."""

from collections.abc import Mapping
from decimal import Decimal

from django.core.cache import cache
from django.db.models import Count, Sum

from backoffice.lib.money import ZERO
from inventory.models import Alert
from inventory.models.alert import AlertQuerySet
from stores.admission import holders
from stores.models import Location, Role, User
from stores.rights import memberships_of

COUNTS = "open-alerts"
SECONDS = 5  # for how long the counts are kept, so that a page costs no query for them

type LocationId = int


def open_alerts(user: User, place: Location | None) -> int:
    """The alerts that nobody took notice of yet: at a place, or where the person sees the list of
    all. What is snoozed or silent isn't counted."""
    counts = alerts_by_place()
    if place:
        return counts.get(place.pk, 0)
    seeing = holders(Role.LOGISTICS, reading=True)
    places = {m.location_id for m in memberships_of(user) if m.role in seeing}
    if None in places:
        return sum(counts.values())
    return sum(counts.get(place_id, 0) for place_id in places if place_id)


def lost_per_day(alerts: AlertQuerySet) -> Decimal:
    """Of alerts `with_urgency`: the sales that all of them cost per day."""
    lost: Decimal | None = alerts.order_by().aggregate(lost=Sum("lost_per_day"))["lost"]
    return lost or ZERO


def forget_counts() -> None:
    """After a person changed some: they see it on the next page."""
    cache.delete(COUNTS)


def alerts_by_place() -> Mapping[LocationId, int]:
    """The alerts that nobody took notice of yet, by the id of their place; kept for seconds."""
    counts: dict[LocationId, int] | None = cache.get(COUNTS)
    if counts is None:
        loud = Alert.objects.loud().in_state(Alert.State.OPEN)
        counts = dict(loud.order_by().values_list("location_id").annotate(Count("pk")))
        cache.set(COUNTS, counts, SECONDS)
    return counts
