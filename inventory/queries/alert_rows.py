"""What a list of alerts says beside each of its rows: what is on the way, what ended it, what to do."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from inventory.models import (
    Alert,
    Cause,
    Document,
    RestockLine,
    RestockRequest,
    Transfer,
    TransferLine,
)
from inventory.queries.ledger import Page, document_pages
from inventory.queries.restock import OPEN_STATES
from inventory.queries.transfers import ON_THE_ROAD, TransferPages
from stores.models import Location, Role, User
from stores.rights import holds_at

type Pair = tuple[int, int]  # location, SKU


@dataclass(frozen=True)
class Way:
    """Units of a SKU that were sent here (and are expected), or asked for."""

    units: int
    page: Page
    is_sent: bool
    due_at: datetime | None = None

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.due_at < timezone.now()


class AlertRows:
    """What one reader sees beside the alerts of a page, in a fixed number of queries."""

    def __init__(self, alerts: Sequence[Alert], reader: User, place: Location | None) -> None:
        self.reader = reader
        self.place = place
        self.pages = TransferPages(reader, place)
        pairs = {(a.location_id, a.sku_id) for a in alerts if a.sku_id and not a.closed_at}
        self.ways: dict[Pair, list[Way]] = defaultdict(list)
        if pairs:
            self._add_sent(pairs)
            self._add_asked(pairs)
        ended = [alert for alert in alerts if alert.closed_at and alert.closing_document]
        self.causes = document_pages([_cause(alert) for alert in ended], reader)
        self.transfers = Transfer.objects.select_related("source", "destination").in_bulk(
            _documents(alerts, Document.TRANSFER)
        )
        self.requests = RestockRequest.objects.select_related("store", "warehouse").in_bulk(
            _documents(alerts, Document.RESTOCK)
        )

    def ways_of(self, alert: Alert) -> list[Way]:
        return self.ways.get((alert.location_id, alert.sku_id or 0), [])

    def cause_of(self, alert: Alert) -> Page | None:
        """The page of the document that ended it."""
        return self.causes.get(_cause(alert)) if alert.closing_document else None

    def page_of(self, alert: Alert) -> Page | None:
        """The page of the transfer that is late, or of the request that waits."""
        if alert.kind == Alert.Kind.LATE and (late := self.transfers.get(alert.document_id or 0)):
            return Page(str(late), self.pages.detail(late))
        if alert.kind == Alert.Kind.WAITING:
            waiting = self.requests.get(alert.document_id or 0)
            return self._request_page(waiting) if waiting else None
        return None

    def other_end(self, alert: Alert) -> str:
        """Where a late transfer comes from, or who asks."""
        if alert.kind == Alert.Kind.LATE and (late := self.transfers.get(alert.document_id or 0)):
            return str(late.source)
        waiting = self.requests.get(alert.document_id or 0)
        return str(waiting.store) if waiting and alert.kind == Alert.Kind.WAITING else ""

    def may_ask(self, alert: Alert) -> bool:
        is_store = alert.location.kind == Location.Kind.STORE
        return is_store and holds_at(self.reader, alert.location, Role.CLERK)

    def _add_sent(self, pairs: set[Pair]) -> None:
        lines = TransferLine.objects.filter(
            _among(pairs, "transfer__destination"), transfer__state__in=Transfer.ON_THE_ROAD
        ).annotate(still=ON_THE_ROAD)
        for line in lines.filter(still__gt=0).select_related(
            "transfer__source", "transfer__destination"
        ):
            transfer = line.transfer
            page = Page(str(transfer), self.pages.detail(transfer))
            self.ways[transfer.destination_id, line.sku_id].append(
                Way(line.in_transit, page, True, transfer.due_at)
            )

    def _add_asked(self, pairs: set[Pair]) -> None:
        lines = RestockLine.objects.filter(
            _among(pairs, "request__store"), request__state__in=OPEN_STATES
        )
        for line in lines.select_related("request__store", "request__warehouse").order_by("pk"):
            units = line.asked if line.approved is None else line.approved
            if units:
                page = self._request_page(line.request)
                self.ways[line.request.store_id, line.sku_id].append(Way(units, page, False))

    def _request_page(self, request: RestockRequest) -> Page:
        name = str(request)
        if self.place and self.place.pk == request.store_id:
            given = [self.place.code, request.pk]
            return Page(name, reverse("inventory:store_restock_detail", args=given))
        if holds_at(self.reader, request.warehouse, Role.LOGISTICS, reading=True):
            return Page(name, reverse("inventory:restock_detail", args=[request.pk]))
        return Page(name)


def _among(pairs: set[Pair], place: str) -> Q:
    places, skus = {place_id for place_id, _sku in pairs}, {sku for _place, sku in pairs}
    return Q(**{f"{place}__in": places, "sku__in": skus})


def _cause(alert: Alert) -> Cause:
    return Cause(Document(alert.closing_document), alert.closing_document_id or 0)


def _documents(alerts: Sequence[Alert], document: Document) -> list[int]:
    return [a.document_id for a in alerts if a.document == document and a.document_id]
