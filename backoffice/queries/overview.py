"""What the first pages of head office and of each place show, in a number of queries that never grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef
from django.urls import reverse
from django.utils import timezone

from backoffice.queries.day_chart import DayChart, last_days
from backoffice.queries.running_out import RunningOut, most_urgent
from backoffice.queries.takings import (
    ChainTakings,
    Takings,
    chain_takings,
)
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
)
from backoffice.queries.worth import Worth, stock_worth
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
    """What was sold through one channel, and where its receipts are."""

    code: str
    name: str
    takings: Takings
    sales_url: str


@dataclass(frozen=True)
class Overview:
    """Head office's first page."""

    at: datetime
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
    def cover(self) -> int | None:
        """The days for which the stock lasts."""
        return self.takings.total.cover(self.worth.total.units)


@dataclass(frozen=True)
class PlaceOverview:
    """The first page of one store or warehouse."""

    at: datetime
    takings: Takings
    channels: Sequence[ChannelTakings]
    days: DayChart
    running_out: RunningOut
    out: int
    low: int
    requests: Sequence[RestockRequest]
    waiting: Sequence[Queue]
    worth: Worth

    @property
    def cover(self) -> int | None:
        """The days for which the stock lasts."""
        return self.takings.cover(self.worth.total.units)


def head_office_overview(
    places: Sequence[Location], reader: User, *, order: str = "-today", page: int = 1
) -> Overview:
    """What head office looks at first, over these places: one page of them, in this order."""
    now = timezone.now()
    worth = stock_worth()
    takings = chain_takings(
        places,
        now,
        order=order,
        page=page,
        stock=worth.units_by_place,
        alerts=alerts_by_place(),
    )
    requests = requests_to_read(reader)
    figures = figures_of(None, requests, reader, now)
    return Overview(
        at=now,
        takings=takings,
        channels=_channels(takings, reverse("sales:sale_list")),
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
    return PlaceOverview(
        at=now,
        takings=takings.total,
        channels=_channels(takings, reverse("sales:store_sales", args=[place.code])),
        days=last_days({place.pk: place.local_day(now)})[place.pk],
        running_out=most_urgent(place, reader, now),
        out=figures["out"],
        low=figures["low"],
        requests=_oldest(requests, figures),
        waiting=waiting_at(place, figures, decides=place.kind != Location.Kind.STORE),
        worth=stock_worth(place),
    )


def _channels(takings: ChainTakings, sales_url: str) -> list[ChannelTakings]:
    """The channels, if there is more than one."""
    names = dict(Sale.Channel.choices)
    found = sorted(takings.channels.items(), key=lambda item: -item[1].month.now.revenue)
    return [
        ChannelTakings(code, str(names.get(code, code)), sold, f"{sales_url}?channel={code}")
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
