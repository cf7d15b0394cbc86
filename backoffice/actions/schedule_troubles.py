"""When a schedule can't go on: it is tried again, its owner is told, and in the end it stops."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from backoffice.lib.errors import DomainError
from backoffice.lib.links import full_url
from backoffice.lib.retry import retrying
from backoffice.models import ReportDelivery, Schedule
from backoffice.models.schedules import MAX_FAILURES
from backoffice.queries.schedules import places_of_owner
from stores.actions.mail import queue_mail, withhold_mails
from stores.models import Mail, Role, User

PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]  # between two attempts
State = ReportDelivery.State
Why = Schedule.Why


def stop_if_nobody_answers(schedule: Schedule) -> bool:
    """Stop a schedule whose owner is gone or may not see the report any more; whether it stopped."""
    if schedule.owner is None or places_of_owner(schedule).exists():
        return False
    stop(schedule, Why.OWNER_RIGHT if schedule.owner.is_active else Why.OWNER_CLOSED)
    return True


def stop(schedule: Schedule, why: Why) -> None:
    """Stop an active schedule, once, and tell who can do something about it."""
    now = timezone.now()
    stopped = Schedule.objects.active().filter(pk=schedule.pk)
    if stopped.update(state=Schedule.State.STOPPED, stopped_because=why, stopped_at=now):
        tell(
            schedule,
            "schedule_stopped",
            about=f"stopped {now.isoformat()}",
            why=why.label,
            is_failure=why == Why.FAILURES,
        )


@retrying
@transaction.atomic
def note_failure(delivery_id: int, error: Exception) -> None:
    """Write down that a reader's report failed, and when it is tried again; tell the owner once a
    day. A schedule of which nothing at all works, five times in a row, stops."""
    waiting = ReportDelivery.objects.filter(pk=delivery_id, state=State.WAITING)
    locked = waiting.select_related("schedule__owner").select_for_update(of=("self",), no_key=True)
    delivery = locked.first()
    if delivery is None or delivery.schedule is None:
        return
    delivery.attempts += 1
    delivery.tries = max(
        delivery.tries - 1, 0
    )  # one that stops its workers gets one more each time
    said = str(error) if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
    delivery.last_error = said.replace("\x00", "")[:2000]
    if delivery.attempts >= MAX_FAILURES:
        delivery.state, delivery.done_at = State.FAILED, timezone.now()
    else:
        delivery.next_attempt_at = timezone.now() + PAUSES[delivery.attempts - 1]
    delivery.save(
        update_fields=["attempts", "tries", "last_error", "state", "done_at", "next_attempt_at"]
    )
    tell(delivery.schedule, "schedule_failed", about=f"failed {delivery.day}", delivery=delivery)
    if not _works_for_others(delivery):
        _count_failure(delivery.schedule, delivery.attempts)


def _works_for_others(delivery: ReportDelivery) -> bool:
    """Whether another reader got this report: then it is not the schedule that is broken."""
    worked = ReportDelivery.objects.filter(state__in=(State.SENT, State.EMPTY))
    return worked.filter(schedule=delivery.schedule, day=delivery.day).exists()


def _count_failure(schedule: Schedule, attempts: int) -> None:
    """Readers whose reports fail together are one failure: that of their attempt."""
    Schedule.objects.filter(pk=schedule.pk, failures__lt=attempts).update(failures=attempts)
    if attempts >= MAX_FAILURES:
        stop(schedule, Why.FAILURES)


def keep_back_mails() -> None:
    """Nobody gets what still waits for the mail server of schedules that somebody stopped or deleted.
    A mail that is being sent at this moment is left to the sweep, should it not arrive."""
    ended = Q(schedule=None) | Q(schedule__stopped_because=Why.PERSON)
    promised = ReportDelivery.objects.filter(ended, mail__state=Mail.State.WAITING)
    withhold_mails(Mail.objects.filter(pk__in=promised.values("mail")), Mail.Withheld.STOPPED)


def tell(schedule: Schedule, template: str, *, about: str, **context: Any) -> None:
    """Mail those who answer for the schedule, once for each `about`."""
    for reader in who_answers_for(schedule):
        queue_mail(
            key=f"schedule {schedule.pk} {about} {reader.pk}",
            template=template,
            to=reader,
            context={
                "schedule": schedule,
                "link": full_url("backoffice:schedule_detail", schedule.pk),
                **context,
            },
        )


def who_answers_for(schedule: Schedule) -> Sequence[User]:
    """Its owner; head office, if it belongs to the company or its owner's account is closed."""
    if schedule.owner and schedule.owner.is_active:
        return [schedule.owner]
    people = User.objects.filter(is_active=True, memberships__location=None)
    office = people.filter(memberships__role__in=(Role.HEAD_OFFICE, Role.ADMIN))
    return list(office.distinct().order_by("pk"))
