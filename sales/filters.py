import django_filters as filters
from django.utils.translation import gettext_lazy as _

from backoffice.lib.filters import ListFilter, day_filter, search_box
from sales.models import Sale
from sales.models.sale import SaleQuerySet
from stores.models import Location


class SaleFilter(ListFilter):
    """Receipts of one place: by number, day, days and channel."""

    q = search_box(_("Receipt number"), placeholder="LYON-2026-000042")
    day = day_filter(_("Day"), field_name="sold_on")
    first = day_filter(_("From"), field_name="sold_on", lookup_expr="gte")
    last = day_filter(_("To"), field_name="sold_on", lookup_expr="lte")
    channel = filters.ChoiceFilter(label=_("Channel"), choices=Sale.Channel, empty_label=_("All"))

    class Meta:
        model = Sale
        fields: list[str] = []

    def filter_words(self, queryset: SaleQuerySet, _name: str, text: str) -> SaleQuerySet:
        return queryset.numbered(text)


class ChainSaleFilter(SaleFilter):
    """Receipts of the whole chain: by store, too."""

    location = filters.ModelChoiceFilter(
        label=_("Store"), queryset=Location.objects.inner().kept(), empty_label=_("All")
    )
