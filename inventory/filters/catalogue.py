import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.lib.filters import ListFilter, search_box
from inventory.models import Category, Product
from inventory.models.catalogue import ProductQuerySet

ON_SALE = [("1", _("on sale")), ("0", _("no longer"))]


def category_filter(**what: str) -> filters.ModelChoiceFilter:
    return filters.ModelChoiceFilter(
        label=_("Category"),
        queryset=Category.objects.all(),
        empty_label=pgettext_lazy("categories", "all"),
        **what,
    )


class ProductFilter(ListFilter):
    q = search_box(_("Name, code or barcode"), placeholder=_("Search…"))
    category = category_filter()
    is_active = filters.ChoiceFilter(label=_("On sale"), choices=ON_SALE, empty_label=_("all"))

    class Meta:
        model = Product
        fields = ["q", "category", "is_active"]

    def filter_words(self, products: ProductQuerySet, _name: str, words: str) -> QuerySet[Product]:
        return products.search(words)
