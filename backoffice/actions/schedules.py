"""Schedules as people make, change, pause and end them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from backoffice.actions.deliveries import plan_schedule
from backoffice.actions.schedule_troubles import keep_back_mails
from backoffice.errors import (
    NotStopped,
    OtherReportUnderKey,
    ScheduleIsGone,
    ScheduleIsNotActive,
    TooManySchedules,
)
from backoffice.lib.nudges import nudge
from backoffice.lib.retry import retrying
from backoffice.models import ReportDelivery, Schedule, ScheduleRecipient, ScheduleRefusal
from backoffice.queries.schedules import CATCH_UP, failed_lately, next_run, readers_of
from backoffice.reports.recurrence import Recurrence
from stores.models import Role, User

State = Schedule.State
MOST_SCHEDULES = 100  # of one person


@dataclass(frozen=True)
class Plan:
    """What a schedule sends, when and to whom, as its form says it."""

    name: str
    query: dict[str, Any]  # with a named period instead of days
    recurrence: Recurrence
    at: time
    formats: Sequence[str]
    when_empty: bool
    roles: Collection[Role]
    people: Collection[User]


@retrying
@transaction.atomic
def make_schedule(key: UUID, report: str, plan: Plan, *, by: User) -> Schedule:
    """A new schedule, which belongs to whoever makes it; the same key is the same schedule, and raises
    `OtherReportUnderKey` for another plan, or another person's."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # one schedule after the other
    others = Schedule.objects.filter(owner=by).exclude(key=key)
    if others.count() >= MOST_SCHEDULES:
        raise TooManySchedules(MOST_SCHEDULES)
    schedule, is_new = Schedule.objects.get_or_create(
        key=key, defaults={"report": report, "owner": by, **_columns(plan)}
    )
    if is_new:
        _write_recipients(schedule, plan)
        _look_ahead(schedule, timezone.now())
    elif not _is_planned(schedule, report, plan, by):
        raise OtherReportUnderKey
    return schedule


def _is_planned(schedule: Schedule, report: str, plan: Plan, by: User) -> bool:
    """Whether it was made of the very same form."""
    made = {**_columns(plan), "report": report, "owner_id": by.pk}
    asked = {(role, None) for role in plan.roles} | {("", person.pk) for person in plan.people}
    recipients = set(schedule.recipients.values_list("role", "person"))
    return recipients == asked and all(getattr(schedule, name) == made[name] for name in made)


@retrying
@transaction.atomic
def change_schedule(schedule_id: int, plan: Plan, *, by: User) -> Schedule:
    """Send something else, at other times or to others, from now on; what was due by now goes out as
    it was promised."""
    now = timezone.now()
    plan_schedule(schedule_id, now)
    schedule = _locked(schedule_id)
    was_due = schedule.rule, schedule.at
    for name, value in _columns(plan).items():
        setattr(schedule, name, value)
    if was_due != (schedule.rule, schedule.at):
        schedule.active_since = schedule.planned_until = now
    schedule.save()
    schedule.recipients.all().delete()
    _write_recipients(schedule, plan)
    _look_ahead(schedule, now)
    return schedule


def _columns(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "query": plan.query,
        "rule": plan.recurrence.rule,
        "at": plan.at,
        "formats": list(plan.formats),
        "when_empty": plan.when_empty,
    }


def _write_recipients(schedule: Schedule, plan: Plan) -> None:
    recipients = [ScheduleRecipient(schedule=schedule, role=role) for role in plan.roles]
    recipients += [ScheduleRecipient(schedule=schedule, person=person) for person in plan.people]
    ScheduleRecipient.objects.bulk_create(recipients)


def _look_ahead(schedule: Schedule, now: datetime) -> None:
    schedule.next_run_at = next_run(schedule, readers_of(schedule).values(), now)
    schedule.save(update_fields=["next_run_at"])


def _locked(schedule_id: int) -> Schedule:
    schedules = Schedule.objects.select_related("owner").filter(pk=schedule_id)
    schedule = schedules.select_for_update(of=("self",), no_key=True).first()
    if schedule is None:
        raise ScheduleIsGone
    return schedule


@retrying
@transaction.atomic
def pause_schedule(schedule_id: int, *, by: User) -> Schedule:
    """Send nothing until it goes on; what is due meanwhile is not made up for."""
    return _halt(schedule_id, State.PAUSED)


@retrying
@transaction.atomic
def stop_schedule(schedule_id: int, *, by: User) -> Schedule:
    """Send nothing any more; its history stays, and it can be started again."""
    schedule = _halt(schedule_id, State.STOPPED)
    schedule.stopped_because, schedule.stopped_at = Schedule.Why.PERSON, timezone.now()
    schedule.save(update_fields=["stopped_because", "stopped_at"])
    keep_back_mails()
    return schedule


def _halt(schedule_id: int, state: Schedule.State) -> Schedule:
    schedule = _locked(schedule_id)
    if schedule.state == State.STOPPED or schedule.state == state:
        raise ScheduleIsNotActive(schedule)
    schedule.state = state
    schedule.save(update_fields=["state"])
    return schedule


@retrying
@transaction.atomic
def start_schedule(schedule_id: int, *, by: User) -> Schedule:
    """Let one that is paused or stopped go on from now, and try again what had failed lately. One whose
    owner is gone belongs to whoever starts it."""
    schedule, now = _locked(schedule_id), timezone.now()
    if schedule.state == State.ACTIVE:
        raise NotStopped(schedule)
    if schedule.stopped_because in (Schedule.Why.OWNER_CLOSED, Schedule.Why.OWNER_RIGHT):
        schedule.owner = by
    schedule.state, schedule.stopped_because, schedule.stopped_at = State.ACTIVE, "", None
    schedule.failures, schedule.active_since, schedule.planned_until = 0, now, now
    schedule.save()
    _look_ahead(schedule, now)
    _wait_again(schedule, now)
    return schedule


@retrying
@transaction.atomic
def try_again(schedule_id: int, *, by: User) -> Schedule:
    """Make now what waits for another attempt, or failed for good lately."""
    schedule = _locked(schedule_id)
    if schedule.state != State.ACTIVE:
        raise ScheduleIsNotActive(schedule)
    _wait_again(schedule, timezone.now())
    return schedule


def _wait_again(schedule: Schedule, now: datetime) -> None:
    waiting = schedule.deliveries.filter(state=ReportDelivery.State.WAITING)
    waiting.filter(due_at__lt=now - CATCH_UP).delete()  # nobody wants it any more
    failed = failed_lately(schedule, now)
    for pk in failed.values_list("pk", flat=True):
        nudge("reports.deliver_report", pk)
    again = {"attempts": 0, "tries": 0, "next_attempt_at": now, "done_at": None}
    failed.update(state=ReportDelivery.State.WAITING, **again)


@retrying
@transaction.atomic
def delete_schedule(schedule_id: int, *, by: User) -> None:
    """Forget it; the reports that it sent stay, with who got them."""
    schedule = _locked(schedule_id)
    schedule.deliveries.exclude(state=ReportDelivery.State.SENT).delete()
    schedule.delete()
    keep_back_mails()


@retrying
@transaction.atomic
def refuse_reports(schedule: Schedule, *, by: User) -> None:
    """Send this person nothing more of it, though their role gets it."""
    held = _locked(schedule.pk)
    ScheduleRefusal.objects.get_or_create(schedule=held, reader=by)


@retrying
@transaction.atomic
def want_reports(schedule: Schedule, *, by: User) -> None:
    """Send it to this person again."""
    held = _locked(schedule.pk)
    ScheduleRefusal.objects.filter(schedule=held, reader=by).delete()
