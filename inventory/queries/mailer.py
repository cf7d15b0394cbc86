"""Whether the mailer of alerts works: its last and next runs, and what it should have done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from inventory.models import AlertDigest, AlertRun, NotificationChoice
from inventory.queries.notifications import (
    TOLD_OF_ALERTS,
    How,
    Subject,
    telling_memberships,
    usual_hows,
)
from stores.models import Company, Location, Mail, Membership, User

LATE_AFTER = timedelta(minutes=30)  # a daily digest counts as missed then
AT_LEAST = timedelta(minutes=2)  # before a run at once counts as missed
REMEMBERED = timedelta(days=7)  # whoever had no digest for so long is new, and misses none
CACHED = "missed-alert-runs"
SECONDS = 15
TEMPLATES = ("alert_digest", "stock_digest", "alerts_missed")
Kind = AlertRun.Kind


@dataclass(frozen=True)
class Missed:
    """A run that should have been: since when, and how many people wait for their digest."""

    kind: AlertRun.Kind
    since: datetime
    readers: int = 0


@dataclass(frozen=True)
class Reader:
    """Somebody with a digest: the places that they look after, and the clock that they live by."""

    user: User
    places: Sequence[Location]
    zone: ZoneInfo
    usual: Mapping[Subject, How]  # of what they chose nothing for
    is_of_all: bool = False


@dataclass(frozen=True)
class KindOfRun:
    kind: AlertRun.Kind
    last: AlertRun | None  # that began
    finished: AlertRun | None  # the last that came to its end
    next_at: datetime


def readers(office: Company) -> list[Reader]:
    """Everybody who has a digest, in two queries. Who works in the whole company lives by the clock of
    the office, others by that of their place (the first, of several)."""
    chose = NotificationChoice.objects.filter(user=OuterRef("user"), how=How.DIGEST)
    memberships = (
        telling_memberships()
        .filter(Q(role__in=TOLD_OF_ALERTS) | Exists(chose))
        .select_related("location")
        .order_by("user_id", "pk")
    )
    all_places = list(Location.objects.inner().active())
    found: dict[int, list[Membership]] = {}
    for membership in memberships:
        found.setdefault(membership.user_id, []).append(membership)
    return [_reader(held, all_places, office.zone) for held in found.values()]


def _reader(held: Sequence[Membership], all_places: Sequence[Location], office: ZoneInfo) -> Reader:
    person, usual = held[0].user, usual_hows(membership.role for membership in held)
    own = [membership.location for membership in held if membership.location]
    if len(own) < len(held):
        return Reader(person, all_places, office, usual, True)
    places = {place.pk: place for place in own if place.is_active}
    return Reader(person, list(places.values()), own[0].zone, usual)


def strikes_at(zone: ZoneInfo, day: date, at: time) -> datetime:
    """The one moment of a local day at which its digests, of this time, are due. A time that clocks skip is as long
    after midnight as on other days; of a time that comes twice it is the first."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def due_day(zone: ZoneInfo, now: datetime, at: time) -> date | None:
    """The local day, once the time of digests has struck on it."""
    day = now.astimezone(zone).date()
    return day if now >= strikes_at(zone, day, at) else None


def readers_due(now: datetime) -> list[tuple[Reader, date]]:
    """Who has no digest yet of a day on which it is due."""
    written = set(
        AlertDigest.objects.filter(day__gte=now.date() - timedelta(days=1)).values_list(
            "reader_id", "day"
        )
    )
    office = Company.current()
    due = [(reader, due_day(reader.zone, now, office.digest_at)) for reader in readers(office)]
    return [(reader, day) for reader, day in due if day and (reader.user.pk, day) not in written]


def missed_runs(now: datetime | None = None) -> list[Missed]:
    """The runs that should have been by now: worked out from what the worker wrote, so that a worker
    that is dead shows too. What has never run misses nothing."""
    now = now or timezone.now()
    return [*_missed_at_once(now), *_missed_daily(now)]


def missed_lately() -> list[Missed]:
    """The same for every page's header, kept for a few seconds."""
    missed: list[Missed] | None = cache.get(CACHED)
    if missed is None:
        missed = missed_runs()
        cache.set(CACHED, missed, SECONDS)
    return missed


def _missed_at_once(now: datetime) -> list[Missed]:
    runs = AlertRun.objects.filter(kind=Kind.AT_ONCE, finished_at__isnull=False)
    last = runs.aggregate(last=Max("finished_at"))["last"]
    allowed = max(2 * timedelta(seconds=settings.ALERT_DIGEST_SECONDS), AT_LEAST)
    return [Missed(Kind.AT_ONCE, last)] if last and now - last > allowed else []


def _missed_daily(now: datetime) -> list[Missed]:
    had_one = dict(
        AlertDigest.objects.filter(day__gte=now.date() - REMEMBERED)
        .values_list("reader_id")
        .annotate(Max("at"))
    )
    if not had_one:
        return []
    late = [
        had_one[reader.user.pk]
        for reader, _day in readers_due(now - LATE_AFTER)
        if reader.user.pk in had_one
    ]
    return [Missed(Kind.DAILY, max(late), len(late))] if late else []


def kinds_of_runs(now: datetime | None = None) -> list[KindOfRun]:
    """The last run of each kind, and when the next one is due."""
    now = now or timezone.now()
    return [_kind_of_run(kind, now) for kind in Kind]


def _kind_of_run(kind: AlertRun.Kind, now: datetime) -> KindOfRun:
    runs = AlertRun.objects.filter(kind=kind)
    last = runs.first()
    finished = runs.filter(finished_at__isnull=False).first()
    if kind == Kind.AT_ONCE:
        period = timedelta(seconds=settings.ALERT_DIGEST_SECONDS)
        return KindOfRun(kind, last, finished, last.started_at + period if last else now)
    office = Company.current()
    zones = {reader.zone for reader in readers(office)} or {office.zone}
    strikes = (_strikes_next(zone, now, office.digest_at) for zone in zones)
    return KindOfRun(kind, last, finished, min(strikes))


def _strikes_next(zone: ZoneInfo, now: datetime, at: time) -> datetime:
    """When the time of digests comes next in a zone."""
    day = now.astimezone(zone).date()
    today = strikes_at(zone, day, at)
    return today if today > now else strikes_at(zone, day + timedelta(days=1), at)


def alert_mails() -> QuerySet[Mail]:
    """The mails about alerts, newest first."""
    return Mail.objects.filter(template__in=TEMPLATES).select_related("reader").order_by("-pk")
