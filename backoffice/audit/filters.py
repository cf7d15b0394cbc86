from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.lib.filters import ListFilter, first_day, last_day, search_box
from stores.models import AuditEntry, Location
from stores.models.audit import AuditEntryQuerySet
from stores.queries import ids_of_people_called


class AuditFilter(ListFilter):
    q = search_box(_("Thing or value"))
    kind = filters.ChoiceFilter(label=_("Kind"), choices=AuditEntry.Kind, empty_label=_("all"))
    who = filters.CharFilter(label=_("Who"), method="filter_who", max_length=100)
    place = filters.ModelChoiceFilter(
        label=_("Place"),
        queryset=Location.objects.inner(),
        to_field_name="code",
        field_name="location",
        empty_label=_("all"),
    )
    way = filters.ChoiceFilter(label=_("How"), choices=AuditEntry.Way, empty_label=_("all"))
    first = first_day(_("From"), "at")
    last = last_day(_("To"), "at")
    thing = filters.ChoiceFilter(
        label=_("Thing"), method="filter_thing", choices=(), widget=forms.HiddenInput
    )

    class Meta:
        model = AuditEntry
        fields = ["q", "kind", "who", "place", "way", "first", "last", "thing"]

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        wanted = data.get("thing", "")
        newest = self.filter_thing(self.queryset, "thing", wanted).newest_first().first()
        self.thing = newest.label if newest else ""
        self.filters["thing"].extra["choices"] = [(wanted, self.thing)] if newest else []

    def filter_words(
        self, entries: AuditEntryQuerySet, _name: str, words: str
    ) -> AuditEntryQuerySet:
        return entries.search(words)

    def filter_who(
        self, entries: QuerySet[AuditEntry], _name: str, words: str
    ) -> QuerySet[AuditEntry]:
        return entries.filter(by__in=ids_of_people_called(words))

    def filter_thing(
        self, entries: AuditEntryQuerySet, _name: str, thing: str
    ) -> AuditEntryQuerySet:
        table, _dash, pk = thing.rpartition("-")
        if not (table and pk.isascii() and pk.isdecimal() and len(pk) <= 18):
            return entries.none()
        return entries.filter(about_table=table, about_id=int(pk))
