from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.lib.filters import ListFilter, search_box
from stores.models import Location, Membership, Role, User
from stores.models.location import LocationQuerySet
from stores.queries import people_called

OPEN = [("True", _("open")), ("False", _("closed"))]
STANDINGS = [("open", _("open")), ("closed", _("closed")), ("archived", _("archived"))]


class LocationFilter(ListFilter):
    q = search_box(_("Name, code or city"))
    kind = filters.ChoiceFilter(
        label=_("Kind"),
        choices=[(kind.value, kind.label) for kind in Location.INNER],
        empty_label=_("all"),
    )
    standing = filters.ChoiceFilter(
        label=_("State"),
        choices=STANDINGS,
        method="filter_standing",
        empty_label=_("all but archived"),
    )

    class Meta:
        model = Location
        fields = ["q", "kind", "standing"]

    def filter_queryset(self, queryset: LocationQuerySet) -> LocationQuerySet:
        found: LocationQuerySet = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("standing") else found.kept()

    def filter_standing(
        self, places: LocationQuerySet, _name: str, standing: str
    ) -> LocationQuerySet:
        if standing == "archived":
            return places.filter(archived_at__isnull=False)
        return places.kept().filter(is_active=standing == "open")

    def filter_words(self, places: LocationQuerySet, _name: str, words: str) -> LocationQuerySet:
        return places.search(words)


class PeopleFilter(ListFilter):
    q = search_box(_("Name or e-mail"))
    role = filters.ChoiceFilter(
        label=_("Role"), choices=Role, method="filter_role", empty_label=_("all")
    )
    location = filters.ModelChoiceFilter(
        label=_("Place"),
        queryset=Location.objects.inner().kept(),
        method="filter_location",
        empty_label=_("all"),
    )
    is_active = filters.ChoiceFilter(
        label=_("Account"),
        choices=[*OPEN, ("awaited", _("invited, not yet come"))],
        method="filter_account",
        empty_label=_("all"),
    )
    who = filters.ChoiceFilter(
        label=_("Who"),
        choices=[("all", _("customers too"))],
        method="filter_nobody",
        empty_label=_("the staff"),
    )

    class Meta:
        model = User
        fields = ["q", "role", "location", "is_active", "who"]

    def filter_queryset(self, queryset: QuerySet[User]) -> Any:
        people = super().filter_queryset(queryset)
        if self.form.cleaned_data.get("who"):
            return people
        return people.filter(_holding())

    def filter_nobody(self, people: QuerySet[User], _name: str, _who: str) -> QuerySet[User]:
        return people

    def filter_words(self, people: QuerySet[User], _name: str, words: str) -> QuerySet[User]:
        return people_called(people, words)

    def filter_account(self, people: QuerySet[User], _name: str, state: str) -> QuerySet[User]:
        if state == "awaited":
            return people.filter(is_active=True, invited_at__isnull=False, last_login=None)
        return people.filter(is_active=state == "True")

    def filter_role(self, people: QuerySet[User], _name: str, role: str) -> QuerySet[User]:
        return people.filter(_holding(role=role))

    def filter_location(
        self, people: QuerySet[User], _name: str, location: Location
    ) -> QuerySet[User]:
        return people.filter(_holding(location=location))


def _holding(**what: Any) -> Exists:
    return Exists(Membership.objects.filter(user=OuterRef("pk"), **what))
