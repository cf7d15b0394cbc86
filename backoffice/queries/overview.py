"""What the first pages of head office and of each place show, in a number of queries that never grows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache
from django.db.models import Exists, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from backoffice.models import Heartbeat, LedgerCheck
from backoffice.queries.takings import (
    DayBar,
    PlaceToday,
    Takings,
    added,
    last_days,
    side_by_side,
    takings_today,
)
from inventory.models import Alert, RefreshRun, RestockLine, RestockRequest
from inventory.models.alert import AlertQuerySet
from inventory.models.restock import RestockRequestQuerySet
from sales.models import DailySkuSales
from shop.models import Order
from stores.models import Company, Location, Mail
from stores.models.location import LocationQuerySet

URGENT_DAYS = 28
URGENT_ROWS = 8
REQUEST_ROWS = 5
RANKING_SECONDS = 60  # for how long the order of what is urgent is kept
STUCK = timedelta(minutes=10)
OLD = timedelta(hours=2)  # suggestions are worked out afresh every hour


@dataclass(frozen=True)
class Urgent:
    """An alert, with what it costs to wait: the units sold in 28 days."""

    alert: Alert
    sold: int

    @property
    def days_left(self) -> int | None:
        """Whole days that what is available lasts; None if nothing was sold."""
        available: int = self.alert.available_now
        return available * URGENT_DAYS // self.sold if self.sold else None


@dataclass(frozen=True)
class Waiting:
    """How many things wait, and since when the oldest."""

    count: int
    since: datetime | None


@dataclass(frozen=True)
class Troubles:
    """What went wrong and doesn't mend itself."""

    failed_mails: int
    late_mails: int  # tried before, and still waiting
    stuck_requests: int  # approved a while ago and not carried out
    worker_seen_at: datetime | None
    worker_is_stale: bool
    ledger_drift: int  # stock figures that differed from the ledger when it was last checked
    ledger_is_guarded: bool
    ledger_checked_at: datetime | None
    suggested_at: datetime | None  # when all suggestions were last worked out afresh
    suggestions_are_old: bool

    @property
    def some(self) -> bool:
        counts = (self.failed_mails, self.late_mails, self.stuck_requests, self.ledger_drift)
        late = self.worker_is_stale or self.suggestions_are_old
        return late or not self.ledger_is_guarded or any(counts)


@dataclass(frozen=True)
class Overview:
    """Head office's first page."""

    at: datetime
    places: Sequence[PlaceToday]
    total: Takings
    urgent: Sequence[Urgent]
    out: int
    low: int
    requests: Sequence[RestockRequest]
    waiting_requests: Waiting
    waiting_orders: Waiting
    troubles: Troubles


@dataclass(frozen=True)
class PlaceOverview:
    """The first page of one store or warehouse."""

    at: datetime
    takings: Takings
    days: Sequence[DayBar]
    urgent: Sequence[Urgent]
    out: int
    low: int
    requests: Sequence[RestockRequest]
    waiting_requests: Waiting
    waiting_orders: Waiting


def head_office_overview(locations: LocationQuerySet) -> Overview:
    """What head office looks at first, over these places."""
    now = timezone.now()
    places = list(locations)
    takings = takings_today(places, now)
    pending = RestockRequest.objects.pending()
    figures = _figures(None, pending, now)
    return Overview(
        at=now,
        places=side_by_side(places, takings, now),
        total=added(takings.values()),
        urgent=_urgent(None, now),
        out=figures["out"],
        low=figures["low"],
        requests=_oldest(pending),
        waiting_requests=Waiting(figures["requests"], figures["requests_since"]),
        waiting_orders=Waiting(figures["orders"], figures["orders_since"]),
        troubles=_troubles(figures, now),
    )


def place_overview(place: Location) -> PlaceOverview:
    """What the people of one place look at first: requests are those it made and waits for, or at
    a warehouse those that wait for its decision."""
    now = timezone.now()
    states = RestockRequest.State
    if place.kind == Location.Kind.STORE:
        requests = RestockRequest.objects.filter(
            store=place, state__in=[states.WAITING, states.APPROVED]
        )
    else:
        requests = RestockRequest.objects.pending().filter(warehouse=place)
    figures = _figures(place, requests, now)
    return PlaceOverview(
        at=now,
        takings=takings_today([place], now)[place.pk],
        days=last_days(place, now),
        urgent=_urgent(place, now),
        out=figures["out"],
        low=figures["low"],
        requests=_oldest(requests),
        waiting_requests=Waiting(figures["requests"], figures["requests_since"]),
        waiting_orders=Waiting(figures["orders"], figures["orders_since"]),
    )


def _figures(
    place: Location | None, requests: RestockRequestQuerySet, now: datetime
) -> dict[str, Any]:
    """Every single figure of a first page, in one query."""
    alerts = _running_out(place, now)
    orders = Order.objects.filter(state__in=Order.TO_HAND_OVER)
    if place:
        orders = orders.filter(location=place)
    stuck = RestockRequest.objects.filter(
        state=RestockRequest.State.APPROVED, decided_at__lt=now - STUCK
    )
    waiting = Mail.objects.filter(state=Mail.State.WAITING, attempts__gt=0)
    check = LedgerCheck.objects.order_by("-pk")
    afresh = RefreshRun.objects.filter(kind=RefreshRun.Kind.FULL).order_by("-pk")
    figures = Company.objects.values().annotate(
        out=_count(alerts.filter(kind=Alert.Kind.OUT)),
        low=_count(alerts.filter(kind=Alert.Kind.LOW)),
        requests=_count(requests),
        requests_since=Subquery(requests.order_by("asked_at").values("asked_at")[:1]),
        orders=_count(orders),
        orders_since=Subquery(orders.order_by("placed_at").values("placed_at")[:1]),
        failed_mails=_count(Mail.objects.filter(state=Mail.State.FAILED)),
        late_mails=_count(waiting),
        stuck_requests=_count(stuck),
        ledger_drift=Subquery(check.values("drift")[:1]),
        ledger_is_guarded=Subquery(check.values("guarded")[:1]),
        ledger_checked_at=Subquery(check.values("checked_at")[:1]),
        suggested_at=Subquery(afresh.values("finished_at")[:1]),
        worker_seen_at=Subquery(Heartbeat.objects.filter(name="worker").values("beaten_at")[:1]),
    )
    return cast(dict[str, Any], figures.get(pk=1))


def _count(rows: QuerySet[Any]) -> Subquery:
    counted = rows.order_by().annotate(counted=Func("pk", function="COUNT")).values("counted")
    return Subquery(counted, output_field=IntegerField())


def _oldest(requests: RestockRequestQuerySet) -> list[RestockRequest]:
    lines = RestockLine.objects.filter(request=OuterRef("pk"))
    oldest = requests.order_by("pk").select_related("store", "warehouse", "asked_by")
    return list(oldest.annotate(line_count=_count(lines))[:REQUEST_ROWS])


def _running_out(place: Location | None, now: datetime) -> AlertQuerySet:
    """What is low or out, as the list of alerts shows it: neither snoozed nor covered."""
    alerts = Alert.objects.loud(now).filter(kind__in=Alert.OF_TOO_LITTLE)
    return alerts.filter(location=place) if place else alerts


def _urgent(place: Location | None, now: datetime) -> list[Urgent]:
    """The open alerts whose SKU sells best there; then, if few sell, those that last longest."""
    alerts = _running_out(place, now).select_related("location")
    sold = _ranking(place, now)
    wanted = Q(pk__in=[])
    for location_id, sku_id in sold:
        wanted |= Q(location_id=location_id, sku_id=sku_id)
    found = list(alerts.filter(wanted)) if sold else []
    if len(found) < URGENT_ROWS:
        others = alerts.exclude(pk__in=[alert.pk for alert in found]).worst_first()
        found += others[: URGENT_ROWS - len(found)]
    ranked = [Urgent(alert, sold.get((alert.location_id, alert.sku_id), 0)) for alert in found]
    return sorted(ranked, key=_urgency)


def _urgency(row: Urgent) -> tuple[int, bool, datetime, int]:
    is_low = row.alert.kind != Alert.Kind.OUT
    return -row.sold, is_low, row.alert.opened_at, row.alert.pk


def _ranking(place: Location | None, now: datetime) -> dict[tuple[int, int | None], int]:
    """Units sold in 28 days of the best-selling SKUs with an open alert, by place and SKU; kept for
    a minute, because many screens ask for it again and again."""
    key = f"urgent-{place.pk if place else 'everywhere'}"
    ranking: dict[tuple[int, int | None], int] | None = cache.get(key)
    if ranking is None:
        day = (place.local_day(now) if place else now.date()) - timedelta(days=URGENT_DAYS)
        alerted = Alert.objects.open().filter(
            kind__in=Alert.OF_TOO_LITTLE, location=OuterRef("location"), sku=OuterRef("sku")
        )
        sales = DailySkuSales.objects.filter(Exists(alerted), day__gt=day)
        if place:
            sales = sales.filter(location=place)
        rows = sales.order_by().values_list("location_id", "sku_id").annotate(units=Sum("units"))
        best = rows.order_by("-units", "location_id", "sku_id")[:URGENT_ROWS]
        ranking = {(location_id, sku_id): units for location_id, sku_id, units in best}
        cache.set(key, ranking, RANKING_SECONDS)
    return ranking


def _troubles(figures: dict[str, Any], now: datetime) -> Troubles:
    seen_at = figures["worker_seen_at"]
    suggested_at = figures["suggested_at"]
    oldest = now - timedelta(seconds=settings.HEARTBEAT_SECONDS)
    return Troubles(
        failed_mails=figures["failed_mails"],
        late_mails=figures["late_mails"],
        stuck_requests=figures["stuck_requests"],
        worker_seen_at=seen_at,
        worker_is_stale=seen_at is None or seen_at < oldest,
        ledger_drift=figures["ledger_drift"] or 0,
        ledger_is_guarded=figures["ledger_is_guarded"] is not False,
        ledger_checked_at=figures["ledger_checked_at"],
        suggested_at=suggested_at,
        suggestions_are_old=suggested_at is not None and suggested_at < now - OLD,
    )
