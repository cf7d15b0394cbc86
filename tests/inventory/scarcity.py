"""Stores that ask for more than there is."""

from collections.abc import Mapping

from django.utils import timezone

from inventory.models import Demand, RestockRequest, Sku
from stores.models import Location
from tests.factories import make_level, make_restock, make_store


def make_demand(sku: Sku, store: Location, units: int) -> Demand:
    """Units of a SKU that a store sold in the last 28 days."""
    return Demand.objects.create(
        sku=sku, location=store, units=units, counted_on=timezone.localdate()
    )


def make_claim(
    sku: Sku,
    asked: int,
    *,
    warehouse: Location,
    store: Location | None = None,
    has: int = 0,
    sold: int = 0,
    more: Mapping[Sku, int] | None = None,
) -> RestockRequest:
    """A request that waits, of a store that has and sells so much of it."""
    store = store or make_store()
    make_level(sku, store, on_hand=has)
    if sold:
        make_demand(sku, store, sold)
    return make_restock({sku: asked, **(more or {})}, store=store, warehouse=warehouse)
