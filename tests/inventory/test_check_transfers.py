"""Conservation of what is on the road: each figure that is changed by hand is found."""

import io
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from inventory.actions.arrival import Counted, Fate, receive_transfer, settle_rest
from inventory.actions.carry_out import carry_out_restock
from inventory.actions.restock import approve_restock
from inventory.actions.stock import Move, move_stock
from inventory.models import Cause, Document, Transfer
from inventory.queries.check import ledger_drift
from stores.models import Location, Role
from stores.models.location import outer_place
from tests.factories import make_level, make_restock, make_sku, make_staff, make_store

pytestmark = pytest.mark.django_db


def carried_out(store: Location) -> Transfer:
    """21 units that a store asked for, approved and sent."""
    warehouse = Location.objects.get(code="central")
    request = make_restock({make_sku(): 21}, store=store, warehouse=warehouse)
    make_level(request.lines.get().sku, warehouse, on_hand=100)
    approve_restock(request.pk, by=make_staff(Role.LOGISTICS, warehouse))
    carry_out_restock(request.pk)
    return Transfer.objects.get(request=request)


@pytest.fixture
def transfer() -> Transfer:
    """Of 21 units for Lyon 11 were received, 4 rejected, 3 came back, 1 is lost, 2 are in transit;
    beside it one that Paris received automatically."""
    Location.objects.create(code="central", name="Central", kind=Location.Kind.WAREHOUSE)
    carried_out(make_store("paris"))
    transfer = carried_out(make_store("lyon", receives_by_hand=True))
    sku_id = transfer.lines.get().sku_id
    boss = make_staff(Role.HEAD_OFFICE)
    counted = {sku_id: Counted(11, rejected=4, reason="expired")}
    receive_transfer(transfer.pk, key=uuid4(), counted=counted, by=boss)
    fates = {sku_id: Fate(came_back=3, written_off=1, reason="other")}
    settle_rest(transfer.pk, key=uuid4(), fates=fates, by=boss)
    assert ledger_drift() == []
    return Transfer.objects.get(pk=transfer.pk)


def found() -> set[tuple[str, int, int]]:
    return {(drift.what, drift.says, drift.rows_say) for drift in ledger_drift()}


LINE = "UPDATE inventory_transferline SET {} WHERE transfer_id = %(transfer)s"
INCOMING, IN_TRANSIT, MOVED = "incoming (I7)", "in transit (I8)", "moved by transfers (I8)"
COUNTED, CARRIED_OUT = "counted on arrival (I8)", "carried out by a transfer (I9)"


@pytest.mark.parametrize(
    ("statement", "drift"),
    [
        (
            "UPDATE inventory_stocklevel SET incoming = 5 WHERE incoming = 2",
            {(INCOMING, 5, 2)},
        ),
        (
            "UPDATE inventory_stocklevel SET incoming = 0 WHERE incoming = 2",
            {(INCOMING, 0, 2)},
        ),
        (
            LINE.format("sent = 22"),
            {(INCOMING, 2, 3), (MOVED, 22, 21), (CARRIED_OUT, 21, 22)},
        ),
        (
            LINE.format("received = 12"),
            {(INCOMING, 2, 1), (MOVED, 12, 11), (COUNTED, 12, 11), (CARRIED_OUT, 11, 12)},
        ),
        (
            LINE.format("rejected = 3, written_off = 2"),  # the ledger shows both as lost
            {(COUNTED, 3, 4), (COUNTED, 2, 1)},
        ),
        (
            LINE.format("came_back = 2"),
            {(INCOMING, 2, 3), (MOVED, 2, 3), (COUNTED, 2, 3)},
        ),
        (
            "UPDATE inventory_transfer SET state = 'closed' WHERE id = %(transfer)s",
            {(INCOMING, 2, 0), (IN_TRANSIT, 2, 0)},
        ),
        (
            "UPDATE inventory_transferreceiptline SET received = 10 WHERE received = 11",
            {(COUNTED, 11, 10)},
        ),
        (
            "UPDATE inventory_restockline SET received = 20 WHERE id ="
            " (SELECT request_line_id FROM inventory_transferline WHERE transfer_id = %(transfer)s)",
            {(CARRIED_OUT, 20, 11)},
        ),
        (
            "UPDATE inventory_transfer SET request_id = NULL WHERE id = %(transfer)s",
            {(CARRIED_OUT, 21, 0), (CARRIED_OUT, 11, 0)},
        ),
        (
            # What moved straight to Paris was never received there.
            "UPDATE inventory_transferline SET received = 0 WHERE received = 21",
            {(IN_TRANSIT, 21, 0), (MOVED, 0, 21), (COUNTED, 0, 21), (CARRIED_OUT, 21, 0)},
        ),
    ],
)
def test_a_figure_that_was_changed_by_hand_is_found(
    transfer: Transfer, statement: str, drift: set[tuple[str, int, int]]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"transfer": transfer.pk})
    assert found() == drift


def test_the_command_fails_and_names_the_place_the_article_and_the_figures(
    transfer: Transfer,
) -> None:
    out = io.StringIO()
    call_command("check_ledger", stdout=out)
    assert out.getvalue().startswith("Drift 0 ")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stocklevel SET incoming = 5 WHERE incoming = 2")
    out = io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("check_ledger", stdout=out)
    assert refusal.value.returncode == 1
    code = transfer.lines.get().sku.code
    assert out.getvalue().splitlines()[:2] == [
        "lyon: 1 figures differ",
        f"  {code}: incoming (I7) says 5, its rows 2 (+3)",
    ]


def test_a_line_that_arrived_twice_is_found(transfer: Transfer) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE inventory_transferline DROP CONSTRAINT no_more_arrives_than_was_sent"
        )
        cursor.execute(LINE.format("received = 14"), {"transfer": transfer.pk})
    assert (IN_TRANSIT, -1, 0) in found()


def test_goods_that_went_astray_are_found(transfer: Transfer) -> None:
    """Units that a receipt took from the road to a place at neither end, or that no transfer moved."""
    sku_id = transfer.lines.get().sku_id
    paris, transit = Location.objects.get(code="paris"), outer_place(Location.Kind.TRANSIT)
    receipt = transfer.receipts.latest("pk")
    astray = Move(sku_id, transit, paris, 2)
    move_stock([astray], cause=Cause(Document.RECEIPT, receipt.pk), by=None)
    assert found() == {(MOVED, 0, 2)}
    supplier = outer_place(Location.Kind.SUPPLIER)
    move_stock([Move(sku_id, supplier, paris, 7)], cause=Cause(Document.TRANSFER, 10**6), by=None)
    assert found() == {(MOVED, 0, 2), (MOVED, 0, 7)}


def test_a_request_in_transit_without_a_transfer_is_found(transfer: Transfer) -> None:
    request = make_restock()
    request.lines.update(approved=21, sent=21)
    type(request).objects.filter(pk=request.pk).update(
        state="sent", decided_by=transfer.sent_by, decided_at=transfer.sent_at
    )
    assert found() == {(CARRIED_OUT, 21, 0)}


def test_a_request_carried_out_twice_is_found(transfer: Transfer) -> None:
    """By its transfer, and by movements of its own as it once was."""
    line = transfer.lines.get()
    supplier, lyon = outer_place(Location.Kind.SUPPLIER), transfer.destination
    assert transfer.request_id is not None
    cause = Cause(Document.RESTOCK, transfer.request_id)
    move_stock([Move(line.sku_id, supplier, lyon, 21)], cause=cause, by=None)
    assert found() == {("received by restock (I6)", 0, 21)}
