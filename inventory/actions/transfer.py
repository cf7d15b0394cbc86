"""Somebody drafts a transfer between two places, and sends it; inventory.actions.arrival is its end."""

from collections.abc import Mapping
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from backoffice.lib.retry import retrying
from backoffice.lib.text import normal
from inventory.actions.stock import Quantity, SkuId
from inventory.actions.transfer_steps import (
    Kind,
    State,
    dispatch,
    lock_transfer,
    record,
    refuse_if_changed,
    take_step,
)
from inventory.errors import KeyUsedBefore, NotOnSale
from inventory.models import Sku, Transfer, TransferLine
from inventory.transfer_errors import (
    EmptyTransfer,
    MoreThanPlanned,
    NoDraft,
    NothingSent,
    NotInTransfer,
    NoTransfersThere,
    SamePlace,
)
from stores.actions.places import hold_open
from stores.models import Location, Role, User
from stores.rights import holds_now

SENDERS = (Role.MANAGER, Role.LOGISTICS)  # at the source
RECEIVERS = (Role.CLERK, Role.LOGISTICS)  # at the destination
SETTLERS = (Role.MANAGER, Role.LOGISTICS)  # at either end
PEOPLE = (Role.CLERK, Role.LOGISTICS)  # who may speak, at either end


@retrying
@transaction.atomic
def draft_transfer(
    key: UUID,
    *,
    source: Location,
    destination: Location,
    wanted: Mapping[SkuId, Quantity],
    note: str = "",
    by: User,
) -> Transfer:
    """Write down what is to go from one place to another; nothing moves. The same key with the same
    content is the same transfer."""
    if not holds_now(by, *SENDERS, at=source):
        raise PermissionDenied
    _refuse_places(source, destination)
    _refuse_wanted(wanted)
    content = {"source": source, "destination": destination, "note": normal(note), "made_by": by}
    transfer, is_new = Transfer.objects.get_or_create(key=key, defaults=content)
    if not is_new:
        return _same(transfer, wanted, (source.pk, destination.pk, normal(note), by.pk))
    _plan(transfer, wanted)
    record(transfer, Kind.MADE, by=by)
    return transfer


@retrying
@transaction.atomic
def change_draft(
    transfer_id: int,
    *,
    wanted: Mapping[SkuId, Quantity],
    note: str,
    by: User,
    seen: int | None = None,
) -> Transfer:
    """Plan other units, of other SKUs perhaps, while it is a draft; `seen` is the version shown."""
    transfer = _lock_draft(transfer_id, by=by, seen=seen)
    _refuse_wanted(wanted)
    transfer.lines.all().delete()
    _plan(transfer, wanted)
    transfer.note = normal(note)
    take_step(transfer, "note")
    return transfer


@retrying
@transaction.atomic
def cancel_draft(transfer_id: int, *, by: User, seen: int | None = None) -> Transfer:
    """Give a draft up; what is on the road is settled instead, by `settle_rest`."""
    transfer = _lock_draft(transfer_id, by=by, seen=seen)
    transfer.state = State.CANCELLED
    take_step(transfer)
    record(transfer, Kind.CANCELLED, by=by)
    return transfer


@retrying
@transaction.atomic
def send_transfer(
    transfer_id: int,
    *,
    by: User,
    seen: int | None = None,
    sent: Mapping[SkuId, Quantity] | None = None,
) -> Transfer:
    """Send what was planned, or the fewer units that `sent` says; raise `OutOfStock`, and move
    nothing, if one lacks. A place that receives automatically has the goods at once."""
    transfer = _lock_draft(transfer_id, by=by, seen=seen)
    _refuse_places(transfer.source, transfer.destination)
    lines = list(transfer.lines.select_related("sku__product").order_by("sku_id"))
    _load(lines, sent or {})
    dispatch(transfer, lines, by=by)
    return transfer


@retrying
@transaction.atomic
def remark_on_transfer(transfer_id: int, *, text: str, by: User) -> Transfer:
    """Write a remark into the history; an empty one is none. It changes nothing that a page shows
    for a decision, so the version stays."""
    transfer = lock_transfer(transfer_id)
    ends = (transfer.source, transfer.destination)
    if not any(holds_now(by, *PEOPLE, at=place) for place in ends):
        raise PermissionDenied
    if normal(text):
        record(transfer, Kind.REMARK, by=by, note=normal(text))
    return transfer


def _refuse_places(source: Location, destination: Location) -> None:
    if source.pk == destination.pk:
        raise SamePlace
    for place in (source, destination):
        if not (place.holds_stock and hold_open(place)):
            raise NoTransfersThere(place)


def _refuse_wanted(wanted: Mapping[SkuId, Quantity]) -> None:
    """What is no longer on sale may travel (back, most of all), but it must exist."""
    if not wanted or min(wanted.values()) < 1:
        raise EmptyTransfer
    if Sku.objects.filter(pk__in=wanted).count() < len(wanted):
        raise NotOnSale([])


def _plan(transfer: Transfer, wanted: Mapping[SkuId, Quantity]) -> None:
    TransferLine.objects.bulk_create(
        TransferLine(transfer=transfer, sku_id=sku_id, planned=units)
        for sku_id, units in wanted.items()
    )


def _same(
    transfer: Transfer, wanted: Mapping[SkuId, Quantity], head: tuple[int, int, str, int]
) -> Transfer:
    """The transfer that was drafted with this key, if it says the same."""
    first = (transfer.source_id, transfer.destination_id, transfer.note, transfer.made_by_id)
    if first != head or dict(transfer.lines.values_list("sku_id", "planned")) != dict(wanted):
        raise KeyUsedBefore
    return transfer


def _lock_draft(transfer_id: int, *, by: User, seen: int | None) -> Transfer:
    """Lock a draft for whoever may send it; refuse it where it is none any more."""
    transfer = lock_transfer(transfer_id)
    if not holds_now(by, *SENDERS, at=transfer.source):
        raise PermissionDenied
    if not transfer.is_draft:
        raise NoDraft(transfer)
    refuse_if_changed(transfer, seen)
    return transfer


def _load(lines: list[TransferLine], sent: Mapping[SkuId, Quantity]) -> None:
    """Write into each line how many units go."""
    if sent.keys() - {line.sku_id for line in lines}:
        raise NotInTransfer
    for line in lines:
        line.sent = sent.get(line.sku_id, line.planned)
        if line.sent > line.planned:
            raise MoreThanPlanned(line.sku, line.planned)
    if not any(line.sent for line in lines):
        raise NothingSent
