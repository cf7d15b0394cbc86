"""What every step of a transfer does: lock the row, put goods on the road, keep the history."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.db.models import Max
from django.utils import timezone

from inventory.actions.stock import NOTHING, Move, move_stock
from inventory.models import Cause, Document, StockLevel, Transfer, TransferEvent, TransferLine
from inventory.transfer_errors import TransferChanged
from stores.models import Location, User
from stores.models.location import outer_place

State = Transfer.State
Kind = TransferEvent.Kind


def lock_transfer(transfer_id: int) -> Transfer:
    """Lock the row alone: after a wait, PostgreSQL reads it anew, but not what is joined to it."""
    return Transfer.objects.select_for_update(no_key=True).get(pk=transfer_id)


def refuse_if_changed(transfer: Transfer, seen: int | None) -> None:
    if seen is not None and seen != transfer.version:
        raise TransferChanged(transfer)


def take_step(transfer: Transfer, *fields: str) -> None:
    """Write the state and these fields; the version grows, so that pages that show less are told."""
    transfer.version += 1
    transfer.save(update_fields=["state", "version", *fields])


def record(
    transfer: Transfer, kind: TransferEvent.Kind, *, by: User | None, note: str = ""
) -> None:
    TransferEvent.objects.create(transfer=transfer, kind=kind, by=by, note=note)


def close(transfer: Transfer, *, by: User | None) -> None:
    """Write that nothing of the transfer is in transit any more."""
    transfer.state, transfer.closed_at = State.CLOSED, timezone.now()
    record(transfer, Kind.CLOSED, by=by)


def dispatch(transfer: Transfer, lines: Sequence[TransferLine], *, by: User | None) -> None:
    """Move what each line says is sent: onto the road, or at once to a place that doesn't receive by
    hand, where the transfer is then closed; raise `OutOfStock`, and move nothing, if one lacks."""
    sent = [line for line in lines if line.sent]
    by_hand = transfer.destination.receives_by_hand
    to = outer_place(Location.Kind.TRANSIT) if by_hand else transfer.destination
    move_stock(
        [Move(line.sku_id, transfer.source, to, line.sent) for line in sent],
        cause=Cause(Document.TRANSFER, transfer.pk),
        by=by,
        incoming={(transfer.destination_id, line.sku_id): line.sent for line in sent}
        if by_hand
        else NOTHING,
    )
    for line in lines:
        line.received = 0 if by_hand else line.sent
    TransferLine.objects.bulk_update(lines, ["sent", "received"])
    _leave(transfer, [line.sku_id for line in sent], by=by)
    if not by_hand:
        close(transfer, by=by)
    take_step(transfer, "sent_by", "sent_at", "due_at", "closed_at")


def _leave(transfer: Transfer, sku_ids: Collection[int], *, by: User | None) -> None:
    transfer.state, transfer.sent_by, transfer.sent_at = State.IN_TRANSIT, by, timezone.now()
    transfer.due_at = transfer.sent_at + timedelta(days=_days_to(transfer.destination, sku_ids))
    record(transfer, Kind.SENT, by=by)


def _days_to(place: Location, sku_ids: Collection[int]) -> int:
    """The longest lead time that the place has of these SKUs, one day at least."""
    levels = StockLevel.objects.at(place).filter(sku_id__in=sku_ids)
    longest: int | None = levels.aggregate(days=Max("lead_days"))["days"]
    return max(longest or 0, 1)
