"""A worker carries out what was approved, by one transfer: all of it, or nothing and back to the
approver, who may then send what there is."""

import logging
from collections.abc import Sequence
from uuid import uuid4

from django.db import DatabaseError, transaction
from django.utils import timezone

from backoffice.lib.errors import Busy
from backoffice.lib.retry import retrying
from inventory.actions.restock import Less, grant, lock_waiting
from inventory.actions.restock_steps import lock_request, record, take_step
from inventory.actions.stock import SkuId, lock_levels
from inventory.actions.transfer_steps import dispatch
from inventory.errors import OutOfStock, Shortage
from inventory.models import (
    RestockEvent,
    RestockLine,
    RestockRequest,
    Transfer,
    TransferEvent,
    TransferLine,
)
from inventory.queries.restock import available_at
from stores.models import User

logger = logging.getLogger(__name__)
State = RestockRequest.State
Kind = RestockEvent.Kind
Via = RestockEvent.Via


@retrying
@transaction.atomic
def carry_out_restock(request_id: int) -> RestockRequest | None:
    """Send what was approved from the warehouse to the store, or give the request back to the
    approver with what each line lacks. `None` if there is nothing (more) to carry out."""
    request = lock_request(request_id)
    if request is None or request.state != State.APPROVED:
        return None
    lines = list(request.lines.order_by("sku_id"))
    try:
        transfer = _send(request, lines)
    except OutOfStock as error:
        _give_back(request, lines, error.shortages)
    else:
        _finish(request, lines, transfer)
    return request


@retrying
@transaction.atomic
def send_what_there_is(
    request_id: int, *, by: User, seen: int | None = None, via: Via = Via.PAGE
) -> RestockRequest:
    """Approve a request again with each line cut to what its warehouse has available now; what was
    cut before it came back stays cut. `NothingApproved` if nothing is there."""
    request = lock_waiting(request_id, by=by, seen=seen)
    asked = dict(request.lines.values_list("sku_id", "asked"))
    available = available_at([request.warehouse_id], asked)
    less = _cuts_before(request)
    for sku_id, units in asked.items():
        there = available.get((request.warehouse_id, sku_id), 0)
        if there < (less[sku_id].units if sku_id in less else units):
            less[sku_id] = Less(there, RestockLine.Reason.NO_STOCK)
    return grant(request, less=less, by=by, via=via)


def _cuts_before(request: RestockRequest) -> dict[SkuId, Less]:
    """What the decision that couldn't be carried out had cut, of a request that came back."""
    came_back = request.events.filter(kind=Kind.LACKING).last()
    cuts = came_back.cuts if came_back else []
    return {sku_id: Less(units, reason) for sku_id, units, reason in cuts}


def carry_out_due() -> None:
    """Carry out every approved request that a nudge missed; one that fails doesn't hold up the rest."""
    for request_id in list(RestockRequest.objects.due().values_list("pk", flat=True)):
        try:
            carry_out_restock(request_id)
        except (DatabaseError, Busy):
            logger.exception("restock request %s could not be carried out", request_id)


@transaction.atomic
def _send(request: RestockRequest, lines: Sequence[RestockLine]) -> Transfer:
    """Send every approved line in one transfer; nothing of it remains if one lacks."""
    sent = [line for line in lines if line.approved]
    places = (request.warehouse_id, request.store_id)
    levels = lock_levels((place, line.sku_id) for place in places for line in sent)
    for line in sent:
        line.warehouse_had = levels[request.warehouse_id, line.sku_id].on_hand
        line.store_had = levels[request.store_id, line.sku_id].on_hand
    transfer = Transfer.objects.create(
        key=uuid4(),
        source=request.warehouse,
        destination=request.store,
        request=request,
        made_by=request.decided_by,
    )
    TransferEvent.objects.create(
        transfer=transfer, kind=TransferEvent.Kind.MADE, by=request.decided_by
    )
    loaded = TransferLine.objects.bulk_create(
        _loaded(transfer, line, line.approved or 0) for line in sent
    )
    dispatch(transfer, loaded, by=request.decided_by)
    return transfer


def _loaded(transfer: Transfer, line: RestockLine, units: int) -> TransferLine:
    return TransferLine(
        transfer=transfer, sku_id=line.sku_id, request_line=line, planned=units, sent=units
    )


def _finish(request: RestockRequest, lines: Sequence[RestockLine], transfer: Transfer) -> None:
    """Write what was sent; a store that receives automatically has it already."""
    on_the_road = transfer.is_on_the_road
    for line in lines:
        line.sent = line.approved
        line.received = None if on_the_road and line.sent else line.sent
    RestockLine.objects.bulk_update(lines, ["sent", "received", "warehouse_had", "store_had"])
    if on_the_road:
        request.state = State.SENT
        record(request, Kind.SENT)
    else:
        request.state, request.done_at = State.DONE, timezone.now()
        record(request, Kind.DONE)
    take_step(request, "done_at")


def _give_back(
    request: RestockRequest, lines: Sequence[RestockLine], shortages: Sequence[Shortage]
) -> None:
    lacking = {shortage.sku.pk: shortage.lacking for shortage in shortages}
    cuts: list[list[int | str]] = [
        [line.sku_id, line.approved or 0, line.reason] for line in lines if line.is_cut
    ]
    for line in lines:
        line.approved, line.reason = None, ""
        line.lacking = lacking.get(line.sku_id, 0)
    RestockLine.objects.bulk_update(lines, ["approved", "reason", "lacking"])
    request.state, request.decided_by, request.decided_at = State.WAITING, None, None
    request.rule, request.by_rule = None, False
    take_step(request, "decided_by", "decided_at", "rule", "by_rule")
    figures = [[s.sku.pk, s.wanted, s.available] for s in shortages]
    record(request, Kind.LACKING, shortages=figures, cuts=cuts)
