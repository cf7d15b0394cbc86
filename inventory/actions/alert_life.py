"""What people do with alerts: take notice of them, put them off to a day, bring them back."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from backoffice.lib.retry import retrying
from inventory.errors import SnoozeTooLong, SnoozeTooShort
from inventory.models import Alert
from inventory.queries.alerts import forget_counts
from stores.models import Location, Role, User
from stores.rights import holds_now

type AlertId = int

LONGEST_SNOOZE = timedelta(days=366)
MAY = (Role.CLERK, Role.LOGISTICS)  # at the place; managers are clerks


@retrying
@transaction.atomic
def acknowledge_alerts(alert_ids: Collection[AlertId], *, by: User) -> int:
    """Say that somebody takes care of these alerts; how many are new to that. What was acknowledged
    before keeps its name, what closed meanwhile is left alone."""
    alerts = [alert for alert in _lock(alert_ids, by=by) if alert.acknowledged_at is None]
    now = timezone.now()
    for alert in alerts:
        alert.acknowledged_by, alert.acknowledged_at = by, now
        alert.snoozed_by = alert.snoozed_until = None
    return _save(alerts)


@retrying
@transaction.atomic
def snooze_alerts(
    alert_ids: Collection[AlertId], *, until: date, by: User, now: datetime | None = None
) -> int:
    """Put alerts off to a day: on that day, where they are, they are open as on the first."""
    now = now or timezone.now()
    alerts = _lock(alert_ids, by=by)
    for alert in alerts:
        today = alert.location.local_day(now)
        if until <= today:
            raise SnoozeTooShort(alert.location)
        if until - today > LONGEST_SNOOZE:
            raise SnoozeTooLong
        alert.snoozed_by, alert.snoozed_until = by, until
        alert.acknowledged_by = alert.acknowledged_at = None
    return _save(alerts)


@retrying
@transaction.atomic
def wake_alerts(alert_ids: Collection[AlertId], *, by: User) -> int:
    """Bring alerts back that were put off."""
    alerts = [alert for alert in _lock(alert_ids, by=by) if alert.snoozed_until]
    for alert in alerts:
        alert.snoozed_by = alert.snoozed_until = None
    return _save(alerts)


def _lock(alert_ids: Collection[AlertId], *, by: User) -> list[Alert]:
    """Lock the open ones in the order of their numbers; the person must be of every place."""
    open_ones = Alert.objects.open().filter(pk__in=alert_ids).order_by("pk")
    alerts = list(open_ones.select_for_update(no_key=True))
    for place in Location.objects.filter(pk__in={alert.location_id for alert in alerts}):
        if not holds_now(by, *MAY, at=place):
            raise PermissionDenied
    return alerts


def _save(alerts: Sequence[Alert]) -> int:
    fields = ["acknowledged_by", "acknowledged_at", "snoozed_by", "snoozed_until"]
    Alert.objects.bulk_update(alerts, fields)
    transaction.on_commit(forget_counts)
    return len(alerts)
