"""Who decides a restock request, and what waits for whom."""

from collections.abc import Sequence

from inventory.models import RestockRequest
from inventory.models.restock import RestockRequestQuerySet
from stores.models import Company, Role, User
from stores.rights import locations_of, people_at


def approvers_of(request: RestockRequest) -> list[User]:
    """Who is to be told of the request: the warehouse's logistics people but for who asked; where
    there is nobody else, head office and administrators."""
    for roles in ((Role.LOGISTICS,), (Role.HEAD_OFFICE, Role.ADMIN)):
        if found := _others(people_at(request.warehouse, *roles), request):
            return found
    return []


def waiting_for(user: User) -> RestockRequestQuerySet:
    """The requests that this person may decide now, oldest first."""
    mine = RestockRequest.objects.asked_of(locations_of(user, Role.LOGISTICS)).pending()
    if not Company.current().own_requests_allowed:
        mine = mine.asked_by_others(user)
    return mine.order_by("pk")


def _others(people: Sequence[User], request: RestockRequest) -> list[User]:
    if Company.current().own_requests_allowed:
        return list(people)
    return [person for person in people if not request.was_asked_by(person)]
