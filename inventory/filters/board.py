"""What the fair-share board shows of all that is scarce."""

from collections.abc import Sequence
from typing import Any

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from backoffice.lib.filters import ListFilter, search_box
from inventory.filters.catalogue import category_filter
from inventory.models import RestockLine, RestockRequest, Sku
from inventory.models.catalogue import SkuQuerySet
from inventory.queries.board import Scarce
from stores.models import Location
from stores.models.location import LocationQuerySet


class BoardFilter(ListFilter):
    """Narrows a list of what is scarce; a store shows the SKUs that it asks for, with all who do."""

    q = search_box(_("Name, code or barcode"), placeholder=_("Search or scan…"))
    warehouse = filters.ModelChoiceFilter(
        label=_("Logistics centre"),
        queryset=Location.objects.none(),
        empty_label=_("all"),
        method="kept_apart",
    )
    category = category_filter(field_name="product__category")
    store = filters.ModelChoiceFilter(
        label=_("Asked by"),
        queryset=Location.objects.none(),
        empty_label=_("all stores"),
        method="kept_apart",
    )

    class Meta:
        model = Sku
        fields = ["q", "warehouse", "category", "store"]

    def __init__(self, *args: Any, warehouses: LocationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, queryset=Sku.objects.all(), **kwargs)
        self.filters["warehouse"].queryset = warehouses
        self.filters["store"].queryset = Location.objects.stores().kept()

    def filter_words(self, skus: SkuQuerySet, _name: str, words: str) -> SkuQuerySet:
        return skus.filter(pk__in=Sku.objects.search(words))

    def kept_apart(self, skus: SkuQuerySet, _name: str, _place: Location) -> SkuQuerySet:
        """A place narrows the pairs of warehouse and SKU, not the SKUs."""
        return skus

    def narrowed(self, scarce: Sequence[Scarce]) -> list[Scarce]:
        """What is left of the list, in its order."""
        self.form.is_valid()
        typed = self.form.cleaned_data
        found = list(scarce)
        if typed.get("q") or typed.get("category"):
            kept = set(
                self.qs.filter(pk__in={one.sku_id for one in found}).values_list("pk", flat=True)
            )
            found = [one for one in found if one.sku_id in kept]
        if warehouse := typed.get("warehouse"):
            found = [one for one in found if one.warehouse_id == warehouse.pk]
        if store := typed.get("store"):
            asked = _asked_by(store)
            found = [one for one in found if one.key in asked]
        return found


def _asked_by(store: Location) -> set[tuple[int, int]]:
    lines = RestockLine.objects.filter(
        request__store=store, request__state=RestockRequest.State.WAITING
    )
    return set(lines.values_list("request__warehouse_id", "sku_id"))
