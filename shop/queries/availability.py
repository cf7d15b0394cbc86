"""Where goods can be had: to be sent home, and in which stores."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, F, Q, QuerySet, When

from inventory.models import Sku, StockLevel
from stores.models import Company, Location

AVAILABLE = F("on_hand") - F("reserved")
OPEN_STORES = Q(location__is_active=True)
STORES_SHOWN = 12
FEW = 3  # units from which on the shop says how many are left


@dataclass(frozen=True)
class StoreStock:
    """What one store has of a SKU."""

    name: str
    city: str
    left: int


@dataclass(frozen=True)
class Availability:
    """Where a SKU can be had now: units to send home, and the stores that have it."""

    online: int
    stores: Sequence[StoreStock]
    more_stores: bool

    @property
    def anywhere(self) -> bool:
        return self.online > 0 or bool(self.stores)

    @property
    def few_online(self) -> bool:
        return 0 < self.online <= FEW


def availability(sku: Sku, company: Company) -> Availability:
    """Where the SKU can be had: online, and the stores that have most of it first."""
    is_online = Q(location_id=company.online_location_id or 0)
    is_store = Q(location__kind=Location.Kind.STORE, location__is_active=True)
    levels = StockLevel.objects.annotate(available_now=AVAILABLE).filter(
        sku=sku, available_now__gt=0
    )
    levels = levels.filter(is_online | is_store).order_by(
        Case(When(is_online, then=0), default=1), "-available_now", "location__name"
    )
    fields = "location_id", "location__kind", "location__name", "location__city", "available_now"
    online, stores = 0, []
    for place_id, kind, name, city, left in levels.values_list(*fields)[: STORES_SHOWN + 2]:
        if place_id == company.online_location_id:
            online = left
        if kind == Location.Kind.STORE:
            stores.append(StoreStock(name, city, left))
    return Availability(online, stores[:STORES_SHOWN], len(stores) > STORES_SHOWN)


def left_online(sku_ids: Iterable[int], company: Company) -> dict[int, int]:
    """Units of each SKU that can be sent home."""
    levels = StockLevel.objects.annotate(available_now=AVAILABLE).filter(
        sku_id__in=sku_ids, location_id=company.online_location_id or 0
    )
    return dict(levels.values_list("sku_id", "available_now"))


def stores_with(wanted: dict[int, int]) -> list[Location]:
    """The open stores that have all of these units by SKU available, by name."""
    return _having_all(wanted, _enough_in_stores(wanted))


def closed_stores_with(wanted: dict[int, int]) -> list[Location]:
    """The stores that have all of these units and are closed for now, by name."""
    closed = Q(location__is_active=False, location__archived_at=None)
    return _having_all(wanted, _enough_in_stores(wanted, closed))


def _having_all(wanted: dict[int, int], levels: QuerySet[StockLevel]) -> list[Location]:
    full = levels.values("location_id").annotate(lines=Count("sku_id")).filter(lines=len(wanted))
    return list(Location.objects.filter(pk__in=full.values("location_id")).order_by("name"))


def stores_with_each(wanted: dict[int, int]) -> dict[int, int]:
    """In how many stores each SKU is there in the quantity that is wanted of it."""
    levels = _enough_in_stores(wanted)
    return dict(levels.order_by().values_list("sku_id").annotate(stores=Count("location_id")))


def _enough_in_stores(wanted: dict[int, int], standing: Q = OPEN_STORES) -> QuerySet[StockLevel]:
    """The levels of open (or of such) stores that cover what is wanted of their SKU."""
    enough = Q(pk__in=[])
    for sku_id, units in wanted.items():
        enough |= Q(sku_id=sku_id, available_now__gte=units)
    return StockLevel.objects.annotate(available_now=AVAILABLE).filter(
        enough, standing, location__kind=Location.Kind.STORE
    )
