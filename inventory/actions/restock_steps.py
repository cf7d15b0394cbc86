"""What every step of a restock request does: lock the row, write its state, keep its history."""

from collections.abc import Sequence
from uuid import UUID

from backoffice.lib.nudges import nudge
from inventory.actions.marks import mark_request
from inventory.models import RestockEvent, RestockRequest
from stores.models import User

Kind = RestockEvent.Kind
Via = RestockEvent.Via
FOR_APPROVERS = (Kind.ASKED, Kind.ADDED, Kind.LACKING)  # steps after which a decision is wanted


def lock_request(request_id: int) -> RestockRequest | None:
    """Lock the row alone: after a wait, PostgreSQL reads it anew, but not what is joined to it."""
    return RestockRequest.objects.select_for_update(no_key=True).filter(pk=request_id).first()


def take_step(request: RestockRequest, *fields: str) -> None:
    """Write the state and these fields; the version grows, so that pages that show less are told;
    what was suggested to the store follows."""
    request.version += 1
    request.save(update_fields=["state", "version", *fields])
    mark_request(request)


def record(
    request: RestockRequest,
    kind: RestockEvent.Kind,
    *,
    by: User | None = None,
    note: str = "",
    shortages: Sequence[Sequence[int]] = (),
    cuts: Sequence[Sequence[int | str]] = (),
    via: Via = Via.PAGE,
    key: UUID | None = None,
) -> None:
    """Write a step into the history; `shortages` are [SKU id, units wanted, units available], `cuts`
    [SKU id, units, reason], `key` is that of the form that was sent. Where a decision is wanted then,
    a worker tells those who may take it."""
    RestockEvent.objects.create(
        request=request,
        kind=kind,
        by=by,
        note=note,
        shortages=list(shortages),
        cuts=list(cuts),
        via=via,
        key=key,
    )
    if kind in FOR_APPROVERS:
        nudge("inventory.approve_by_rule", request.pk)
        nudge("inventory.tell_approvers", request.pk)
