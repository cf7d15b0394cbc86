"""The only code that writes stock levels, movements and reservations.

Every function runs inside the transaction of the document that causes it, takes all its locks in one
statement in (location, SKU) order, and checks again under the lock. Alerts follow in the same
transaction.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from django.db import connection, transaction
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.utils import timezone

from inventory.actions.alerts import figures_of, review_alerts
from inventory.actions.locks import hold_new_levels
from inventory.actions.marks import mark_moved
from inventory.actions.settle import settle_policies
from inventory.errors import OutOfStock, Shortage, TooManyUnits
from inventory.models import Cause, Reservation, Sku, StockLevel, StockMovement
from stores.models import Location, User

type SkuId = int
type LocationId = int
type Quantity = int
type Levels = dict[tuple[LocationId, SkuId], StockLevel]

MOST_ON_HAND = 2**31 - 1  # what the column holds
NOTHING: Mapping[tuple[LocationId, SkuId], Quantity] = MappingProxyType({})


@dataclass(frozen=True)
class Move:
    """`quantity` > 0 units of one SKU from a source to a destination."""

    sku_id: SkuId
    source: Location
    destination: Location
    quantity: Quantity


def lock_levels(wanted: Iterable[tuple[LocationId, SkuId]]) -> Levels:
    """Lock stock levels in (location, SKU) order, so that two transactions never wait for each
    other; a level that doesn't exist yet is made, at 0."""
    keys = sorted(set(wanted))
    levels = _select_for_update(keys)
    if len(levels) < len(keys):
        missing = [StockLevel(location_id=place, sku_id=sku) for place, sku in keys]
        StockLevel.objects.bulk_create(missing, ignore_conflicts=True)
        levels = _select_for_update(keys)
    return levels


def _select_for_update(keys: Sequence[tuple[LocationId, SkuId]]) -> Levels:
    at_places: dict[LocationId, list[SkuId]] = {}
    for place, sku in keys:
        at_places.setdefault(place, []).append(sku)
    condition = Q(pk__in=[])
    for place, skus in at_places.items():
        condition |= Q(location_id=place, sku_id__in=skus)
    rows = StockLevel.objects.filter(condition).order_by("location_id", "sku_id")
    return {(row.location_id, row.sku_id): row for row in rows.select_for_update(no_key=True)}


@transaction.atomic
def open_levels_of(sku_ids: Iterable[SkuId]) -> None:
    """Give each of these SKUs a level of 0, with what the policies say, at every store and warehouse."""
    hold_new_levels()
    wanted = sorted(sku_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inventory_stocklevel"
            " (location_id, sku_id, on_hand, reserved, reorder_point, target)"
            " SELECT place.id, sku.id, 0, 0, 0, 0"
            " FROM stores_location place CROSS JOIN unnest(%s::bigint[]) sku (id)"
            " WHERE place.kind = ANY(%s) ON CONFLICT DO NOTHING",
            [wanted, list(Location.INNER)],
        )
    settle_policies(sku_ids=wanted)


@transaction.atomic
def open_levels_at(location: Location) -> None:
    """Give every SKU a level of 0, with what the policies say, at this place."""
    hold_new_levels()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inventory_stocklevel"
            " (location_id, sku_id, on_hand, reserved, reorder_point, target)"
            " SELECT %s, sku.id, 0, 0, 0, 0 FROM inventory_sku sku ON CONFLICT DO NOTHING",
            [location.pk],
        )
    settle_policies(location_ids=[location.pk])


@transaction.atomic
def move_stock(
    moves: Sequence[Move],
    *,
    cause: Cause,
    by: User | None,
    occurred_at: datetime | None = None,
    incoming: Mapping[tuple[LocationId, SkuId], Quantity] = NOTHING,
) -> list[StockMovement]:
    """Write movements and the levels they change; raise `OutOfStock`, and move nothing, if a place
    hasn't enough available. The same cause moves a SKU between two places once only: what one call
    says of the same SKU twice is added up. `incoming` is added to what is on its way to a place."""
    moves = _merged(moves)
    levels = lock_levels(_level_keys(moves) | incoming.keys())
    _refuse_shortages(_units_out(moves), levels)
    change: Counter[tuple[LocationId, SkuId]] = Counter()
    for (place, sku), units in _units_out(moves).items():
        change[place, sku] -= units
    for (place, sku), units in _units_in(moves).items():
        change[place, sku] += units
    _refuse_overflow(change, levels)
    _write_levels(levels, cause, on_hand=change, incoming=incoming)
    return _write_movements(moves, cause=cause, by=by, occurred_at=occurred_at)


@transaction.atomic
def reserve_stock(
    location: Location,
    wanted: Mapping[SkuId, Quantity],
    *,
    cause: Cause,
    until: datetime | None,
) -> list[Reservation]:
    """Hold units of several SKUs at one place; raise `OutOfStock`, and hold nothing, if one lacks."""
    held = {(location.pk, sku_id): units for sku_id, units in wanted.items()}
    levels = lock_levels(held)
    _refuse_shortages(held, levels)
    _write_levels(levels, cause, reserved=held)
    return Reservation.objects.bulk_create(
        Reservation(
            location=location,
            sku_id=sku_id,
            quantity=units,
            document=cause.document,
            document_id=cause.document_id,
            until=until,
        )
        for sku_id, units in sorted(wanted.items())
    )


@transaction.atomic
def keep_reservations(cause: Cause) -> None:
    """Keep what a document reserved until it is handed over: it no longer expires."""
    Reservation.objects.open().held_by(cause).update(until=None)


@transaction.atomic
def end_reservations(cause: Cause, *, state: Reservation.State) -> list[Reservation]:
    """Give back what a document still holds, as `RELEASED` or `EXPIRED`; nothing if it ended before."""
    reservations = _lock_reservations(cause)
    given_back = {(r.location_id, r.sku_id): -r.quantity for r in reservations}
    _write_levels(lock_levels(given_back), cause, reserved=given_back)
    _end(reservations, state)
    return reservations


@transaction.atomic
def hand_over_reserved(
    holder: Cause, *, destination: Location, cause: Cause, by: User
) -> list[StockMovement]:
    """Move what `holder` still holds to the destination, as the effect of `cause`."""
    reservations = _lock_reservations(holder)
    given = {(r.location_id, r.sku_id): -r.quantity for r in reservations}
    _write_levels(lock_levels(given), cause, on_hand=given, reserved=given)
    _end(reservations, Reservation.State.USED)
    moves = [Move(r.sku_id, r.location, destination, r.quantity) for r in reservations]
    return _write_movements(moves, cause=cause, by=by, occurred_at=None)


def _lock_reservations(cause: Cause) -> list[Reservation]:
    reservations = Reservation.objects.open().held_by(cause).select_related("location")
    return list(reservations.select_for_update(of=("self",)).order_by("location_id", "sku_id"))


def _end(reservations: Sequence[Reservation], state: Reservation.State) -> None:
    Reservation.objects.filter(pk__in=[r.pk for r in reservations]).update(state=state)


def _merged(moves: Sequence[Move]) -> list[Move]:
    first: dict[tuple[SkuId, LocationId, LocationId], Move] = {}
    for move in moves:
        key = (move.sku_id, move.source.pk, move.destination.pk)
        units = first[key].quantity + move.quantity if key in first else move.quantity
        first[key] = replace(move, quantity=units)
    return list(first.values())


def _level_keys(moves: Sequence[Move]) -> set[tuple[LocationId, SkuId]]:
    return {
        (place.pk, move.sku_id)
        for move in moves
        for place in (move.source, move.destination)
        if place.holds_stock
    }


def _units_out(moves: Sequence[Move]) -> Counter[tuple[LocationId, SkuId]]:
    out: Counter[tuple[LocationId, SkuId]] = Counter()
    for move in moves:
        if move.source.holds_stock:
            out[move.source.pk, move.sku_id] += move.quantity
    return out


def _units_in(moves: Sequence[Move]) -> Counter[tuple[LocationId, SkuId]]:
    into: Counter[tuple[LocationId, SkuId]] = Counter()
    for move in moves:
        if move.destination.holds_stock:
            into[move.destination.pk, move.sku_id] += move.quantity
    return into


def _refuse_shortages(wanted: Mapping[tuple[LocationId, SkuId], Quantity], levels: Levels) -> None:
    short = {key: units for key, units in wanted.items() if levels[key].available < units}
    if short:
        skus = Sku.objects.select_related("product").in_bulk([sku for _place, sku in short])
        raise OutOfStock(
            [Shortage(skus[key[1]], units, levels[key].available) for key, units in short.items()]
        )


def _refuse_overflow(change: Mapping[tuple[LocationId, SkuId], Quantity], levels: Levels) -> None:
    over = [key[1] for key, units in change.items() if levels[key].on_hand + units > MOST_ON_HAND]
    if over:
        raise TooManyUnits(Sku.objects.select_related("product").filter(pk__in=over), MOST_ON_HAND)


def _write_levels(
    levels: Levels,
    cause: Cause,
    *,
    on_hand: Mapping[tuple[LocationId, SkuId], Quantity] = NOTHING,
    reserved: Mapping[tuple[LocationId, SkuId], Quantity] = NOTHING,
    incoming: Mapping[tuple[LocationId, SkuId], Quantity] = NOTHING,
) -> None:
    """Add to the figures of locked levels, in one statement; alerts and suggestions follow."""
    figures = (on_hand, reserved, incoming)
    changed = [levels[key] for key in levels if any(figure.get(key) for figure in figures)]
    if not changed:
        return
    before = {level.pk: figures_of(level) for level in changed}
    for level in changed:
        key = (level.location_id, level.sku_id)
        level.on_hand += on_hand.get(key, 0)
        level.reserved += reserved.get(key, 0)
        level.incoming += incoming.get(key, 0)
    StockLevel.objects.filter(pk__in=[level.pk for level in changed]).update(
        on_hand=_added("on_hand", changed, on_hand),
        reserved=_added("reserved", changed, reserved),
        incoming=_added("incoming", changed, incoming),
    )
    mark_moved((level.location_id, level.sku_id) for level in changed)
    review_alerts(changed, before, cause)


def _added(
    figure: str,
    levels: Sequence[StockLevel],
    change: Mapping[tuple[LocationId, SkuId], Quantity],
) -> Case | F:
    """`figure` plus each level's own change, so that the database adds to what it holds."""
    cases = [
        When(pk=level.pk, then=F(figure) + Value(units))
        for level in levels
        if (units := change.get((level.location_id, level.sku_id), 0))
    ]
    return Case(*cases, default=F(figure), output_field=IntegerField()) if cases else F(figure)


def _write_movements(
    moves: Sequence[Move], *, cause: Cause, by: User | None, occurred_at: datetime | None
) -> list[StockMovement]:
    now = timezone.now()
    return StockMovement.objects.bulk_create(
        StockMovement(
            sku_id=move.sku_id,
            source=move.source,
            destination=move.destination,
            quantity=move.quantity,
            document=cause.document,
            document_id=cause.document_id,
            by=by,
            occurred_at=occurred_at or now,
            recorded_at=now,
        )
        for move in moves
    )
