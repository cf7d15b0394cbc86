"""A store asks, an approver decides once; carrying out is in inventory.actions.carry_out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from backoffice.lib.nudges import nudge
from backoffice.lib.retry import retrying
from inventory.actions.asked import refuse_places, refuse_skus, settle_asked
from inventory.actions.restock_steps import lock_request, record, take_step
from inventory.actions.stock import Quantity, SkuId
from inventory.errors import (
    AlreadyDecided,
    KeyReused,
    MoreThanAsked,
    NothingApproved,
    OwnRequest,
    ReasonMissing,
    RequestChanged,
)
from inventory.models import ApprovalRule, LineShare, RestockEvent, RestockLine, RestockRequest
from stores.models import Company, Location, Role, User
from stores.rights import holds_now

State = RestockRequest.State
Kind = RestockEvent.Kind
Via = RestockEvent.Via


@dataclass(frozen=True)
class Less:
    """What an approver grants of a line instead of what was asked, and why."""

    units: Quantity
    reason: str


AS_ASKED: Mapping[SkuId, Less] = MappingProxyType({})


@retrying
@transaction.atomic
def ask_restock(
    key: UUID,
    *,
    store: Location,
    warehouse: Location,
    wanted: Mapping[SkuId, Quantity],
    note: str = "",
    by: User,
) -> RestockRequest:
    """Ask a warehouse for several SKUs. The same key with the same content is the same request."""
    refuse_places(store, warehouse)
    refuse_skus(wanted)
    content = {"store": store, "warehouse": warehouse, "note": note, "asked_by": by}
    request, is_new = RestockRequest.objects.get_or_create(key=key, defaults=content)
    if not is_new:
        return _same(request, wanted, store=store, warehouse=warehouse, note=note, by=by)
    RestockLine.objects.bulk_create(
        RestockLine(request=request, sku_id=sku_id, asked=units) for sku_id, units in wanted.items()
    )
    settle_asked(request)
    record(request, Kind.ASKED, by=by, note=note)
    return request


@retrying
@transaction.atomic
def approve_restock(
    request_id: int,
    *,
    by: User,
    less: Mapping[SkuId, Less] = AS_ASKED,
    seen: int | None = None,
    via: Via = Via.PAGE,
) -> RestockRequest:
    """Approve every line as asked, but for those in `less`; `seen` is the version that was shown."""
    request = lock_waiting(request_id, by=by, seen=seen)
    return grant(request, less=less, by=by, via=via)


@retrying
@transaction.atomic
def refuse_restock(
    request_id: int, *, reason: str, by: User, seen: int | None = None
) -> RestockRequest:
    """Refuse the whole request, with a reason for the store."""
    request = lock_waiting(request_id, by=by, seen=seen)
    if not reason.strip():
        raise ReasonMissing
    request.refusal = reason.strip()
    _decide(request, State.REFUSED, by=by)
    record(request, Kind.REFUSED, by=by, note=request.refusal)
    return request


def _same(
    request: RestockRequest,
    wanted: Mapping[SkuId, Quantity],
    *,
    store: Location,
    warehouse: Location,
    note: str,
    by: User,
) -> RestockRequest:
    """The request that was made with this key, if it says the same."""
    first = (request.store_id, request.warehouse_id, request.note, request.asked_by_id)
    lines = dict(request.lines.values_list("sku_id", "asked"))
    if first != (store.pk, warehouse.pk, note, by.pk) or lines != dict(wanted):
        raise KeyReused(request)
    return request


def lock_waiting(request_id: int, *, by: User, seen: int | None) -> RestockRequest:
    """Lock the request for this person's decision; refuse it where they may not, or no longer."""
    request = lock_request(request_id)
    if request is None:
        raise RestockRequest.DoesNotExist
    if not holds_now(by, Role.LOGISTICS, at=request.warehouse):
        raise PermissionDenied
    refuse_decided(request, seen=seen)
    if not Company.current().own_requests_allowed and request.was_asked_by(by):
        raise OwnRequest
    return request


def refuse_decided(request: RestockRequest, *, seen: int | None) -> None:
    """Refuse to decide what was decided, or took a step since the version that was shown."""
    if request.state != State.WAITING:
        raise AlreadyDecided(request)
    if seen is not None and seen != request.version:
        raise RequestChanged(request)


def grant(
    request: RestockRequest,
    *,
    by: User | None,
    less: Mapping[SkuId, Less] = AS_ASKED,
    rule: ApprovalRule | None = None,
    via: Via = Via.PAGE,
) -> RestockRequest:
    """Approve a locked request that waits; `by` is nobody where a rule decides."""
    lines = list(request.lines.select_related("sku__product"))
    for line in lines:
        granted = less.get(line.sku_id)
        line.approved = granted.units if granted else line.asked
        line.reason = granted.reason if granted and granted.units < line.asked else ""
        line.lacking = 0
    _refuse_approval(lines)
    RestockLine.objects.bulk_update(lines, ["approved", "reason", "lacking"])
    LineShare.objects.filter(line__in=lines).delete()  # of a decision that came back
    request.rule, request.by_rule = rule, rule is not None
    _decide(request, State.APPROVED, by=by)
    place = rule.location.name if rule and rule.location else ""
    record(request, Kind.APPROVED, by=by, note=place, via=Via.RULE if rule else via)
    nudge("inventory.carry_out_restock", request.pk)
    return request


def _refuse_approval(lines: Sequence[RestockLine]) -> None:
    for line in lines:
        assert line.approved is not None
        if line.approved > line.asked:
            raise MoreThanAsked(line.sku, line.asked)
        if line.is_cut and not line.reason:
            raise ReasonMissing(line.sku)
    if not any(line.approved for line in lines):
        raise NothingApproved


def _decide(request: RestockRequest, state: RestockRequest.State, *, by: User | None) -> None:
    request.state, request.decided_by, request.decided_at = state, by, timezone.now()
    take_step(request, "decided_by", "decided_at", "refusal", "rule", "by_rule")
