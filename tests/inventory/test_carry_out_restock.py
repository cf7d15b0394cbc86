import pytest

from inventory.actions.carry_out import carry_out_due, carry_out_restock
from inventory.actions.restock import Less, approve_restock
from inventory.models import Document, RestockRequest, StockLevel, StockMovement
from stores.models import Location, User
from tests.factories import make_level, make_restock, make_sku

pytestmark = pytest.mark.django_db


def on_hand(location: Location) -> list[int]:
    return list(
        StockLevel.objects.filter(location=location)
        .order_by("sku_id")
        .values_list("on_hand", flat=True)
    )


def moved() -> list[tuple[int, int, int, int]]:
    movements = StockMovement.objects.filter(document=Document.TRANSFER).order_by("sku_id")
    return list(movements.values_list("document_id", "source_id", "destination_id", "quantity"))


def test_central_100_and_store_20_become_79_and_41(
    store: Location, warehouse: Location, approver: User
) -> None:
    sku = make_sku()
    make_level(sku, warehouse, on_hand=100)
    make_level(sku, store, on_hand=20)
    request = make_restock({sku: 21}, store=store, warehouse=warehouse)
    approve_restock(request.pk, by=approver)
    assert (on_hand(warehouse), on_hand(store)) == ([100], [20])  # a decision moves nothing yet

    carry_out_restock(request.pk)

    assert (on_hand(warehouse), on_hand(store)) == ([79], [41])
    request.refresh_from_db()
    assert moved() == [(request.transfer.pk, warehouse.pk, store.pk, 21)]
    assert request.state == "done"
    assert request.done_at is not None
    line = request.lines.get()
    assert (line.asked, line.approved, line.sent, line.received) == (21, 21, 21, 21)
    assert (line.warehouse_had, line.warehouse_has_since) == (100, 79)
    assert (line.store_had, line.store_has_since) == (20, 41)
    assert list(request.events.values_list("kind", flat=True)) == ["asked", "approved", "done"]


def test_the_movement_names_who_decided(
    store: Location, warehouse: Location, approver: User
) -> None:
    sku = make_sku()
    make_level(sku, warehouse, on_hand=5)
    request = make_restock({sku: 5}, store=store, warehouse=warehouse)
    approve_restock(request.pk, by=approver)
    carry_out_restock(request.pk)
    assert StockMovement.objects.get(document=Document.TRANSFER).by == approver


def test_it_is_carried_out_once_however_often_it_is_asked(
    store: Location, warehouse: Location, approver: User
) -> None:
    sku = make_sku()
    make_level(sku, warehouse, on_hand=100)
    request = make_restock({sku: 21}, store=store, warehouse=warehouse)
    approve_restock(request.pk, by=approver)
    assert carry_out_restock(request.pk) is not None
    assert carry_out_restock(request.pk) is None
    carry_out_due()
    assert (on_hand(warehouse), on_hand(store)) == ([79], [21])
    assert len(moved()) == 1
    assert request.events.filter(kind="done").count() == 1


def test_nothing_is_carried_out_before_a_decision(store: Location, warehouse: Location) -> None:
    sku = make_sku()
    make_level(sku, warehouse, on_hand=100)
    request = make_restock({sku: 21}, store=store, warehouse=warehouse)
    assert carry_out_restock(request.pk) is None
    assert carry_out_restock(10**9) is None
    assert on_hand(warehouse) == [100]


def test_a_line_of_which_nothing_was_approved_stays_where_it_is(
    store: Location, warehouse: Location, approver: User
) -> None:
    mouse, tea = make_sku(), make_sku()
    make_level(mouse, warehouse, on_hand=10)
    make_level(tea, warehouse, on_hand=10)
    request = make_restock({mouse: 4, tea: 3}, store=store, warehouse=warehouse)
    approve_restock(request.pk, by=approver, less={tea.pk: Less(0, "seasonal")})
    carry_out_restock(request.pk)
    assert (on_hand(warehouse), on_hand(store)) == ([6, 10], [4])
    assert list(request.lines.values_list("approved", "sent", "received")) == [
        (4, 4, 4),
        (0, 0, 0),
    ]


def test_not_enough_moves_nothing_and_goes_back_with_what_each_line_lacks(
    store: Location, warehouse: Location, approver: User
) -> None:
    mouse, tea, pen = make_sku(), make_sku(), make_sku()
    make_level(mouse, warehouse, on_hand=100)
    make_level(tea, warehouse, on_hand=10, reserved=4)
    request = make_restock({mouse: 21, tea: 9, pen: 2}, store=store, warehouse=warehouse)
    approve_restock(request.pk, by=approver)

    carry_out_restock(request.pk)

    assert moved() == []
    assert on_hand(warehouse)[:2] == [100, 10]
    assert set(on_hand(store)) <= {0}
    request.refresh_from_db()
    assert (request.state, request.decided_by, request.decided_at) == ("waiting", None, None)
    assert list(request.lines.values_list("approved", "sent", "lacking")) == [
        (None, None, 0),
        (None, None, 3),
        (None, None, 2),
    ]
    event = request.events.last()
    assert event is not None
    assert event.kind == "lacking"
    assert sorted(event.shortages) == [[tea.pk, 9, 6], [pen.pk, 2, 0]]


def test_what_came_back_can_be_decided_again(
    store: Location, warehouse: Location, approver: User
) -> None:
    tea = make_sku()
    make_level(tea, warehouse, on_hand=6)
    request = make_restock({tea: 9}, store=store, warehouse=warehouse)
    approve_restock(request.pk, by=approver)
    carry_out_restock(request.pk)
    approve_restock(request.pk, by=approver, less={tea.pk: Less(6, "no_stock")})
    carry_out_restock(request.pk)
    assert (on_hand(warehouse), on_hand(store)) == ([0], [6])
    assert request.lines.get().lacking == 0
    kinds = ["asked", "approved", "lacking", "approved", "done"]
    assert list(request.events.values_list("kind", flat=True)) == kinds


def test_the_sweep_carries_out_every_approved_request(
    store: Location, warehouse: Location, approver: User
) -> None:
    sku = make_sku()
    make_level(sku, warehouse, on_hand=100)
    requests = [make_restock({sku: 10}, store=store, warehouse=warehouse) for _ in range(3)]
    for request in requests[:2]:
        approve_restock(request.pk, by=approver)
    carry_out_due()
    assert (on_hand(warehouse), on_hand(store)) == ([80], [20])
    states = RestockRequest.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["done", "done", "waiting"]
