"""Many requests approved at a stroke: a person says which, a worker decides them one by one."""

import logging
from collections.abc import Mapping
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone, translation

from backoffice.lib.errors import Busy, DomainError
from backoffice.lib.nudges import nudge
from backoffice.lib.retry import retrying
from inventory.actions.restock import Via, approve_restock
from inventory.errors import KeyUsedBefore, NoLongerApprover, NothingChosen
from inventory.models import BulkApproval, BulkApprovalItem, RestockRequest
from inventory.queries.restock import RequestId
from stores.models import Role, User
from stores.rights import locations_of

logger = logging.getLogger(__name__)
Outcome = BulkApprovalItem.Outcome
MOST = 2000  # requests in one go


@retrying
@transaction.atomic
def begin_bulk_approval(key: UUID, *, shown: Mapping[RequestId, int], by: User) -> BulkApproval:
    """Promise to approve these requests as asked, each in the version that was shown. The same key
    with the same requests is the same promise."""
    mine = RestockRequest.objects.asked_of(locations_of(by, Role.LOGISTICS))
    ids = list(mine.filter(pk__in=shown).order_by("pk").values_list("pk", flat=True)[:MOST])
    if not ids:
        raise NothingChosen
    bulk, is_new = BulkApproval.objects.get_or_create(key=key, defaults={"by": by})
    wanted = {pk: shown[pk] for pk in ids}
    if not is_new:
        if bulk.by_id != by.pk or dict(bulk.items.values_list("request", "version")) != wanted:
            raise KeyUsedBefore
        return bulk
    BulkApprovalItem.objects.bulk_create(
        BulkApprovalItem(bulk=bulk, request_id=pk, version=version)
        for pk, version in wanted.items()
    )
    nudge("inventory.carry_out_bulk_approval", bulk.pk)
    return bulk


def carry_out_bulk_approval(bulk_id: int) -> None:
    """Decide what is still to be decided, each request in a transaction of its own: what stops in the
    middle goes on where it stopped, and two workers share the rest."""
    waiting = BulkApprovalItem.objects.filter(bulk=bulk_id, outcome=Outcome.WAITING)
    for item_id in list(waiting.order_by("pk").values_list("pk", flat=True)):
        try:
            decide_item(item_id)
        except (DatabaseError, Busy):
            logger.exception("item %s of bulk approval %s was not decided", item_id, bulk_id)
    if not waiting.exists():
        unfinished = BulkApproval.objects.filter(pk=bulk_id, done_at=None)
        unfinished.update(done_at=timezone.now())


def carry_out_due_bulk_approvals() -> None:
    """Go on with every bulk approval that has not come to its end."""
    unfinished = BulkApproval.objects.filter(done_at=None).order_by("pk")
    for bulk_id in list(unfinished.values_list("pk", flat=True)):
        carry_out_bulk_approval(bulk_id)


@retrying
@transaction.atomic
def decide_item(item_id: int) -> None:
    """Approve one request as asked, or write down in words why not; nothing, if it is being decided
    by another worker, or was."""
    items = BulkApprovalItem.objects.select_for_update(skip_locked=True, no_key=True)
    item = items.filter(pk=item_id, outcome=Outcome.WAITING).first()
    if item is None:
        return
    by = item.bulk.by
    with translation.override(by.reads):
        item.words = _reason_against(item, by)
    item.outcome = Outcome.NOT_DONE if item.words else Outcome.APPROVED
    item.save(update_fields=["outcome", "words"])


def _reason_against(item: BulkApprovalItem, by: User) -> str:
    """Approve the request of this item; empty, or why it was not approved."""
    try:
        with transaction.atomic():
            approve_restock(item.request_id, by=by, seen=item.version, via=Via.BULK)
    except PermissionDenied:
        return str(NoLongerApprover(item.request.warehouse))
    except Busy:
        raise
    except DomainError as error:
        return str(error)[:500]
    return ""
