"""Why a stock figure is what it is: the rows of the ledger that add up to it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.db.models import Case, F, IntegerField, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.module_loading import import_string

from backoffice.lib.links import EACH, address_of_each
from inventory.models import (
    Cause,
    Document,
    Reservation,
    RestockRequest,
    Sku,
    StockAdjustment,
    StockMovement,
)
from stores.models import Location, Role, User
from stores.rights import holds_at

PER_PAGE = 50  # movements of one SKU at one place
LISTED = 25  # movements of all
SHOWN = (
    "occurred_at",
    "quantity",
    "document",
    "document_id",
    "sku__code",
    "sku__variant",
    "sku__product__name",
    "source__kind",
    "source__name",
    "destination__kind",
    "destination__name",
    "by__name",
    "by__email",
)


@dataclass(frozen=True)
class Page:
    """A document by the name that people call it, and its address where the reader may open it."""

    name: str
    address: str = ""


class PagesOf(Protocol):
    """Finds the pages of documents of one kind, for one reader, in a fixed number of queries."""

    def __call__(self, ids: Collection[int], reader: User) -> dict[int, Page]: ...


@dataclass(frozen=True)
class LedgerRow:
    """A movement as one place sees it: `change` is signed, `after` what it had then."""

    movement: StockMovement
    change: int
    after: int
    other: Location
    page: Page


@dataclass(frozen=True)
class ListedMovement:
    """A movement between two places, each with its address where the reader may open it."""

    movement: StockMovement
    document: str
    page: Page
    source: Page
    destination: Page


@dataclass(frozen=True)
class Held:
    """A reservation that is open, and the page of the document that holds it."""

    reservation: Reservation
    page: Page


@dataclass(frozen=True)
class KindOfMovement:
    """What documents of one kind brought and took."""

    document: Document
    units_in: int
    units_out: int

    @property
    def change(self) -> int:
        return self.units_in - self.units_out


def movements_of(sku: Sku, location: Location) -> QuerySet[StockMovement]:
    """The movements of a SKU at one place, newest first, each with its signed `change`."""
    return (
        StockMovement.objects.touching(location)
        .filter(sku=sku)
        .annotate(
            change=Case(
                When(destination=location, then=F("quantity")),
                default=-F("quantity"),
                output_field=IntegerField(),
            )
        )
        .order_by("-pk")
    )


def ledger_rows(
    sku: Sku, location: Location, *, before: int | None, total: int, reader: User
) -> tuple[list[LedgerRow], int | None]:
    """Fifty movements, newest first, older than `before`, and where the next fifty begin; `total`
    is what all of them add up to."""
    movements = movements_of(sku, location)
    if before is not None:
        movements = movements.filter(pk__lt=before)
    found = list(movements.select_related("source", "destination", "by")[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    after = total if before is None else _units_before(sku, location, before)
    pages = document_pages([_cause(movement) for movement in shown], reader)
    rows = []
    for movement in shown:
        change: int = movement.change  # type: ignore[attr-defined]
        other = movement.source if change > 0 else movement.destination
        rows.append(LedgerRow(movement, change, after, other, pages[_cause(movement)]))
        after -= change
    return rows, shown[-1].pk if len(found) > PER_PAGE else None


def _units_before(sku: Sku, location: Location, pk: int) -> int:
    whole = movements_of(sku, location).filter(pk__lt=pk).order_by()
    units: int = whole.aggregate(units=Coalesce(Sum("change"), 0))["units"]
    return units


def kinds_of_movement(sku: Sku, location: Location) -> list[KindOfMovement]:
    """What each kind of document brought and took; their changes add up to what is on hand."""
    rows = (
        movements_of(sku, location)
        .order_by("document")
        .values("document")
        .annotate(
            units_in=Coalesce(Sum("quantity", filter=Q(destination=location)), 0),
            units_out=Coalesce(Sum("quantity", filter=Q(source=location)), 0),
        )
    )
    return [KindOfMovement(Document(r["document"]), r["units_in"], r["units_out"]) for r in rows]


def held_at(sku: Sku, location: Location, *, reader: User) -> list[Held]:
    """The open reservations that make up what is reserved."""
    reservations = list(
        Reservation.objects.open().filter(sku=sku, location=location).order_by("pk")
    )
    pages = document_pages([_cause(reservation) for reservation in reservations], reader)
    return [Held(reservation, pages[_cause(reservation)]) for reservation in reservations]


def _cause(row: StockMovement | Reservation) -> Cause:
    return Cause(Document(row.document), row.document_id)


def document_pages(causes: Iterable[Cause], reader: User) -> dict[Cause, Page]:
    """The page of each document; `settings.DOCUMENT_PAGES` names who knows those of a kind."""
    ids: dict[Document, set[int]] = {}
    for cause in causes:
        ids.setdefault(cause.document, set()).add(cause.document_id)
    pages = {}
    for document, wanted in ids.items():
        path = settings.DOCUMENT_PAGES.get(document)
        find: PagesOf | None = import_string(path) if path else None
        found = find(wanted, reader) if find else {}
        for pk in wanted:
            pages[Cause(document, pk)] = found.get(pk) or Page(str(document.label))
    return pages


def adjustment_pages(ids: Collection[int], reader: User) -> dict[int, Page]:
    adjustments = StockAdjustment.objects.filter(pk__in=ids).select_related("location")
    return {
        adjustment.pk: place_page(
            str(adjustment),
            "inventory:adjustment_detail",
            adjustment.location,
            adjustment.pk,
            reader,
        )
        for adjustment in adjustments
    }


def restock_pages(ids: Collection[int], reader: User) -> dict[int, Page]:
    requests = RestockRequest.objects.filter(pk__in=ids).select_related("store")
    return {
        request.pk: place_page(
            str(request), "inventory:store_restock_detail", request.store, request.pk, reader
        )
        for request in requests
    }


def place_page(
    name: str, url_name: str, place: Location, pk: int | str, reader: User, *roles: Role
) -> Page:
    """The page of a document that stands among those of one place, for whoever works there (in one
    of the roles, where some are named)."""
    if not holds_at(reader, place, *roles, reading=True):
        return Page(name)
    return Page(name, reverse(url_name, args=[place.code, pk]))


def recent_movements(
    movements: QuerySet[StockMovement],
    *,
    before: int | None,
    reader: User,
    codes: Mapping[int, str],
) -> tuple[list[ListedMovement], int | None]:
    """The newest movements of a filtered list, older than `before`, and where the next ones begin;
    `codes` names the places that the reader may open. Nothing is counted: the ledger is long."""
    if before is not None:
        movements = movements.filter(pk__lt=before)
    read = movements.select_related("sku__product", "source", "destination", "by").only(*SHOWN)
    found = list(read.order_by("-pk")[: LISTED + 1])
    shown = found[:LISTED]
    pages = document_pages([_cause(movement) for movement in shown], reader)
    words = dict(Document.choices)
    addresses = {
        pk: address_of_each("inventory:office_movements", EACH, code) for pk, code in codes.items()
    }
    rows = [
        ListedMovement(
            movement,
            str(words[movement.document]),
            pages[_cause(movement)],
            _place(movement.source, addresses, movement.sku_id),
            _place(movement.destination, addresses, movement.sku_id),
        )
        for movement in shown
    ]
    return rows, shown[-1].pk if len(found) > LISTED else None


def _place(place: Location, addresses: Mapping[int, Callable[[int], str]], sku_id: int) -> Page:
    """A place, with the address of its movements of a SKU where the reader may open them."""
    address = addresses.get(place.pk)
    return Page(place.shown_name, address(sku_id) if address else "")
