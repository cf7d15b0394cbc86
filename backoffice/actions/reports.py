"""Reports that are stored and mailed: every morning, or when somebody asks for one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation

from backoffice.errors import OtherReportUnderKey
from backoffice.lib.house import house
from backoffice.lib.nudges import nudge
from backoffice.lib.retry import retrying
from backoffice.lib.snapshots import writing_from_one_snapshot
from backoffice.models import ReportDelivery, Snapshot
from backoffice.reports.consolidated import consolidated_report
from backoffice.reports.mail import mail_attachments, mail_context
from backoffice.reports.periods import ONE_DAY, Days
from backoffice.reports.rows import ConsolidatedReport
from stores.actions.mail import queue_mail
from stores.models import Company, Location, Membership, Role, User
from stores.rights import locations_of

CATCH_UP_DAYS = 3  # reports missed while nobody planned are made up for, so far back
LOOK_BACK = 60 * ONE_DAY  # whoever had no report for so long begins anew
DAILY = Snapshot.Report.CONSOLIDATED


@transaction.atomic
def plan_daily_reports(now: datetime | None = None) -> int:
    """Promise each reader the reports that are due by now, yesterday's figures each; return how
    many are new. Called every minute; a report that is promised already stays as it is."""
    now = now or timezone.now()
    zones = _zones_of_readers()
    last_days = dict(
        ReportDelivery.objects.filter(report=DAILY, day__gte=now.date() - LOOK_BACK)
        .values_list("reader_id")
        .annotate(Max("day"))
    )
    promised = [
        ReportDelivery(report=DAILY, day=day, reader_id=reader_id, due_at=now)
        for reader_id, names in zones.items()
        for day in _days_due(_latest_day(now, names), last_days.get(reader_id))
    ]
    before = ReportDelivery.objects.aggregate(last=Max("pk"))["last"] or 0
    ReportDelivery.objects.bulk_create(promised, ignore_conflicts=True)
    fresh = list(
        ReportDelivery.objects.filter(pk__gt=before, done_at=None).values_list("pk", flat=True)
        if promised
        else []
    )
    for pk in fresh:
        nudge("reports.make_report", pk)
    return len(fresh)


def _zones_of_readers() -> dict[int, set[str]]:
    """Who gets a daily report, and the time zones that they live by: managers those of their stores,
    head office its own."""
    readers: dict[int, set[str]] = {}
    office = Company.current().time_zone
    memberships = Membership.objects.filter(
        role__in=(Role.HEAD_OFFICE, Role.MANAGER), user__is_active=True
    )
    for reader_id, zone in memberships.values_list("user_id", "location__time_zone"):
        readers.setdefault(reader_id, set()).add(zone or office)
    return readers


def _latest_day(now: datetime, zones: Iterable[str]) -> date:
    """The latest day on which the hour of reports has struck in all these zones."""
    return min(_day_in(now.astimezone(ZoneInfo(zone))) for zone in zones)


def _day_in(local: datetime) -> date:
    return local.date() if local.hour >= settings.REPORT_HOUR else local.date() - ONE_DAY


def _days_due(latest: date, last_promised: date | None) -> list[date]:
    """From the day after the last promise to the latest one; a new reader begins with the latest."""
    if last_promised is None:
        return [latest]
    missed = min((latest - last_promised).days, CATCH_UP_DAYS)
    return [latest - ago * ONE_DAY for ago in reversed(range(missed))]


@retrying
def make_report(delivery_id: int) -> ReportDelivery | None:
    """Store the figures that the reader may see now, promise the mail and close the delivery; None
    if another worker has it, or it is done. Who may see nothing by now gets nothing."""
    with writing_from_one_snapshot():
        waiting = ReportDelivery.objects.filter(pk=delivery_id, done_at=None)
        locked = waiting.select_related("reader").select_for_update(
            of=("self",), skip_locked=True, no_key=True
        )
        delivery = locked.first()
        if delivery is None:
            return None
        places = _places_for(delivery.reader)
        if places:
            yesterday = delivery.day - ONE_DAY
            delivery.snapshot = _stored(
                places,
                Days(yesterday, yesterday),
                key=f"daily {delivery.day} {_fingerprint(places)}",
                by=None,
            )
            _mail(
                delivery.snapshot,
                delivery.reader,
                key=f"report {delivery.pk}",
                is_yesterday=places[0].local_day() == delivery.day,
            )
        delivery.done_at = timezone.now()
        delivery.save(update_fields=["snapshot", "done_at"])
        return delivery


def _places_for(reader: User) -> list[Location]:
    return list(locations_of(reader, Role.MANAGER)) if reader.is_active else []


def _fingerprint(places: Sequence[Location]) -> str:
    ids = ",".join(str(pk) for pk in sorted(place.pk for place in places))
    return hashlib.sha256(ids.encode()).hexdigest()[:32]


def sweep_reports() -> int:
    """Make every report that is promised and not made, oldest first; return how many were made."""
    due = ReportDelivery.objects.filter(done_at=None).order_by("due_at", "pk")
    return sum(make_report(pk) is not None for pk in list(due.values_list("pk", flat=True)))


@retrying
def send_report_now(places: Sequence[Location], days: Days, *, key: UUID, by: User) -> Snapshot:
    """Store the report of these places and mail it to the person who asks; the same key is the same
    report, mailed once."""
    with writing_from_one_snapshot():
        snapshot = _stored(places, days, key=f"asked {key}", by=by)
        asked = (by.pk, days.first, days.last, sorted(place.pk for place in places))
        stored = (snapshot.made_by_id, snapshot.first_day, snapshot.last_day, snapshot.locations)
        if asked != stored:
            raise OtherReportUnderKey
        _mail(snapshot, by, key=f"asked report {key}", is_yesterday=False)
        return snapshot


def _stored(places: Sequence[Location], days: Days, *, key: str, by: User | None) -> Snapshot:
    """The snapshot under this key, made if it isn't there yet."""
    if earlier := Snapshot.objects.filter(key=key).first():
        return earlier
    made = Snapshot(
        key=key,
        report=Snapshot.Report.CONSOLIDATED,
        first_day=days.first,
        last_day=days.last,
        locations=sorted(place.pk for place in places),
        data=consolidated_report(places, days).to_json(),
        made_by=by,
    )
    Snapshot.objects.bulk_create([made], ignore_conflicts=True)
    return Snapshot.objects.get(key=key)


def _mail(snapshot: Snapshot, reader: User, *, key: str, is_yesterday: bool) -> None:
    report = ConsolidatedReport.from_json(snapshot.data)
    with translation.override(reader.reads), timezone.override(house().zone):
        queue_mail(
            key=key,
            template="consolidated",
            to=reader,
            context=mail_context(report, snapshot.pk, is_yesterday=is_yesterday),
            attachments=mail_attachments(report),
        )
