"""A worker carries out what was approved: all of it, or nothing and back to the approver."""

import logging
from collections.abc import Sequence

from django.db import DatabaseError, transaction
from django.utils import timezone

from backoffice.lib.errors import Busy
from backoffice.lib.retry import retrying
from inventory.actions.restock_steps import lock_request, record, take_step
from inventory.actions.stock import Move, lock_levels, move_stock
from inventory.errors import OutOfStock, Shortage
from inventory.models import Cause, Document, RestockEvent, RestockLine, RestockRequest

logger = logging.getLogger(__name__)
State = RestockRequest.State
Kind = RestockEvent.Kind


@retrying
@transaction.atomic
def carry_out_restock(request_id: int) -> RestockRequest | None:
    """Move what was approved from the warehouse to the store, or give the request back to the
    approver with what each line lacks. `None` if there is nothing (more) to carry out."""
    request = lock_request(request_id)
    if request is None or request.state != State.APPROVED:
        return None
    lines = list(request.lines.order_by("sku_id"))
    try:
        _move(request, lines)
    except OutOfStock as error:
        _give_back(request, lines, error.shortages)
    else:
        _finish(request, lines)
    return request


def carry_out_due() -> None:
    """Carry out every approved request that a nudge missed; one that fails doesn't hold up the rest."""
    for request_id in list(RestockRequest.objects.due().values_list("pk", flat=True)):
        try:
            carry_out_restock(request_id)
        except (DatabaseError, Busy):
            logger.exception("restock request %s could not be carried out", request_id)


def _move(request: RestockRequest, lines: Sequence[RestockLine]) -> None:
    sent = [line for line in lines if line.approved]
    places = (request.warehouse, request.store)
    levels = lock_levels((place.pk, line.sku_id) for place in places for line in sent)
    for line in sent:
        line.warehouse_had = levels[request.warehouse_id, line.sku_id].on_hand
        line.store_had = levels[request.store_id, line.sku_id].on_hand
    move_stock(
        [Move(line.sku_id, *places, line.approved or 0) for line in sent],
        cause=Cause(Document.RESTOCK, request.pk),
        by=request.decided_by,
    )


def _finish(request: RestockRequest, lines: Sequence[RestockLine]) -> None:
    for line in lines:
        line.sent = line.received = line.approved
    RestockLine.objects.bulk_update(lines, ["sent", "received", "warehouse_had", "store_had"])
    request.state, request.done_at = State.DONE, timezone.now()
    take_step(request, "done_at")
    record(request, Kind.DONE)


def _give_back(
    request: RestockRequest, lines: Sequence[RestockLine], shortages: Sequence[Shortage]
) -> None:
    lacking = {shortage.sku.pk: shortage.lacking for shortage in shortages}
    for line in lines:
        line.approved, line.reason = None, ""
        line.lacking = lacking.get(line.sku_id, 0)
    RestockLine.objects.bulk_update(lines, ["approved", "reason", "lacking"])
    request.state, request.decided_by, request.decided_at = State.WAITING, None, None
    request.rule, request.by_rule = None, False
    take_step(request, "decided_by", "decided_at", "rule", "by_rule")
    figures = [[s.sku.pk, s.wanted, s.available] for s in shortages]
    record(request, Kind.LACKING, shortages=figures)
