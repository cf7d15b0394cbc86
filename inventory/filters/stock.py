from datetime import date, datetime, time, timedelta

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.models import Category, Document, Sku, StockLevel, StockMovement
from inventory.models.catalogue import SkuQuerySet
from inventory.models.stock import StockLevelQuerySet, StockMovementQuerySet
from inventory.queries.stock import low_or_out
from stores.models import Location

ON_SALE = [("on", _("on sale")), ("off", _("not on sale any more"))]
STATUS = [("out", _("out of stock")), ("low", _("low")), ("ok", _("in order"))]


def search_box() -> forms.TextInput:
    return forms.TextInput(attrs={"type": "search", "placeholder": _("Search or scan…")})


class StoreStockFilter(filters.FilterSet):  # type: ignore[misc]
    q = filters.CharFilter(
        label=_("Name, code or barcode"), method="filter_words", widget=search_box()
    )
    category = filters.ModelChoiceFilter(
        label=_("Category"),
        field_name="sku__product__category",
        queryset=Category.objects.all(),
        empty_label=pgettext_lazy("categories", "all"),
    )
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


class StockOverviewFilter(filters.FilterSet):  # type: ignore[misc]
    q = filters.CharFilter(
        label=_("Name, code or barcode"), method="filter_words", widget=search_box()
    )
    category = filters.ModelChoiceFilter(
        label=_("Category"),
        field_name="product__category",
        queryset=Category.objects.all(),
        empty_label=pgettext_lazy("categories", "all"),
    )
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


class MovementFilter(filters.FilterSet):  # type: ignore[misc]
    q = filters.CharFilter(
        label=_("SKU, code or barcode"), method="filter_words", widget=search_box()
    )
    place = filters.ModelChoiceFilter(
        label=_("Place"),
        queryset=Location.objects.none(),
        to_field_name="code",
        method="filter_place",
        empty_label=_("all"),
    )
    document = filters.ChoiceFilter(label=_("Document"), choices=Document, empty_label=_("all"))

    first = filters.DateFilter(
        label=_("From"), method="filter_first", widget=forms.DateInput(attrs={"type": "date"})
    )
    last = filters.DateFilter(
        label=_("To"), method="filter_last", widget=forms.DateInput(attrs={"type": "date"})
    )

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

    def filter_first(
        self, movements: QuerySet[StockMovement], _name: str, day: date
    ) -> QuerySet[StockMovement]:
        return movements.filter(occurred_at__gte=_midnight(day))

    def filter_last(
        self, movements: QuerySet[StockMovement], _name: str, day: date
    ) -> QuerySet[StockMovement]:
        if day == date.max:
            return movements
        return movements.filter(occurred_at__lt=_midnight(day + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
