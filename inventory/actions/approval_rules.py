"""Automatic approval: head office states the rule, a worker follows it, and marks what it decided."""

import logging
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from backoffice.lib.errors import Busy
from backoffice.lib.money import to_cents
from backoffice.lib.retry import retrying
from inventory.actions.restock import grant
from inventory.actions.restock_steps import lock_request
from inventory.actions.stock import lock_levels
from inventory.models import ApprovalRule, RestockRequest, RuleChange
from inventory.queries.rules import rules_by_place, verdicts
from stores.models import Location, Membership, Role, User

logger = logging.getLogger(__name__)
type Stated = dict[str, bool | str | int]


@retrying
@transaction.atomic
def set_approval_rule(
    location: Location | None, *, is_on: bool, max_value: Decimal, min_cover_days: int, by: User
) -> ApprovalRule:
    """State the rule of a store, or the company's (None); the change is kept."""
    _refuse_others(by)
    before = _locked(location)
    values = {"is_on": is_on, "max_value": to_cents(max_value), "min_cover_days": min_cover_days}
    rule, _is_new = ApprovalRule.objects.update_or_create(location=location, defaults=values)
    _keep_change(location, before, _stated(rule), by=by)
    return rule


@retrying
@transaction.atomic
def remove_approval_rule(location: Location, *, by: User) -> None:
    """Let the company's rule hold for a store again."""
    _refuse_others(by)
    before = _locked(location)
    ApprovalRule.objects.filter(location=location).delete()
    _keep_change(location, before, None, by=by)


@retrying
@transaction.atomic
def approve_by_rule(request_id: int) -> RestockRequest | None:
    """Approve a request as asked, if it waits and its rule takes it: judged under the locks of the
    request and of what it asks, so that two of them don't take the same cover. `None` otherwise."""
    request = lock_request(request_id)
    if request is None or request.state != RestockRequest.State.WAITING:
        return None
    rules = rules_by_place()
    if not verdicts([request], rules)[request.pk].takes:
        return None
    lock_levels((request.warehouse_id, sku) for sku in request.lines.values_list("sku", flat=True))
    verdict = verdicts([request], rules)[request.pk]
    if not verdict.takes:
        return None
    return grant(request, by=None, rule=verdict.rule)


def approve_all_by_rule() -> None:
    """Approve every waiting request that a rule takes, the oldest first; one that fails doesn't hold
    up the rest."""
    rules = rules_by_place()
    if not any(rule.is_on for rule in rules.values()):
        return
    waiting = list(RestockRequest.objects.pending().select_related("warehouse").order_by("pk"))
    for request_id, verdict in verdicts(waiting, rules, in_turn=True).items():
        if not verdict.takes:
            continue
        try:
            approve_by_rule(request_id)
        except (DatabaseError, Busy):
            logger.exception("restock request %s could not be approved by its rule", request_id)


def _refuse_others(by: User) -> None:
    held = Membership.objects.filter(
        user_id=by.pk,
        user__is_active=True,
        location=None,
        role__in=(Role.HEAD_OFFICE, Role.ADMIN),
    )
    if not held.exists():
        raise PermissionDenied


def _locked(location: Location | None) -> Stated | None:
    rules = ApprovalRule.objects.select_for_update(no_key=True)
    rule = rules.filter(location=location).first()
    return _stated(rule) if rule else None


def _stated(rule: ApprovalRule) -> Stated:
    return {
        "is_on": rule.is_on,
        "max_value": str(rule.max_value),
        "min_cover_days": rule.min_cover_days,
    }


def _keep_change(
    location: Location | None, before: Stated | None, after: Stated | None, *, by: User
) -> None:
    if before != after:
        RuleChange.objects.create(location=location, before=before, after=after, by=by)
