"""Goods on the road are counted in, in parts, rejected, brought back or written off."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from inventory.actions.arrival import Counted, Fate, receive_transfer, settle_rest
from inventory.actions.transfer import send_transfer
from inventory.errors import KeyUsedBefore
from inventory.models import (
    Sku,
    StockLevel,
    StockMovement,
    Transfer,
    TransferEvent,
    TransferLine,
    TransferReceipt,
    TransferReceiptLine,
)
from inventory.queries.check import ledger_drift
from inventory.transfer_errors import (
    GapWithoutReason,
    MoreThanInTransit,
    NothingCounted,
    NotInTransfer,
    NotOnTheRoad,
    TransferChanged,
)
from stores.models import Location, Role, User
from tests.factories import make_level, make_sku, make_staff, make_store, make_transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def paris() -> Location:
    return make_store("paris", receives_by_hand=True)


@pytest.fixture
def clerk(paris: Location) -> User:
    return make_staff(Role.CLERK, paris)


@pytest.fixture
def manager(paris: Location) -> User:
    return make_staff(Role.MANAGER, paris)


@pytest.fixture
def mouse(lyon: Location) -> Sku:
    return make_level(make_sku("MOUSE"), lyon, on_hand=10).sku


@pytest.fixture
def tea(lyon: Location) -> Sku:
    return make_level(make_sku("TEA"), lyon, on_hand=5).sku


@pytest.fixture
def transfer(lyon: Location, paris: Location, mouse: Sku, tea: Sku) -> Transfer:
    """4 mice and 2 teas on the road from Lyon to Paris."""
    sent = make_transfer({mouse: 4, tea: 2}, source=lyon, destination=paris)
    return send_transfer(sent.pk, by=make_staff(Role.MANAGER, lyon))


def figures(place: Location) -> list[tuple[str, int, int]]:
    levels = StockLevel.objects.at(place).order_by("sku__code")
    return list(levels.values_list("sku__code", "on_hand", "incoming"))


def fates(transfer: Transfer) -> list[tuple[int, ...]]:
    """Of each line: sent, received, rejected, came back, written off, in transit."""
    names = ("sent", "received", "rejected", "came_back", "written_off", "in_transit")
    return [tuple(getattr(line, name) for name in names) for line in transfer.lines.all()]


def everything() -> list[list[tuple[object, ...]]]:
    tables = (
        *(Transfer, TransferLine, TransferReceipt, TransferReceiptLine, TransferEvent),
        *(StockLevel, StockMovement),
    )
    return [list(table._default_manager.order_by("pk").values_list()) for table in tables]


def moved(receipt: TransferReceipt) -> list[tuple[object, ...]]:
    movements = StockMovement.objects.filter(document="receipt", document_id=receipt.pk)
    rows = movements.order_by("pk").values_list(
        "sku__code", "source__kind", "destination__kind", "destination__code", "quantity"
    )
    return [(sku, f"{source} → {code}", units) for sku, source, _kind, code, units in rows]


def test_it_is_received_in_parts_until_nothing_is_in_transit(
    transfer: Transfer, lyon: Location, paris: Location, mouse: Sku, tea: Sku, clerk: User
) -> None:
    counted = {mouse.pk: Counted(3), tea.pk: Counted(0)}
    receipt = receive_transfer(
        transfer.pk, key=uuid4(), counted=counted, note="box 1", by=clerk, seen=transfer.version
    )
    assert (receipt.by, receipt.note) == (clerk, "box 1")
    transfer.refresh_from_db()
    assert (transfer.state, transfer.closed_at) == ("partly", None)
    assert fates(transfer) == [(4, 3, 0, 0, 0, 1), (2, 0, 0, 0, 0, 2)]
    assert figures(paris) == [("MOUSE", 3, 1), ("TEA", 0, 2)]
    assert moved(receipt) == [("MOUSE", "transit → paris", 3)]
    assert ledger_drift() == []

    rest = {mouse.pk: Counted(1), tea.pk: Counted(2)}
    receive_transfer(transfer.pk, key=uuid4(), counted=rest, by=clerk)
    transfer.refresh_from_db()
    assert transfer.state == "closed"
    assert transfer.closed_at is not None
    assert fates(transfer) == [(4, 4, 0, 0, 0, 0), (2, 2, 0, 0, 0, 0)]
    assert figures(paris) == [("MOUSE", 4, 0), ("TEA", 2, 0)]
    assert figures(lyon) == [("MOUSE", 6, 0), ("TEA", 3, 0)]
    assert list(transfer.events.values_list("kind", "note")) == [
        ("made", ""),
        ("sent", ""),
        ("received", "box 1"),
        ("received", ""),
        ("closed", ""),
    ]
    assert ledger_drift() == []


def test_what_is_rejected_is_lost_with_its_reason(
    transfer: Transfer, paris: Location, mouse: Sku, tea: Sku, clerk: User
) -> None:
    counted = {mouse.pk: Counted(3, rejected=1, reason="other"), tea.pk: Counted(2)}
    receipt = receive_transfer(transfer.pk, key=uuid4(), counted=counted, by=clerk)
    transfer.refresh_from_db()
    assert transfer.state == "closed"
    assert fates(transfer) == [(4, 3, 1, 0, 0, 0), (2, 2, 0, 0, 0, 0)]
    assert figures(paris) == [("MOUSE", 3, 0), ("TEA", 2, 0)]
    assert moved(receipt) == [
        ("MOUSE", "transit → paris", 3),
        ("MOUSE", "transit → lost", 1),
        ("TEA", "transit → paris", 2),
    ]
    assert list(receipt.lines.values_list("received", "rejected", "reason")) == [
        (3, 1, "other"),
        (2, 0, ""),
    ]
    assert ledger_drift() == []


def test_the_rest_comes_back_or_is_written_off(
    transfer: Transfer, lyon: Location, paris: Location, mouse: Sku, tea: Sku, manager: User
) -> None:
    receive_transfer(transfer.pk, key=uuid4(), counted={mouse.pk: Counted(1)}, by=manager)
    fate = {
        mouse.pk: Fate(came_back=2, written_off=1, reason="other"),
        tea.pk: Fate(written_off=2, reason="expired"),
    }
    receipt = settle_rest(transfer.pk, key=uuid4(), fates=fate, note="van broke down", by=manager)
    transfer.refresh_from_db()
    assert transfer.state == "closed"
    assert fates(transfer) == [(4, 1, 0, 2, 1, 0), (2, 0, 0, 0, 2, 0)]
    assert figures(lyon) == [("MOUSE", 8, 0), ("TEA", 3, 0)]
    assert figures(paris) == [("MOUSE", 1, 0), ("TEA", 0, 0)]
    assert moved(receipt) == [
        ("MOUSE", "transit → lyon", 2),
        ("MOUSE", "transit → lost", 1),
        ("TEA", "transit → lost", 2),
    ]
    assert ledger_drift() == []


def test_the_same_key_is_the_same_receipt_and_moves_stock_once(
    transfer: Transfer, mouse: Sku, tea: Sku, clerk: User
) -> None:
    key, counted = uuid4(), {mouse.pk: Counted(4), tea.pk: Counted(2)}
    first = receive_transfer(transfer.pk, key=key, counted=counted, by=clerk, seen=2)
    before = everything()
    # The second click shows the version of before, and the transfer is closed by now.
    again = receive_transfer(transfer.pk, key=key, counted=counted, by=clerk, seen=2)
    assert again == first
    assert everything() == before
    with pytest.raises(KeyUsedBefore):
        receive_transfer(transfer.pk, key=key, counted={mouse.pk: Counted(3)}, by=clerk)
    with pytest.raises(KeyUsedBefore):
        receive_transfer(transfer.pk, key=key, counted=counted, by=make_staff(Role.HEAD_OFFICE))
    assert everything() == before


def test_what_is_not_received(
    transfer: Transfer, mouse: Sku, tea: Sku, clerk: User, manager: User
) -> None:
    pen = make_sku("PEN")
    before = everything()

    def receive(counted: dict[int, Counted], seen: int | None = None) -> None:
        receive_transfer(transfer.pk, key=uuid4(), counted=counted, by=clerk, seen=seen)

    def settle(fate: Fate) -> None:
        settle_rest(transfer.pk, key=uuid4(), fates={tea.pk: fate}, by=manager)

    with pytest.raises(MoreThanInTransit, match="4 in transit"):
        receive({mouse.pk: Counted(5)})
    with pytest.raises(MoreThanInTransit, match="2 in transit"):
        receive({mouse.pk: Counted(4), tea.pk: Counted(2, rejected=1, reason="other")})
    with pytest.raises(GapWithoutReason):
        receive({tea.pk: Counted(1, rejected=1)})
    with pytest.raises(GapWithoutReason):
        receive({tea.pk: Counted(1, rejected=1, reason="because")})
    with pytest.raises(NothingCounted):
        receive({})
    with pytest.raises(NothingCounted):
        receive({tea.pk: Counted(0)})
    with pytest.raises(NotInTransfer):
        receive({pen.pk: Counted(1)})
    with pytest.raises(TransferChanged):
        receive({mouse.pk: Counted(1)}, seen=1)
    with pytest.raises(GapWithoutReason):
        settle(Fate(came_back=2))
    with pytest.raises(MoreThanInTransit):
        settle(Fate(came_back=2, written_off=1, reason="other"))
    assert everything() == before


def test_a_draft_and_a_closed_transfer_have_nothing_to_receive(
    transfer: Transfer, lyon: Location, paris: Location, mouse: Sku, tea: Sku, clerk: User
) -> None:
    draft = make_transfer({mouse: 1}, source=lyon, destination=paris)
    with pytest.raises(NotOnTheRoad, match="has not been sent yet"):
        receive_transfer(draft.pk, key=uuid4(), counted={mouse.pk: Counted(1)}, by=clerk)
    everything_counted = {mouse.pk: Counted(4), tea.pk: Counted(2)}
    receive_transfer(transfer.pk, key=uuid4(), counted=everything_counted, by=clerk)
    before = everything()
    with pytest.raises(NotOnTheRoad, match="closed"):
        receive_transfer(transfer.pk, key=uuid4(), counted={mouse.pk: Counted(1)}, by=clerk)
    assert everything() == before


@pytest.mark.parametrize(
    ("role", "where", "receives", "settles"),
    [
        (Role.CLERK, "paris", True, False),
        (Role.MANAGER, "paris", True, True),
        (Role.MANAGER, "lyon", False, True),
        (Role.CLERK, "lyon", False, False),
        (Role.LOGISTICS, "", True, True),
        (Role.HEAD_OFFICE, "", True, True),
        (Role.AUDITOR, "", False, False),
    ],
)
def test_who_receives_and_who_settles(
    transfer: Transfer, mouse: Sku, role: Role, where: str, receives: bool, settles: bool
) -> None:
    person = make_staff(role, Location.objects.filter(code=where).first())

    def receive() -> None:
        receive_transfer(transfer.pk, key=uuid4(), counted={mouse.pk: Counted(1)}, by=person)

    def settle() -> None:
        fate = {mouse.pk: Fate(written_off=1, reason="other")}
        settle_rest(transfer.pk, key=uuid4(), fates=fate, by=person)

    for act, may in ((receive, receives), (settle, settles)):
        if may:
            act()
            continue
        before = everything()
        with pytest.raises(PermissionDenied):
            act()
        assert everything() == before


def test_a_place_that_turned_automatic_still_counts_what_is_on_the_road(
    transfer: Transfer, paris: Location, mouse: Sku, tea: Sku, clerk: User
) -> None:
    Location.objects.filter(pk=paris.pk).update(receives_by_hand=False, is_active=False)
    counted = {mouse.pk: Counted(4), tea.pk: Counted(2)}
    receive_transfer(transfer.pk, key=uuid4(), counted=counted, by=clerk)
    assert figures(paris) == [("MOUSE", 4, 0), ("TEA", 2, 0)]
    assert ledger_drift() == []
