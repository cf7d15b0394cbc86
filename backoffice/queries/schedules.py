"""Who a schedule writes to, of which places, and on which clocks: as rights are at this moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from backoffice.models import ReportDelivery, Schedule
from backoffice.models.schedules import ScheduleQuerySet
from backoffice.reports.definition import Definition
from backoffice.reports.definitions import REPORTS
from backoffice.reports.recurrence import next_moments
from stores.admission import holders
from stores.models import Company, Location, Membership, Role, User
from stores.models.location import LocationQuerySet
from stores.rights import holds_company_wide, locations_of

type UserId = int
CATCH_UP = timedelta(days=3)  # what was missed, or failed, is made up for so far back
RECIPIENT_ROLES = (Role.MANAGER, Role.HEAD_OFFICE, Role.LOGISTICS, Role.AUDITOR)


def roles_of(schedule: Schedule) -> tuple[Role, ...]:
    """The roles that may see its report."""
    return REPORTS[schedule.report].roles


def readers_roles(schedule: Schedule) -> set[Role]:
    """The roles whose people may read its report; auditors read everything."""
    return holders(*REPORTS[schedule.report].roles, reading=True)


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


def failed_lately(schedule: Schedule, now: datetime) -> QuerySet[ReportDelivery]:
    """The copies that failed and wait for another attempt, or failed for good in the last days."""
    lately = schedule.deliveries.filter(due_at__gte=now - CATCH_UP, attempts__gt=0)
    return lately.filter(state__in=(ReportDelivery.State.WAITING, ReportDelivery.State.FAILED))


def deliveries_to_show(schedule: Schedule, viewer: User) -> QuerySet[ReportDelivery]:
    """What it sent: to head office and auditors all of it, to others what went to themselves or to
    people of the places where they may see the report now."""
    if holds_company_wide(viewer, Role.HEAD_OFFICE, reading=True):
        return schedule.deliveries.all()
    places = locations_of(viewer, *roles_of(schedule), reading=True)
    colleagues = Membership.objects.filter(location__in=places).values("user")
    return schedule.deliveries.filter(Q(reader=viewer) | Q(reader__in=colleagues))


def stopped_schedules(user: User) -> ScheduleQuerySet:
    """Those that this person should see to: they stopped by themselves."""
    return Schedule.objects.visible_to(user).stopped_by_itself()


def people_to_name(by: User, definition: Definition) -> QuerySet[User]:
    """Who this person may name as readers: at head office everybody who may see the report, else who
    may see it at the person's own places."""
    held = Membership.objects.filter(role__in=holders(*definition.roles, reading=True))
    if not holds_company_wide(by, Role.HEAD_OFFICE):
        held = held.filter(location__in=locations_of(by, *definition.roles))
    return User.objects.filter(is_active=True, pk__in=held.values("user"))


def roles_to_choose(by: User, definition: Definition) -> list[Role]:
    """The roles that this person may write to: a manager those who manage the same stores."""
    if not holds_company_wide(by, Role.HEAD_OFFICE):
        return [Role.MANAGER]
    readers = holders(*definition.roles, reading=True)
    return [role for role in RECIPIENT_ROLES if role in readers]


def zone_of(places: Sequence[Location]) -> ZoneInfo:
    """The clock of those who look after these places: theirs if they share one, else the office's."""
    zones = {place.zone for place in places}
    return zones.pop() if len(zones) == 1 else Company.current().zone
