import django_filters as filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.lib.filters import ListFilter, first_day, last_day, search_box
from inventory.filters.catalogue import category_filter
from inventory.models import Document, Sku, StockLevel, StockMovement
from inventory.models.catalogue import SkuQuerySet
from inventory.models.stock import StockLevelQuerySet, StockMovementQuerySet
from inventory.queries.stock import low_or_out
from stores.models import Location

ON_SALE = [("on", _("on sale")), ("off", _("not on sale any more"))]
STATUS = [("out", _("out of stock")), ("low", _("low")), ("ok", _("in order"))]


class StoreStockFilter(ListFilter):
    q = search_box(_("Name, code or barcode"), placeholder=_("Search or scan…"))
    category = category_filter(field_name="sku__product__category")
    status = filters.ChoiceFilter(
        label=_("Status"), choices=STATUS, method="filter_status", empty_label=_("all")
    )

    sale = filters.ChoiceFilter(
        label=_("On sale"), choices=ON_SALE, method="filter_sale", empty_label=_("all")
    )

    class Meta:
        model = StockLevel
        fields = ["q", "category", "status", "sale"]

    def filter_words(
        self, levels: StockLevelQuerySet, _name: str, words: str
    ) -> StockLevelQuerySet:
        return levels.filter(sku__in=Sku.objects.search(words))

    def filter_status(
        self, levels: StockLevelQuerySet, _name: str, status: str
    ) -> StockLevelQuerySet:
        return low_or_out(levels, status)

    def filter_sale(
        self, levels: StockLevelQuerySet, _name: str, wanted: str
    ) -> StockLevelQuerySet:
        on_sale = Q(sku__is_active=True, sku__product__is_active=True)
        return levels.filter(on_sale if wanted == "on" else ~on_sale)


class StockOverviewFilter(ListFilter):
    q = search_box(_("Name, code or barcode"), placeholder=_("Search or scan…"))
    category = category_filter(field_name="product__category")
    sale = filters.ChoiceFilter(
        label=_("On sale"), choices=ON_SALE, method="filter_sale", empty_label=_("all")
    )

    class Meta:
        model = Sku
        fields = ["q", "category", "sale"]

    def filter_words(self, skus: SkuQuerySet, _name: str, words: str) -> SkuQuerySet:
        return skus.filter(pk__in=Sku.objects.search(words))

    def filter_sale(self, skus: SkuQuerySet, _name: str, wanted: str) -> SkuQuerySet:
        on_sale = Q(is_active=True, product__is_active=True)
        return skus.filter(on_sale if wanted == "on" else ~on_sale)


class MovementFilter(ListFilter):
    q = search_box(_("SKU, code or barcode"), placeholder=_("Search or scan…"))
    place = filters.ModelChoiceFilter(
        label=_("Place"),
        queryset=Location.objects.none(),
        to_field_name="code",
        method="filter_place",
        empty_label=_("all"),
    )
    document = filters.ChoiceFilter(label=_("Document"), choices=Document, empty_label=_("all"))

    first = first_day(_("From"), "occurred_at")
    last = last_day(_("To"), "occurred_at")

    class Meta:
        model = StockMovement
        fields = ["q", "place", "document", "first", "last"]

    def filter_words(
        self, movements: StockMovementQuerySet, _name: str, words: str
    ) -> StockMovementQuerySet:
        return movements.filter(sku__in=Sku.objects.search(words))

    def filter_place(
        self, movements: StockMovementQuerySet, _name: str, place: Location
    ) -> StockMovementQuerySet:
        return movements.touching(place)
