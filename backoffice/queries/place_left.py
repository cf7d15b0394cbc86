"""What is left at a place: its stock and its open documents, each with what is to be done about it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.lib.text import Words
from inventory.models import Alert, RestockRequest, StockLevel, StockPolicy, Transfer
from shop.models import Order
from stores.models import Location

NAMED = 8  # documents of a kind that are linked one by one
Request, Road = RestockRequest.State, Transfer.State
OPEN_REQUESTS = (Request.DRAFT, Request.WAITING, Request.APPROVED, Request.SENT)
OPEN_TRANSFERS = (Road.DRAFT, *Transfer.ON_THE_ROAD)


@dataclass(frozen=True)
class Left:
    """Documents of one kind, or goods: how many, the first of them, and what to do."""

    what: Words
    count: int
    advice: Words
    url: str
    named: Sequence[tuple[str, str]]  # name and address of the first ones

    @property
    def more(self) -> int:
        return self.count - len(self.named) if self.named else 0


def left_at(place: Location) -> list[Left]:
    """All that is left, what customers wait for first."""
    found = [_orders(place), _transfers(place), *_requests(place), *_goods(place)]
    return [left for left in found if left.count]


def _orders(place: Location) -> Left:
    return _left(
        Order.objects.open().filter(location=place),
        _("Orders"),
        _("Hand them over, or cancel them: the customer gets the money back."),
        reverse("shop:store_orders", args=[place.code]),
        lambda order: reverse("shop:store_order", args=[place.code, order.number]),
    )


def _transfers(place: Location) -> Left:
    of_place = Transfer.objects.filter(Q(source=place) | Q(destination=place))
    return _left(
        of_place.filter(state__in=OPEN_TRANSFERS),
        _("Transfers"),
        _("Count in what is on the road, send or cancel what is a draft."),
        reverse("inventory:store_transfers", args=[place.code]),
        lambda transfer: reverse("inventory:transfer_detail", args=[transfer.pk]),
    )


def _requests(place: Location) -> Iterable[Left]:
    """Drafts stand at their store, the others where they are decided."""
    of_place = RestockRequest.objects.filter(Q(store=place) | Q(warehouse=place))
    asked = reverse("inventory:restock_list")
    if place.kind == Location.Kind.STORE:
        asked = reverse("inventory:store_restock", args=[place.code])
    yield _left(
        of_place.filter(state__in=OPEN_REQUESTS).exclude(state=Request.DRAFT),
        _("Restock requests"),
        _("Refuse or withdraw what waits; what is approved arrives as a transfer."),
        asked,
        lambda request: reverse("inventory:restock_detail", args=[request.pk]),
    )
    yield _left(
        of_place.filter(state=Request.DRAFT, lines__isnull=False).distinct(),
        _("Drafts of restock requests"),
        _("Open them at their store, and empty them."),
        asked,
        lambda request: reverse("inventory:restock_new", args=[request.store.code]),
    )


def _goods(place: Location) -> Iterable[Left]:
    """The goods themselves, what calls for attention about them, and what they come from."""
    yield _left(
        Alert.objects.open().filter(location=place),
        _("Alerts"),
        _("They close by themselves within the hour."),
        reverse("inventory:store_alerts", args=[place.code]),
    )
    yield _left(
        StockLevel.objects.filter(location=place).filter(~Q(on_hand=0) | ~Q(incoming=0)),
        _("Articles in stock or on their way"),
        _("Send them to another place by a transfer, or write them off as lost or damaged."),
        reverse("inventory:store_stock", args=[place.code]),
    )
    yield _left(
        StockPolicy.objects.filter(warehouse=place),
        _("Policies that name it"),
        _("Name another logistics centre in them."),
        reverse("inventory:policy_list"),
    )


def _left(
    rows: QuerySet[Any],
    what: Words,
    advice: Words,
    url: str,
    address: Callable[[Any], str] | None = None,
) -> Left:
    named: list[tuple[str, str]] = []
    count = rows.count()
    if address and count:
        first: Iterable[Model] = rows.order_by("pk")[:NAMED]
        named = [(str(row), address(row)) for row in first]
    return Left(what, count, advice, url, named)
