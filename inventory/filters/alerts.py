import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.models import Alert, Sku
from inventory.models.alert import AlertQuerySet
from stores.models import Location
from stores.models.location import LocationQuerySet


class AlertFilter(filters.FilterSet):  # type: ignore[misc]
    """Open alerts, unless closed ones, or those that one mail told of, are asked for."""

    q = filters.CharFilter(
        label=_("Product, code or barcode"),
        method="filter_words",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    kind = filters.ChoiceFilter(label=_("Kind"), choices=Alert.Kind, empty_label=_("all"))
    location = filters.ModelChoiceFilter(
        label=_("Place"),
        queryset=Location.objects.none(),
        to_field_name="code",
        empty_label=_("everywhere"),
    )
    show = filters.ChoiceFilter(
        label=_("Show"),
        choices=[("closed", pgettext_lazy("alerts", "closed"))],
        empty_label=pgettext_lazy("alerts", "open"),
        method="filter_nothing",
    )
    told = filters.IsoDateTimeFilter(
        label=_("Told by mail"), field_name="told_at", widget=forms.HiddenInput
    )

    class Meta:
        model = Alert
        fields = ["q", "kind", "location", "show", "told"]

    def __init__(self, *args: object, places: LocationQuerySet | None, **kwargs: object) -> None:
        """`places` to choose from; None on the page of one place."""
        super().__init__(*args, **kwargs)
        if places is None:
            del self.filters["location"]
        else:
            self.filters["location"].queryset = places
            self.filters["location"].field.queryset = places

    @property
    def shows_closed(self) -> bool:
        return bool(self._asked("show") == "closed")

    @property
    def shows_a_mail(self) -> bool:
        return bool(self._asked("told"))

    def _asked(self, name: str) -> object:
        return None if name in self.errors else self.form.cleaned_data.get(name)

    def filter_queryset(self, queryset: AlertQuerySet) -> AlertQuerySet:
        found: AlertQuerySet = super().filter_queryset(queryset)
        if self.shows_a_mail:
            return found.worst_told().worst_first()
        if self.shows_closed:
            return found.closed().order_by("-closed_at")
        return found.open().worst().worst_first()

    def filter_words(self, alerts: QuerySet[Alert], _name: str, words: str) -> QuerySet[Alert]:
        return alerts.filter(sku__in=Sku.objects.search(words))

    def filter_nothing(self, alerts: QuerySet[Alert], _name: str, _value: str) -> QuerySet[Alert]:
        return alerts
