"""Telling people at once of new alerts: one mail per place and person, of the kinds that they chose."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone, translation

from backoffice.lib.links import full_url
from inventory.actions.runs import FAILURES, note_failure, recorded_run
from inventory.digests import Checked, Digest, rows_of, whole_table
from inventory.models import Alert, AlertRun, NotificationChoice, StockLevel
from inventory.queries.notifications import TOLD_OF_ALERTS, Told, told_at
from stores.actions.mail import queue_mail
from stores.actions.mail_rights import OnlyFor
from stores.models import Location, User
from stores.models.location import LocationQuerySet
from stores.rights import memberships_of

TELLERS = 20_262  # first key of the lock under which one worker at a time tells of a place
AT_ONCE = NotificationChoice.How.AT_ONCE


def tell_alerts(now: datetime | None = None) -> int:
    """Promise the mails of every place with alerts that nobody was told of; how many mails. A place
    that fails doesn't hold up the rest: its alerts stay untold, and the run says so."""
    now = now or timezone.now()
    with recorded_run(AlertRun.Kind.AT_ONCE, now) as run:
        places = Location.objects.inner().active()
        run.places, run.checked = places.count(), _checked(places)
        untold = Alert.objects.loud(now).untold()
        for place in list(places.filter(pk__in=untold.order_by().values("location_id"))):
            try:
                told, mails = _tell(place, now)
            except FAILURES as error:
                note_failure(run, place, error)
            else:
                run.found, run.mails = run.found + told, run.mails + mails
    return run.mails


@transaction.atomic
def _tell(location: Location, now: datetime) -> tuple[int, int]:
    """How many alerts were told, in how many mails. Each alert is told once; what closed before it
    was told, or is snoozed or silent, is not told; while nobody wants to be told at once, alerts
    wait."""
    if not _only_teller_of(location):
        return 0, 0
    people = told_at([location])[location.pk]
    wanted = {kind for told in people for kind, how in told.hows.items() if how == AT_ONCE}
    loud = Alert.objects.loud(now).untold().filter(location=location, kind__in=wanted)
    alerts = list(loud.with_urgency().most_urgent_first().select_related("location"))
    if not alerts:
        return 0, 0
    checked = _checked(Location.objects.filter(pk=location.pk))
    look = Checked(1, checked, now.astimezone(location.zone))
    batch = max(alert.pk for alert in alerts)
    mails = sum(_promise(told, alerts, look, batch) for told in people)
    _mark_told(alerts, now)
    return len(alerts), mails


def _checked(places: LocationQuerySet) -> int:
    """How many SKUs these places keep."""
    return StockLevel.objects.filter(location__in=places).kept().count()


def _only_teller_of(location: Location) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [TELLERS, location.pk])
        return bool(cursor.fetchone()[0])


def _promise(told: Told, alerts: Sequence[Alert], look: Checked, batch: int) -> bool:
    """The mail of one reader: the kinds that they are told of at once."""
    own = [alert for alert in alerts if told.hows[Alert.Kind(alert.kind)] == AT_ONCE]
    if not own:
        return False
    place, reader = own[0].location, told.person
    kinds = {} if len(own) == len(alerts) else {"kinds": sorted({a.kind for a in own})}
    link = alerts_link(place, reader, {"told": look.at.isoformat(), **kinds})
    digest = Digest(rows_of(own), look, [place], {place.pk: link})
    with translation.override(reader.reads):
        name = f"alerts-{place.code}-{look.at:%Y-%m-%d-%H%M}.csv"
        attachments = whole_table(digest.rows, name)
    mail = queue_mail(
        key=f"alerts {place.pk} {reader.pk} {batch} {look.at:%Y%m%d}",
        template="alert_digest",
        to=reader,
        context={"digest": digest, "link": link},
        attachments=attachments,
        only_for=OnlyFor(TOLD_OF_ALERTS, [place.pk]),
    )
    return mail is not None


def alerts_link(place: Location, reader: User, query: Mapping[str, object]) -> str:
    """The page that shows the same rows, as this person may open it."""
    if any(membership.location_id == place.pk for membership in memberships_of(reader)):
        return full_url("inventory:store_alerts", place.code, **query)
    return full_url("inventory:alert_list", location=place.code, **query)


def _mark_told(alerts: Sequence[Alert], at: datetime) -> None:
    """Mark what was told, and that what is out is low besides; but nothing that is being closed at
    this moment, so that no sale waits for a mail."""
    out = [alert.sku_id for alert in alerts if alert.kind == Alert.Kind.OUT]
    low = Alert.objects.open().filter(
        kind=Alert.Kind.LOW, location=alerts[0].location, sku__in=out, told_at=None
    )
    told = Alert.objects.filter(pk__in=[alert.pk for alert in alerts]) | low
    free = told.order_by("pk").select_for_update(skip_locked=True, no_key=True)
    Alert.objects.filter(pk__in=list(free.values_list("pk", flat=True))).update(told_at=at)
