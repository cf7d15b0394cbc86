"""How long a store usually waits for what it asks."""

from datetime import timedelta

from django.db.models import Aggregate, DurationField, ExpressionWrapper, F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.actions.stock import LocationId
from inventory.models import RestockRequest
from stores.models import Location

MEASURED = timedelta(days=90)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Median(Aggregate):
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


def usual_lead_times(store: Location) -> dict[LocationId, timedelta]:
    """From asking to having, by warehouse: the median of what arrived in the last 90 days."""
    took = ExpressionWrapper(F("done_at") - F("asked_at"), output_field=DurationField())
    done = RestockRequest.objects.filter(
        store=store, state=RestockRequest.State.DONE, done_at__gt=timezone.now() - MEASURED
    )
    rows = done.order_by().values_list("warehouse_id")
    return dict(rows.annotate(took=Median(took, output_field=DurationField())))


def lead_times_in_words(store: Location) -> list[tuple[Location, str]]:
    """What there is to say of each warehouse that this store asked."""
    took = usual_lead_times(store)
    places = Location.objects.warehouses().active().filter(pk__in=took)
    return [(place, usually_here(took[place.pk])) for place in places]


def usual_wait(request: RestockRequest) -> str:
    """What there is to say while a request waits or is on its way."""
    if request.state not in (RestockRequest.State.WAITING, RestockRequest.State.APPROVED):
        return ""
    return usually_here(usual_lead_times(request.store).get(request.warehouse_id))


def usually_here(took: timedelta | None) -> str:
    """Such a time in words, in hours up to a day, then in days; nothing where there is none."""
    if took is None:
        return ""
    if took <= HOUR:
        return _("usually here within the hour")
    if took <= DAY:
        hours = -(-took // HOUR)
        return ngettext(
            "usually here in %(count)s hour", "usually here in %(count)s hours", hours
        ) % {"count": hours}
    days = (took + DAY / 2) // DAY
    return ngettext("usually here in %(count)s day", "usually here in %(count)s days", days) % {
        "count": days
    }
