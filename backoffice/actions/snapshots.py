"""Running a report stores exactly its rows and parameters: at once, or by a worker if it takes long."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from backoffice.actions.tries import MOST_TRIES, came_back
from backoffice.errors import NothingToCount, OtherReportUnderKey, TooManyReports
from backoffice.lib.errors import Busy, DomainError
from backoffice.lib.nudges import nudge
from backoffice.lib.retry import retrying
from backoffice.lib.snapshots import writing_from_one_snapshot
from backoffice.models import Snapshot
from backoffice.reports.definitions import REPORTS
from backoffice.reports.mail import mail_report
from backoffice.reports.names import names_of
from backoffice.reports.progress import telling
from backoffice.reports.query import Query
from backoffice.reports.stored import load, store
from stores.models import Location, Mail, User

logger = logging.getLogger(__name__)
LATELY = timedelta(minutes=10)
MOST_WAITING = 5  # long ones of one person at a time
ASKED_MAIL = "asked report "
State = Snapshot.State


def run_report(
    report: str, places: Sequence[Location], query: Query, *, key: str, by: User | None
) -> Snapshot:
    """Count these places, at once if it is quick, else promise it to a worker. The same key is the
    same snapshot; it raises `OtherReportUnderKey` for another question."""
    if by is not None and not Snapshot.objects.filter(key=key).exists():
        refuse_too_many(by)
    counted = narrowed(places, query)
    if counted and REPORTS[report].is_long(counted, query):
        return promise_snapshot(report, places, query, key=key, by=by)
    return _make_at_once(report, places, query, key=key, by=by)


def refuse_too_many(asker: User) -> None:
    """Raise `TooManyReports` for whoever asks faster than anybody reads, or before long ones are made."""
    lately, waiting = Q(asked_at__gte=timezone.now() - LATELY), Q(state=State.WAITING)
    found = Snapshot.objects.filter(lately | waiting, made_by=asker).aggregate(
        lately=Count("pk", filter=lately), waiting=Count("pk", filter=waiting)
    )
    if found["lately"] >= settings.REPORTS_PER_PERSON or found["waiting"] >= MOST_WAITING:
        raise TooManyReports


def refuse_too_many_mails(asker: User) -> None:
    """The same for reports that somebody lets be mailed to themselves."""
    mailed = Mail.objects.filter(reader=asker, key__startswith=ASKED_MAIL)
    if (
        mailed.filter(created_at__gte=timezone.now() - LATELY).count()
        >= settings.REPORTS_PER_PERSON
    ):
        raise TooManyReports


@retrying
def _make_at_once(
    report: str, places: Sequence[Location], query: Query, *, key: str, by: User | None
) -> Snapshot:
    with writing_from_one_snapshot():
        return make_now(report, places, query, key=key, by=by)


def make_now(
    report: str, places: Sequence[Location], query: Query, *, key: str, by: User | None
) -> Snapshot:
    """The snapshot under this key, made if it isn't yet; in the caller's transaction, which must be a
    repeatable read (`writing_from_one_snapshot`)."""
    snapshot = _claimed(report, places, query, key=key, by=by)
    if snapshot.state == State.WAITING:
        _count(snapshot, narrowed(places, query))
    return snapshot


@retrying
@transaction.atomic
def promise_snapshot(
    report: str, places: Sequence[Location], query: Query, *, key: str, by: User | None
) -> Snapshot:
    """A snapshot that a worker makes."""
    snapshot = _claimed(report, places, query, key=key, by=by)
    if snapshot.state == State.WAITING:
        nudge("reports.make_snapshot", snapshot.pk)
    return snapshot


def narrowed(places: Sequence[Location], query: Query) -> list[Location]:
    """Those of the places that the query's filter `store` asks for."""
    codes = query.wanted("store")
    return [place for place in places if not codes or place.code in codes]


def _claimed(
    report: str, places: Sequence[Location], query: Query, *, key: str, by: User | None
) -> Snapshot:
    """The row under this key, waiting if it is new; the same key with another question is refused."""
    counted = sorted(narrowed(places, query), key=lambda place: place.name.casefold())
    if not counted:
        raise NothingToCount
    wanted = Snapshot(
        key=key,
        report=report,
        query=query.to_json(),
        locations=sorted(place.pk for place in counted),
        place_names=names_of(counted),
        state=State.WAITING,
        made_by=by,
    )
    Snapshot.objects.bulk_create([wanted], ignore_conflicts=True)
    found = Snapshot.objects.get(key=key)
    asked = (report, query, wanted.locations, wanted.made_by_id)
    if (found.report, Query.from_json(found.query), found.locations, found.made_by_id) != asked:
        raise OtherReportUnderKey
    return found


def _count(snapshot: Snapshot, places: Sequence[Location]) -> None:
    """Count, keep the tables and close the row: in one transaction."""
    snapshot.made_at, snapshot.state, snapshot.words = timezone.now(), State.DONE, ""
    tables = REPORTS[snapshot.report].run(places, Query.from_json(snapshot.query))
    store(snapshot, tables)
    snapshot.save(update_fields=["made_at", "state", "words"])


def make_snapshot(snapshot_id: int) -> None:
    """Make a snapshot that waits. One that raises is failed, and says so; one whose worker died waits
    for the next, three times at most; nothing, if another worker is at it."""
    if not begin_snapshot(snapshot_id):
        return
    try:
        with telling(snapshot_id):
            _carry_out(snapshot_id)
    except Busy:  # it waits, and the sweep takes it up
        came_back(Snapshot.objects.filter(pk=snapshot_id, state=State.WAITING))
    except DomainError as error:
        fail_snapshot(snapshot_id, str(error))
    except Exception:  # whatever a report does wrong must end where its reader sees it
        logger.exception("snapshot %s was not made", snapshot_id)
        fail_snapshot(snapshot_id, "")


@retrying
@transaction.atomic
def begin_snapshot(snapshot_id: int) -> bool:
    """Count one more try; whether it may be made."""
    waiting = Snapshot.objects.filter(pk=snapshot_id, state=State.WAITING)
    snapshot = waiting.select_for_update(skip_locked=True, no_key=True).first()
    if snapshot is None:
        return False
    snapshot.tries += 1
    if snapshot.tries > MOST_TRIES:
        snapshot.state, snapshot.words = State.FAILED, _stopped_too_often(snapshot)
    snapshot.save(update_fields=["tries", "state", "words"])
    return snapshot.state == State.WAITING


@retrying
def _carry_out(snapshot_id: int) -> None:
    with writing_from_one_snapshot():
        waiting = Snapshot.objects.filter(pk=snapshot_id, state=State.WAITING)
        locked = waiting.select_for_update(of=("self",), no_key=True)
        snapshot = locked.select_related("made_by").first()
        if snapshot is None:
            return
        places = Location.objects.filter(pk__in=snapshot.locations).order_by("name")
        with translation.override(snapshot.made_by.reads if snapshot.made_by else None):
            _count(snapshot, list(places))
        for letter_id in snapshot.letters.values_list("pk", flat=True):  # wait for these figures
            nudge("reports.write_letter", letter_id)


@retrying
@transaction.atomic
def fail_snapshot(snapshot_id: int, words: str) -> None:
    """Close a snapshot that can't be made; `words` say why, if a rule of the business does."""
    waiting = Snapshot.objects.filter(pk=snapshot_id, state=State.WAITING)
    waiting.update(state=State.FAILED, words=words[:500])


def _stopped_too_often(snapshot: Snapshot) -> str:
    with translation.override(snapshot.made_by.reads if snapshot.made_by else None):
        return _("The worker stopped three times while it counted.")


def sweep_snapshots() -> None:
    """Make what waits, oldest first: a nudge was lost, or the worker died."""
    waiting = Snapshot.objects.filter(state=State.WAITING).order_by("asked_at")
    for snapshot_id in list(waiting.values_list("pk", flat=True)):
        make_snapshot(snapshot_id)


@retrying
def send_snapshot(snapshot: Snapshot, *, key: UUID, by: User) -> None:
    """Mail a stored report to the person who asks; the same key is one mail."""
    refuse_too_many_mails(by)
    with writing_from_one_snapshot():
        mail_report(load(snapshot), by, key=f"{ASKED_MAIL}{key}")
