"""Scheduled reports as their readers get them: the figures are stored, then mailed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from backoffice.actions.snapshots import make_now
from backoffice.models import ReportDelivery
from backoffice.reports.mail import mail_report
from backoffice.reports.periods import Preset
from backoffice.reports.query import Query
from backoffice.reports.stored import load
from stores.models import Location


def mail_scheduled(delivery: ReportDelivery, places: Sequence[Location]) -> None:
    """Store the figures of these places, the same for all who see the same, and promise the mail."""
    schedule = delivery.schedule
    assert schedule is not None
    days = Preset(schedule.query["period"]).days(delivery.day)
    asked = {"first": days.first.isoformat(), "last": days.last.isoformat()}
    delivery.snapshot = make_now(
        schedule.report,
        places,
        Query.from_json(schedule.query | asked | {"preset": schedule.query["period"]}),
        key=f"schedule {schedule.pk} {delivery.day} {_fingerprint(places)}",
        by=None,
    )
    delivery.mail = mail_report(
        load(delivery.snapshot),
        delivery.reader,
        key=f"report {delivery.pk}",
        formats=schedule.formats,
    )
    delivery.state = ReportDelivery.State.SENT


def _fingerprint(places: Sequence[Location]) -> str:
    ids = ",".join(str(pk) for pk in sorted(place.pk for place in places))
    return hashlib.sha256(ids.encode()).hexdigest()[:32]
