"""The lines of the table: what is asked of the site, as whom, and what it may cost."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.crypto import get_random_string

from inventory.models import (
    Barcode,
    Category,
    Product,
    RestockLine,
    RestockRequest,
    Sku,
    StockLevel,
)
from stores.models import Location, User
from stores.sessions import SessionStore
from tests.bench.measure import Request, Requests

CSRF = get_random_string(32)


@dataclass(frozen=True)
class Line:
    """One page: its budget and aim in reference pages, and how many queries it may run."""

    number: str
    name: str
    budget: float
    aim: float
    requests: Callable[[], Requests]
    queries: int | None = None  # at most
    counted: bool = True
    expected: Sequence[int] = (200,)


def visitor(**cookies: str) -> dict[str, str]:
    """Headers of a browser, with these cookies."""
    headers = {"Accept-Language": "fr"}
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return headers


def signed_in(email: str, **cookies: str) -> dict[str, str]:
    """Headers of somebody with a session of their own."""
    user = User.objects.get(email=email)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return visitor(**{settings.SESSION_COOKIE_NAME: str(session.session_key), **cookies})


def posting(headers: dict[str, str], *, part: str = "") -> dict[str, str]:
    """The same headers with a CSRF token; with a part, as htmx sends them."""
    cookie = f"{settings.CSRF_COOKIE_NAME}={CSRF}"
    cookies = f"{headers['Cookie']}; {cookie}" if "Cookie" in headers else cookie
    more = {"HX-Request": "true", "HX-Target": part} if part else {}
    return {
        **headers,
        **more,
        "Cookie": cookies,
        "X-CSRFToken": CSRF,
        "Content-Type": "application/x-www-form-urlencoded",
    }


def shop_list() -> Requests:
    path = reverse("shop:category", args=[_largest_category().slug])
    return lambda n: Request(f"{path}?uncached={n}", headers=visitor())


def shop_list_cached() -> Requests:
    path = reverse("shop:category", args=[_largest_category().slug])
    return lambda _n: Request(path, headers=visitor())


def product_page() -> Requests:
    slugs = list(Product.objects.active().order_by("pk").values_list("slug", flat=True)[:100])
    paths = [reverse("shop:product", args=[slug]) for slug in slugs]
    return lambda n: Request(f"{paths[n % len(paths)]}?uncached={n}", headers=visitor())


def search() -> Requests:
    words = ("chocolat", "cafe", "clavier", "sac atlas", "jus")
    path = reverse("shop:search")
    return lambda n: Request(f"{path}?{urlencode({'q': words[n % 5]})}", headers=visitor())


def add_to_cart() -> Requests:
    skus = cycle(_skus_in_stock())
    path = reverse("shop:cart_add")
    headers = posting(visitor(), part="added")
    return lambda _n: Request(
        path, "POST", headers, urlencode({"sku": next(skus), "quantity": 1}).encode()
    )


def scan() -> Requests:
    here = StockLevel.objects.filter(location__code="lyon", on_hand__gt=F("reserved"))
    on_sale = Barcode.objects.filter(units=1, sku__in=Sku.objects.active(), sku__levels__in=here)
    codes = cycle(on_sale.order_by("pk").values_list("code", flat=True)[:200])
    path = reverse("sales:sell", args=["lyon"])
    headers = posting(signed_in("clerk.lyon@comptoir.example"), part="ticket")
    return lambda _n: Request(
        path,
        "POST",
        headers,
        urlencode({"key": uuid.uuid4(), "do": "scan", "scan": next(codes)}).encode(),
    )


def staff_page(name: str, *arguments: str, query: str = "") -> Callable[[], Requests]:
    def requests() -> Requests:
        headers = signed_in("office@comptoir.example")
        path = reverse(name, args=arguments) + (f"?{query}" if query else "")
        return lambda _n: Request(path, headers=headers)

    return requests


def waiting_requests(number: int, page: str) -> Callable[[], Requests]:
    """A page with so many requests that wait, of five lines each, over 200 SKUs of which there is
    not enough for all; they stay for the next run."""

    def requests() -> Requests:
        missing = number - RestockRequest.objects.pending().count()
        if missing > 0:
            _ask(missing)
        return staff_page(page)()

    return requests


@transaction.atomic
def _ask(number: int) -> None:
    stores = list(Location.objects.stores().order_by("pk"))
    central = Location.objects.warehouses().get(code="central")
    clerk = User.objects.get(email="clerk.lyon@comptoir.example")
    skus = _skus_in_stock()
    made = RestockRequest.objects.bulk_create(
        RestockRequest(
            key=uuid.uuid4(),
            store=stores[n % len(stores)],
            warehouse=central,
            asked_by=clerk,
            told_version=1,
        )
        for n in range(number)
    )
    RestockLine.objects.bulk_create(
        RestockLine(request=request, sku_id=skus[(5 * n + line) % len(skus)], asked=3 + line)
        for n, request in enumerate(made)
        for line in range(5)
    )


def _largest_category() -> Category:
    return Category.objects.order_by("pk")[0]


def _skus_in_stock() -> list[int]:
    plenty = StockLevel.objects.filter(location__code="central", on_hand__gt=5)
    rows = Sku.objects.active().filter(levels__in=plenty).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:200])


LINES = [
    Line("1", "shop list, 24 cards, whole page", 2.5, 2, shop_list, queries=8),
    Line("2", "the same from the cache", 0.25, 0.15, shop_list_cached),
    Line("3", "product page", 1.8, 1.3, product_page, queries=7),
    Line("4", "search, first 24 of 2,000 products", 3, 2.5, search),
    Line("5", "add to cart (part)", 1.5, 1, add_to_cart),
    Line("9", "till: scan → line on the ticket", 1, 0.6, scan),
    Line("10a", "staff list: orders", 3, 2, staff_page("shop:order_list"), queries=10),
    Line("10b", "staff list: requests", 3, 2, staff_page("inventory:restock_list"), queries=10),
    Line("10c", "staff list: movements", 3, 2, staff_page("inventory:movement_list"), queries=10),
    Line(
        "10d",
        "staff list: 2,000 requests wait",
        3,
        2,
        waiting_requests(2_000, "inventory:restock_list"),
        queries=10,
    ),
    Line(
        "10e",
        "fair-share board: 2,000 requests wait",
        3,
        2,
        waiting_requests(2_000, "inventory:fair_share_board"),
        queries=10,
    ),
    Line("11", "stock, 25 SKUs over 20 stores", 4, 2.5, staff_page("inventory:stock_overview")),
]
