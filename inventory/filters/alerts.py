from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.lib.filters import ListFilter, search_box
from inventory.models import Alert, Category, Sku
from inventory.models.alert import AlertQuerySet
from stores.models import Location
from stores.models.location import LocationQuerySet

State = Alert.State


class AlertFilter(ListFilter):
    """Alerts that call for somebody, unless those in another state, or those that one mail told of,
    are asked for."""

    q = search_box(_("Product, code or barcode"))
    kind = filters.ChoiceFilter(label=_("Kind"), choices=Alert.Kind, empty_label=_("all"))
    state = filters.ChoiceFilter(
        label=_("State"),
        choices=State,
        empty_label=pgettext_lazy("alerts", "open and acknowledged"),
        method="filter_nothing",
    )
    location = filters.ModelChoiceFilter(
        label=_("Place"),
        queryset=Location.objects.none(),
        to_field_name="code",
        empty_label=_("everywhere"),
    )
    category = filters.ModelChoiceFilter(
        label=_("Category"),
        field_name="sku__product__category",
        queryset=Category.objects.order_by("name"),
        empty_label=_("all"),
    )
    told = filters.IsoDateTimeFilter(
        label=_("Told by mail"), field_name="told_at", widget=forms.HiddenInput
    )
    kinds = filters.MultipleChoiceFilter(
        label=_("Kinds"),
        field_name="kind",
        choices=Alert.Kind,
        widget=forms.MultipleHiddenInput,
    )

    class Meta:
        model = Alert
        fields = ["q", "kind", "state", "location", "category", "told", "kinds"]

    def __init__(self, *args: Any, places: LocationQuerySet | None, **kwargs: Any) -> None:
        """`places` to choose from; None on the page of one place."""
        super().__init__(*args, **kwargs)
        if places is None:
            del self.filters["location"]
        else:
            self.filters["location"].queryset = places
            self.filters["location"].field.queryset = places

    @property
    def shows_closed(self) -> bool:
        return bool(self._asked("state") == State.CLOSED)

    @property
    def shows_snoozed(self) -> bool:
        return bool(self._asked("state") == State.SNOOZED)

    @property
    def shows_a_mail(self) -> bool:
        return bool(self._asked("told"))

    def _asked(self, name: str) -> object:
        return None if name in self.errors else self.form.cleaned_data.get(name)

    def filter_queryset(self, queryset: AlertQuerySet) -> AlertQuerySet:
        found: AlertQuerySet = super().filter_queryset(queryset)
        if self.shows_a_mail:
            return found.worst_told().with_state().with_urgency().most_urgent_first()
        if self.shows_closed:
            return found.closed().with_state().with_urgency().order_by("-closed_at")
        state = self._asked("state")
        states = [str(state)] if state else [State.OPEN.value, State.ACKNOWLEDGED.value]
        shown = found.open().worst().with_state().in_state(*states)
        return shown.with_urgency().most_urgent_first()

    def filter_words(self, alerts: QuerySet[Alert], _name: str, words: str) -> QuerySet[Alert]:
        return alerts.filter(sku__in=Sku.objects.search(words))

    def filter_nothing(self, alerts: QuerySet[Alert], _name: str, _value: str) -> QuerySet[Alert]:
        return alerts
