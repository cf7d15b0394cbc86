import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.lib.filters import ListFilter, search_box
from inventory.filters.catalogue import category_filter
from inventory.models import Category, PolicyChange, Sku, StockPolicy
from stores.models import Location


class PolicyFilter(ListFilter):
    q = search_box(_("SKU, code or barcode"), placeholder=_("Search or scan…"))
    place = filters.ModelChoiceFilter(
        label=_("Place"),
        field_name="location",
        queryset=Location.objects.inner().kept(),
        to_field_name="code",
        empty_label=pgettext_lazy("places", "all"),
    )
    category = category_filter(method="filter_category")

    class Meta:
        model = StockPolicy
        fields = ["q", "place", "category"]

    def filter_words(
        self, rows: QuerySet[StockPolicy], _name: str, words: str
    ) -> QuerySet[StockPolicy]:
        return rows.filter(sku__in=Sku.objects.search(words))

    def filter_category(
        self, rows: QuerySet[StockPolicy], _name: str, category: Category
    ) -> QuerySet[StockPolicy]:
        return rows.filter(Q(category=category) | Q(sku__product__category=category))


class PolicyChangeFilter(PolicyFilter):
    class Meta:
        model = PolicyChange
        fields = ["q", "place", "category"]
