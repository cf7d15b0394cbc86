"""What waits for whoever looks, and what went wrong: each with its count, since when, and its list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Func, IntegerField, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import ngettext_lazy

from backoffice.models import Heartbeat, LedgerCheck
from backoffice.queries.schedules import stopped_schedules
from inventory.models import Alert, RefreshRun, RestockRequest, Transfer
from inventory.models.alert import AlertQuerySet
from inventory.models.restock import RestockRequestQuerySet
from shop.models import Order
from stores.models import Company, Location, Mail, Role, User
from stores.rights import locations_of

OLD = timedelta(hours=2)  # suggestions are worked out afresh every hour
TEXTS = {
    "requests": ngettext_lazy(
        "%(count)s restock request to decide", "%(count)s restock requests to decide", "count"
    ),
    "late_transfers": ngettext_lazy(
        "%(count)s transfer is late", "%(count)s transfers are late", "count"
    ),
    "stuck_orders": ngettext_lazy(
        "%(count)s order was paid long ago and not handed over",
        "%(count)s orders were paid long ago and not handed over",
        "count",
    ),
    "orders": ngettext_lazy(
        "%(count)s order to hand over", "%(count)s orders to hand over", "count"
    ),
    "failed_mails": ngettext_lazy(
        "%(count)s mail could not be sent", "%(count)s mails could not be sent", "count"
    ),
    "delayed_mails": ngettext_lazy(
        "%(count)s mail waits for the mail server",
        "%(count)s mails wait for the mail server",
        "count",
    ),
    "stopped_schedules": ngettext_lazy(
        "%(count)s scheduled report stopped", "%(count)s scheduled reports stopped", "count"
    ),
    "stuck_requests": ngettext_lazy(
        "%(count)s approved request is not carried out",
        "%(count)s approved requests are not carried out",
        "count",
    ),
}
TONES = {
    "late_transfers": "warn",
    "stuck_orders": "bad",
    "failed_mails": "bad",
    "delayed_mails": "warn",
    "stopped_schedules": "bad",
    "stuck_requests": "warn",
}


@dataclass(frozen=True)
class Queue:
    """How many things wait, since when the oldest, and where they are listed."""

    name: str
    count: int
    text: str
    since: datetime | None
    url: str
    tone: str = ""  # bad, warn, or neither


@dataclass(frozen=True)
class Health:
    """What shows that the machinery works, or doesn't."""

    worker_seen_at: datetime | None
    worker_is_stale: bool
    ledger_drift: int  # stock figures that differed from the ledger when it was last checked
    ledger_found: Sequence[Mapping[str, Any]]  # the first of these, by place and article
    ledger_is_guarded: bool
    ledger_checked_at: datetime | None
    suggested_at: datetime | None  # when all suggestions were last worked out afresh
    suggestions_are_old: bool

    @property
    def is_well(self) -> bool:
        late = self.worker_is_stale or self.suggestions_are_old
        return not late and self.ledger_is_guarded and not self.ledger_drift

    def without_ledger(self) -> Health:
        """The same for whoever sees one place: the ledger is everybody's."""
        return replace(
            self, ledger_drift=0, ledger_found=(), ledger_is_guarded=True, ledger_checked_at=None
        )


type Figures = Mapping[str, Any]


def figures_of(
    place: Location | None, requests: RestockRequestQuerySet, reader: User, now: datetime
) -> Figures:
    """Every count of a first page, and since when, in one query; everywhere, or at one place."""
    counted: dict[str, Any] = {}
    queues = _queues(place, requests, now)
    queues["stopped_schedules"] = stopped_schedules(reader), "stopped_at"
    counted["requests_not_counted"] = count_of(
        _listed(place, reader).exclude(pk__in=requests.values("pk"))
    )
    for name, (rows, since) in queues.items():
        counted[name] = count_of(rows)
        counted[f"{name}_since"] = Subquery(rows.order_by(since).values(since)[:1])
    check = LedgerCheck.objects.order_by("-pk")
    afresh = RefreshRun.objects.filter(kind=RefreshRun.Kind.FULL).order_by("-pk")
    alerts = running_out(place, now)
    figures = Company.objects.values().annotate(
        **counted,
        out=count_of(alerts.filter(kind=Alert.Kind.OUT)),
        low=count_of(alerts.filter(kind=Alert.Kind.LOW)),
        ledger_drift=Subquery(check.values("drift")[:1]),
        ledger_found=Subquery(check.values("found")[:1]),
        ledger_is_guarded=Subquery(check.values("guarded")[:1]),
        ledger_checked_at=Subquery(check.values("checked_at")[:1]),
        suggested_at=Subquery(afresh.values("finished_at")[:1]),
        worker_seen_at=Subquery(Heartbeat.objects.filter(name="worker").values("beaten_at")[:1]),
    )
    return cast(Figures, figures.get(pk=1))


def _listed(place: Location | None, reader: User) -> RestockRequestQuerySet:
    """What the queue shows of one place, or of all: those, too, that somebody else must decide."""
    seen = locations_of(reader, Role.LOGISTICS, reading=True)
    listed = RestockRequest.objects.asked_of(seen).pending()
    return listed.filter(warehouse=place) if place else listed


def running_out(place: Location | None, now: datetime) -> AlertQuerySet:
    """What is low or out, as the list of alerts shows it: neither snoozed nor covered."""
    alerts = Alert.objects.loud(now).filter(kind__in=Alert.OF_TOO_LITTLE)
    return alerts.filter(location=place) if place else alerts


def _queues(
    place: Location | None, requests: RestockRequestQuerySet, now: datetime
) -> dict[str, tuple[QuerySet[Any], str]]:
    """What is counted, and the moment since which each waits."""
    orders = Order.objects.filter(state__in=Order.TO_HAND_OVER)
    late = Transfer.objects.on_the_road().filter(due_at__lt=now)
    if place:
        orders = orders.filter(location=place)
        end = "destination" if place.kind == Location.Kind.STORE else "source"
        late = late.filter(**{end: place})
    stuck = RestockRequest.objects.stuck(now)
    if place:
        stuck = stuck.filter(Q(store=place) | Q(warehouse=place))
    return {
        "requests": (requests, "asked_at"),
        "late_transfers": (late, "due_at"),
        "orders": (orders, "placed_at"),
        "stuck_orders": (orders.stuck(now), "placed_at"),
        "stuck_requests": (stuck, "decided_at"),
        "failed_mails": (Mail.objects.given_up(), "created_at"),
        "delayed_mails": (Mail.objects.delayed(), "created_at"),
    }


def count_of(rows: QuerySet[Any]) -> Subquery:
    """How many rows there are, for a column of another statement."""
    counted = rows.order_by().annotate(counted=Func("pk", function="COUNT")).values("counted")
    return Subquery(counted, output_field=IntegerField())


def waiting_at_head_office(figures: Figures) -> list[Queue]:
    """What head office decides or sees to."""
    orders = reverse("shop:order_list")
    return _waiting(
        figures,
        requests=_queue(figures),
        late_transfers=reverse("inventory:transfer_list") + "?late=late",
        stuck_orders=f"{orders}?state=stuck",
        orders=f"{orders}?state=open",
    )


def waiting_at(place: Location, figures: Figures, *, decides: bool) -> list[Queue]:
    """What the people of one place see to; requests, if they decide those asked of it."""
    orders = reverse("shop:store_orders", args=[place.code])
    transfers = reverse("inventory:store_transfers", args=[place.code])
    way = "" if place.kind == Location.Kind.STORE else "way=out&"
    return _waiting(
        figures,
        requests=_queue(figures, warehouse=place.pk) if decides else "",
        late_transfers=f"{transfers}?{way}late=late",
        stuck_orders=f"{orders}?state=stuck",
        orders=f"{orders}?state=open",
    )


def _queue(figures: Figures, **asked: object) -> str:
    """The queue with as many requests as are counted: without one's own, where others decide them."""
    if figures["requests_not_counted"]:
        asked["own"] = "without"
    queue = reverse("inventory:restock_list")
    return f"{queue}?{urlencode(asked)}" if asked else queue


def went_wrong(figures: Figures) -> list[Queue]:
    """What failed, or a worker should have done long ago."""
    mails = reverse("backoffice:mail_list")
    return _waiting(
        figures,
        failed_mails=f"{mails}?state=failed",
        delayed_mails=f"{mails}?state=delayed",
        stopped_schedules=reverse("backoffice:schedule_list") + "?state=by-itself",
        stuck_requests=reverse("inventory:restock_list") + "?state=stuck",
    )


def went_wrong_at(place: Location, figures: Figures) -> list[Queue]:
    """The same of one place, and the schedules of whoever looks."""
    requests = reverse("inventory:restock_list")
    if place.kind == Location.Kind.STORE:
        requests = reverse("inventory:store_restock", args=[place.code])
    return _waiting(
        figures,
        stopped_schedules=reverse("backoffice:schedule_list") + "?state=by-itself",
        stuck_requests=f"{requests}?state=stuck",
    )


def health_of(figures: Figures, now: datetime) -> Health:
    """What the same counts say of worker, ledger and suggestions."""
    seen_at, suggested_at = figures["worker_seen_at"], figures["suggested_at"]
    oldest = now - timedelta(seconds=settings.HEARTBEAT_SECONDS)
    return Health(
        worker_seen_at=seen_at,
        worker_is_stale=seen_at is None or seen_at < oldest,
        ledger_drift=figures["ledger_drift"] or 0,
        ledger_found=figures["ledger_found"] or (),
        ledger_is_guarded=figures["ledger_is_guarded"] is not False,
        ledger_checked_at=figures["ledger_checked_at"],
        suggested_at=suggested_at,
        suggestions_are_old=suggested_at is not None and suggested_at < now - OLD,
    )


def _waiting(figures: Figures, **urls: str) -> list[Queue]:
    """The queues in which something waits, each with the list where it is found."""
    return [
        Queue(
            name,
            figures[name],
            TEXTS[name] % {"count": figures[name]},
            figures[f"{name}_since"],
            url,
            TONES.get(name, ""),
        )
        for name, url in urls.items()
        if url and figures[name]
    ]
