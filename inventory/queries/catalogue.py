"""Reads of the catalogue: products with the figures of their SKUs, and the stock of one product."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Max, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from inventory.models import Product, Sku, StockLevel
from stores.models import Location
from stores.models.location import LocationQuerySet


def products_with_figures() -> QuerySet[Product]:
    """Products with `code` (of the first SKU), `sku_count`, `price_from`, `price_to` and
    `available_now`, over all stores and warehouses."""
    skus = Sku.objects.filter(product=OuterRef("pk")).order_by().values("product")
    levels = StockLevel.objects.filter(sku__product=OuterRef("pk")).order_by()
    available = levels.values("sku__product").annotate(units=Sum(F("on_hand") - F("reserved")))
    return Product.objects.select_related("category").annotate(
        code=Subquery(skus.annotate(value=Min("code")).values("value")),
        sku_count=Coalesce(Subquery(skus.annotate(value=Count("pk")).values("value")), 0),
        price_from=Subquery(skus.annotate(value=Min("price")).values("value")),
        price_to=Subquery(skus.annotate(value=Max("price")).values("value")),
        available_now=Coalesce(Subquery(available.values("units")), 0),
    )


@dataclass(frozen=True)
class StockAtPlace:
    """What one place has of the SKUs of a product, in their order."""

    place: Location
    levels: list[StockLevel | None]


def stock_of(skus: Sequence[Sku], places: LocationQuerySet) -> list[StockAtPlace]:
    """The stock of each SKU at each of the places, places by name."""
    found = StockLevel.objects.filter(sku__in=skus, location__in=places)
    levels = {(level.location_id, level.sku_id): level for level in found}
    return [
        StockAtPlace(place, [levels.get((place.pk, sku.pk)) for sku in skus])
        for place in places.order_by("kind", "name")
    ]
