"""The history of a request, and what its people say to each other about it."""

from dataclasses import dataclass
from uuid import uuid4

from django.db.models import QuerySet
from django.urls import reverse

from inventory.forms.restock_follow import CommentForm
from inventory.models import RestockEvent, RestockRequest
from stores.models import Role, User
from stores.rights import holds_at


@dataclass(frozen=True)
class Thread:
    """The comments on a request, where they are read and written, and the form to write one."""

    comments: list[RestockEvent]
    address: str
    form: CommentForm | None


def steps_of(restock: RestockRequest) -> QuerySet[RestockEvent]:
    """Who did what with a request, and when: all but the comments."""
    return restock.events.exclude(kind=RestockEvent.Kind.COMMENT).select_related("by")


def store_thread(reader: User, restock: RestockRequest) -> Thread:
    """The comments as the store's page shows them."""
    address = reverse("inventory:store_restock_comments", args=[restock.store.code, restock.pk])
    return _thread(restock, address, writes=holds_at(reader, restock.store, Role.CLERK))


def office_thread(reader: User, restock: RestockRequest) -> Thread:
    """The comments as the approvers' page shows them."""
    address = reverse("inventory:restock_comments", args=[restock.pk])
    return _thread(restock, address, writes=holds_at(reader, restock.warehouse, Role.LOGISTICS))


def _thread(restock: RestockRequest, address: str, *, writes: bool) -> Thread:
    said = restock.events.filter(kind=RestockEvent.Kind.COMMENT).select_related("by")
    form = CommentForm(initial={"key": uuid4()}) if writes else None
    return Thread(list(said), address, form)
