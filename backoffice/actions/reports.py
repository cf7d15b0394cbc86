"""Reports that are stored and mailed when somebody asks for one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone, translation

from backoffice.errors import OtherReportUnderKey
from backoffice.lib.house import house
from backoffice.lib.retry import retrying
from backoffice.lib.snapshots import writing_from_one_snapshot
from backoffice.models import ReportDelivery, Snapshot
from backoffice.reports.consolidated import consolidated_report
from backoffice.reports.mail import mail_attachments, mail_context
from backoffice.reports.periods import Days, Preset
from backoffice.reports.rows import ConsolidatedReport
from stores.actions.mail import queue_mail
from stores.models import Location, Mail, User


def mail_scheduled(delivery: ReportDelivery, places: Sequence[Location]) -> None:
    """Store the figures of these places, the same for all who see the same, and promise the mail."""
    schedule = delivery.schedule
    assert schedule is not None
    days = Preset(schedule.query["period"]).days(delivery.day)
    key = f"schedule {schedule.pk} {delivery.day} {_fingerprint(places)}"
    delivery.snapshot = _stored(places, days, key=key, by=None)
    is_yesterday = days == Preset.YESTERDAY.days(places[0].local_day())
    delivery.mail = _mail(
        delivery.snapshot,
        delivery.reader,
        key=f"report {delivery.pk}",
        is_yesterday=is_yesterday,
    )
    delivery.state = ReportDelivery.State.SENT


def _fingerprint(places: Sequence[Location]) -> str:
    ids = ",".join(str(pk) for pk in sorted(place.pk for place in places))
    return hashlib.sha256(ids.encode()).hexdigest()[:32]


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


def _mail(snapshot: Snapshot, reader: User, *, key: str, is_yesterday: bool) -> Mail | None:
    report = ConsolidatedReport.from_json(snapshot.data)
    with translation.override(reader.reads), timezone.override(house().zone):
        return queue_mail(
            key=key,
            template="consolidated",
            to=reader,
            context=mail_context(report, snapshot.pk, is_yesterday=is_yesterday),
            attachments=mail_attachments(report),
        )
