"""Schedules for tests, on the small chain whose figures are worked out by hand."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from backoffice.actions.schedules import Plan, make_schedule
from backoffice.models import Schedule
from backoffice.reports.recurrence import Recurrence, Rhythm
from stores.models import Mail, Role, User

MORNING = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)  # Monday, 6:30 in Lyon and Paris
WEEKLY = Recurrence(Rhythm.WEEKLY, (0,))
YESTERDAY = {
    "period": "yesterday",
    "compare": "before",
    "group_by": "",
    "then_by": "",
    "filters": {},
}


def plan(**given: Any) -> Plan:
    """Yesterday's figures, every day at six, to managers."""
    usual: dict[str, Any] = {
        "name": "Figures",
        "query": YESTERDAY,
        "recurrence": Recurrence(Rhythm.DAILY),
        "at": time(6),
        "formats": ["xlsx"],
        "when_empty": True,
        "roles": [Role.MANAGER],
        "people": [],
    }
    return Plan(**usual | given)


def schedule_of(by: User, *, report: str = "consolidated", **given: Any) -> Schedule:
    """A schedule that this person made two days ago."""
    schedule = make_schedule(uuid4(), report, plan(**given), by=by)
    since = MORNING - timedelta(days=2)
    Schedule.objects.filter(pk=schedule.pk).update(active_since=since, planned_until=since)
    schedule.refresh_from_db()
    return schedule


def mails_to(reader: User, template: str = "report") -> list[Mail]:
    return list(Mail.objects.filter(reader=reader, template=template).order_by("pk"))
