"""A scheduled report as its readers get it: the figures stored once for all who see the same, then a
letter for each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date

from django.db import transaction

from backoffice.actions.snapshots import make_now
from backoffice.errors import NothingToCount
from backoffice.models import ReportDelivery, Schedule
from backoffice.queries.schedules import zone_of
from backoffice.reports.definitions import REPORTS
from backoffice.reports.mail import Sending, queue_letter
from backoffice.reports.periods import Days, Preset
from backoffice.reports.query import Query
from backoffice.reports.stored import Stored, load
from stores.models import Location

State = ReportDelivery.State


def mail_scheduled(delivery: ReportDelivery, places: Sequence[Location]) -> None:
    """Store the figures of these places and promise the mail, unless there is nothing to report."""
    schedule = delivery.schedule
    assert schedule is not None
    query = query_on(schedule, delivery.day)
    try:
        stored = _stored(schedule, places, query, key=_key(schedule, delivery.day, places, query))
    except NothingToCount:
        delivery.state = State.NO_RIGHT
        return
    if stored is None:
        delivery.state = State.EMPTY
        return
    sending = Sending(schedule, zone_of(places), delivery.day)
    delivery.state, delivery.snapshot = State.SENT, stored.snapshot
    delivery.mail = queue_letter(stored, delivery.reader, sending, key=f"report {delivery.pk}")


def query_on(schedule: Schedule, day: date) -> Query:
    """What it asks on a local day."""
    asked = schedule.query
    has_period = REPORTS[schedule.report].has_period
    days = Preset(asked["period"]).days(day) if has_period else Days(day, day)
    spans = {"first": days.first.isoformat(), "last": days.last.isoformat()}
    return Query.from_json(asked | spans | {"preset": asked["period"] if has_period else ""})


def _stored(
    schedule: Schedule, places: Sequence[Location], query: Query, *, key: str
) -> Stored | None:
    """The snapshot of these places; None, and nothing kept, if it is empty and not wanted then."""
    with transaction.atomic():
        stored = load(make_now(schedule.report, places, query, key=key, by=None))
        if schedule.when_empty or has_figures(stored):
            return stored
        transaction.set_rollback(True)
        return None


def has_figures(stored: Stored) -> bool:
    """Whether any figure of it differs from nothing."""
    return any(
        cell
        for table in stored.tables
        for row in table.rows
        for cell, column in zip(row, table.columns, strict=True)
        if column.kind.is_number
    )


def _key(schedule: Schedule, day: date, places: Sequence[Location], query: Query) -> str:
    """The same for all readers who see the same places: what is asked may change during a day."""
    return f"schedule {schedule.pk} {day} {digest_of(places, query)}"


def digest_of(places: Sequence[Location], query: Query) -> str:
    """The same for the same question of the same places."""
    ids = sorted(place.pk for place in places)
    asked = json.dumps([ids, query.to_json()], sort_keys=True).encode()
    return hashlib.sha256(asked).hexdigest()[:32]
