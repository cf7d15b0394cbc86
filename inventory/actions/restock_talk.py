"""What a store and its approvers say to each other about a request."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from backoffice.lib.retry import retrying
from inventory.errors import KeyUsedBefore, NoComment
from inventory.models import RestockEvent, RestockRequest
from stores.models import Role, User
from stores.rights import holds_now


@retrying
@transaction.atomic
def comment_on_restock(request_id: int, *, key: UUID, text: str, by: User) -> RestockEvent:
    """Write a comment, at any state; the same key twice is one comment. The request is no other than
    before: who is about to decide it need not look again."""
    request = RestockRequest.objects.asked().get(pk=request_id)
    writes = holds_now(by, Role.CLERK, at=request.store)
    if not writes and not holds_now(by, Role.LOGISTICS, at=request.warehouse):
        raise PermissionDenied
    if not text.strip():
        raise NoComment
    content = {
        "request": request,
        "kind": RestockEvent.Kind.COMMENT,
        "by": by,
        "note": text.strip(),
    }
    event, is_new = RestockEvent.objects.get_or_create(key=key, defaults=content)
    if not is_new and (event.request_id, event.by_id, event.note) != (
        request.pk,
        by.pk,
        text.strip(),
    ):
        raise KeyUsedBefore
    return event
