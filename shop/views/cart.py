"""The cart: add, change, remove; as parts over htmx and as plain pages."""

import re
from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from inventory.models import Sku
from shop.actions.cart import add_to_cart, change_quantity
from shop.carts import cart_for, find_cart, remember_cart, units_in
from shop.forms import AddForm, LineForm
from shop.models import Cart, Order
from shop.pricing import PricedCart, price_cart
from shop.queries.cart import cart_rows
from shop.queries.orders import orders_of
from shop.views.storefront import frame
from stores.models import Company, User
from stores.rights import public

NO_REFUSALS: Mapping[int, str] = {}


@require_GET
@public
def cart_detail(request: HttpRequest) -> HttpResponse:
    cart = find_cart(request)
    return remember_cart(request, _cart_page(request, cart), cart)


@require_POST
@public
def cart_add(request: HttpRequest) -> HttpResponse:
    """Put units of a SKU into the cart; over htmx the answer is the sentence beside the button."""
    sku = _sku_or_404(request.POST.get("sku", ""))
    form = AddForm(request.POST)
    cart: Cart | None = None
    if form.is_valid():
        cart = cart_for(request)
        try:
            add_to_cart(cart, sku, form.cleaned_data["quantity"])
        except DomainError as error:
            form.add_error("quantity", str(error))
    if form.is_valid() and request.headers.get("HX-Request") != "true":
        return remember_cart(request, redirect("shop:cart"), cart)
    status = 200 if form.is_valid() else 422
    context = {"form": form, "sku": sku, **frame(request, units_in(cart))}
    answer = render_page(request, "shop/cart_add.html", context, parts=("added",), status=status)
    return remember_cart(request, answer, cart)


def _sku_or_404(text: str) -> Sku:
    if not re.fullmatch("[0-9]{1,18}", text):
        raise Http404
    return get_object_or_404(Sku.objects.select_related("product"), pk=int(text))


@require_POST
@public
def cart_line(request: HttpRequest, sku_id: int) -> HttpResponse:
    """Change how many of a SKU are wanted; 0 takes it out."""
    cart = find_cart(request)
    if cart is None or not cart.lines.filter(sku_id=sku_id).exists():
        return remember_cart(request, redirect("shop:cart"), cart)
    form = LineForm(request.POST)
    refusal = ""
    if form.is_valid():
        try:
            change_quantity(cart, sku_id, form.cleaned_data["quantity"])
        except DomainError as error:
            refusal = str(error)
    else:
        refusal = " ".join(str(error) for error in form.errors["quantity"])
    if refusal:
        return _cart_page(request, cart, {sku_id: refusal})
    return remember_cart(request, redirect("shop:cart"), cart)


def _unpaid_orders(request: HttpRequest) -> list[Order]:
    """The person's orders that wait for payment: their goods are no longer in the cart."""
    if not isinstance(request.user, User):
        return []
    return list(orders_of(request.user.pk).unpaid())


def _cart_page(
    request: HttpRequest, cart: Cart | None, refusals: Mapping[int, str] = NO_REFUSALS
) -> HttpResponse:
    company = Company.current()
    priced = price_cart(cart, company) if cart else PricedCart([])
    context = frame(request, priced.units) | {
        "rows": cart_rows(priced, company),
        "priced": priced,
        "company": company,
        "unpaid": _unpaid_orders(request),
        "refusals": refusals,
        "typed": request.POST.get("quantity", "")[:20],
    }
    status = 422 if refusals else 200
    return render_page(request, "shop/cart_detail.html", context, parts=("cart",), status=status)
