"""A request of a store that receives by hand: in transit, counted in, and done when nothing is left."""

from uuid import uuid4

import pytest

from inventory.actions.arrival import Counted, Fate, receive_transfer, settle_rest
from inventory.actions.carry_out import carry_out_restock
from inventory.actions.restock import Less, approve_restock
from inventory.models import RestockRequest, Sku, StockLevel, StockMovement, Transfer
from inventory.queries.check import ledger_drift
from stores.models import Location, Role, User
from tests.factories import make_level, make_restock, make_sku, make_staff, make_store

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Location:
    return make_store("lyon", receives_by_hand=True)


@pytest.fixture
def skus(store: Location, warehouse: Location) -> list[Sku]:
    """A mouse, tea and pens: 100 of each at the warehouse, 20 in the store."""
    skus = [make_sku(code) for code in ("MOUSE", "TEA", "PEN")]
    for sku in skus:
        make_level(sku, warehouse, on_hand=100)
        make_level(sku, store, on_hand=20)
    return skus


@pytest.fixture
def request_on_the_road(
    skus: list[Sku], store: Location, warehouse: Location, approver: User
) -> RestockRequest:
    """21 mice and 5 teas of 6 are on the road; pens were not granted."""
    mouse, tea, pen = skus
    request = make_restock({mouse: 21, tea: 6, pen: 2}, store=store, warehouse=warehouse)
    less = {tea.pk: Less(5, "whole_packs"), pen.pk: Less(0, "seasonal")}
    approve_restock(request.pk, by=approver, less=less)
    carry_out_restock(request.pk)
    return RestockRequest.objects.get(pk=request.pk)


def quantities(request: RestockRequest) -> list[tuple[object, ...]]:
    return list(
        request.lines.values_list("asked", "approved", "sent", "received", "received_reason")
    )


def figures(place: Location) -> list[tuple[int, int]]:
    levels = StockLevel.objects.at(place).order_by("sku_id")
    return list(levels.values_list("on_hand", "incoming"))


def test_the_goods_are_at_neither_end_until_they_are_counted(
    request_on_the_road: RestockRequest, store: Location, warehouse: Location, approver: User
) -> None:
    request, transfer = request_on_the_road, request_on_the_road.transfer
    assert (request.state, request.done_at) == ("sent", None)
    assert quantities(request) == [
        (21, 21, 21, None, ""),
        (6, 5, 5, None, ""),
        (2, 0, 0, 0, ""),
    ]
    assert (transfer.state, transfer.sent_by, transfer.source) == (
        "in_transit",
        approver,
        warehouse,
    )
    assert list(transfer.lines.values_list("sku__code", "planned", "sent", "received")) == [
        ("MOUSE", 21, 21, 0),
        ("TEA", 5, 5, 0),
    ]
    assert figures(warehouse) == [(79, 0), (95, 0), (100, 0)]
    assert figures(store) == [(20, 21), (20, 5), (20, 0)]
    assert list(request.events.values_list("kind", flat=True)) == ["asked", "approved", "sent"]
    assert ledger_drift() == []


def test_each_counting_writes_what_was_received_and_the_last_one_ends_the_request(
    request_on_the_road: RestockRequest, skus: list[Sku], store: Location, clerk: User
) -> None:
    request, transfer = request_on_the_road, request_on_the_road.transfer
    mouse, tea, _pen = skus
    receive_transfer(transfer.pk, key=uuid4(), counted={mouse.pk: Counted(15)}, by=clerk)
    request.refresh_from_db()
    assert (request.state, request.version) == ("sent", 4)
    assert quantities(request) == [(21, 21, 21, 15, ""), (6, 5, 5, 0, ""), (2, 0, 0, 0, "")]
    assert ledger_drift() == []

    rest = {mouse.pk: Counted(5, rejected=1, reason="expired"), tea.pk: Counted(3)}
    receive_transfer(transfer.pk, key=uuid4(), counted=rest, by=clerk)
    manager = make_staff(Role.MANAGER, store)
    lost = {tea.pk: Fate(written_off=2, reason="other")}
    settle_rest(transfer.pk, key=uuid4(), fates=lost, by=manager)

    request.refresh_from_db()
    transfer.refresh_from_db()
    assert (request.state, transfer.state) == ("done", "closed")
    assert request.done_at is not None
    assert quantities(request) == [
        (21, 21, 21, 20, "expired"),
        (6, 5, 5, 3, "other"),
        (2, 0, 0, 0, ""),
    ]
    assert figures(store) == [(40, 0), (23, 0), (20, 0)]
    kinds = ["asked", "approved", "sent", "received", "received", "done"]
    assert list(request.events.values_list("kind", flat=True)) == kinds
    assert ledger_drift() == []


def test_not_enough_leaves_no_transfer_behind(
    skus: list[Sku], store: Location, warehouse: Location, approver: User
) -> None:
    request = make_restock({skus[0]: 100, skus[1]: 101}, store=store, warehouse=warehouse)
    approve_restock(request.pk, by=approver)
    carry_out_restock(request.pk)
    request.refresh_from_db()
    assert request.state == "waiting"
    assert list(request.lines.values_list("lacking", flat=True)) == [0, 1]
    assert Transfer.objects.count() == 0
    assert figures(store) == [(20, 0)] * 3
    assert not StockMovement.objects.exclude(document="opening").exists()


def test_what_came_back_goes_by_one_transfer_in_the_end(
    skus: list[Sku], store: Location, warehouse: Location, approver: User
) -> None:
    request = make_restock({skus[0]: 101}, store=store, warehouse=warehouse)
    approve_restock(request.pk, by=approver)
    carry_out_restock(request.pk)
    approve_restock(request.pk, by=approver, less={skus[0].pk: Less(100, "no_stock")})
    carry_out_restock(request.pk)
    transfer = Transfer.objects.get()
    assert transfer.request == request
    assert [line.in_transit for line in transfer.lines.all()] == [100]
    assert ledger_drift() == []
