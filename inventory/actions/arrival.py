"""What becomes of goods on the road: counted in, rejected, come back, or written off.

Each counting is a document of its own with a key made by the client: it moves stock once, and the
columns of the transfer's lines are the sums of them all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from backoffice.lib.retry import retrying
from backoffice.lib.text import normal
from inventory.actions import restock_steps
from inventory.actions.stock import LocationId, Move, Quantity, SkuId, move_stock
from inventory.actions.transfer import RECEIVERS, SETTLERS
from inventory.actions.transfer_steps import (
    Kind,
    State,
    close,
    lock_transfer,
    record,
    refuse_if_changed,
    take_step,
)
from inventory.errors import KeyUsedBefore
from inventory.models import (
    Cause,
    Document,
    RestockEvent,
    RestockLine,
    RestockRequest,
    Transfer,
    TransferLine,
    TransferReceipt,
    TransferReceiptLine,
)
from inventory.transfer_errors import (
    GapWithoutReason,
    MoreThanInTransit,
    NothingCounted,
    NotInTransfer,
    NotOnTheRoad,
)
from stores.models import Location, User
from stores.models.location import outer_place
from stores.rights import holds_now

FATES = ("received", "rejected", "came_back", "written_off")


@dataclass(frozen=True)
class Counted:
    """What was counted of a SKU: units kept, units rejected (they are lost), and why."""

    received: Quantity
    rejected: Quantity = 0
    reason: str = ""


@dataclass(frozen=True)
class Fate:
    """What became of units that never arrived: back at the source, or lost, and why."""

    came_back: Quantity = 0
    written_off: Quantity = 0
    reason: str = ""


@retrying
@transaction.atomic
def receive_transfer(
    transfer_id: int,
    *,
    key: UUID,
    counted: Mapping[SkuId, Counted],
    note: str = "",
    by: User,
    seen: int | None = None,
) -> TransferReceipt:
    """Take in what was counted, whole or in part; what was not counted stays in transit. The same
    key with the same content is the same receipt."""
    transfer = lock_transfer(transfer_id)
    if not holds_now(by, *RECEIVERS, at=transfer.destination):
        raise PermissionDenied
    rows = {
        sku_id: TransferReceiptLine(
            received=one.received, rejected=one.rejected, reason=one.reason if one.rejected else ""
        )
        for sku_id, one in counted.items()
    }
    return _arrive(transfer, rows, key=key, note=normal(note), by=by, seen=seen)


@retrying
@transaction.atomic
def settle_rest(
    transfer_id: int,
    *,
    key: UUID,
    fates: Mapping[SkuId, Fate],
    note: str = "",
    by: User,
    seen: int | None = None,
) -> TransferReceipt:
    """Say what became of goods that are on the road and will not arrive. The same key with the same
    content is the same receipt."""
    transfer = lock_transfer(transfer_id)
    ends = (transfer.source, transfer.destination)
    if not any(holds_now(by, *SETTLERS, at=place) for place in ends):
        raise PermissionDenied
    rows = {
        sku_id: TransferReceiptLine(
            came_back=fate.came_back, written_off=fate.written_off, reason=fate.reason
        )
        for sku_id, fate in fates.items()
    }
    return _arrive(transfer, rows, key=key, note=normal(note), by=by, seen=seen)


def _arrive(
    transfer: Transfer,
    rows: Mapping[SkuId, TransferReceiptLine],
    *,
    key: UUID,
    note: str,
    by: User,
    seen: int | None,
) -> TransferReceipt:
    """Write the receipt of a locked transfer, and move its goods."""
    rows = {sku_id: row for sku_id, row in rows.items() if _units(row)}
    before = TransferReceipt.objects.filter(key=key).first()
    if before is not None:
        return _same(before, transfer, rows, note=note, by=by)
    if not transfer.is_on_the_road:
        raise NotOnTheRoad(transfer)
    refuse_if_changed(transfer, seen)
    lines = list(transfer.lines.select_related("sku__product").order_by("sku_id"))
    _refuse_rows(rows, {line.sku_id: line for line in lines})
    request = _lock_request(transfer)
    receipt = TransferReceipt.objects.create(key=key, transfer=transfer, note=note, by=by)
    _add(receipt, lines, rows)
    _move(receipt, transfer, rows, by=by)
    _go_on(transfer, lines, by=by, note=note)
    if request is not None:
        _follow(request, transfer, lines, rows, by=by)
    return receipt


def _lock_request(transfer: Transfer) -> RestockRequest | None:
    """The request that the transfer carries out, locked before any stock level is."""
    return restock_steps.lock_request(transfer.request_id) if transfer.request_id else None


def _units(row: TransferReceiptLine) -> Quantity:
    return sum(getattr(row, fate) for fate in FATES)


def _same(
    receipt: TransferReceipt,
    transfer: Transfer,
    rows: Mapping[SkuId, TransferReceiptLine],
    *,
    note: str,
    by: User,
) -> TransferReceipt:
    """The receipt that the key stands for, if it says the same."""
    figures = (*FATES, "reason")
    said = {sku_id: tuple(getattr(row, name) for name in figures) for sku_id, row in rows.items()}
    first = {sku: tuple(rest) for sku, *rest in receipt.lines.values_list("line__sku", *figures)}
    head = (receipt.transfer_id, receipt.note, receipt.by_id)
    if head != (transfer.pk, note, by.pk) or first != said:
        raise KeyUsedBefore
    return receipt


def _refuse_rows(
    rows: Mapping[SkuId, TransferReceiptLine], lines: Mapping[SkuId, TransferLine]
) -> None:
    if not rows:
        raise NothingCounted
    if rows.keys() - lines.keys():
        raise NotInTransfer
    for sku_id, row in rows.items():
        line = lines[sku_id]
        if _units(row) > line.in_transit:
            raise MoreThanInTransit(line.sku, line.in_transit)
        if _units(row) > row.received and row.reason not in RestockLine.Reason.values:
            raise GapWithoutReason(line.sku)


def _add(
    receipt: TransferReceipt,
    lines: Sequence[TransferLine],
    rows: Mapping[SkuId, TransferReceiptLine],
) -> None:
    """Write the receipt's lines, and add them to those of the transfer."""
    counted = [line for line in lines if line.sku_id in rows]
    for line in counted:
        row = rows[line.sku_id]
        row.receipt, row.line = receipt, line
        for fate in FATES:
            setattr(line, fate, getattr(line, fate) + getattr(row, fate))
    TransferReceiptLine.objects.bulk_create(rows[line.sku_id] for line in counted)
    TransferLine.objects.bulk_update(counted, FATES)


def _move(
    receipt: TransferReceipt,
    transfer: Transfer,
    rows: Mapping[SkuId, TransferReceiptLine],
    *,
    by: User,
) -> None:
    transit, lost = map(outer_place, (Location.Kind.TRANSIT, Location.Kind.LOST))
    ways = dict(zip(FATES, (transfer.destination, lost, transfer.source, lost), strict=True))
    moves = [
        Move(sku_id, transit, place, units)
        for sku_id, row in rows.items()
        for fate, place in ways.items()
        if (units := getattr(row, fate))
    ]
    less: Counter[tuple[LocationId, SkuId]] = Counter()
    for move in moves:
        less[transfer.destination_id, move.sku_id] -= move.quantity
    move_stock(moves, cause=Cause(Document.RECEIPT, receipt.pk), by=by, incoming=less)


def _go_on(transfer: Transfer, lines: Sequence[TransferLine], *, by: User, note: str) -> None:
    """The transfer is received in part, or closed when nothing of it is in transit any more."""
    record(transfer, Kind.RECEIVED, by=by, note=note)
    transfer.state = State.PARTLY
    if not any(line.in_transit for line in lines):
        close(transfer, by=by)
    take_step(transfer, "closed_at")


def _follow(
    request: RestockRequest,
    transfer: Transfer,
    lines: Sequence[TransferLine],
    rows: Mapping[SkuId, TransferReceiptLine],
    *,
    by: User,
) -> None:
    """Write what arrived into the request that the transfer carries out; its end is the request's."""
    asked = RestockLine.objects.in_bulk([line.request_line_id for line in lines])
    for line in lines:
        of_request = asked[line.request_line_id]
        of_request.received = line.received
        if line.sku_id in rows and rows[line.sku_id].reason:
            of_request.received_reason = rows[line.sku_id].reason
    RestockLine.objects.bulk_update(asked.values(), ["received", "received_reason"])
    is_done = transfer.state == State.CLOSED
    if is_done:
        request.state, request.done_at = RestockRequest.State.DONE, timezone.now()
    restock_steps.take_step(request, "done_at")
    step = RestockEvent.Kind.DONE if is_done else RestockEvent.Kind.RECEIVED
    restock_steps.record(request, step, by=by)
