from uuid import uuid4

import pytest

from inventory.actions.restock import ask_restock
from inventory.errors import ClosedPlace, EmptyRequest, KeyReused, NotOnSale
from inventory.models import (
    Reservation,
    RestockEvent,
    RestockLine,
    RestockRequest,
    StockLevel,
    StockMovement,
)
from stores.models import Location, User
from tests.factories import (
    make_level,
    make_location,
    make_sku,
    make_staff,
    make_store,
    make_warehouse,
)

pytestmark = pytest.mark.django_db


def nothing_was_asked() -> bool:
    return not (
        RestockRequest.objects.exists()
        or RestockLine.objects.exists()
        or RestockEvent.objects.exists()
    )


def test_a_store_asks_for_several_skus_at_once(
    store: Location, warehouse: Location, clerk: User
) -> None:
    keyboard, coffee = make_sku(), make_sku()
    request = ask_restock(
        uuid4(),
        store=store,
        warehouse=warehouse,
        wanted={keyboard.pk: 21, coffee.pk: 12},
        note="For Saturday",
        by=clerk,
    )
    assert (request.store, request.warehouse) == (store, warehouse)
    assert (request.state, request.asked_by, request.version) == ("waiting", clerk, 1)
    assert list(request.lines.values_list("sku_id", "asked", "approved", "sent", "received")) == [
        (keyboard.pk, 21, None, None, None),
        (coffee.pk, 12, None, None, None),
    ]
    assert list(request.events.values_list("kind", "by_id", "note")) == [
        ("asked", clerk.pk, "For Saturday")
    ]


def test_asking_moves_and_reserves_nothing(
    store: Location, warehouse: Location, clerk: User
) -> None:
    sku = make_sku()
    level = make_level(sku, warehouse, on_hand=100)
    movements = StockMovement.objects.count()
    ask_restock(uuid4(), store=store, warehouse=warehouse, wanted={sku.pk: 21}, by=clerk)
    level.refresh_from_db()
    assert (level.on_hand, level.reserved) == (100, 0)
    assert not StockLevel.objects.filter(location=store).exists()
    assert StockMovement.objects.count() == movements
    assert not Reservation.objects.exists()


def test_the_same_key_twice_is_the_first_request(
    store: Location, warehouse: Location, clerk: User
) -> None:
    key, sku = uuid4(), make_sku()
    first = ask_restock(key, store=store, warehouse=warehouse, wanted={sku.pk: 5}, by=clerk)
    again = ask_restock(key, store=store, warehouse=warehouse, wanted={sku.pk: 5}, by=clerk)
    assert again == first
    assert RestockRequest.objects.count() == RestockLine.objects.count() == 1
    assert RestockEvent.objects.count() == 1


def test_other_content_under_the_same_key_is_refused(
    store: Location, warehouse: Location, clerk: User
) -> None:
    key, sku = uuid4(), make_sku()
    first = ask_restock(key, store=store, warehouse=warehouse, wanted={sku.pk: 5}, by=clerk)
    others = [
        {"wanted": {sku.pk: 6}},
        {"wanted": {sku.pk: 5, make_sku().pk: 1}},
        {"note": "other"},
        {"store": make_store()},
        {"warehouse": make_warehouse()},
        {"by": make_staff(location=store)},
    ]
    same = {"store": store, "warehouse": warehouse, "wanted": {sku.pk: 5}, "by": clerk}
    for other in others:
        with pytest.raises(KeyReused) as refusal:
            ask_restock(key, **(same | other))
        assert refusal.value.request == first
    assert list(RestockLine.objects.values_list("sku_id", "asked")) == [(sku.pk, 5)]


def test_an_empty_request_is_refused(store: Location, warehouse: Location, clerk: User) -> None:
    with pytest.raises(EmptyRequest):
        ask_restock(uuid4(), store=store, warehouse=warehouse, wanted={}, by=clerk)
    assert nothing_was_asked()


def test_what_is_no_longer_on_sale_cannot_be_asked_for(
    store: Location, warehouse: Location, clerk: User
) -> None:
    old, fine = make_sku(name="Old Mouse", is_active=False), make_sku()
    wanted = {old.pk: 1, fine.pk: 1}
    with pytest.raises(NotOnSale, match="Old Mouse") as refusal:
        ask_restock(uuid4(), store=store, warehouse=warehouse, wanted=wanted, by=clerk)
    assert refusal.value.skus == [old]
    with pytest.raises(NotOnSale, match="no longer exists"):
        ask_restock(uuid4(), store=store, warehouse=warehouse, wanted={10**9: 1}, by=clerk)
    assert nothing_was_asked()


def test_a_closed_place_neither_asks_nor_is_asked(
    store: Location, warehouse: Location, clerk: User
) -> None:
    closed_store = make_location(is_active=False)
    closed_warehouse = make_location(Location.Kind.WAREHOUSE, is_active=False)
    wanted = {make_sku().pk: 1}
    for places in (
        {"store": closed_store, "warehouse": warehouse},
        {"store": store, "warehouse": closed_warehouse},
        {"store": store, "warehouse": make_store()},
        {"store": warehouse, "warehouse": warehouse},
    ):
        with pytest.raises(ClosedPlace):
            ask_restock(uuid4(), **places, wanted=wanted, by=clerk)
    assert nothing_was_asked()
