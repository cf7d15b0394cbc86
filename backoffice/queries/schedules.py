"""Who a schedule writes to, of which places, and on which clocks: as rights are at this moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from backoffice.models import Schedule
from backoffice.models.schedules import ScheduleQuerySet
from backoffice.reports.definitions import REPORTS
from backoffice.reports.recurrence import next_moments
from stores.models import Company, Location, Membership, Role, User
from stores.models.location import LocationQuerySet
from stores.rights import HELD_BY, holds_company_wide, locations_of

type UserId = int
RECIPIENT_ROLES = (Role.MANAGER, Role.HEAD_OFFICE, Role.LOGISTICS, Role.AUDITOR)


def roles_of(schedule: Schedule) -> tuple[Role, ...]:
    """The roles that may see its report."""
    return REPORTS[schedule.report].roles if schedule.report in REPORTS else (Role.MANAGER,)


def readers_roles(schedule: Schedule) -> set[Role]:
    """The roles whose people may read its report; auditors read everything."""
    return {Role.AUDITOR}.union(*(HELD_BY[role] for role in roles_of(schedule)))


def places_of_owner(schedule: Schedule) -> LocationQuerySet:
    """The places that it may tell of: where its owner may see the report now."""
    if schedule.owner is None:
        return Location.objects.inner()
    if not schedule.owner.is_active:
        return Location.objects.none()
    return locations_of(schedule.owner, *roles_of(schedule))


def places_for(schedule: Schedule, reader: User) -> LocationQuerySet:
    """The places that it tells this reader of: where both they and its owner may see the report."""
    if not reader.is_active:
        return Location.objects.none()
    own = locations_of(reader, *roles_of(schedule), reading=True)
    return own.filter(pk__in=places_of_owner(schedule).values("pk"))


def is_of_company(schedule: Schedule) -> bool:
    """Whether it may write to anybody: it belongs to head office, or to the company itself."""
    return schedule.owner is None or holds_company_wide(schedule.owner, Role.HEAD_OFFICE)


def memberships_read_by(schedule: Schedule) -> QuerySet[Membership]:
    """The memberships by which people could read it: of head office's schedule any, of a manager's
    those at their own places."""
    held = Membership.objects.filter(user__is_active=True, role__in=readers_roles(schedule))
    return held if is_of_company(schedule) else held.filter(location__in=places_of_owner(schedule))


def readers_of(schedule: Schedule) -> dict[UserId, set[ZoneInfo]]:
    """Who it writes to now, and the time zones that they live by: those of their places, at head
    office the office's."""
    recipients = list(schedule.recipients.all())
    held = memberships_read_by(schedule)
    wanted = held.filter(
        Q(role__in=[recipient.role for recipient in recipients if recipient.role])
        | Q(user__in=[recipient.person_id for recipient in recipients if recipient.person_id])
    ).exclude(user__in=schedule.refusals.values("reader"))
    readers: dict[UserId, set[ZoneInfo]] = {}
    office = Company.current().time_zone
    rows = held.filter(user__in=wanted.values("user")).order_by("user_id")
    for reader_id, zone in rows.values_list("user_id", "location__time_zone"):
        readers.setdefault(reader_id, set()).add(ZoneInfo(zone or office))
    return readers


def zones_of_places() -> list[ZoneInfo]:
    """Every time zone that some reader could live by."""
    names = set(Location.objects.inner().order_by().values_list("time_zone", flat=True).distinct())
    return [ZoneInfo(name) for name in sorted(names | {Company.current().time_zone})]


def next_run(schedule: Schedule, zones: Iterable[Iterable[ZoneInfo]], now: datetime) -> datetime:
    """When it writes next to the first of its readers, who live by these zones."""
    wanted = {frozenset(of_reader) for of_reader in zones} or {frozenset([Company.current().zone])}
    return min(next_moments(schedule.rule, schedule.at, them, after=now)[0] for them in wanted)


def stopped_schedules(user: User) -> ScheduleQuerySet:
    """Those that this person should see to: they stopped by themselves."""
    stopped = Schedule.objects.visible_to(user).filter(state=Schedule.State.STOPPED)
    return stopped.exclude(stopped_because=Schedule.Why.PERSON)
