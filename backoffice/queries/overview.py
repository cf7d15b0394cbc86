"""What the first pages of head office and of each place show, in a number of queries that never grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import OuterRef
from django.utils import timezone

from backoffice.queries.day_chart import DayChart, last_days
from backoffice.queries.figure_links import FigureLinks
from backoffice.queries.running_out import RunningOut, most_urgent
from backoffice.queries.takings import ChainTakings, Stretches, Takings, chain_takings
from backoffice.queries.waiting import (
    Figures,
    Health,
    Queue,
    count_of,
    figures_of,
    health_of,
    waiting_at,
    waiting_at_head_office,
    went_wrong,
    went_wrong_at,
)
from backoffice.queries.worth import Worth, stock_worth
from backoffice.reports.periods import Days
from inventory.models import RestockLine, RestockRequest
from inventory.models.restock import RestockRequestQuerySet
from inventory.queries.alerts import alerts_by_place
from inventory.queries.approvers import waiting_for
from sales.models import Sale
from stores.models import Location, Role, User
from stores.rights import holds

REQUEST_ROWS = 3


@dataclass(frozen=True)
class ChannelTakings:
    """What was sold through one channel."""

    code: str
    name: str
    takings: Takings
    links: FigureLinks


@dataclass(frozen=True)
class Overview:
    """Head office's first page."""

    at: datetime
    stretches: Stretches
    links: FigureLinks
    takings: ChainTakings
    channels: Sequence[ChannelTakings]
    days: Mapping[int, DayChart]  # by place
    running_out: RunningOut
    out: int
    low: int
    requests: Sequence[RestockRequest]
    waiting: Sequence[Queue]
    wrong: Sequence[Queue]
    health: Health
    worth: Worth

    @property
    def cover(self) -> Decimal | None:
        """The days for which the stock lasts."""
        return self.takings.total.cover(self.worth.total.units)


@dataclass(frozen=True)
class PlaceOverview:
    """The first page of one store or warehouse."""

    at: datetime
    stretches: Stretches
    links: FigureLinks
    takings: Takings
    channels: Sequence[ChannelTakings]
    days: DayChart
    running_out: RunningOut
    out: int
    low: int
    requests: Sequence[RestockRequest]
    waiting: Sequence[Queue]
    wrong: Sequence[Queue]
    health: Health  # of the workers; the ledger is the company's
    worth: Worth

    @property
    def cover(self) -> Decimal | None:
        """The days for which the stock lasts."""
        return self.takings.cover(self.worth.total.units)


def head_office_overview(
    places: Sequence[Location], reader: User, *, order: str = "-today", page: int = 1
) -> Overview:
    """What head office looks at first, over these places: one page of them, in this order."""
    now = timezone.now()
    worth = stock_worth()
    stock, alerts = worth.units_by_place, alerts_by_place()
    takings = chain_takings(places, now, order=order, page=page, stock=stock, alerts=alerts)
    requests = requests_to_read(reader)
    figures = figures_of(None, requests, reader, now)
    stretches = Stretches.of(places, now)
    return Overview(
        at=now,
        stretches=stretches,
        links=FigureLinks(stretches.today),
        takings=takings,
        channels=_channels(takings, stretches.today),
        days=last_days({row.location.pk: row.today for row in takings.rows}),
        running_out=most_urgent(None, reader, now),
        out=figures["out"],
        low=figures["low"],
        requests=_oldest(requests, figures),
        waiting=waiting_at_head_office(figures),
        wrong=went_wrong(figures),
        health=health_of(figures, now),
        worth=worth,
    )


def place_overview(place: Location, reader: User) -> PlaceOverview:
    """What the people of one place look at first: requests are those it made and waits for, or at
    a warehouse those that wait for its decision."""
    now = timezone.now()
    states = RestockRequest.State
    if place.kind == Location.Kind.STORE:
        requests = RestockRequest.objects.filter(
            store=place, state__in=[states.WAITING, states.APPROVED]
        )
    else:
        requests = requests_to_read(reader).filter(warehouse=place)
    figures = figures_of(place, requests, reader, now)
    takings = chain_takings([place], now)
    stretches = Stretches.of([place], now)
    return PlaceOverview(
        at=now,
        stretches=stretches,
        links=FigureLinks(stretches.today, place),
        takings=takings.total,
        channels=_channels(takings, stretches.today, place),
        days=last_days({place.pk: place.local_day(now)})[place.pk],
        running_out=most_urgent(place, reader, now),
        out=figures["out"],
        low=figures["low"],
        requests=_oldest(requests, figures),
        waiting=waiting_at(place, figures, decides=place.kind != Location.Kind.STORE),
        wrong=went_wrong_at(place, figures),
        health=health_of(figures, now).without_ledger(),
        worth=stock_worth(place),
    )


def _channels(
    takings: ChainTakings, today: Days, place: Location | None = None
) -> list[ChannelTakings]:
    """The channels, if there is more than one."""
    names = dict(Sale.Channel.choices)
    found = sorted(takings.channels.items(), key=lambda item: -item[1].month.now)
    return [
        ChannelTakings(code, str(names.get(code, code)), sold, FigureLinks(today, place, code))
        for code, sold in found
        if len(found) > 1
    ]


def requests_to_read(reader: User) -> RestockRequestQuerySet:
    """The requests that wait for this person's decision; for whoever only reads, all that wait."""
    if holds(reader, Role.LOGISTICS):
        return waiting_for(reader)
    return RestockRequest.objects.pending()


def _oldest(requests: RestockRequestQuerySet, figures: Figures) -> list[RestockRequest]:
    if not figures["requests"]:
        return []
    lines = RestockLine.objects.filter(request=OuterRef("pk"))
    oldest = requests.order_by("pk").select_related("store", "warehouse", "asked_by")
    return list(oldest.annotate(line_count=count_of(lines))[:REQUEST_ROWS])
