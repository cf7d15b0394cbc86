"""Transfers as lists and pages show them: what is on the road, who may do what, and where it is read."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import pgettext_lazy

from inventory.models import (
    Document,
    Sku,
    StockMovement,
    Transfer,
    TransferEvent,
    TransferLine,
    TransferReceipt,
)
from inventory.models.transfer import TransferQuerySet
from inventory.queries.ledger import Page
from inventory.queries.restock import available_at
from stores.models import Location, Role, User
from stores.models.location import LocationQuerySet
from stores.rights import holds_at

State = Transfer.State
NUMBER = re.compile(r"(t[-\s]?)?0*([0-9]{1,18})", re.IGNORECASE)
ON_THE_ROAD = F("sent") - F("received") - F("rejected") - F("came_back") - F("written_off")
WITH_PLACES = ("source", "destination")
MOST_COMING = 10
FATES = {
    "received": pgettext_lazy("units", "received"),
    "rejected": pgettext_lazy("units", "rejected"),
    "came_back": pgettext_lazy("units", "came back"),
    "written_off": pgettext_lazy("units", "written off"),
}


def transfers_listed(transfers: TransferQuerySet) -> TransferQuerySet:
    """The transfers with `articles`, `units` (sent, or planned before that) and `on_the_road_now`."""
    lines = TransferLine.objects.filter(transfer=OuterRef("pk")).order_by().values("transfer")
    figures = {"articles": Count("pk"), "planned_units": Sum("planned"), "sent_units": Sum("sent")}
    found = {
        name: Subquery(lines.annotate(n=figure).values("n")) for name, figure in figures.items()
    }
    road = Subquery(lines.annotate(n=Sum(ON_THE_ROAD)).values("n"))
    return transfers.select_related(*WITH_PLACES).annotate(
        on_the_road_now=Coalesce(road, 0),
        **{name: Coalesce(figure, 0) for name, figure in found.items()},
    )


def told_to(places: LocationQuerySet) -> TransferQuerySet:
    """What people at these places are told of: all that these send, and what was sent to them (no
    draft of another place)."""
    sent_here = Q(destination__in=places, sent_at__isnull=False)
    return Transfer.objects.filter(Q(source__in=places) | sent_here)


@dataclass(frozen=True)
class Road:
    """How many transfers are on the road, and how many of them are late."""

    transfers: int
    late: int


def road_within(places: LocationQuerySet, *, now: object) -> Road:
    """How much is on the road from, or to, any of these places."""
    road = Transfer.objects.on_the_road().within(places).order_by()
    counted = road.aggregate(all=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    return Road(counted["all"], counted["late"])


def road_at(place: Location, *, now: object) -> tuple[Road, Road]:
    """What is coming to a place, and what is going out of it."""
    here = Transfer.objects.on_the_road().filter(Q(source=place) | Q(destination=place))
    late = Q(due_at__lt=now)
    counted = here.order_by().aggregate(
        coming=Count("pk", filter=Q(destination=place)),
        coming_late=Count("pk", filter=Q(destination=place) & late),
        going=Count("pk", filter=Q(source=place)),
        going_late=Count("pk", filter=Q(source=place) & late),
    )
    return (
        Road(counted["coming"], counted["coming_late"]),
        Road(counted["going"], counted["going_late"]),
    )


class TransferPages:
    """Where one reader finds transfers: among those of the place that is open, or at head office."""

    def __init__(self, reader: User, place: Location | None = None) -> None:
        self.reader = reader
        self.place = place

    @property
    def listed(self) -> str:
        if self.place:
            return reverse("inventory:store_transfers", args=[self.place.code])
        return reverse("inventory:transfer_list")

    def paper(self, transfer: Transfer, wanted: str) -> str:
        """Where this reader, who may open the transfer's page, finds one of its papers."""
        return f"{self.detail(transfer)}papers/{wanted}/"

    def detail(self, transfer: Transfer) -> str:
        """The page of a transfer that this reader may open; empty if there is none."""
        if self.place and self.place.pk in (transfer.source_id, transfer.destination_id):
            return reverse("inventory:store_transfer", args=[self.place.code, transfer.pk])
        ends = (transfer.destination, transfer.source)
        if any(holds_at(self.reader, end, Role.LOGISTICS, reading=True) for end in ends):
            return reverse("inventory:transfer_detail", args=[transfer.pk])
        for end in ends:
            if holds_at(self.reader, end, reading=True):
                return reverse("inventory:store_transfer", args=[end.code, transfer.pk])
        return ""


def transfer_pages(ids: Collection[int], reader: User) -> dict[int, Page]:
    """The pages of transfers, for the rows of the ledger that they caused."""
    pages = TransferPages(reader)
    transfers = Transfer.objects.filter(pk__in=ids).select_related(*WITH_PLACES)
    return {one.pk: Page(str(one), pages.detail(one)) for one in transfers}


def receipt_pages(ids: Collection[int], reader: User) -> dict[int, Page]:
    """The pages of the transfers whose receipts these are."""
    pages = TransferPages(reader)
    receipts = TransferReceipt.objects.filter(pk__in=ids).select_related(
        "transfer__source", "transfer__destination"
    )
    return {one.pk: Page(str(one), pages.detail(one.transfer)) for one in receipts}


def number_of(text: str, *, whole: bool = False) -> int | None:
    """The number in `T-104` or `104` (with the letter only, if it must be `whole`)."""
    found = NUMBER.fullmatch(text.strip())
    if found is None or (whole and not found[1]):
        return None
    return int(found[2])


def transfers_found(text: str, places: LocationQuerySet) -> TransferQuerySet:
    """The transfer of that number, such as `T-104`, if these places are told of it."""
    number = number_of(text)
    found = told_to(places).filter(pk=number) if number is not None else Transfer.objects.none()
    return found.select_related(*WITH_PLACES)


@dataclass(frozen=True)
class Coming:
    """Units of one SKU on the road to a place, and the page where this reader follows them."""

    transfer: Transfer
    units: int
    page: str


def coming_to(sku: Sku, place: Location, *, pages: TransferPages) -> list[Coming]:
    """What is in transit of a SKU to a place, what is due first on top; one query."""
    road = TransferLine.objects.filter(
        sku=sku, transfer__destination=place, transfer__state__in=Transfer.ON_THE_ROAD
    )
    lines = road.annotate(rest=ON_THE_ROAD).filter(rest__gt=0)
    related = ("transfer__source", "transfer__destination")
    return [
        Coming(line.transfer, line.in_transit, pages.detail(line.transfer))
        for line in lines.select_related(*related).order_by("transfer__due_at", "pk")[:MOST_COMING]
    ]


@dataclass(frozen=True)
class Step:
    """A step of a transfer's history; of a receipt also the units that it is about, by their fate."""

    event: TransferEvent
    units: Sequence[tuple[str, int]] = ()
    is_settled: bool = False  # it says only what became of goods that never arrived


def history_of(transfer: Transfer) -> list[Step]:
    """The steps of a transfer, first to last; each receipt is one of them. Two queries."""
    sums = [Coalesce(Sum(f"lines__{fate}"), 0) for fate in FATES]
    receipts = iter(transfer.receipts.order_by("pk").values_list(*sums))
    steps = []
    for event in transfer.events.select_related("by").order_by("pk"):
        is_receipt = event.kind == TransferEvent.Kind.RECEIVED
        figures = next(receipts, ()) if is_receipt else ()
        units = [(str(name), n) for name, n in zip(FATES.values(), figures, strict=False) if n]
        arrived = any(figures[:2])  # received or rejected
        steps.append(Step(event, units, is_settled=bool(units) and not arrived))
    return steps


@dataclass(frozen=True)
class LineShown:
    """A line with why something of it was not received, and what there is to send."""

    line: TransferLine
    reasons: Sequence[str]
    available: int


def lines_shown(transfer: Transfer) -> list[LineShown]:
    """The lines of a transfer, in the order in which they were added; three queries."""
    lines = list(
        transfer.lines.select_related("sku__product")
        .prefetch_related("receipt_lines")
        .order_by("pk")
    )
    there: Mapping[tuple[int, int], int] = {}
    if transfer.is_draft:
        there = available_at([transfer.source_id], [line.sku_id for line in lines])
    return [
        LineShown(line, _reasons(line), there.get((transfer.source_id, line.sku_id), 0))
        for line in lines
    ]


def _reasons(line: TransferLine) -> list[str]:
    """Each reason once, in the order in which they were given."""
    given = [step.get_reason_display() for step in line.receipt_lines.all() if step.reason]
    return list(dict.fromkeys(given))


def movements_of_transfer(transfer: Transfer) -> QuerySet[StockMovement]:
    """All that a transfer moved: when it was sent, and with each receipt."""
    receipts = TransferReceipt.objects.filter(transfer=transfer).values("pk")
    caused = Q(document=Document.TRANSFER, document_id=transfer.pk) | Q(
        document=Document.RECEIPT, document_id__in=receipts
    )
    moved = StockMovement.objects.filter(caused).order_by("pk")
    return moved.select_related("sku__product", "source", "destination", "by")
