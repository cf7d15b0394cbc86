"""What stores have too much of, and where it would do good: other stores that are short, the rest back
to the logistics centre."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Sum

from inventory.models import StockLevel, Suggestion, Transfer, TransferLine
from stores.models import Location
from stores.models.location import LocationQuerySet

type Pair = tuple[int, int]  # place, SKU

MOST_ROWS = 500  # the largest surpluses, at cost


@dataclass(frozen=True)
class Going:
    """Units of a surplus that go to one place; `lost_per_day` is what it loses, where it is short."""

    destination: Location
    units: int
    lost_per_day: Decimal | None = None


@dataclass(frozen=True)
class Surplus:
    """One SKU of which a store has more than its maximum, and what is proposed."""

    level: StockLevel
    keeps: int
    going: list[Going]

    @property
    def key(self) -> str:
        return f"{self.level.location_id}-{self.level.sku_id}"

    @property
    def units(self) -> int:
        return sum(going.units for going in self.going)


def surplus_of(places: LocationQuerySet) -> list[Surplus]:
    """What the stores among these places have above their maximum, the most valuable first: down to
    the target (or the maximum, where there is no target), in whole packs, of what is available and in
    no draft yet. Of several stores that are short, the one that loses most sales per day comes first."""
    levels = _overstocked(places)
    skus = {level.sku_id for level in levels}
    leaving, coming = _drafted(skus)
    short = _short(skus, coming)
    usual = Location.objects.warehouses().active().order_by("name", "pk").first()
    rows = [_propose(level, leaving, short[level.sku_id], usual) for level in levels]
    return [row for row in rows if row.going]


def plan_of(rows: Iterable[Surplus]) -> dict[tuple[Location, Location], dict[int, int]]:
    """The transfers that carry these proposals out: units of each SKU by source and destination."""
    plan: dict[tuple[Location, Location], dict[int, int]] = defaultdict(dict)
    for row in rows:
        for going in row.going:
            plan[row.level.location, going.destination][row.level.sku_id] = going.units
    return dict(plan)


def fingerprint(rows: Iterable[Surplus]) -> str:
    """What a confirmation is of."""
    said = [(row.key, [(going.destination.pk, going.units) for going in row.going]) for row in rows]
    return hashlib.sha256(repr(sorted(said)).encode()).hexdigest()


def _overstocked(places: LocationQuerySet) -> Sequence[StockLevel]:
    levels = StockLevel.objects.filter(
        location__in=places.stores().active(),
        maximum__gt=0,
        on_hand__gt=F("maximum"),
        sku__is_active=True,
        sku__product__is_active=True,
    ).select_related("location", "sku__product", "warehouse")
    return list(levels.order_by((F("maximum") - F("on_hand")) * F("sku__cost"), "pk")[:MOST_ROWS])


def _drafted(skus: Collection[int]) -> tuple[dict[Pair, int], dict[Pair, int]]:
    """Units that drafts of transfers will take from, and bring to, each place."""
    lines = TransferLine.objects.filter(transfer__state=Transfer.State.DRAFT, sku__in=skus)
    leaving, coming = (
        {
            (place, sku): units
            for place, sku, units in lines.order_by()
            .values_list(f"transfer__{end}", "sku")
            .annotate(units=Sum("planned"))
        }
        for end in ("source", "destination")
    )
    return leaving, coming


def _short(
    skus: Collection[int], coming: dict[Pair, int]
) -> dict[int, list[tuple[Suggestion, int]]]:
    """The stores that are short of each SKU, what loses most first, with the units that they need."""
    short: dict[int, list[tuple[Suggestion, int]]] = defaultdict(list)
    rows = Suggestion.objects.filter(sku__in=skus, units__gt=0).worst_first()
    for row in rows.select_related("location"):
        asleep = row.snoozed_until and row.snoozed_until > row.location.local_day()
        needs = row.units - coming.get((row.location_id, row.sku_id), 0)
        if needs > 0 and not asleep:
            short[row.sku_id].append((row, needs))
    return short


def _propose(
    level: StockLevel,
    leaving: dict[Pair, int],
    short: list[tuple[Suggestion, int]],
    usual: Location | None,
) -> Surplus:
    """Share a surplus out; what stores get here is taken off what they still need."""
    keeps = level.target or level.maximum
    spare = min(level.on_hand - keeps, level.available) - leaving.get(
        (level.location_id, level.sku_id), 0
    )
    pack = level.sku.pack_size
    left = max(spare, 0) // pack * pack
    going = []
    for index, (row, needs) in enumerate(short):
        units = min(left, needs) // pack * pack
        if units and row.location_id != level.location_id:
            going.append(Going(row.location, units, row.lost_per_day))
            short[index] = (row, needs - units)
            left -= units
    warehouse = level.warehouse if level.warehouse and level.warehouse.is_active else usual
    if left and warehouse:
        going.append(Going(warehouse, left))
    return Surplus(level, keeps, going)
