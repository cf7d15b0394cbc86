"""Pages that anybody may read: what is sold, at which price, and where it can be had."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_GET

from backoffice.lib.htmx import render_page
from inventory.models import Category, Product, Sku
from shop.carts import units_of
from shop.forms import PageForm, SearchForm
from shop.page_cache import cached_for_visitors
from shop.queries.availability import availability
from shop.queries.storefront import (
    best_shelf,
    found_products,
    nearly_found_products,
    shelf,
    sold_products,
    sold_skus,
    the_shop,
    tint_of,
)
from stores.rights import public


def frame(request: HttpRequest, cart_count: int | None = None) -> dict[str, Any]:
    """What the shop's shell shows around every page; a part leaves it out."""
    if cart_count is None:
        cart_count = units_of(request)
    return {"categories": SimpleLazyObject(lambda: the_shop().categories), "cart_count": cart_count}


@require_GET
@public
@cached_for_visitors
def home(request: HttpRequest) -> HttpResponse:
    shop = SimpleLazyObject(the_shop)
    best = SimpleLazyObject(lambda: best_shelf(shop.company))
    context = {"shop": shop, "best": best}
    return _shelf_page(request, "shop/home.html", sold_products(), context)


@require_GET
@public
@cached_for_visitors
def category(request: HttpRequest, slug: str) -> HttpResponse:
    chosen = get_object_or_404(Category, slug=slug)
    products = sold_products().filter(category=chosen)
    return _shelf_page(request, "shop/category.html", products, {"category": chosen})


@require_GET
@public
def search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    context = {"text": text, "too_long": not form.is_valid()}
    found, nearly = found_products(text), nearly_found_products(text)
    return _shelf_page(request, "shop/search.html", found, context, nearly)


def _shelf_page(
    request: HttpRequest,
    template: str,
    products: QuerySet[Product],
    context: dict[str, Any],
    nearly: QuerySet[Product] | None = None,
) -> HttpResponse:
    """A page of products; where there are none, of those that come near what was looked for."""
    shop = the_shop()
    number = PageForm(request.GET).number()
    shown = shelf(products, number, shop.company)
    if nearly is not None and not shown.cards:
        shown = shelf(nearly, number, shop.company)
        context |= {"nearly": bool(shown.cards)}
    context |= frame(request) | {
        "categories": shop.categories,
        "shelf": shown,
        "company": shop.company,
    }
    return render_page(request, template, context, parts=("shelf",))


@require_GET
@public
def product(request: HttpRequest, slug: str) -> HttpResponse:
    skus = sold_skus(slug)
    shown = skus[0].product if skus else get_object_or_404(Product.objects.active(), slug=slug)
    chosen = _chosen(skus, request.GET.get("variant", ""))
    shop = the_shop()
    context = frame(request) | {
        "categories": shop.categories,
        "product": shown,
        "category": shown.category,
        "tint": tint_of(shown.category_id),
        "skus": skus,
        "sku": chosen,
        "company": shop.company,
        "availability": availability(chosen, shop.company) if chosen else None,
    }
    return render_page(request, "shop/product.html", context, parts=("offer",))


def _chosen(skus: list[Sku], code: str) -> Sku | None:
    """The variant that the address names, else the first one."""
    return next((sku for sku in skus if sku.code == code), skus[0] if skus else None)
