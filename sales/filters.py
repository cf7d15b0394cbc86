import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from sales.models import Sale
from sales.models.sale import SaleQuerySet
from stores.models import Location


class SaleFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Receipts of one place: by number, day, days and channel."""

    q = django_filters.CharFilter(
        label=_("Receipt number"),
        method="by_number",
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "LYON-2026-000042"}),
    )
    day = django_filters.DateFilter(
        label=_("Day"),
        field_name="sold_on",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    first = django_filters.DateFilter(
        label=_("From"),
        field_name="sold_on",
        lookup_expr="gte",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    last = django_filters.DateFilter(
        label=_("To"),
        field_name="sold_on",
        lookup_expr="lte",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    channel = django_filters.ChoiceFilter(
        label=_("Channel"), choices=Sale.Channel, empty_label=_("All")
    )

    class Meta:
        model = Sale
        fields: list[str] = []

    def by_number(self, queryset: SaleQuerySet, _name: str, text: str) -> SaleQuerySet:
        return queryset.numbered(text)


class ChainSaleFilter(SaleFilter):
    """Receipts of the whole chain: by store, too."""

    location = django_filters.ModelChoiceFilter(
        label=_("Store"), queryset=Location.objects.inner().kept(), empty_label=_("All")
    )
