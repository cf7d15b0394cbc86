"""What a store needs to ask, and an approver to decide: the figures beside each line."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from inventory.actions.stock import LocationId, Quantity, SkuId
from inventory.models import RestockLine, RestockRequest, Sku, StockLevel
from stores.models import Location

type RequestId = int
type Figures = dict[tuple[LocationId, SkuId], Quantity]

OPEN_STATES = (RestockRequest.State.WAITING, RestockRequest.State.APPROVED)
WANTED = Coalesce("approved", "asked")
AVAILABLE = F("on_hand") - F("reserved")


@dataclass(frozen=True)
class LineToDecide:
    """A line of a request beside what its warehouse has and what other open requests want of it."""

    line: RestockLine
    available: Quantity
    others: Quantity

    @property
    def is_short(self) -> bool:
        """The warehouse hasn't what is asked, whatever the others get."""
        return self.line.asked > self.available

    @property
    def is_contested(self) -> bool:
        """There is enough for this request, but not for the others as well."""
        return not self.is_short and self.line.asked > self.available - self.others

    @property
    def can_send(self) -> Quantity:
        return min(self.line.asked, self.available)


@dataclass(frozen=True)
class RequestToDecide:
    """The lines of a request, and what they say together."""

    lines: list[LineToDecide]

    @property
    def is_short(self) -> bool:
        return any(line.is_short for line in self.lines)

    @property
    def is_contested(self) -> bool:
        return not self.is_short and any(line.is_contested for line in self.lines)

    @property
    def worst_first(self) -> list[LineToDecide]:
        """The lines that need a look, before the others."""
        return sorted(self.lines, key=lambda line: (not line.is_short, not line.is_contested))

    @property
    def came_back(self) -> bool:
        """Whether it was approved before, and could not be carried out."""
        return bool(self.lacking)

    @property
    def lacking(self) -> list[LineToDecide]:
        """The lines of which there was not enough when it was carried out."""
        return [entry for entry in self.lines if entry.line.lacking]

    @property
    def can_send_some(self) -> bool:
        return any(line.can_send for line in self.lines)

    @property
    def skus(self) -> dict[SkuId, Sku]:
        return {entry.line.sku_id: entry.line.sku for entry in self.lines}


@dataclass(frozen=True)
class LineToAsk:
    """A SKU that a store may ask for: what it has, what it asked before, what the warehouse has left."""

    sku: Sku
    available: Quantity
    reorder_point: Quantity
    target: Quantity
    maximum: Quantity
    incoming: Quantity
    asked_before: Quantity
    left: Quantity

    @property
    def to_come(self) -> Quantity:
        """What the store has when all that is on its way and asked for is there."""
        return self.available + self.incoming + self.asked_before

    @property
    def need(self) -> Quantity:
        """Units up to the target (or above the reorder point)."""
        wanted = max(self.target, self.reorder_point + 1 if self.reorder_point else 0)
        return max(wanted - self.to_come, 0)

    @property
    def suggested(self) -> Quantity:
        """The need in whole packs, as many as the maximum leaves room for; one pack at least."""
        pack = self.sku.pack_size
        wanted = whole_packs(self.need, pack)
        room = (self.maximum - self.to_come) // pack * pack if self.maximum else wanted
        return max(min(wanted, room), pack)

    def is_above_maximum(self, units: Quantity) -> bool:
        """Whether so many units more are too many for the store."""
        return bool(self.maximum) and self.to_come + units > self.maximum

    @property
    def is_scarce(self) -> bool:
        return self.left < self.suggested


def whole_packs(units: Quantity, pack_size: int) -> Quantity:
    """The units rounded up to whole packs."""
    return -(-units // pack_size) * pack_size


def requests_to_decide(
    requests: Sequence[RestockRequest],
) -> dict[RequestId, RequestToDecide]:
    """The lines of these requests with the warehouses' figures now, in three queries."""
    warehouses = {request.pk: request.warehouse_id for request in requests}
    still_open = {request.pk for request in requests if request.state in OPEN_STATES}
    lines = list(
        RestockLine.objects.filter(request__in=warehouses).select_related(
            "sku__product", "share", "transfer_line"
        )
    )
    skus = {line.sku_id for line in lines}
    available = available_at(set(warehouses.values()), skus)
    wanted = wanted_of(set(warehouses.values()), skus)
    found = {request.pk: RequestToDecide([]) for request in requests}
    for line in lines:
        key = (warehouses[line.request_id], line.sku_id)
        own = _wanted_by(line) if line.request_id in still_open else 0
        others = wanted.get(key, 0) - own
        found[line.request_id].lines.append(LineToDecide(line, available.get(key, 0), others))
    return found


def lines_to_ask(
    store: Location, warehouse: Location, skus: Iterable[Sku]
) -> dict[SkuId, LineToAsk]:
    """What there is to know before these SKUs are asked for, in two queries."""
    chosen = {sku.pk: sku for sku in skus}
    places = (store.pk, warehouse.pk)
    levels = {
        (level.location_id, level.sku_id): level
        for level in StockLevel.objects.filter(location__in=places, sku__in=chosen)
    }
    wanted = _wanted_between(store, warehouse, chosen)
    none = StockLevel()
    found = {}
    for sku_id, sku in chosen.items():
        here, there = (levels.get((place, sku_id), none) for place in places)
        of_warehouse, by_store = wanted.get(sku_id, (0, 0))
        found[sku_id] = LineToAsk(
            sku,
            here.available,
            here.reorder_point,
            here.target,
            here.maximum,
            here.incoming,
            asked_before=by_store,
            left=max(there.available - of_warehouse, 0),
        )
    return found


def _wanted_between(
    store: Location, warehouse: Location, skus: Collection[SkuId]
) -> dict[SkuId, tuple[Quantity, Quantity]]:
    """What open requests want of each SKU: of the warehouse, whoever asks, and for the store."""
    sums = (
        _open_lines()
        .filter(sku__in=skus)
        .values_list("sku_id")
        .annotate(
            of_warehouse=Sum(WANTED, filter=Q(request__warehouse=warehouse)),
            by_store=Sum(WANTED, filter=Q(request__store=store)),
        )
    )
    return {sku: (of_warehouse or 0, by_store or 0) for sku, of_warehouse, by_store in sums}


def available_at(places: Collection[LocationId], skus: Collection[SkuId]) -> Figures:
    levels = StockLevel.objects.filter(location__in=places, sku__in=skus)
    rows = levels.values_list("location_id", "sku_id", AVAILABLE)
    return {(place, sku): units for place, sku, units in rows}


def wanted_of(warehouses: Collection[LocationId], skus: Collection[SkuId]) -> Figures:
    """The units that open requests want of each warehouse: asked, or approved and not yet sent."""
    lines = _open_lines().filter(request__warehouse__in=warehouses, sku__in=skus)
    rows = lines.values_list("request__warehouse_id", "sku_id").annotate(units=Sum(WANTED))
    return {(warehouse, sku): units for warehouse, sku, units in rows}


def _open_lines() -> QuerySet[RestockLine]:
    return RestockLine.objects.filter(request__state__in=OPEN_STATES).order_by()


def _wanted_by(line: RestockLine) -> Quantity:
    return line.asked if line.approved is None else line.approved
