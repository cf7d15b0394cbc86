"""What a search of the staff finds among SKUs and restock requests; one query each."""

import re

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from inventory.models import RestockRequest, Sku, StockLevel
from inventory.models.restock import RestockRequestQuerySet
from stores.models.location import LocationQuerySet

REQUEST = re.compile(r"(?:r-?)?0*([0-9]{1,18})", re.IGNORECASE)


def skus_found(text: str, places: LocationQuerySet) -> QuerySet[Sku]:
    """SKUs by name, code or barcode, those on sale first, with `available_here`: at these places."""
    levels = StockLevel.objects.filter(sku=OuterRef("pk"), location__in=places).order_by()
    units = levels.values("sku").annotate(units=Sum(F("on_hand") - F("reserved")))
    return (
        Sku.objects.search(text)
        .select_related("product")
        .annotate(available_here=Coalesce(Subquery(units.values("units")), 0))
        .order_by("-product__is_active", "-is_active", "product__name", "variant", "pk")
    )


def requests_found(
    text: str, *, stores: LocationQuerySet, warehouses: LocationQuerySet
) -> RestockRequestQuerySet:
    """The request of that number, such as `R-139`, if one of these stores asked for it or one of
    these warehouses decides it."""
    number = REQUEST.fullmatch(text)
    if number is None:
        return RestockRequest.objects.none()
    seen = Q(store__in=stores) | Q(warehouse__in=warehouses)
    found = RestockRequest.objects.asked().filter(seen, pk=int(number[1]))
    return found.select_related("store", "warehouse")
