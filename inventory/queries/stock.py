"""Reads of stock levels: of one store, of all places at once, and what is left elsewhere."""

from collections.abc import Collection
from typing import NamedTuple

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, JSONArray

from inventory.models import Sku, StockLevel
from inventory.models.stock import StockLevelQuerySet
from stores.models import Location

FIGURES = JSONArray("location_id", "on_hand", "reserved", "reorder_point", "incoming")


class LevelHere(NamedTuple):
    """What one place has of a SKU: a stock level without its row."""

    location_id: int
    on_hand: int
    reserved: int
    reorder_point: int
    incoming: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


def levels_at(location: Location) -> StockLevelQuerySet:
    """What a place has, and what it could sell: SKUs no longer on sale only while some are left."""
    levels = StockLevel.objects.at(location).with_available()
    kept = Q(sku__is_active=True, sku__product__is_active=True) | Q(on_hand__gt=0)
    return levels.filter(kept).select_related("sku__product__category")


def available_elsewhere(sku: Sku, location: Location) -> QuerySet[StockLevel]:
    """The available quantity, and nothing else, of the other open places that have some."""
    levels = StockLevel.objects.filter(sku=sku, location__is_active=True)
    others = levels.exclude(location=location).filter(on_hand__gt=F("reserved"))
    return (
        others.with_available()
        .select_related("location")
        .only("location__name", "location__kind")
        .order_by(F("reserved") - F("on_hand"), "location__name")
    )


def skus_with_levels(places: Collection[Location]) -> QuerySet[Sku]:
    """SKUs with `levels_here`, the figures of a `LevelHere` for each of these places, and
    `on_hand_here`, the sum."""
    levels = StockLevel.objects.filter(location__in=places)
    own = levels.filter(sku=OuterRef("pk")).order_by().values("sku")
    return (
        Sku.objects.select_related("product__category")
        .filter(
            Q(is_active=True, product__is_active=True)
            | Exists(levels.filter(sku=OuterRef("pk"), on_hand__gt=0))
        )
        .annotate(
            on_hand_here=Coalesce(Subquery(own.annotate(units=Sum("on_hand")).values("units")), 0),
            levels_here=Subquery(own.annotate(all=JSONBAgg(FIGURES)).values("all")),
        )
    )


def low_or_out(levels: StockLevelQuerySet, status: str) -> StockLevelQuerySet:
    """The levels that are `out`, or `low` without being out, or in order (`ok`)."""
    if status == "out":
        return levels.filter(on_hand__lte=F("reserved"))
    if status == "low":
        return levels.low().filter(on_hand__gt=F("reserved"))
    return levels.filter(on_hand__gt=F("reserved")).exclude(
        reorder_point__gt=0, on_hand__lte=F("reorder_point") + F("reserved")
    )
