"""What the storefront shows: small values that templates only print, at a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.core.cache import cache
from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Sum, When
from django.urls import reverse
from django.utils import timezone

from backoffice.lib.house import house
from backoffice.lib.text import any_accent, normal, search_words
from inventory.models import Category, Product, Sku
from sales.models import DailySkuSales
from shop.queries.availability import FEW
from stores.models import Company

CARDS = 24
MOST_FOUND = 240  # variants whose products a search pages through
TINTS = 6
SHOP_KEPT = 30  # seconds
BEST = 10  # products on the first page
BEST_DAYS = 30
BEST_KEPT = 900  # seconds


@dataclass(frozen=True)
class Card:
    """A product on a list page; `left` is what can be sent home, of all its variants."""

    name: str
    url: str
    icon: str
    tint: int
    price: Decimal
    from_price: bool
    left: int

    @property
    def few(self) -> bool:
        return 0 < self.left <= FEW


@dataclass(frozen=True)
class Shelf:
    """One page of cards."""

    cards: Sequence[Card]
    number: int
    has_next: bool

    @property
    def previous(self) -> int:
        return self.number - 1

    @property
    def next(self) -> int:
        return self.number + 1


def tint_of(category_id: int) -> int:
    """The background of a category's tiles: one of a few tints, always the same one."""
    return category_id % TINTS


@dataclass(frozen=True)
class Shop:
    """What every page of the storefront needs: kept in the cache for a short while."""

    company: Company
    categories: Sequence[Category]

    @property
    def entrances(self) -> list[tuple[Category, int]]:
        """The categories with their tints."""
        return [(category, tint_of(category.pk)) for category in self.categories]


def the_shop() -> Shop:
    """The company as the storefront shows it, and its categories; up to `SHOP_KEPT` seconds old."""
    key = f"shop:{house().version}"
    kept: Shop | None = cache.get(key)
    if kept is None:
        kept = Shop(Company.current(), list(Category.objects.all()))
        cache.set(key, kept, SHOP_KEPT)
    return kept


def sold_products() -> QuerySet[Product]:
    """The products with something to sell, by name."""
    skus = Sku.objects.filter(product=OuterRef("pk"), is_active=True)
    return Product.objects.active().filter(Exists(skus)).order_by("name", "pk")


def sold_skus(slug: str) -> list[Sku]:
    """The variants of a product that are sold, the cheapest first; with all that its page tells."""
    skus = Sku.objects.active().filter(product__slug=slug)
    about = "product__category", "product__tax_rate"
    return list(skus.select_related(*about).order_by("price", "variant"))


def best_sellers() -> list[int]:
    """The products of which most units were sold in 30 days; up to `BEST_KEPT` seconds old."""
    kept: list[int] | None = cache.get("shop-best")
    if kept is None:
        since = timezone.localdate() - timedelta(days=BEST_DAYS)
        sold = DailySkuSales.objects.filter(
            day__gte=since, sku__is_active=True, sku__product__is_active=True
        )
        by_product = sold.order_by().values_list("sku__product_id").annotate(all=Sum("units"))
        kept = [pk for pk, _units in by_product.order_by("-all", "sku__product_id")[:BEST]]
        cache.set("shop-best", kept, BEST_KEPT)
    return kept


def best_shelf(company: Company) -> Sequence[Card]:
    """The cards of the best sellers, best first."""
    best = best_sellers()
    if not best:
        return []
    place = Case(*[When(pk=pk, then=number) for number, pk in enumerate(best)])
    return shelf(sold_products().filter(pk__in=best).order_by(place), 1, company).cards


def found_products(text: str) -> QuerySet[Product]:
    """The products in which each word of a search is found: first those whose name begins with
    the first word, then those with it further on in the name."""
    in_turn = F("product_id") + 0  # no index has this order: one would be read instead of the words
    found = Sku.objects.filter(is_active=True).search(text).order_by(in_turn)
    products = Product.objects.active().filter(pk__in=found.values("product_id")[:MOST_FOUND])
    products = products.order_by("name", "pk")
    words = search_words(normal(text))
    if not words:
        return products
    word = any_accent(words[0])
    begins = When(name__iregex=rf"^\W*{word}", then=0)
    inside = When(name__iregex=rf"\m{word}", then=1)
    return products.order_by(Case(begins, inside, default=2), "name", "pk")


def nearly_found_products(text: str) -> QuerySet[Product]:
    """For a search that finds nothing: the same words without their ends, where those may be a
    plural or a slip."""
    words = [word[: max(3, len(word) - 2)] for word in search_words(normal(text))]
    return found_products(" ".join(words))


def shelf(products: QuerySet[Product], number: int, company: Company) -> Shelf:
    """Page `number` of the products, from 1; past the end it is empty."""
    first = (number - 1) * CARDS
    fields = "pk", "name", "slug", "category_id", "category__icon"
    rows = list(products.values_list(*fields, named=True)[first : first + CARDS + 1])
    offers = _offers([row.pk for row in rows[:CARDS]], company)
    address = reverse("shop:product", args=["-"])
    cards = [
        Card(
            name=row.name,
            url=address.replace("-", row.slug),
            icon=row.category__icon,
            tint=tint_of(row.category_id),
            price=min(price for price, _left in offers[row.pk]),
            from_price=len({price for price, _left in offers[row.pk]}) > 1,
            left=sum(left for _price, left in offers[row.pk]),
        )
        for row in rows[:CARDS]
        if row.pk in offers
    ]
    return Shelf(cards, number, has_next=len(rows) > CARDS)


def _offers(product_ids: Sequence[int], company: Company) -> dict[int, list[tuple[Decimal, int]]]:
    """Of each product, the price of each variant and the units of it that can be sent home."""
    here = FilteredRelation("levels", condition=Q(levels__location=company.online_location_id or 0))
    skus = Sku.objects.filter(product_id__in=product_ids, is_active=True).annotate(here=here)
    rows = skus.order_by().values_list("product_id", "price", "here__on_hand", "here__reserved")
    offers: dict[int, list[tuple[Decimal, int]]] = {}
    for product_id, price, on_hand, reserved in rows:
        offers.setdefault(product_id, []).append((price, (on_hand or 0) - (reserved or 0)))
    return offers
