"""Telling approvers of a request, each by a link that decides it once, in the state that was told."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import ngettext

from backoffice.lib.errors import Busy
from backoffice.lib.links import full_url
from backoffice.lib.retry import retrying
from inventory.actions.restock import Via, approve_restock
from inventory.actions.restock_steps import lock_request
from inventory.errors import LinkTooOld, LinkUsed, NoLongerApprover, SignInToDecide
from inventory.models import DecisionLink, NotificationChoice, RestockRequest
from inventory.queries.approvers import approvers_of
from inventory.queries.decision_links import address_of
from inventory.queries.notifications import how_each_is_told
from inventory.queries.restock import RequestToDecide, requests_to_decide
from stores.actions.mail import queue_mail
from stores.actions.mail_rights import OnlyFor
from stores.models import Role, User
from stores.rights import needs_two_factor

logger = logging.getLogger(__name__)
LIFETIME = timedelta(days=3)  # of a link
LINES_IN_A_MAIL = 40
How = NotificationChoice.How


@dataclass(frozen=True)
class Asked:
    """What a mail says of a request."""

    request: RestockRequest
    figures: RequestToDecide

    @property
    def articles(self) -> str:
        count = len(self.figures.lines)
        return ngettext("%(count)d article", "%(count)d articles", count) % {"count": count}

    @property
    def units(self) -> str:
        count = sum(entry.line.asked for entry in self.figures.lines)
        return ngettext("%(count)d unit", "%(count)d units", count) % {"count": count}


def tell_all_approvers() -> None:
    """Tell of every request that waits in a state that nobody was told of."""
    for request_id in list(RestockRequest.objects.untold().values_list("pk", flat=True)):
        try:
            tell_approvers(request_id)
        except (DatabaseError, Busy):
            logger.exception("the approvers of request %s were not told", request_id)


@retrying
@transaction.atomic
def tell_approvers(request_id: int) -> int:
    """Promise a mail to each person who may decide the request and wants to know at once: one per
    request, version and reader; how many."""
    request = lock_request(request_id)
    if request is None or not request.is_waiting or request.told_version >= request.version:
        return 0
    asked = Asked(request, requests_to_decide([request])[request.pk])
    people = approvers_of(request)
    how = how_each_is_told(people, NotificationChoice.Subject.REQUEST)
    readers = [person for person in people if how[person.pk] == How.AT_ONCE]
    for reader in readers:
        _promise(asked, reader)
    request.told_version = request.version
    request.save(update_fields=["told_version"])
    return len(readers)


@retrying
@transaction.atomic
def approve_by_link(link_id: UUID) -> RestockRequest:
    """Approve a request as asked, in the name of the link's reader, who must still have the right,
    without a second factor; only in the state that the mail told, and only once."""
    link = DecisionLink.objects.select_related("reader", "request").get(pk=link_id)
    if needs_two_factor(link.reader):
        raise SignInToDecide
    if link.used_at:
        raise LinkUsed
    if link.expires_at <= timezone.now():
        raise LinkTooOld
    try:
        request = approve_restock(link.request_id, by=link.reader, seen=link.version, via=Via.MAIL)
    except PermissionDenied as error:
        raise NoLongerApprover(link.request.warehouse) from error
    DecisionLink.objects.filter(pk=link_id).update(used_at=timezone.now())
    return request


def _promise(asked: Asked, reader: User) -> None:
    request = asked.request
    link = DecisionLink.objects.create(
        request=request,
        reader=reader,
        version=request.version,
        expires_at=timezone.now() + LIFETIME,
    )
    queue_mail(
        key=f"restock {request.pk} {request.version} {reader.pk}",
        template="decision/restock",
        to=reader,
        context={
            "asked": asked,
            "restock": request,
            "entries": asked.figures.worst_first[:LINES_IN_A_MAIL],
            "changed": request.told_version and not asked.figures.came_back,
            "link": address_of(link),
            "page": full_url("inventory:restock_detail", request.pk),
            "until": link.expires_at,
        },
        only_for=OnlyFor((Role.LOGISTICS,), [request.warehouse_id]),
    )
