"""What places have at this moment: stock, orders to hand over, and of which SKUs how many are left."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat

from backoffice.lib.money import ZERO
from backoffice.reports.sold import EVERYWHERE, LocationId, SkuId
from inventory.models import Sku, StockLevel
from shop.models import Order

PROMISED = (  # paid, and the goods are not handed over yet
    Order.State.PAID,
    Order.State.CONFIRMED,
    Order.State.PREPARING,
    Order.State.READY,
)
STOCK, ORDERS = 0, 1


class Now(NamedTuple):
    """What one place has."""

    stock_units: int = 0
    stock_value: Decimal = ZERO  # at cost
    open_orders: int = 0
    orders_value: Decimal = ZERO


class NamedSku(NamedTuple):
    pk: SkuId
    product_id: int
    code: str
    name: str
    stock: int  # on hand, in the places asked for


def now_at(places: Collection[LocationId]) -> dict[LocationId, Now]:
    """What each place has, and under `EVERYWHERE` all of them together; one query."""
    levels = StockLevel.objects.filter(location__in=places).annotate(kind=Value(STOCK))
    orders = Order.objects.filter(location__in=places, state__in=PROMISED)
    orders = orders.annotate(kind=Value(ORDERS))
    count, value = Sum("on_hand"), Sum(F("on_hand") * F("sku__cost"))
    parts = [
        _per(by, queryset, counted, amount)
        for by in ("location_id", "everywhere")
        for queryset, counted, amount in (
            (levels, count, value),
            (orders, Count("pk"), Sum("total")),
        )
    ]
    found: dict[LocationId, dict[int, tuple[int, Decimal]]] = {}
    for place, kind, units, amount in parts[0].union(*parts[1:], all=True):
        found.setdefault(place, {})[kind] = (units or 0, amount or ZERO)
    return {
        place: Now(*kinds.get(STOCK, (0, ZERO)), *kinds.get(ORDERS, (0, ZERO)))
        for place, kinds in found.items()
    }


def _per(by: str, queryset: QuerySet[Any], count: Any, amount: Any) -> QuerySet[Any]:
    everywhere = Value(EVERYWHERE, BigIntegerField())
    rows = queryset.order_by().annotate(everywhere=everywhere).values_list(by, "kind")
    found: QuerySet[Any] = rows.annotate(count=count, amount=amount)
    return found


def named_skus(sku_ids: Collection[SkuId], places: Collection[LocationId]) -> dict[SkuId, NamedSku]:
    """The SKUs with their names and what these places have of them; one query."""
    stock = (
        StockLevel.objects.filter(sku=OuterRef("pk"), location__in=places)
        .order_by()
        .values("sku")
        .annotate(units=Sum("on_hand"))
        .values("units")
    )
    name = Case(
        When(variant="", then=F("product__name")),
        default=Concat("product__name", Value(" – "), "variant"),
        output_field=CharField(),
    )
    rows = Sku.objects.filter(pk__in=sku_ids).order_by()
    columns = ("pk", "product_id", "code", name, Coalesce(Subquery(stock), 0))
    return {row[0]: NamedSku(*row) for row in rows.values_list(*columns)}
