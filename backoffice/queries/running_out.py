"""What runs out where, and the sales that it costs per day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.cache import cache

from backoffice.queries.waiting import running_out
from inventory.models import Alert
from inventory.models.policy import Demand
from inventory.queries.alert_rows import AlertRows
from inventory.queries.alerts import lost_per_day
from stores.models import Location, User

ROWS = 6
RANKING_SECONDS = 15  # for how long the order of what is urgent is kept

type Ranking = tuple[list[int], Decimal]


@dataclass(frozen=True)
class Urgent:
    """An alert, and for how long what is available lasts."""

    alert: Alert
    sold: int  # in 28 days

    @property
    def days_left(self) -> int | None:
        """Whole days that what is available lasts; None if nothing was sold."""
        available: int = self.alert.available_now
        return max(available, 0) * Demand.DAYS // self.sold if self.sold else None


@dataclass(frozen=True)
class RunningOut:
    """What loses most sales, worst first, and what all that is low or out loses per day."""

    rows: Sequence[Urgent]
    beside: AlertRows
    place: Location | None
    lost_per_day: Decimal


def most_urgent(place: Location | None, reader: User, now: datetime) -> RunningOut:
    """The alerts that lose most sales per day, of one place or of all, as this reader sees them."""
    ranking, lost = _remembered(place, now)
    shown = _alerts(place, now, ranking)
    if len(shown) < len(ranking):  # one of them ended meanwhile
        ranking, lost = _ranking(place, now)
        shown = _alerts(place, now, ranking)
    rows = [Urgent(alert, alert.sold) for alert in shown]
    return RunningOut(rows, AlertRows(shown, reader, place), place, lost)


def _alerts(place: Location | None, now: datetime, ranking: Sequence[int]) -> list[Alert]:
    """Those that still say something, in this order."""
    alerts = running_out(place, now).with_urgency().select_related("location")
    found = {alert.pk: alert for alert in alerts.filter(pk__in=ranking)}
    return [found[pk] for pk in ranking if pk in found]


def _remembered(place: Location | None, now: datetime) -> Ranking:
    """The ranking of a moment ago: many screens ask for it again and again, and it looks at every
    open alert."""
    known: Ranking | None = cache.get(_key(place))
    return known or _ranking(place, now)


def _ranking(place: Location | None, now: datetime) -> Ranking:
    """The alerts that lose most, and what all lose."""
    alerts = running_out(place, now).with_urgency()
    ranking = list(alerts.most_urgent_first().values_list("pk", flat=True)[:ROWS])
    lost = lost_per_day(alerts)
    cache.set(_key(place), (ranking, lost), RANKING_SECONDS)
    return ranking, lost


def _key(place: Location | None) -> str:
    return f"running-out-{place.pk if place else 'everywhere'}"
