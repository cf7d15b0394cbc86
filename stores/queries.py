from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from backoffice.lib.text import normal
from stores.models import Location, Membership, Role, Session, User
from stores.rights import memberships_of

MOST_OF_A_NAME = 200


def first_page(user: User) -> tuple[str, ...]:
    """The URL name, and its arguments, of the page where this person's work begins."""
    memberships = memberships_of(user)
    roles = {membership.role for membership in memberships}
    if roles & set(Membership.COMPANY_WIDE):
        return ("backoffice:dashboard",)
    if Role.LOGISTICS in roles:
        return ("inventory:restock_list",)
    stores = sorted((m.location for m in memberships if m.location), key=lambda place: place.name)
    if stores:
        return ("backoffice:store_home", stores[0].code)
    return ("shop:home",)


def people_called(people: QuerySet[User], text: str) -> QuerySet[User]:
    """Those in whose name or address the text stands."""
    text = normal(text)
    return people.filter(Q(name__icontains=text) | Q(email__icontains=text))


def ids_of_people_called(text: str) -> list[int]:
    """The ids of at most so many of those in whose name or address the text stands."""
    people = people_called(User.objects.order_by("pk"), text)
    return list(people.values_list("pk", flat=True)[:MOST_OF_A_NAME])


def open_sessions(user: User, *, here: str | None = None) -> list[Session]:
    """The person's open sessions, the one of this request first, then what was used last."""
    alive = user.sessions.filter(expire_date__gt=timezone.now()).defer("session_data")
    return sorted(alive.order_by("-last_seen_at"), key=lambda session: session.pk != here)


def people_of(place: Location) -> QuerySet[User]:
    """Who holds a role at this place, each with their roles there and no others."""
    here = Membership.objects.filter(location=place).order_by("pk")
    works_here = Exists(here.filter(user=OuterRef("pk")))
    return User.objects.filter(works_here).prefetch_related(Prefetch("memberships", here))
