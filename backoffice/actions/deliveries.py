"""Scheduled reports: promised to each reader when they are due, then made and mailed one by one.

What holds: of each schedule, reader and local day there is one row, closed in the transaction that
promises its mail. A worker that dies in between leaves nothing, and the sweep takes the row up again; a
report that stops its worker each time has failed.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone, translation

from backoffice.actions.report_mails import mail_scheduled
from backoffice.actions.schedule_troubles import (
    keep_back_mails,
    note_failure,
    stop_if_nobody_answers,
)
from backoffice.actions.tries import MOST_TRIES, came_back
from backoffice.errors import WorkerStopped
from backoffice.lib.errors import Busy
from backoffice.lib.house import house
from backoffice.lib.nudges import nudge
from backoffice.lib.retry import retrying
from backoffice.lib.snapshots import writing_from_one_snapshot
from backoffice.models import ReportDelivery, Schedule
from backoffice.queries.schedules import (
    CATCH_UP,
    next_run,
    places_for,
    readers_of,
    zones_of_places,
)
from backoffice.reports.recurrence import struck
from stores.models import Location
from stores.rights import lacks_two_factor

logger = logging.getLogger(__name__)
KNOWN_FOR = timedelta(days=100)  # whoever got nothing for longer is a newcomer
SLACK = timedelta(days=1)  # looked back for readers who moved to another time zone
State = ReportDelivery.State


def plan_reports(now: datetime | None = None) -> int:
    """Promise each reader the reports that are due by now; return how many are new. Called every
    minute; one that is promised already stays as it is."""
    now = now or timezone.now()
    zones = zones_of_places()
    due = [schedule.pk for schedule in Schedule.objects.active() if _is_due(schedule, zones, now)]
    return sum(_planned(pk, now) for pk in due)


def _planned(schedule_id: int, now: datetime) -> int:
    try:
        return plan_schedule(schedule_id, now)
    except Exception:  # one that can't be planned doesn't stop the others, and is tried in a minute
        logger.exception("schedule %s was not planned", schedule_id)
        return 0


def _is_due(schedule: Schedule, zones: Iterable[ZoneInfo], now: datetime) -> bool:
    """Whether its time has struck anywhere since it was last planned, its next run isn't known yet, or
    the clock was set back."""
    since = schedule.planned_until
    return (
        schedule.next_run_at is None
        or since > now
        or any(struck(schedule.rule, schedule.at, [zone], after=since, until=now) for zone in zones)
    )


@retrying
@transaction.atomic
def plan_schedule(schedule_id: int, now: datetime) -> int:
    """Promise the reports of one schedule that are due by now; return how many are new."""
    active = Schedule.objects.active().select_related("owner")
    schedule = active.select_for_update(of=("self",), no_key=True).filter(pk=schedule_id).first()
    if schedule is None or stop_if_nobody_answers(schedule):
        return 0
    readers = readers_of(schedule)
    before = ReportDelivery.objects.aggregate(last=Max("pk"))["last"] or 0
    ReportDelivery.objects.bulk_create(_promised(schedule, readers, now), ignore_conflicts=True)
    schedule.planned_until = now
    schedule.next_run_at = next_run(schedule, readers.values(), now)
    schedule.save(update_fields=["planned_until", "next_run_at"])
    fresh = list(schedule.deliveries.filter(pk__gt=before).values_list("pk", flat=True))
    for pk in fresh:
        nudge("reports.deliver_report", pk)
    return len(fresh)


def _promised(
    schedule: Schedule, readers: dict[int, set[ZoneInfo]], now: datetime
) -> list[ReportDelivery]:
    lately = schedule.deliveries.filter(day__gte=now.date() - KNOWN_FOR)
    known = set(lately.order_by().values_list("reader", flat=True).distinct())
    return [
        ReportDelivery(
            schedule=schedule, day=day, reader_id=reader_id, due_at=now, next_attempt_at=now
        )
        for reader_id, zones in readers.items()
        for day in _days_due(schedule, zones, now, is_known=reader_id in known)
    ]


def _days_due(
    schedule: Schedule, zones: Iterable[ZoneInfo], now: datetime, *, is_known: bool
) -> Sequence[date]:
    """The days whose time has struck for a reader: the latest, and those missed just before it. What
    was due before the schedule was active, or before the reader was there, is not theirs."""
    since = min(schedule.planned_until, now) - (SLACK if is_known else timedelta())
    days = struck(
        schedule.rule,
        schedule.at,
        zones,
        after=max(since, min(schedule.active_since, now)),
        until=now,
    )
    return [day for day in days if day > days[-1] - CATCH_UP]


def deliver_report(delivery_id: int) -> ReportDelivery | None:
    """Make one reader's report and promise its mail; None if another worker has it, it is done, or
    it failed, which is noted."""
    if not begin_delivery(delivery_id):
        return None
    try:
        made = _deliver(delivery_id)
    except Busy:
        made = None  # it waits as before, and the sweep takes it up
    except Exception as error:  # whatever a report does wrong, the owner is to know
        logger.exception("scheduled report %s was not made", delivery_id)
        note_failure(delivery_id, error)
        return None
    if made is None:
        came_back(ReportDelivery.objects.filter(pk=delivery_id, state=State.WAITING))
    return made


@retrying
@transaction.atomic
def begin_delivery(delivery_id: int) -> bool:
    """Count one more worker at a report, for the case that it never comes back; whether it may be
    made. What stopped as many workers as it may has failed once more."""
    waiting = due_deliveries(timezone.now()).filter(pk=delivery_id)
    locked = waiting.select_for_update(of=("self",), skip_locked=True, no_key=True)
    delivery = locked.select_related("schedule__owner").first()
    if delivery is None or delivery.schedule is None:
        return False
    if delivery.tries >= MOST_TRIES:
        with translation.override(_language_of(delivery.schedule)):
            note_failure(delivery_id, WorkerStopped())
        return False
    delivery.tries += 1
    delivery.save(update_fields=["tries"])
    return True


@retrying
def _deliver(delivery_id: int) -> ReportDelivery | None:
    """Store the figures that the reader may see now, promise the mail and close the row: all in one
    transaction, on one snapshot of the database."""
    with writing_from_one_snapshot():
        delivery = _claimed(delivery_id)
        if delivery is None or delivery.schedule is None:
            return None
        if stop_if_nobody_answers(delivery.schedule):
            return None
        _make(delivery, list(places_for(delivery.schedule, delivery.reader)))
        _close(delivery)
        _hold(delivery.schedule)
        return delivery


def _hold(schedule: Schedule) -> None:
    """Keep the schedule as it is until the commit. Whoever stopped or changed it since this transaction
    looked makes it begin again; who comes now waits, and then sees the mail to keep back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM backoffice_schedule WHERE id = %s FOR SHARE", [schedule.pk])


def _make(delivery: ReportDelivery, places: Sequence[Location]) -> None:
    if not places:
        delivery.state = State.NO_RIGHT
    elif lacks_two_factor(delivery.reader):  # who sees nothing on a page is told nothing by mail
        delivery.state = State.NO_FACTOR
    else:
        with translation.override(_language_of(delivery.schedule)):
            mail_scheduled(delivery, places)


def _language_of(schedule: Schedule | None) -> str:
    """In which whoever answers for it is told what a rule refuses; letters have their reader's."""
    return schedule.owner.reads if schedule and schedule.owner else house().language


def _claimed(delivery_id: int) -> ReportDelivery | None:
    waiting = due_deliveries(timezone.now()).filter(pk=delivery_id)
    locked = waiting.select_for_update(of=("self",), no_key=True)
    return locked.select_related("reader", "schedule__owner").first()


def due_deliveries(now: datetime) -> QuerySet[ReportDelivery]:
    """The copies that wait to be made and may be by now, of active schedules alone."""
    return ReportDelivery.objects.filter(
        state=State.WAITING, schedule__state=Schedule.State.ACTIVE, next_attempt_at__lte=now
    )


def _close(delivery: ReportDelivery) -> None:
    delivery.done_at, delivery.last_error = timezone.now(), ""
    delivery.save(update_fields=["state", "snapshot", "mail", "done_at", "last_error"])
    Schedule.objects.filter(deliveries=delivery, failures__gt=0).update(failures=0)


def sweep_reports() -> int:
    """Make every report that is promised and not made, oldest first; return how many were made."""
    keep_back_mails()
    due = due_deliveries(timezone.now()).order_by("due_at", "pk")
    return sum(deliver_report(pk) is not None for pk in list(due.values_list("pk", flat=True)))
