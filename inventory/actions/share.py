"""Sharing what is scarce: every request of a board is approved at a stroke, or none is."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction

from backoffice.lib.errors import DomainError
from backoffice.lib.retry import retrying
from inventory.actions.restock import Less, grant, refuse_decided
from inventory.actions.stock import Quantity, lock_levels
from inventory.errors import AlreadyDecided, RequestChanged
from inventory.models import LineShare, RestockEvent, RestockLine, RestockRequest
from inventory.queries.board import Block, Key, LineId, blocks_of, scarce_skus
from inventory.share_errors import BoardChanged, SharedTooMuch
from stores.models import Company, Location, Role, User
from stores.rights import holds_now

type RequestId = int
type Version = int
NO_STOCK = RestockLine.Reason.NO_STOCK


@dataclass
class Shared:
    """What sharing did: requests approved, units granted, and the requests that still wait because
    nothing is left for them, or because it is for somebody else to decide them."""

    approved: list[RestockRequest] = field(default_factory=list)
    units: Quantity = 0
    empty: list[RestockRequest] = field(default_factory=list)
    own: list[RestockRequest] = field(default_factory=list)


@retrying
@transaction.atomic
def approve_shares(
    *, seen: Mapping[RequestId, Version], shares: Mapping[LineId, Less], by: User
) -> Shared:
    """Approve these requests, in the versions that were shown, with these shares; a line that is
    scarce and was not shown gets its proposal, any other what it asks. One that was decided or
    changed meanwhile refuses them all."""
    requests = _lock_all(seen, by=by)
    lines = _lines_of(requests)
    blocks = _scarce_now(requests, lines)
    shared = Shared()
    own_allowed = Company.current().own_requests_allowed
    granted: dict[LineId, Less] = {}
    for request in requests:
        gets = _share_out(request, lines[request.pk], shares, blocks)
        if not own_allowed and request.was_asked_by(by):
            shared.own.append(request)
        elif not any(less.units for less in gets.values()):
            shared.empty.append(request)
        else:
            shared.approved.append(request)
            granted |= gets
    _refuse_too_much(shared.approved, lines, granted, blocks)
    for request in shared.approved:
        less = {line.sku_id: granted[line.pk] for line in lines[request.pk]}
        grant(request, by=by, less=less, via=RestockEvent.Via.BOARD)
    shared.units = sum(less.units for less in granted.values())
    _remember_why(granted, blocks)
    return shared


def _lock_all(seen: Mapping[RequestId, Version], *, by: User) -> list[RestockRequest]:
    """Lock the requests in the order of their ids; refuse them all, naming each that took a step."""
    rows = RestockRequest.objects.select_for_update(no_key=True).filter(pk__in=seen)
    requests = list(rows.order_by("pk"))
    warehouses = Location.objects.filter(pk__in={request.warehouse_id for request in requests})
    if len(requests) < len(seen) or not all(
        holds_now(by, Role.LOGISTICS, at=warehouse) for warehouse in warehouses
    ):
        raise PermissionDenied
    reasons: list[DomainError] = []
    for request in requests:
        try:
            refuse_decided(request, seen=seen[request.pk])
        except (AlreadyDecided, RequestChanged) as reason:
            reasons.append(reason)
    if reasons:
        raise BoardChanged(reasons)
    return requests


def _lines_of(requests: Sequence[RestockRequest]) -> dict[RequestId, list[RestockLine]]:
    found: dict[RequestId, list[RestockLine]] = {request.pk: [] for request in requests}
    for line in RestockLine.objects.filter(request__in=requests).order_by("pk"):
        found[line.request_id].append(line)
    return found


def _scarce_now(
    requests: Sequence[RestockRequest], lines: Mapping[RequestId, Iterable[RestockLine]]
) -> dict[Key, Block]:
    """What is scarce of all that these requests ask, with the levels of it locked: two boards with
    different requests don't promise the same goods."""
    asked = {
        (request.warehouse_id, line.sku_id) for request in requests for line in lines[request.pk]
    }
    lock_levels(asked)
    warehouses = Location.objects.filter(pk__in={warehouse for warehouse, _sku in asked})
    scarce = [one for one in scarce_skus(warehouses) if one.key in asked]
    return {block.key: block for block in blocks_of(scarce)}


def _share_out(
    request: RestockRequest,
    lines: Iterable[RestockLine],
    shares: Mapping[LineId, Less],
    blocks: Mapping[Key, Block],
) -> dict[LineId, Less]:
    """What each line of a request gets, by its id."""
    found = {}
    for line in lines:
        if line.pk in shares:
            found[line.pk] = shares[line.pk]
        elif block := blocks.get((request.warehouse_id, line.sku_id)):
            units = next(wanted.proposed for wanted in block.lines if wanted.pk == line.pk)
            found[line.pk] = Less(units, NO_STOCK)
        else:
            found[line.pk] = Less(line.asked, "")
    return found


def _refuse_too_much(
    approved: Collection[RestockRequest],
    lines: Mapping[RequestId, Iterable[RestockLine]],
    granted: Mapping[LineId, Less],
    blocks: Mapping[Key, Block],
) -> None:
    given: dict[Key, Quantity] = defaultdict(int)
    for request in approved:
        for line in lines[request.pk]:
            given[request.warehouse_id, line.sku_id] += granted[line.pk].units
    for key, block in blocks.items():
        if given[key] > block.scarce.free:
            raise SharedTooMuch(block.sku, given[key], block.scarce.free)


def _remember_why(granted: Mapping[LineId, Less], blocks: Mapping[Key, Block]) -> None:
    """Keep with each shared line the figures that explain it to its store."""
    rows: dict[LineId, LineShare] = {}
    for block in blocks.values():
        units = {line.pk: granted[line.pk].units for line in block.lines if line.pk in granted}
        cover = block.cover_after(units)
        least = min((days for days in cover.values() if days is not None), default=None)
        for line in block.lines:
            if line.pk in granted:
                rows[line.pk] = LineShare(
                    line_id=line.pk,
                    stores=block.stores,
                    available=block.scarce.free,
                    proposed=line.proposed,
                    cover_days=cover[line.request.store_id],
                    least_days=least,
                )
    LineShare.objects.bulk_create(rows.values())
