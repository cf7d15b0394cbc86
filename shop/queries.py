"""What the storefront shows: small values that templates only print, at a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.core.cache import cache
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.urls import reverse
from django.utils import timezone

from backoffice.lib.house import house
from backoffice.lib.text import any_accent, normal, search_words
from inventory.models import Category, Product, Sku, StockLevel
from sales.models import DailySkuSales
from shop.models import Order, OrderEvent, OrderLine, Payment
from shop.models.order import OrderQuerySet
from shop.pricing import PricedCart
from stores.models import Company, Location

AVAILABLE = F("on_hand") - F("reserved")

OPEN_STORES = Q(location__is_active=True)
CARDS = 24
MOST_FOUND = 240  # variants whose products a search pages through
STORES_SHOWN = 12
FEW = 3  # units from which on the shop says how many are left
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


@dataclass(frozen=True)
class StoreStock:
    """What one store has of a SKU."""

    name: str
    city: str
    left: int


@dataclass(frozen=True)
class Availability:
    """Where a SKU can be had now: units to send home, and the stores that have it."""

    online: int
    stores: Sequence[StoreStock]
    more_stores: bool

    @property
    def anywhere(self) -> bool:
        return self.online > 0 or bool(self.stores)

    @property
    def few_online(self) -> bool:
        return 0 < self.online <= FEW


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


def availability(sku: Sku, company: Company) -> Availability:
    """Where the SKU can be had: online, and the stores that have most of it first."""
    is_online = Q(location_id=company.online_location_id or 0)
    is_store = Q(location__kind=Location.Kind.STORE, location__is_active=True)
    levels = StockLevel.objects.annotate(available_now=AVAILABLE).filter(
        sku=sku, available_now__gt=0
    )
    levels = levels.filter(is_online | is_store).order_by(
        Case(When(is_online, then=0), default=1), "-available_now", "location__name"
    )
    fields = "location_id", "location__kind", "location__name", "location__city", "available_now"
    online, stores = 0, []
    for place_id, kind, name, city, left in levels.values_list(*fields)[: STORES_SHOWN + 2]:
        if place_id == company.online_location_id:
            online = left
        if kind == Location.Kind.STORE:
            stores.append(StoreStock(name, city, left))
    return Availability(online, stores[:STORES_SHOWN], len(stores) > STORES_SHOWN)


def left_online(sku_ids: Iterable[int], company: Company) -> dict[int, int]:
    """Units of each SKU that can be sent home."""
    levels = StockLevel.objects.annotate(available_now=AVAILABLE).filter(
        sku_id__in=sku_ids, location_id=company.online_location_id or 0
    )
    return dict(levels.values_list("sku_id", "available_now"))


def stores_with(wanted: dict[int, int]) -> list[Location]:
    """The open stores that have all of these units by SKU available, by name."""
    return _having_all(wanted, _enough_in_stores(wanted))


def closed_stores_with(wanted: dict[int, int]) -> list[Location]:
    """The stores that have all of these units and are closed for now, by name."""
    closed = Q(location__is_active=False, location__archived_at=None)
    return _having_all(wanted, _enough_in_stores(wanted, closed))


def _having_all(wanted: dict[int, int], levels: QuerySet[StockLevel]) -> list[Location]:
    full = levels.values("location_id").annotate(lines=Count("sku_id")).filter(lines=len(wanted))
    return list(Location.objects.filter(pk__in=full.values("location_id")).order_by("name"))


@dataclass(frozen=True)
class CartRow:
    """A line of the cart as its page shows it; `left` is what can be sent home."""

    sku_id: int
    name: str
    slug: str
    icon: str
    tint: int
    unit_price: Decimal
    quantity: int
    shown: Decimal
    sold: bool
    left: int
    in_stores: int

    @property
    def few(self) -> bool:
        return self.quantity <= self.left <= FEW


def cart_rows(priced: PricedCart, company: Company) -> list[CartRow]:
    """The lines of a cart with where they can be had."""
    wanted = priced.wanted
    left = left_online(wanted, company)
    stores = _stores_with_each(wanted)
    return [
        CartRow(
            sku_id=line.sku.pk,
            name=line.sku.full_name,
            slug=line.sku.product.slug,
            icon=line.sku.product.category.icon,
            tint=tint_of(line.sku.product.category_id),
            unit_price=line.sku.price,
            quantity=line.quantity,
            shown=line.shown,
            sold=line.sku.is_active and line.sku.product.is_active,
            left=left.get(line.sku.pk, 0),
            in_stores=stores.get(line.sku.pk, 0),
        )
        for line in priced.lines
    ]


def _stores_with_each(wanted: dict[int, int]) -> dict[int, int]:
    """In how many stores each SKU is there in the quantity that is wanted of it."""
    levels = _enough_in_stores(wanted)
    return dict(levels.order_by().values_list("sku_id").annotate(stores=Count("location_id")))


def _enough_in_stores(wanted: dict[int, int], standing: Q = OPEN_STORES) -> QuerySet[StockLevel]:
    """The levels of open (or of such) stores that cover what is wanted of their SKU."""
    enough = Q(pk__in=[])
    for sku_id, units in wanted.items():
        enough |= Q(sku_id=sku_id, available_now__gte=units)
    return StockLevel.objects.annotate(available_now=AVAILABLE).filter(
        enough, standing, location__kind=Location.Kind.STORE
    )


def orders_of(user_id: int) -> OrderQuerySet:
    return Order.objects.filter(customer__user_id=user_id)


@dataclass(frozen=True)
class Story:
    """How an order stands and came there, for its customer and for the staff."""

    events: Sequence[OrderEvent]
    payments: Sequence[Payment]

    @property
    def checking(self) -> bool:
        """Whether the provider's answer is awaited."""
        return any(payment.state == Payment.State.ASKED for payment in self.payments)

    @property
    def refunding(self) -> bool:
        return any(payment.state == Payment.State.REFUNDING for payment in self.payments)

    @property
    def refunded(self) -> bool:
        return any(payment.state == Payment.State.REFUNDED for payment in self.payments)

    @property
    def refusal(self) -> str:
        """Why the last payment was refused, if it was."""
        last = self.payments[-1] if self.payments else None
        if last is None or last.state != Payment.State.REFUSED:
            return ""
        return str(last.get_reason_display())

    @property
    def moves_by_itself(self) -> bool:
        """Whether a worker is about to take the order further."""
        return self.checking or self.refunding or self._confirming

    @property
    def _confirming(self) -> bool:
        return bool(self.events) and self.events[-1].state == Order.State.PAID


def order_story(order: Order) -> Story:
    return Story(
        events=list(order.events.select_related("by")),
        payments=list(order.payments.all()),
    )


def orders_to_list() -> OrderQuerySet:
    """Orders for a list of the staff: those to hand over first, then the newest."""
    to_hand_over = Case(When(state__in=Order.TO_HAND_OVER, then=0), default=1)
    units = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order")
    return (
        Order.objects.select_related("location", "customer__user")
        .annotate(to_hand_over=to_hand_over)
        .annotate(units=Subquery(units.annotate(units=Sum("quantity")).values("units")))
        .order_by("to_hand_over", "-pk")
    )
