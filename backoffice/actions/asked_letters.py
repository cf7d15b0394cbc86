"""A schedule's mail for whoever asks for it now: made at once if that is quick, else by a worker."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import transaction

from backoffice.actions.report_mails import query_on
from backoffice.actions.snapshots import (
    ASKED_MAIL,
    narrowed,
    refuse_too_many_mails,
    run_report,
)
from backoffice.actions.tries import MOST_TRIES, came_back
from backoffice.errors import NobodyReads
from backoffice.lib.errors import Busy
from backoffice.lib.nudges import nudge
from backoffice.lib.retry import retrying
from backoffice.lib.snapshots import writing_from_one_snapshot
from backoffice.models import AskedLetter, Schedule, Snapshot
from backoffice.queries.schedules import places_for, zone_of
from backoffice.reports.mail import Sending, queue_letter
from backoffice.reports.papers import is_quick
from backoffice.reports.stored import load
from stores.models import Location, User

logger = logging.getLogger(__name__)
State = AskedLetter.State


def send_schedule_now(schedule: Schedule, *, key: UUID, by: User) -> Snapshot:
    """Mail the report, as it is now of the places that this person may see, to them; the same key is
    one mail. A long one waits for its figures, or its paper, with a worker."""
    refuse_too_many_mails(by)
    places = list(places_for(schedule, by))
    day = places[0].local_day() if places else None
    if day is None or not narrowed(places, query_on(schedule, day)):
        raise NobodyReads
    query = query_on(schedule, day)
    snapshot = run_report(schedule.report, places, query, key=f"asked {key}", by=by)
    letter = AskedLetter(
        key=f"{ASKED_MAIL}{key}", snapshot=snapshot, schedule=schedule, reader=by, day=day
    )
    promised = _promise(letter)
    if snapshot.state == Snapshot.State.DONE and _is_soon_written(schedule, snapshot):
        _carry_out(promised.pk)
    return snapshot


def _is_soon_written(schedule: Schedule, snapshot: Snapshot) -> bool:
    return Schedule.Format.PDF not in schedule.formats or is_quick(snapshot)


@retrying
@transaction.atomic
def _promise(letter: AskedLetter) -> AskedLetter:
    AskedLetter.objects.bulk_create([letter], ignore_conflicts=True)
    promised = AskedLetter.objects.get(key=letter.key)
    nudge("reports.write_letter", promised.pk)
    return promised


def write_letter(letter_id: int) -> None:
    """Write a letter that waits and whose figures are there. One that raises, or stops three workers, is
    failed; nothing, if another worker is at it."""
    if not begin_letter(letter_id):
        return
    try:
        _carry_out(letter_id)
    except Busy:  # it waits, and the sweep takes it up
        came_back(AskedLetter.objects.filter(pk=letter_id, state=State.WAITING))
    except Exception:  # whatever goes wrong, it is not begun for ever
        logger.exception("letter %s was not written", letter_id)
        AskedLetter.objects.filter(pk=letter_id).update(state=State.FAILED)


@retrying
@transaction.atomic
def begin_letter(letter_id: int) -> bool:
    """Count one more try; whether it may be written."""
    waiting = AskedLetter.objects.filter(pk=letter_id, state=State.WAITING)
    locked = waiting.select_for_update(of=("self",), skip_locked=True, no_key=True)
    letter = locked.select_related("snapshot").first()
    if letter is None or letter.snapshot.state == Snapshot.State.WAITING:
        return False
    letter.tries += 1
    if letter.tries > MOST_TRIES or letter.snapshot.state == Snapshot.State.FAILED:
        letter.state = State.FAILED
    letter.save(update_fields=["tries", "state"])
    return letter.state == State.WAITING


@retrying
def _carry_out(letter_id: int) -> None:
    with writing_from_one_snapshot():
        waiting = AskedLetter.objects.filter(pk=letter_id, state=State.WAITING)
        locked = waiting.select_for_update(of=("self",), no_key=True)
        letter = locked.select_related("snapshot__made_by", "schedule", "reader").first()
        if letter is None:
            return
        places = list(Location.objects.filter(pk__in=letter.snapshot.locations))
        sending = Sending(letter.schedule, zone_of(places), letter.day, is_asked=True)
        queue_letter(load(letter.snapshot), letter.reader, sending, key=letter.key)
        letter.state = State.DONE
        letter.save(update_fields=["state"])


def sweep_letters() -> None:
    """Write what waits and can be written, oldest first: a nudge was lost, or the worker died."""
    waiting = AskedLetter.objects.filter(state=State.WAITING).order_by("asked_at")
    ready = waiting.exclude(snapshot__state=Snapshot.State.WAITING)
    for letter_id in list(ready.values_list("pk", flat=True)):
        write_letter(letter_id)
