"""A store sends its draft, as a request of its own or into the one that waits; and takes one back."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from backoffice.lib.fields import MAX_QUANTITY
from backoffice.lib.retry import retrying
from inventory.actions.asked import refuse_places, refuse_skus, settle_asked
from inventory.actions.restock_draft import BY_HAND, MOST_LINES, lock_draft, write_changes
from inventory.actions.restock_steps import lock_request, record, take_step
from inventory.actions.stock import Quantity, SkuId
from inventory.errors import AlreadyDecided, DraftSent
from inventory.models import RestockEvent, RestockLine, RestockRequest
from stores.models import Location, Role, User
from stores.rights import holds_now

State = RestockRequest.State
Kind = RestockEvent.Kind


@dataclass(frozen=True)
class Asked:
    """The request that now holds what the draft held, and whether it waited before."""

    request: RestockRequest
    collected: bool


@retrying
@transaction.atomic
def ask_draft(
    key: UUID,
    *,
    store: Location,
    by: User,
    changed: Mapping[SkuId, Quantity] = BY_HAND,
    note: str | None = None,
    alone: bool = False,
) -> Asked:
    """Send a draft with the last changes to it: into the request that waits already, unless it is to
    be one of its own (`alone`). Sent twice, it is what it became the first time."""
    try:
        draft = lock_draft(key, store=store)
    except DraftSent:
        return _sent_before(key, store=store)
    write_changes(draft, changed, note=note)
    refuse_places(store, draft.warehouse)
    refuse_skus(draft.lines.values_list("sku_id", flat=True))
    waiting = None if alone else _lock_open(draft)
    if waiting is not None:
        return Asked(_collect(draft, waiting, by=by), collected=True)
    return Asked(_send(draft, by=by), collected=False)


@retrying
@transaction.atomic
def withdraw_restock(request_id: int, *, by: User) -> RestockRequest:
    """Take back a request that nobody has decided yet."""
    request = lock_request(request_id)
    if request is None:
        raise RestockRequest.DoesNotExist
    if not holds_now(by, Role.CLERK, at=request.store):
        raise PermissionDenied
    if request.state != State.WAITING:
        raise AlreadyDecided(request)
    request.state, request.decided_by, request.decided_at = State.CANCELLED, by, timezone.now()
    take_step(request, "decided_by", "decided_at")
    record(request, Kind.WITHDRAWN, by=by)
    return request


def _sent_before(key: UUID, *, store: Location) -> Asked:
    asked = RestockRequest.objects.asked().filter(key=key, store=store).first()
    if asked is not None:
        return Asked(asked, collected=False)
    events = RestockEvent.objects.filter(key=key, request__store=store)
    event = events.select_related("request").first()
    if event is None:
        raise DraftSent
    return Asked(event.request, collected=True)


def _lock_open(draft: RestockRequest) -> RestockRequest | None:
    """The newest request that waits, if it is waiting still under the lock and has room."""
    waiting = RestockRequest.objects.pending().filter(store=draft.store_id)
    request = waiting.filter(warehouse=draft.warehouse_id).select_for_update(no_key=True).first()
    if request is None:
        return None
    skus = RestockLine.objects.filter(request__in=[draft, request]).order_by().values("sku")
    return request if skus.distinct().count() <= MOST_LINES else None


def _collect(draft: RestockRequest, request: RestockRequest, *, by: User) -> RestockRequest:
    """Put the lines of the draft into a request; whoever was about to decide it is told to look again."""
    there = {line.sku_id: line for line in request.lines.all()}
    for line in draft.lines.filter(sku__in=there):
        _add(there[line.sku_id], line)
    RestockLine.objects.bulk_update(there.values(), ["asked", "suggested"])
    draft.lines.exclude(sku__in=there).update(request=request)
    draft.delete()
    settle_asked(request)
    take_step(request)
    record(request, Kind.ADDED, by=by, note=draft.note, key=draft.key)
    return request


def _add(line: RestockLine, more: RestockLine) -> None:
    line.asked = min(line.asked + more.asked, MAX_QUANTITY)
    both = line.suggested is not None and more.suggested is not None
    line.suggested = (line.suggested or 0) + (more.suggested or 0) if both else None


def _send(draft: RestockRequest, *, by: User) -> RestockRequest:
    draft.state, draft.asked_by, draft.asked_at = State.WAITING, by, timezone.now()
    draft.save(update_fields=["state", "asked_by", "asked_at"])
    settle_asked(draft)
    record(draft, Kind.ASKED, by=by, note=draft.note)
    return draft
