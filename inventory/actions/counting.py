"""Goods are counted as they arrive, scan by scan; the count becomes a receipt, and is gone.

A count moves nothing. It is a row of the transfer, so that it survives the page, the phone and the shift;
two people who count the same arrival add to the same one.
"""

from collections.abc import Mapping
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction

from backoffice.lib.fields import MAX_QUANTITY
from backoffice.lib.retry import retrying
from inventory.actions.arrival import Counted, receive_transfer
from inventory.actions.stock import Quantity, SkuId
from inventory.actions.transfer import RECEIVERS
from inventory.actions.transfer_steps import lock_transfer
from inventory.models import (
    Barcode,
    Sku,
    Transfer,
    TransferCount,
    TransferCountLine,
    TransferCountStep,
    TransferLine,
    TransferReceipt,
)
from inventory.transfer_errors import (
    NotExpected,
    NotInTransfer,
    NotOnTheRoad,
    TransferChanged,
    UnknownCode,
)
from stores.models import User
from stores.rights import holds_now


@retrying
@transaction.atomic
def count_scan(transfer_id: int, code: str, *, step: UUID, by: User) -> TransferLine:
    """Add the units of one scan (a box of 6: 6) to the line of its article; the same step counts
    once. Raise `UnknownCode` or `NotExpected`, and count nothing, for anything else."""
    transfer = _lock(transfer_id, by=by)
    sku = Sku.objects.select_related("product").scanned(code).first()
    if sku is None:
        raise UnknownCode(code.strip())
    line = next((one for one in _expected(transfer) if one.sku_id == sku.pk), None)
    if line is None:
        raise NotExpected(sku, transfer)
    barcode = Barcode.objects.filter(sku=sku, code=code.strip()).first()
    _add(transfer, line, barcode.units if barcode else 1, step=step)
    return line


@retrying
@transaction.atomic
def count_more(
    transfer_id: int, sku_id: SkuId, *, units: int, step: UUID, by: User
) -> TransferLine:
    """Add units to a line by hand, or take some away down to 0; the same step counts once."""
    transfer = _lock(transfer_id, by=by)
    line = next((one for one in _expected(transfer) if one.sku_id == sku_id), None)
    if line is None:
        raise NotInTransfer
    _add(transfer, line, units, step=step)
    return line


@retrying
@transaction.atomic
def state_counts(transfer_id: int, counts: Mapping[SkuId, Counted], *, by: User) -> None:
    """Write what was typed for some lines, in the place of what was counted there."""
    transfer = _lock(transfer_id, by=by)
    _write(_count_of(transfer, uuid4()), counts)


@retrying
@transaction.atomic
def drop_count(transfer_id: int, *, by: User) -> None:
    """Begin to count anew."""
    TransferCount.objects.filter(transfer=_lock(transfer_id, by=by)).delete()


@retrying
@transaction.atomic
def receive_counted(
    transfer_id: int, *, key: UUID, typed: Mapping[SkuId, Counted], note: str = "", by: User
) -> TransferReceipt:
    """Receive what was counted under this key, and typed last; the rest stays in transit. The same
    key again gives the same receipt."""
    transfer = _lock_any(transfer_id, by=by)
    if before := TransferReceipt.objects.filter(key=key, transfer=transfer).first():
        return before
    count = _count_of(transfer, key)
    if count.key != key:
        raise TransferChanged(transfer)
    _write(count, typed)
    counted = {
        one.line.sku_id: Counted(one.received, one.rejected, one.reason)
        for one in count.lines.select_related("line")
    }
    receipt = receive_transfer(transfer.pk, key=key, counted=counted, note=note, by=by)
    count.delete()
    return receipt


@retrying
@transaction.atomic
def receive_everything(
    transfer_id: int, *, key: UUID, typed: Mapping[SkuId, Counted], note: str = "", by: User
) -> TransferReceipt:
    """Receive all that is in transit, but for what was counted, or typed last, as rejected. The same
    key again gives the same receipt."""
    transfer = _lock_any(transfer_id, by=by)
    if before := TransferReceipt.objects.filter(key=key, transfer=transfer).first():
        return before
    count = _count_of(transfer, key)
    _write(count, typed)
    said = {one.line_id: one for one in count.lines.filter(rejected__gt=0)}
    counted = {}
    for line in _expected(transfer):
        bad = said.get(line.pk)
        lost, why = (bad.rejected, bad.reason) if bad else (0, "")
        counted[line.sku_id] = Counted(max(line.in_transit - lost, 0), lost, why)
    receipt = receive_transfer(transfer.pk, key=key, counted=counted, note=note, by=by)
    count.delete()
    return receipt


def _lock(transfer_id: int, *, by: User) -> Transfer:
    transfer = _lock_any(transfer_id, by=by)
    if not transfer.is_on_the_road:
        raise NotOnTheRoad(transfer)
    return transfer


def _lock_any(transfer_id: int, *, by: User) -> Transfer:
    """Lock a transfer for whoever receives at its destination."""
    transfer = lock_transfer(transfer_id)
    if not holds_now(by, *RECEIVERS, at=transfer.destination):
        raise PermissionDenied
    return transfer


def _expected(transfer: Transfer) -> list[TransferLine]:
    return [line for line in transfer.lines.order_by("pk") if line.in_transit]


def _count_of(transfer: Transfer, key: UUID) -> TransferCount:
    """The count of a locked transfer; a new one becomes the receipt of this key."""
    return TransferCount.objects.get_or_create(transfer=transfer, defaults={"key": key})[0]


def _write(count: TransferCount, counts: Mapping[SkuId, Counted]) -> None:
    """Write what was typed, in the place of what was counted there."""
    expected = {line.sku_id: line for line in _expected(count.transfer)} if counts else {}
    if counts.keys() - expected.keys():
        raise NotInTransfer
    for sku_id, one in counts.items():
        said = {"received": one.received, "rejected": one.rejected, "reason": one.reason}
        TransferCountLine.objects.update_or_create(
            count=count, line=expected[sku_id], defaults=said
        )


def _add(transfer: Transfer, line: TransferLine, units: int, *, step: UUID) -> Quantity:
    """Add to what was counted of a line, unless this step was counted before."""
    count = _count_of(transfer, uuid4())
    _step, is_new = TransferCountStep.objects.get_or_create(key=step, defaults={"count": count})
    counted, _made = TransferCountLine.objects.get_or_create(count=count, line=line)
    if is_new:
        counted.received = min(max(counted.received + units, 0), MAX_QUANTITY)
        counted.save(update_fields=["received"])
    return counted.received
