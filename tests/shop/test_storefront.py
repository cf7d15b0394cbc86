import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inventory.models import Category, Sku, StockLevel
from sales.models import DailySkuSales, Sale
from shop.queries.storefront import CARDS
from stores.models import Company, Location, Session
from tests.factories import (
    make_category,
    make_level,
    make_online_location,
    make_product,
    make_sku,
    make_store,
)

pytestmark = pytest.mark.django_db


def make_sales(sku: Sku, location: Location, units: int, *, days_ago: int = 1) -> None:
    day = timezone.localdate() - timedelta(days=days_ago)
    DailySkuSales.objects.create(
        location=location,
        day=day,
        channel=Sale.Channel.STORE,
        sku=sku,
        units=units,
        revenue=units * sku.price,
        tax=0,
        cost=0,
    )


def fill_shelf(category: Category, products: int) -> None:
    online = Company.current().online_location
    for number in range(products):
        product = make_product(f"Thing {number:03d}", category=category)
        make_level(make_sku(product=product, variant="small"), online, on_hand=number % 5)
        make_sku(product=product, variant="large", price="12.00")


def test_a_visitor_sees_prices_and_what_is_left(client: Client) -> None:
    online = make_online_location()
    category = make_category("Boissons")
    make_level(
        make_sku(product=make_product("Café", category=category), price="15.99"), online, on_hand=50
    )
    make_level(make_sku(product=make_product("Thé", category=category)), online, on_hand=2)
    make_sku(product=make_product("Sirop", category=category))
    page = client.get("/category/boissons/", headers={"accept-language": "fr"}).content.decode()
    assert "15,99\xa0€" in page
    page = client.get("/category/boissons/").content.decode()
    assert "€15.99" in page
    words = re.findall(r'<p class="stock-note[^"]*">([^<]*)</p>', page)
    assert words == [
        "Available online",
        "Not online just now: see the stores",
        "Only a few left online",
    ]


def test_what_is_not_sold_is_not_shown(client: Client) -> None:
    gone = make_product("Disquette", is_active=False)
    make_sku(product=gone)
    make_sku(name="Télex", is_active=False)
    page = client.get("/").content.decode()
    assert "Disquette" not in page
    assert "Télex" not in page
    assert client.get(f"/product/{gone.slug}/").status_code == 404


def test_a_list_costs_the_same_with_more_products(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_online_location()
    category = make_category("Petit")
    fill_shelf(category, 3)
    with django_assert_max_num_queries(8) as few:
        client.get("/category/petit/")
    fill_shelf(category, 40)
    cache.clear()
    with django_assert_max_num_queries(8) as many:
        page = client.get("/category/petit/")
    assert len(many) == len(few)
    assert page.content.decode().count('class="product-card"') == CARDS
    page = client.get("/category/petit/?page=2")
    assert page.content.decode().count('class="product-card"') == 43 - CARDS


def test_pages_swap_the_shelf_only(client: Client) -> None:
    make_online_location()
    fill_shelf(make_category("Petit"), CARDS + 1)
    htmx = {"HX-Request": "true", "HX-Target": "shelf"}
    part = client.get("/category/petit/?page=2", headers=htmx)
    assert part.content.decode().strip().startswith('<section id="shelf"')
    assert "HX-Target" in part["Vary"]


@pytest.mark.parametrize("page", ["0", "-1", "abc", "99999999999999999999", "1.5", ""])
def test_a_page_that_is_no_number_is_the_first(client: Client, page: str) -> None:
    make_online_location()
    fill_shelf(make_category("Petit"), 2)
    answer = client.get("/category/petit/", {"page": page})
    assert answer.content.decode().count('class="product-card"') == 2


def test_visitors_get_the_page_from_the_cache_and_nothing_of_another(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_online_location()
    fill_shelf(make_category("Petit"), 2)
    first = client.get("/category/petit/")
    assert (first.cookies, Session.objects.count()) == ({}, 0)
    assert "csrf" not in first.content.decode()
    with django_assert_max_num_queries(0):
        again = Client().get("/category/petit/")
    assert again.content == first.content
    assert "Cookie" in again["Vary"]
    assert "Accept-Language" in again["Vary"]
    french = Client().get("/category/petit/", headers={"accept-language": "fr"})
    assert 'lang="fr"' in french.content.decode()


def test_whoever_has_a_cart_gets_a_page_of_their_own(client: Client) -> None:
    online = make_online_location()
    sku = make_level(make_sku(name="Souris"), online, on_hand=9).sku
    client.get("/")
    client.post("/cart/add/", {"sku": sku.pk, "quantity": "7"})
    assert '>7<span class="visually-hidden">' in client.get("/").content.decode()
    assert '>7<span class="visually-hidden">' not in Client().get("/").content.decode()


def test_a_product_page_says_where_it_can_be_had(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    online, lyon, paris = make_online_location(), make_store("lyon"), make_store("paris")
    sku = make_sku(name="Clavier mécanique", price="89.99")
    make_level(sku, online, on_hand=40, reserved=10)
    make_level(sku, lyon, on_hand=3, reserved=1)
    make_level(sku, paris, on_hand=1, reserved=1)
    with django_assert_max_num_queries(7):
        page = client.get(f"/product/{sku.product.slug}/").content.decode()
    assert "€89.99" in page
    assert "with 20% tax" in page
    assert "Available online" in page
    assert "2 left in Lyon" in page
    assert "Paris" not in page
    StockLevel.objects.filter(location=online).update(on_hand=12)
    assert "only 2 left" in client.get(f"/product/{sku.product.slug}/").content.decode()


def test_many_stores_cost_a_product_page_no_more(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    sku = make_level(location=make_online_location(), on_hand=5).sku
    for _number in range(30):
        make_level(sku, make_store(), on_hand=3)
    with django_assert_max_num_queries(7):
        page = client.get(f"/product/{sku.product.slug}/").content.decode()
    assert page.count("3 left in") == 12
    assert "More stores have it" in page


def test_variants_have_addresses_of_their_own(client: Client) -> None:
    product = make_product("Chaussettes")
    make_sku("SOCK-S", product=product, variant="small", price="5.00")
    make_sku("SOCK-L", product=product, variant="large", price="7.00")
    assert "€5.00" in client.get(f"/product/{product.slug}/").content.decode()
    large = client.get(f"/product/{product.slug}/", {"variant": "SOCK-L"}).content.decode()
    assert "€7.00" in large
    assert "€5.00" not in large


def test_prices_without_tax_say_so(client: Client) -> None:
    make_online_location()
    Company.objects.update(prices_include_tax=False)
    sku = make_sku(name="Souris")
    assert "plus 20% tax" in client.get(f"/product/{sku.product.slug}/").content.decode()
    assert "Prices without tax" in client.get("/").content.decode()


def test_search_finds_words_that_begin_so(client: Client) -> None:
    make_online_location()
    make_sku(name="Souris optique")
    make_sku(name="Clavier")
    page = client.get("/search/", {"q": "sour opt"}).content.decode()
    assert "Souris optique" in page
    assert "Clavier" not in page
    assert "Nothing is called" in client.get("/search/", {"q": "zzz"}).content.decode()
    assert "Type a word" in client.get("/search/").content.decode()


@pytest.mark.parametrize("text", ["'; --", "a & | ! ( ) : *", "x" * 10_000, "%", "🙂", "\\"])
def test_any_text_can_be_searched_for(client: Client, text: str) -> None:
    assert client.get("/search/", {"q": text}).status_code == 200


def test_names_are_text_and_not_markup(client: Client) -> None:
    make_online_location()
    sku = make_sku(name="<script>alert(1)</script>")
    for address in ("/", f"/product/{sku.product.slug}/", "/search/?q=<script>alert(1)"):
        assert b"<script>alert" not in client.get(address).content


def names_on(page: str) -> list[str]:
    """The products on a page's shelves, in their order."""
    return re.findall(r'<h[23]><a href="/product/[^"]*">([^<]*)</a></h[23]>', page)


def test_the_first_page_has_entrances_and_the_best_sellers(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    online = make_online_location()
    category = make_category("Boissons")
    sold = {"Thé": 3, "Café": 40, "Sirop": 5}
    for name, units in sold.items():
        sku = make_sku(product=make_product(name, category=category))
        make_level(sku, online, on_hand=50)
        make_sales(sku, online, units)
    off_sale = make_sku(product=make_product("Disquette", category=category, is_active=False))
    make_sales(off_sale, online, 90)
    long_ago = make_sku(product=make_product("Eau", category=category))
    make_sales(long_ago, online, 70, days_ago=31)
    with django_assert_max_num_queries(8):
        page = client.get("/").content.decode()
    best, _heading, everything = page.partition("All products")
    assert names_on(best) == ["Café", "Sirop", "Thé"]
    assert names_on(everything) == ["Café", "Eau", "Sirop", "Thé"]
    assert 'class="entrance' in best
    second = client.get("/?page=2").content.decode()
    assert "Best sellers" not in second


def test_a_chain_that_sold_nothing_yet_has_no_best_sellers(client: Client) -> None:
    make_sku()
    assert "Best sellers" not in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("chocolat", ["Chocolat Noir 70 %", "Boîte de chocolat", "Pépites"]),
        ("CHOCOLAT noir", ["Chocolat Noir 70 %"]),
        ("ecouteurs", ["Écouteurs"]),
        ("Écouteurs", ["Écouteurs"]),
        ("oeufs", ["Œufs de Pâques"]),
        ("œuf", ["Œufs de Pâques"]),
        ("3760001", ["Pépites"]),
        ("pep-01", ["Pépites"]),
        ("e", ["Écouteurs"]),
        ("70 % noir", ["Chocolat Noir 70 %"]),
        ('"chocolat" noir_', ["Chocolat Noir 70 %"]),
        ("l'oeuf", ["Chocolat à l’œuf"]),
        ("%", []),
        ("_", []),
        ("''", []),
    ],
)
def test_a_search_shows_the_best_matches_first(client: Client, text: str, found: list[str]) -> None:
    for name in ("Écouteurs", "Œufs de Pâques", "Boîte de chocolat", "Chocolat Noir 70 %"):
        make_sku(name=name)
    make_sku(
        "PEP-01",
        product=make_product("Pépites", category=make_category("Chocolats")),
        barcode="3760001000017",
    )
    if text == "l'oeuf":
        make_sku(name="Chocolat à l’œuf")
    page = client.get("/search/", {"q": text}).content.decode()
    assert names_on(page) == found


@pytest.mark.parametrize("text", ["claviers", "Clavier mécaniques", "clavire"])
def test_a_search_forgives_a_plural_or_a_slip_at_the_end(client: Client, text: str) -> None:
    make_sku(name="Clavier mécanique")
    make_sku(name="Souris")
    page = client.get("/search/", {"q": text}).content.decode()
    assert names_on(page) == ["Clavier mécanique"]
    assert "This comes near it" in page
    assert "This comes near it" not in client.get("/search/", {"q": "clavier"}).content.decode()
    assert "Nothing is called" in client.get("/search/", {"q": "xylophones"}).content.decode()


def test_a_search_costs_eight_queries_at_most(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_sku(name="Clavier")
    for text in ("clavier", "claviers", "nothing"):
        cache.clear()
        with django_assert_max_num_queries(8):
            client.get("/search/", {"q": text})
