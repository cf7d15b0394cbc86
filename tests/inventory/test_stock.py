"""The ledger: exact movements and levels, and nothing at all after a refusal."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from inventory.actions.policy import set_thresholds
from inventory.actions.stock import (
    MOST_ON_HAND,
    Move,
    end_reservations,
    hand_over_reserved,
    keep_reservations,
    move_stock,
    reserve_stock,
)
from inventory.errors import OutOfStock, TooManyUnits
from inventory.models import Alert, Cause, Document, Reservation, StockLevel, StockMovement
from stores.models import Location
from stores.models.location import outer_place
from tests.factories import make_level, make_sku, make_staff, make_store, make_user, make_warehouse

pytestmark = pytest.mark.django_db
SALE = Cause(Document.SALE, 1)
ORDER = Cause(Document.ORDER, 7)
State = Reservation.State


def everything() -> tuple[list[Any], ...]:
    """All that the ledger holds, to compare before and after."""
    return (
        list(StockLevel.objects.order_by("pk").values_list("pk", "on_hand", "reserved")),
        list(StockMovement.objects.order_by("pk").values_list("pk")),
        list(Reservation.objects.order_by("pk").values_list("pk", "state", "until")),
        list(Alert.objects.order_by("pk").values_list("pk", "kind", "closed_at")),
    )


def figures(level: StockLevel) -> tuple[int, int, int]:
    level.refresh_from_db()
    return level.on_hand, level.reserved, level.available


def sell(level: StockLevel, units: int, cause: Cause = SALE) -> list[StockMovement]:
    customer = outer_place(Location.Kind.CUSTOMER)
    move = Move(level.sku_id, level.location, customer, units)
    return move_stock([move], cause=cause, by=None)


def restock(level: StockLevel, units: int, number: int = 1) -> None:
    supplier = outer_place(Location.Kind.SUPPLIER)
    move = Move(level.sku_id, supplier, level.location, units)
    move_stock([move], cause=Cause(Document.RESTOCK, number), by=None)


def test_central_100_and_store_20_become_79_and_41() -> None:
    sku, person = make_sku(), make_user()
    central = make_level(sku, make_warehouse(), on_hand=100)
    store = make_level(sku, make_store(), on_hand=20)
    earlier = timezone.now() - timedelta(hours=3)

    [movement] = move_stock(
        [Move(sku.pk, central.location, store.location, 21)],
        cause=Cause(Document.RESTOCK, 5),
        by=person,
        occurred_at=earlier,
    )

    assert (figures(central), figures(store)) == ((79, 0, 79), (41, 0, 41))
    movement.refresh_from_db()
    assert (movement.source, movement.destination) == (central.location, store.location)
    assert (movement.quantity, movement.document, movement.document_id, movement.by) == (
        21,
        "restock",
        5,
        person,
    )
    assert movement.occurred_at == earlier < movement.recorded_at


def test_a_place_that_never_had_a_sku_gets_its_level() -> None:
    sku, store = make_sku(), make_store()
    move_stock([Move(sku.pk, outer_place(Location.Kind.SUPPLIER), store, 4)], cause=SALE, by=None)
    assert figures(StockLevel.objects.get(sku=sku, location=store)) == (4, 0, 4)


def test_one_call_that_names_a_sku_twice_moves_the_sum_once() -> None:
    level = make_level(on_hand=5)
    customer = outer_place(Location.Kind.CUSTOMER)
    move = Move(level.sku_id, level.location, customer, 2)
    [movement] = move_stock([move, move], cause=SALE, by=None)
    assert (movement.quantity, figures(level)) == (4, (1, 0, 1))


def test_out_of_stock_moves_nothing_and_names_each_line_that_lacks_something() -> None:
    store = make_store()
    enough = make_level(make_sku(), store, on_hand=9)
    short = make_level(make_sku(), store, on_hand=3)
    held = make_level(make_sku(), store, on_hand=5)
    reserve_stock(store, {held.sku_id: 4}, cause=ORDER, until=None)
    customer = outer_place(Location.Kind.CUSTOMER)
    before = everything()

    moves = [
        Move(enough.sku_id, store, customer, 9),
        Move(short.sku_id, store, customer, 4),
        Move(held.sku_id, store, customer, 2),
    ]
    with pytest.raises(OutOfStock) as refusal:
        move_stock(moves, cause=SALE, by=None)

    lacks = {(s.sku.pk, s.wanted, s.available, s.lacking) for s in refusal.value.shortages}
    assert lacks == {(short.sku_id, 4, 3, 1), (held.sku_id, 2, 1, 1)}
    assert everything() == before


def test_the_same_cause_moves_stock_once() -> None:
    level = make_level(on_hand=10)
    sell(level, 3)
    before = everything()
    with pytest.raises(IntegrityError, match="a_document_moves_stock_once"), transaction.atomic():
        sell(level, 3)
    assert everything() == before
    assert figures(level) == (7, 0, 7)


@pytest.mark.parametrize("units", [0, -1])
def test_a_movement_moves_at_least_one_unit(units: int) -> None:
    level = make_level(on_hand=10)
    before = everything()
    with pytest.raises(IntegrityError, match="stockmovement"), transaction.atomic():
        sell(level, units)
    assert everything() == before


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"on_hand": -1}, "on_hand_not_negative|reserved_within_on_hand"),
        ({"reserved": 6}, "reserved_within_on_hand"),
        ({"reserved": -1}, "reserved_within_on_hand"),
    ],
)
def test_the_database_refuses_figures_that_cannot_be(
    wrong: dict[str, int], constraint: str
) -> None:
    level = make_level(on_hand=5)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        StockLevel.objects.filter(pk=level.pk).update(**wrong)
    assert figures(level) == (5, 0, 5)


def test_reserving_holds_the_goods_until_a_time() -> None:
    level = make_level(on_hand=5)
    until = timezone.now() + timedelta(minutes=30)
    [reservation] = reserve_stock(level.location, {level.sku_id: 4}, cause=ORDER, until=until)
    assert figures(level) == (5, 4, 1)
    assert (reservation.quantity, reservation.until, reservation.state) == (4, until, State.OPEN)
    keep_reservations(ORDER)
    reservation.refresh_from_db()
    assert reservation.until is None


def test_reserving_more_than_is_left_holds_nothing() -> None:
    store = make_store()
    plenty, scarce = (make_level(make_sku(), store, on_hand=units) for units in (9, 1))
    before = everything()
    with pytest.raises(OutOfStock):
        reserve_stock(store, {plenty.sku_id: 1, scarce.sku_id: 2}, cause=ORDER, until=None)
    assert everything() == before


@pytest.mark.parametrize("state", [State.RELEASED, State.EXPIRED])
def test_a_reservation_ends_once(state: State) -> None:
    level = make_level(on_hand=5)
    reserve_stock(level.location, {level.sku_id: 4}, cause=ORDER, until=None)
    other = Cause(Document.ORDER, 8)
    reserve_stock(level.location, {level.sku_id: 1}, cause=other, until=None)

    assert len(end_reservations(ORDER, state=state)) == 1
    assert figures(level) == (5, 1, 4)
    assert end_reservations(ORDER, state=State.RELEASED) == []
    assert hand_over_reserved(ORDER, destination=make_store(), cause=SALE, by=make_user()) == []

    assert figures(level) == (5, 1, 4)
    assert Reservation.objects.held_by(ORDER).get().state == state


def test_handing_over_takes_what_was_held_and_leaves_the_rest() -> None:
    level, person = make_level(on_hand=5), make_user()
    reserve_stock(level.location, {level.sku_id: 4}, cause=ORDER, until=None)
    customer = outer_place(Location.Kind.CUSTOMER)

    [movement] = hand_over_reserved(ORDER, destination=customer, cause=SALE, by=person)

    assert figures(level) == (1, 0, 1)
    assert (movement.quantity, movement.document, movement.by) == (4, "sale", person)
    assert Reservation.objects.get().state == State.USED
    assert hand_over_reserved(ORDER, destination=customer, cause=SALE, by=person) == []
    assert end_reservations(ORDER, state=State.EXPIRED) == []
    assert figures(level) == (1, 0, 1)


def open_alerts() -> list[tuple[str, int]]:
    return sorted(Alert.objects.open().values_list("kind", "available"))


def test_alerts_open_once_per_crossing_and_close_with_their_cause() -> None:
    level = make_level(on_hand=10, reorder_point=5)
    sell(level, 4, Cause(Document.SALE, 1))
    assert open_alerts() == []
    sell(level, 1, Cause(Document.SALE, 2))
    assert open_alerts() == [("low", 5)]
    sell(level, 1, Cause(Document.SALE, 3))
    assert open_alerts() == [("low", 5)]
    sell(level, 4, Cause(Document.SALE, 4))
    assert open_alerts() == [("low", 5), ("out", 0)]

    restock(level, 3, 11)
    assert open_alerts() == [("low", 5)]
    out = Alert.objects.get(kind=Alert.Kind.OUT)
    assert (out.closing_document, out.closing_document_id) == ("restock", 11)

    restock(level, 3, 12)
    assert open_alerts() == []
    sell(level, 6, Cause(Document.SALE, 5))
    assert open_alerts() == [("low", 0), ("out", 0)]
    assert Alert.objects.count() == 4


def test_goods_that_are_reserved_count_as_gone_for_alerts() -> None:
    level = make_level(on_hand=10, reorder_point=5)
    reserve_stock(level.location, {level.sku_id: 10}, cause=ORDER, until=None)
    assert open_alerts() == [("low", 0), ("out", 0)]
    end_reservations(ORDER, state=State.RELEASED)
    assert open_alerts() == []


def test_setting_the_reorder_point_opens_and_closes_alerts() -> None:
    level, manager = make_level(on_hand=5), make_staff()

    set_thresholds(level.location, level.sku_id, reorder_point=8, target=20, by=manager)
    level.refresh_from_db()
    assert (level.reorder_point, level.target, level.on_hand) == (8, 20, 5)
    assert open_alerts() == [("low", 5)]

    set_thresholds(level.location, level.sku_id, reorder_point=2, target=20, by=manager)
    assert open_alerts() == []
    alert = Alert.objects.get()
    assert (alert.closing_document, alert.closing_document_id) == ("", None)


def test_asking_for_a_level_of_what_was_never_there_says_that_it_is_out() -> None:
    level = make_level()
    set_thresholds(level.location, level.sku_id, reorder_point=1, target=5, by=make_staff())
    set_thresholds(level.location, level.sku_id, reorder_point=2, target=5, by=make_staff())
    assert open_alerts() == [("low", 0), ("out", 0)]


def test_more_units_than_a_figure_holds_are_refused_in_words() -> None:
    level = make_level(make_sku(name="Souris"), on_hand=5)
    StockLevel.objects.filter(pk=level.pk).update(on_hand=MOST_ON_HAND - 10)
    before = everything()
    with pytest.raises(TooManyUnits, match="2147483647 units of a product: Souris"):
        restock(level, 11)
    assert everything() == before
    restock(level, 10)
    assert figures(level)[0] == MOST_ON_HAND
