"""What every page's shell needs: who is signed in, where they work, which place is open.

It costs an anonymous visitor no query, and a person on the staff the one that reads their memberships.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from backoffice.lib.text import Words
from stores.models import Location, Role, User
from stores.navigation import Section, navigation, url_or_none
from stores.rights import memberships_of


@dataclass(frozen=True)
class Destination:
    """A line of the switch between places."""

    label: Words
    icon: str
    url: str
    current: bool


class Shell:
    """The frame around a page; each part is worked out when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user: User | AnonymousUser = getattr(request, "user", AnonymousUser())

    @cached_property
    def theme(self) -> str:
        return self.user.theme if isinstance(self.user, User) else User.Theme.AUTO

    @cached_property
    def held(self) -> dict[int | None, set[str]]:
        """The person's roles by place; company-wide ones under None."""
        roles: dict[int | None, set[str]] = {}
        if self.user.is_authenticated:
            for membership in memberships_of(self.user):
                roles.setdefault(membership.location_id, set()).add(membership.role)
        return roles

    @cached_property
    def staff(self) -> bool:
        return bool(self.held)

    @cached_property
    def own_places(self) -> list[Location]:
        """The places that the person's memberships name."""
        if not self.user.is_authenticated:
            return []
        places = {m.location.pk: m.location for m in memberships_of(self.user) if m.location}
        return sorted(places.values(), key=lambda place: place.name)

    @cached_property
    def at_head_office(self) -> bool:
        """Whether the person's work is at head office, company-wide or in logistics."""
        return None in self.held or any(Role.LOGISTICS in roles for roles in self.held.values())

    @cached_property
    def face(self) -> str | None:
        if hasattr(self.request, "location"):
            return "store"
        if self.request.path.startswith("/head-office/"):
            return "head_office"
        if not self.staff or self.request.path == "/":
            return "shop"
        return "head_office" if self.at_head_office else "store"

    @cached_property
    def template(self) -> str:
        """The shell for a page that every kind of person has, such as the profile."""
        return "staff.html" if self.staff else "shop.html"

    @cached_property
    def place(self) -> Location | None:
        if self.face != "store":
            return None
        open_here: Location | None = getattr(self.request, "location", None)
        return open_here or self.own_places[0]

    @cached_property
    def home(self) -> str:
        if self.place:
            return url_or_none("backoffice:store_home", self.place.code) or reverse("stores:home")
        return reverse("stores:home")

    @cached_property
    def profile(self) -> str:
        return reverse("stores:profile")

    @cached_property
    def navigation(self) -> list[Section]:
        at_company = self.held.get(None, set())
        if self.place is None:
            held = set().union(at_company, *self.held.values())
            return navigation(self.request, held, None, company_wide=at_company)
        return navigation(
            self.request, at_company | self.held.get(self.place.pk, set()), self.place
        )

    @cached_property
    def places(self) -> list[Destination]:
        """Where the person can switch to; empty for those who work in one place."""
        here = self.place
        found = [
            Destination(place.name, "building-store", url, place == here)
            for place in self.own_places
            if not place.archived_at and (url := url_or_none("backoffice:store_home", place.code))
        ]
        if self.at_head_office:
            office = Destination(_("Head office"), "briefcase", reverse("stores:home"), not here)
            found.insert(0, office)
            if here and here not in self.own_places:
                url = url_or_none("backoffice:store_home", here.code) or self.request.path
                found.append(Destination(here.name, "building-store", url, True))
            stores = url_or_none("stores:location_list")
            if stores and self.held.get(None, set()) - {Role.LOGISTICS}:
                found.append(Destination(_("All stores"), "list", stores, False))
        return found if len(found) > 1 else []

    @cached_property
    def alerts_url(self) -> str | None:
        if self.place:
            return url_or_none("inventory:store_alerts", self.place.code)
        return url_or_none("inventory:alert_list")

    @cached_property
    def notifications(self) -> str | None:
        """Where a member of the staff, but an auditor, chooses how to be told of alerts."""
        told = set().union(*self.held.values()) - {Role.AUDITOR}
        return url_or_none("inventory:notification_choices") if told else None

    @cached_property
    def search_url(self) -> str | None:
        """Where a member of the staff searches everything that they may see."""
        if self.place:
            return url_or_none("backoffice:store_search", self.place.code)
        return url_or_none("backoffice:search")

    @cached_property
    def shop(self) -> dict[str, str | None]:
        """Addresses of the storefront, which stands in a layer above."""
        names = ("home", "search", "cart", "account")
        return {name: url_or_none(f"shop:{name}") for name in names}


def shell(request: HttpRequest) -> dict[str, Any]:
    return {"shell": SimpleLazyObject(lambda: Shell(request))}
