"""A scheduled report as its readers get it: the figures stored once for all who see the same, then a
letter for each; for a look before, and at once for whoever asks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from backoffice.actions.snapshots import (
    ASKED_MAIL,
    make_now,
    narrowed,
    refuse_too_many_mails,
)
from backoffice.errors import NobodyReads, NothingToCount
from backoffice.lib.retry import retrying
from backoffice.lib.snapshots import reading_one_snapshot, writing_from_one_snapshot
from backoffice.models import ReportDelivery, Schedule, Snapshot
from backoffice.queries.schedules import places_for, zone_of
from backoffice.reports.definitions import REPORTS
from backoffice.reports.mail import Preview, Sending, previewed, queue_letter
from backoffice.reports.periods import Days, Preset
from backoffice.reports.query import Query
from backoffice.reports.stored import Stored, load
from stores.models import Location, User
from stores.models.location import LocationQuerySet

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
    ids = sorted(place.pk for place in places)
    seen = json.dumps([ids, query.to_json()], sort_keys=True).encode()
    return f"schedule {schedule.pk} {day} {hashlib.sha256(seen).hexdigest()[:32]}"


@retrying
def send_schedule_now(schedule: Schedule, *, key: UUID, by: User) -> Snapshot:
    """Mail the report, as it is now of the places that this person may see, to them; the same key is
    one mail."""
    refuse_too_many_mails(by)
    with writing_from_one_snapshot():
        places = list(places_for(schedule, by))
        if not places:
            raise NobodyReads
        zone = zone_of(places)
        query = query_on(schedule, places[0].local_day())
        stored = load(make_now(schedule.report, places, query, key=f"asked {key}", by=by))
        sending = Sending(schedule, zone, places[0].local_day(), is_asked=True)
        queue_letter(stored, by, sending, key=f"{ASKED_MAIL}{key}")
        return stored.snapshot


def preview_schedule(schedule: Schedule, reader: User, within: LocationQuerySet) -> Preview:
    """The mail as this reader would get it now, of those of their places that are `within` what the
    viewer may see; nothing of it is stored."""
    with reading_one_snapshot():
        places = list(places_for(schedule, reader).filter(pk__in=within.values("pk")))
        if not places:
            raise NobodyReads
        day = places[0].local_day()
        stored = _counted(schedule.report, places, query_on(schedule, day))
        return previewed(stored, reader, Sending(schedule, zone_of(places), day))


def _counted(report: str, places: Sequence[Location], query: Query) -> Stored:
    """What a snapshot of these places would be now."""
    counted = narrowed(places, query)
    if not counted:
        raise NobodyReads
    snapshot = Snapshot(
        report=report,
        query=query.to_json(),
        locations=[place.pk for place in counted],
        place_names=[place.name for place in counted],
    )
    definition = REPORTS[report]
    return Stored(snapshot, definition, query, definition.run(counted, query))
