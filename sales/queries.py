"""What the till reads of the catalogue and the stock, in few queries whatever its size."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from django.db import connection
from django.db.models import Count, F, Sum, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from backoffice.lib.text import normal
from inventory.models import Sku, StockLevel
from sales.amounts import LineAmounts, line_amounts
from sales.models import Sale
from sales.models.sale import SaleQuerySet
from stores.models import Location
from stores.models.location import LocationQuerySet

FOUND_AT_MOST = 8
PLACES_AT_MOST = 3
SCANNED = """
    SELECT sku_id, units FROM inventory_barcode WHERE code = %(code)s
    UNION ALL
    SELECT id, 1 FROM inventory_sku WHERE code IN (%(code)s, %(upper)s, %(lower)s)
    LIMIT 1
"""
ARTICLES = """
    SELECT sku.id, sku.code, product.name, sku.variant, sku.price, tax_rate.rate,
           company.prices_include_tax, coalesce(level.on_hand - level.reserved, 0),
           sku.is_active AND product.is_active
    FROM inventory_sku sku
    JOIN inventory_product product ON product.id = sku.product_id
    JOIN inventory_taxrate tax_rate ON tax_rate.id = product.tax_rate_id
    CROSS JOIN stores_company company
    LEFT JOIN inventory_stocklevel level
        ON level.sku_id = sku.id AND level.location_id = %(location)s
    WHERE sku.id = ANY(%(skus)s)
"""


@dataclass(frozen=True)
class Elsewhere:
    """Where else an SKU is available: in all, in how many places, and the places with the most."""

    units: int = 0
    places: int = 0
    most: Sequence[tuple[str, int]] = ()


NOWHERE: Mapping[int, Elsewhere] = MappingProxyType({})


@dataclass(frozen=True)
class Article:
    """A SKU as the till shows it: what it costs now and how many are available here."""

    sku_id: int
    code: str
    name: str
    price: Decimal
    tax_rate: Decimal
    prices_include_tax: bool
    here: int
    on_sale: bool
    elsewhere: Elsewhere = field(default_factory=Elsewhere)

    def amounts(self, quantity: int) -> LineAmounts:
        return line_amounts(
            self.price,
            quantity,
            tax_rate=self.tax_rate,
            prices_include_tax=self.prices_include_tax,
        )


def articles(
    location: Location, sku_ids: Collection[int], others: Mapping[int, Elsewhere] = NOWHERE
) -> dict[int, Article]:
    """The articles with these ids, on sale or not; unknown ids are left out. One query, in SQL:
    each scan runs it, and the ORM would take longer to word it than PostgreSQL to answer."""
    if not sku_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(ARTICLES, {"location": location.pk, "skus": list(sku_ids)})
        rows = cursor.fetchall()
    return {
        pk: Article(
            sku_id=pk,
            code=code,
            name=f"{name} – {variant}" if variant else name,
            price=price,
            tax_rate=rate,
            prices_include_tax=prices_include_tax,
            here=here,
            on_sale=on_sale,
            elsewhere=others.get(pk, Elsewhere()),
        )
        for pk, code, name, variant, price, rate, prices_include_tax, here, on_sale in rows
    }


def scanned(code: str) -> tuple[int, int] | None:
    """The SKU with this barcode or code, and how many units one scan adds. One query."""
    code = normal(code)
    with connection.cursor() as cursor:
        cursor.execute(SCANNED, {"code": code, "upper": code.upper(), "lower": code.lower()})
        row: tuple[int, int] | None = cursor.fetchone()
    return row


def found(location: Location, text: str) -> list[Article]:
    """The first articles on sale that the words are found in, with where else they are. Three queries."""
    matching = Sku.objects.active().search(text).order_by("product__name", "variant", "pk")
    first = list(matching.values_list("pk", flat=True)[:FOUND_AT_MOST])
    known = articles(location, first, elsewhere(location, first))
    return [known[sku_id] for sku_id in first]


def receipts_found(text: str, locations: LocationQuerySet) -> SaleQuerySet:
    """The receipts of these places with this number; a number alone is one of this year or the last,
    so that the search reads a few rows of an index."""
    found = Sale.objects.within(locations).numbered(text)
    if text.strip().isdecimal():
        this_year = timezone.localdate().year
        found = found.filter(year__in=[this_year, this_year - 1])
    return found.select_related("location").order_by("-sold_at", "-pk")


def elsewhere(location: Location, sku_ids: Collection[int]) -> dict[int, Elsewhere]:
    """Where else these SKUs are available. One query, of a few rows per SKU."""
    if not sku_ids:
        return {}
    available = F("on_hand") - F("reserved")
    rows = (
        StockLevel.objects.filter(sku_id__in=sku_ids, on_hand__gt=F("reserved"))
        .filter(location__is_active=True)
        .exclude(location=location)
        .annotate(
            free=available,
            rank=Window(
                RowNumber(), partition_by="sku_id", order_by=[available.desc(), "location"]
            ),
            units=Window(Sum(available), partition_by="sku_id"),
            places=Window(Count("pk"), partition_by="sku_id"),
        )
        .filter(rank__lte=PLACES_AT_MOST)
        .order_by("sku_id", "rank")
        .values_list("sku_id", "location__name", "free", "units", "places")
    )
    found_at: dict[int, Elsewhere] = {}
    for sku_id, place, free, units, places in rows:
        known = found_at.get(sku_id, Elsewhere())
        found_at[sku_id] = Elsewhere(units, places, (*known.most, (place, free)))
    return found_at
