"""What is scarce at a warehouse, who asks for it, and the split that is proposed."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import F, Sum

from inventory.actions.stock import Quantity, SkuId
from inventory.fair_share import Claim, cover_days, split
from inventory.models import Demand, RestockLine, RestockRequest, Sku, StockLevel
from stores.models import Location
from stores.models.location import LocationQuerySet

type Key = tuple[int, int]  # warehouse, SKU
type Pair = tuple[int, int]  # store, SKU
type LineId = int

State = RestockRequest.State
FOUND = """
WITH asking AS MATERIALIZED (
    SELECT request.warehouse_id, request.store_id, line.sku_id, line.asked
    FROM inventory_restockrequest AS request
    CROSS JOIN LATERAL (
        SELECT sku_id, asked FROM inventory_restockline WHERE request_id = request.id OFFSET 0
    ) AS line
    WHERE request.state = 'waiting' AND request.warehouse_id = ANY (%(warehouses)s)
), waiting AS MATERIALIZED (
    SELECT warehouse_id, sku_id, sum(asked)::bigint AS asked, count(*) AS lines
    FROM asking GROUP BY warehouse_id, sku_id
), promised AS MATERIALIZED (
    SELECT request.warehouse_id, line.sku_id, sum(line.approved)::bigint AS units
    FROM inventory_restockrequest AS request
    CROSS JOIN LATERAL (
        SELECT sku_id, approved FROM inventory_restockline WHERE request_id = request.id OFFSET 0
    ) AS line
    WHERE request.state = 'approved' AND request.warehouse_id = ANY (%(warehouses)s)
    GROUP BY request.warehouse_id, line.sku_id
), scarce AS MATERIALIZED (
    SELECT waiting.*, greatest(0, coalesce(level.available, 0)
        - coalesce(promised.units, 0)) AS free
    FROM waiting
    LEFT JOIN LATERAL (
        SELECT on_hand - reserved AS available FROM inventory_stocklevel
        WHERE location_id = waiting.warehouse_id AND sku_id = waiting.sku_id OFFSET 0
    ) AS level ON true
    LEFT JOIN promised
        ON promised.warehouse_id = waiting.warehouse_id AND promised.sku_id = waiting.sku_id
    WHERE waiting.asked > coalesce(level.available, 0) - coalesce(promised.units, 0)
)
"""  # OFFSET 0: each line and level by its index, however many others there are
COUNT = f"{FOUND} SELECT count(DISTINCT sku_id) FROM scarce"  # noqa: S608
SCARCE = f"""{FOUND}, losing AS (
    SELECT asking.warehouse_id, asking.sku_id, sum(demand.units * sku.price / 28
        * greatest(0, 1 - greatest(0, level.on_hand - level.reserved)
            / (demand.units / 28.0 * greatest(1, level.lead_days)))) AS lost
    FROM (
        SELECT DISTINCT asking.warehouse_id, asking.store_id, asking.sku_id
        FROM asking JOIN scarce
            ON scarce.warehouse_id = asking.warehouse_id AND scarce.sku_id = asking.sku_id
    ) AS asking
    JOIN inventory_demand AS demand
        ON demand.location_id = asking.store_id AND demand.sku_id = asking.sku_id
        AND demand.units > 0
    JOIN inventory_stocklevel AS level
        ON level.location_id = asking.store_id AND level.sku_id = asking.sku_id
    JOIN inventory_sku AS sku ON sku.id = asking.sku_id
    GROUP BY asking.warehouse_id, asking.sku_id
)
SELECT scarce.warehouse_id, scarce.sku_id, scarce.asked, scarce.free, scarce.lines,
       round(coalesce(losing.lost, 0), 2) AS lost_per_day
FROM scarce LEFT JOIN losing
    ON losing.warehouse_id = scarce.warehouse_id AND losing.sku_id = scarce.sku_id
ORDER BY lost_per_day DESC, scarce.asked - scarce.free DESC, scarce.sku_id, scarce.warehouse_id
"""  # noqa: S608


@dataclass(frozen=True)
class Scarce:
    """A SKU of which the requests that wait ask a warehouse for more than it has free: what is
    available there, less what is approved and not yet sent."""

    warehouse_id: int
    sku_id: SkuId
    asked: Quantity
    free: Quantity
    lines: int
    lost_per_day: Decimal

    @property
    def key(self) -> Key:
        return self.warehouse_id, self.sku_id


@dataclass(frozen=True)
class Wanted:
    """A line that waits for its share, beside what its store has, and how fast it sells."""

    pk: LineId
    request: RestockRequest
    asked: Quantity
    available: Quantity
    incoming: Quantity  # on its way, or approved and about to be sent
    sold: Quantity
    proposed: Quantity

    @property
    def has(self) -> Quantity:
        return self.available + self.incoming

    @property
    def cover_now(self) -> Decimal | None:
        return cover_days(self.has, self.sold)


@dataclass(frozen=True)
class Block:
    """A scarce SKU with every line that waits for it, in the order in which it runs out."""

    scarce: Scarce
    sku: Sku
    warehouse: Location
    lines: list[Wanted]

    @property
    def key(self) -> Key:
        return self.scarce.key

    @property
    def short(self) -> Quantity:
        return self.scarce.asked - self.scarce.free

    @property
    def stores(self) -> int:
        return len({line.request.store_id for line in self.lines})

    def cover_after(self, shares: Mapping[LineId, Quantity]) -> dict[int, Decimal | None]:
        """The days of cover of each store, by its id, once these shares have come."""
        given: dict[int, Quantity] = defaultdict(int)
        for line in self.lines:
            given[line.request.store_id] += shares.get(line.pk, 0)
        return {
            line.request.store_id: cover_days(line.has + given[line.request.store_id], line.sold)
            for line in self.lines
        }


def scarce_skus(warehouses: LocationQuerySet) -> list[Scarce]:
    """What is scarce at these warehouses, that which loses most sales per day first; one query."""
    places = [*warehouses.values_list("pk", flat=True)]
    with connection.cursor() as cursor:
        cursor.execute(SCARCE, {"warehouses": places})
        return [Scarce(*row) for row in cursor.fetchall()]


def scarce_count(warehouses: LocationQuerySet) -> int:
    """How many SKUs the notice on the queue speaks of."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"warehouses": [*warehouses.values_list("pk", flat=True)]})
        (count,) = cursor.fetchone()
    return int(count)


def blocks_of(scarce: Sequence[Scarce]) -> list[Block]:
    """The blocks of these SKUs in their order; the number of queries doesn't grow with them."""
    keys = {one.key for one in scarce}
    sku_ids = {sku_id for _warehouse, sku_id in keys}
    skus = Sku.objects.select_related("product").in_bulk(sku_ids)
    places = Location.objects.in_bulk({warehouse for warehouse, _sku in keys})
    lines = _waiting_lines(keys)
    have = _what_stores_have({line.request.store_id for line in lines}, sku_ids)
    of_key: dict[Key, list[RestockLine]] = defaultdict(list)
    for line in lines:
        of_key[line.request.warehouse_id, line.sku_id].append(line)
    return [
        Block(
            one,
            skus[one.sku_id],
            places[one.warehouse_id],
            _wanted(of_key[one.key], have, one.free, skus[one.sku_id].pack_size),
        )
        for one in scarce
    ]


def _waiting_lines(keys: Collection[Key]) -> list[RestockLine]:
    lines = RestockLine.objects.filter(
        request__state=State.WAITING,
        request__warehouse__in={warehouse for warehouse, _sku in keys},
        sku__in={sku_id for _warehouse, sku_id in keys},
    ).select_related("request__store")
    return [line for line in lines if (line.request.warehouse_id, line.sku_id) in keys]


def _what_stores_have(
    stores: Collection[int], skus: Collection[SkuId]
) -> dict[Pair, tuple[Quantity, Quantity, Quantity]]:
    """Available, on the way (sent, or approved and about to be) and sold in 28 days."""
    at_stores = {"location__in": stores, "sku__in": skus}
    levels = StockLevel.objects.filter(**at_stores).values_list(
        "location_id", "sku_id", F("on_hand") - F("reserved"), "incoming"
    )
    sold = Demand.objects.filter(**at_stores).values_list("location_id", "sku_id", "units")
    demand = {(store, sku): units for store, sku, units in sold}
    approved = (
        RestockLine.objects.filter(
            request__state=State.APPROVED, request__store__in=stores, sku__in=skus
        )
        .order_by()
        .values_list("request__store_id", "sku_id")
        .annotate(units=Sum("approved"))
    )
    coming = {(store, sku): units for store, sku, units in approved}
    available = {(store, sku): (units, incoming) for store, sku, units, incoming in levels}
    found = {}
    for pair in {*available, *demand, *coming}:
        here, on_its_way = available.get(pair, (0, 0))
        found[pair] = (here, on_its_way + coming.get(pair, 0), demand.get(pair, 0))
    return found


def _wanted(
    lines: Sequence[RestockLine],
    have: Mapping[Pair, tuple[Quantity, Quantity, Quantity]],
    free: Quantity,
    pack: int,
) -> list[Wanted]:
    figures = {line.pk: have.get((line.request.store_id, line.sku_id), (0, 0, 0)) for line in lines}
    claims = [
        Claim(line.pk, line.request.store_id, line.asked, available + incoming, sold)
        for line in lines
        for available, incoming, sold in [figures[line.pk]]
    ]
    shares = split(free, claims, pack)
    found = [
        Wanted(line.pk, line.request, line.asked, *figures[line.pk], shares[line.pk])
        for line in lines
    ]
    return sorted(found, key=_emptiest_first)


def _emptiest_first(line: Wanted) -> tuple[bool, Decimal, str, LineId]:
    cover = line.cover_now
    return cover is None, cover or Decimal(0), line.request.store.name, line.pk
