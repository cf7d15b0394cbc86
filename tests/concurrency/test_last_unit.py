"""The last unit, wanted by two tills and the shop at the same moment; and rows taken in any order."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Barrier

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import CheckConstraint, F

from backoffice.lib.retry import conflict_of
from inventory.actions import stock
from inventory.actions.stock import Levels, Move, lock_levels, move_stock, reserve_stock
from inventory.models import Cause, Document, Reservation, StockLevel, StockMovement
from inventory.queries.check import ledger_drift
from stores.models import Location
from stores.models.location import outer_place
from tests.concurrency.together import PATIENCE, together
from tests.factories import make_level, make_sku, make_store

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


def outcomes(acts: Sequence[Callable[[], object]]) -> Counter[str]:
    """What came of acts that began at the same moment: `done`, or the name of the error."""
    return Counter(map(name_of, together(acts)))


def name_of(result: object) -> str:
    if isinstance(result, OperationalError):
        return conflict_of(result) or str(result)
    return type(result).__name__ if isinstance(result, Exception) else "done"


def wanting_the_last_unit(level: StockLevel) -> list[Callable[[], object]]:
    """Four tills and two carts of the shop, each after one unit."""
    customer = outer_place(Location.Kind.CUSTOMER)
    place, sku = level.location, level.sku_id

    def sell(number: int) -> Callable[[], object]:
        cause = Cause(Document.SALE, number)
        return lambda: move_stock([Move(sku, place, customer, 1)], cause=cause, by=None)

    def reserve(number: int) -> Callable[[], object]:
        cause = Cause(Document.ORDER, number)
        return lambda: reserve_stock(place, {sku: 1}, cause=cause, until=None)

    return [sell(1), sell(2), reserve(1), sell(3), reserve(2), sell(4)]


def units_given() -> int:
    """Units sold and held, whatever the level says."""
    sold = StockMovement.objects.filter(document=Document.SALE).count()
    return sold + Reservation.objects.open().count()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_gets_the_last_unit_and_all_others_hear_that_it_is_gone(_round: int) -> None:
    level = make_level(on_hand=1)
    assert outcomes(wanting_the_last_unit(level)) == {"done": 1, "OutOfStock": 5}
    level.refresh_from_db()
    assert (level.available, units_given()) == (0, 1)
    assert ledger_drift() == []


def read_without_a_lock(keys: Sequence[tuple[int, int]]) -> Levels:
    """What `lock_levels` reads, after everybody has read it: the race, made certain."""
    rows = StockLevel.objects.filter(sku_id__in=[sku for _place, sku in keys])
    return {(row.location_id, row.sku_id): row for row in rows}


def without_locks(monkeypatch: pytest.MonkeyPatch, rivals: int) -> None:
    all_have_read = Barrier(rivals, timeout=PATIENCE)

    def read(keys: Sequence[tuple[int, int]]) -> Levels:
        levels = read_without_a_lock(keys)
        all_have_read.wait()
        return levels

    monkeypatch.setattr(stock, "_select_for_update", read)


def test_without_the_lock_the_check_constraint_stops_the_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    level = make_level(on_hand=1)
    without_locks(monkeypatch, 6)
    assert outcomes(wanting_the_last_unit(level)) == {"done": 1, "IntegrityError": 5}
    level.refresh_from_db()
    assert (level.available, units_given()) == (0, 1)
    assert ledger_drift() == []


def test_without_lock_and_constraint_the_last_unit_is_sold_six_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    level = make_level(on_hand=1)
    without_locks(monkeypatch, 6)
    with unconstrained():
        assert outcomes(wanting_the_last_unit(level)) == {"done": 6}
        assert units_given() == 6


@contextmanager
def unconstrained() -> Iterator[None]:
    """The table without the checks that hold the figures, for a moment."""
    checks = {c.name: c for c in StockLevel._meta.constraints if isinstance(c, CheckConstraint)}
    with connection.schema_editor() as editor:
        for check in checks.values():
            editor.remove_constraint(StockLevel, check)
    try:
        yield
    finally:
        StockLevel.objects.update(on_hand=0, reserved=0)
        with connection.schema_editor() as editor:
            for check in checks.values():
                editor.add_constraint(StockLevel, check)


def shuffled_sales(levels: Sequence[StockLevel], numbers: range) -> list[Callable[[], object]]:
    """Sales of all these SKUs, each in an order of its own."""
    customer = outer_place(Location.Kind.CUSTOMER)

    def sale(number: int) -> Callable[[], object]:
        mixed = random.Random(number).sample(list(levels), len(levels))
        moves = [Move(level.sku_id, level.location, customer, 1) for level in mixed]
        return lambda: move_stock(moves, cause=Cause(Document.SALE, number), by=None)

    return [sale(number) for number in numbers]


def test_sales_of_the_same_skus_in_any_order_never_deadlock() -> None:
    store = make_store()
    levels = [make_level(make_sku(), store, on_hand=100) for _number in range(9)]
    for begin in range(0, 48, 16):
        sales = shuffled_sales(levels, range(begin, begin + 16))
        assert outcomes(sales) == {"done": 16}
    assert set(StockLevel.objects.values_list("on_hand", flat=True)) == {52}
    assert ledger_drift() == []


def test_without_an_order_of_locks_they_do_deadlock() -> None:
    store = make_store()
    one, two = (make_level(make_sku(), store, on_hand=9) for _number in range(2))
    both_hold_one = Barrier(2, timeout=PATIENCE)

    def take(first: StockLevel, second: StockLevel) -> None:
        with transaction.atomic():
            lock_levels([(store.pk, first.sku_id)])
            both_hold_one.wait()
            lock_levels([(store.pk, second.sku_id)])
            StockLevel.objects.filter(pk=second.pk).update(on_hand=F("on_hand") - 1)

    outcome = outcomes([lambda: take(one, two), lambda: take(two, one)])
    assert outcome == {"done": 1, "deadlock": 1}
