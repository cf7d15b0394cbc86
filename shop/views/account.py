"""A customer's own pages: account, addresses, orders."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from shop.actions.customer import add_address, change_address, customer_of, remove_address
from shop.actions.order import cancel_order, put_back_into_cart
from shop.forms import AddressForm, PageForm
from shop.models import Address, Order
from shop.queries.orders import order_story, orders_of
from shop.views.storefront import frame
from stores.rights import CustomerRequest, customer

ORDERS_PER_PAGE = 20
ORDERS_ON_ACCOUNT = 3


@require_GET
@customer
def account(request: CustomerRequest) -> HttpResponse:
    context = frame(request) | {
        "orders": list(orders_of(request.user.pk)[:ORDERS_ON_ACCOUNT]),
        "addresses": list(Address.objects.filter(customer__user=request.user)),
    }
    return render_page(request, "shop/account.html", context)


@require_GET
@customer
def order_list(request: CustomerRequest) -> HttpResponse:
    paginator = Paginator(orders_of(request.user.pk), ORDERS_PER_PAGE)
    page = paginator.get_page(PageForm(request.GET).number())
    return render_page(request, "shop/orders.html", frame(request) | {"page": page})


@require_http_methods(["GET", "POST"])
@customer
def address_new(request: CustomerRequest) -> HttpResponse:
    form = AddressForm(request.POST or None, initial={"name": request.user.name})
    if form.is_valid():
        try:
            add_address(customer_of(request.user), **form.cleaned_data, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return _saved(request)
    return _address_page(request, {"form": form})


@require_http_methods(["GET", "POST"])
@customer
def address_edit(request: CustomerRequest, pk: int) -> HttpResponse:
    address = get_object_or_404(Address, pk=pk, customer__user=request.user)
    initial = {name: getattr(address, name) for name in AddressForm.AUTOCOMPLETE}
    form = AddressForm(request.POST or None, initial=initial)
    if form.is_valid():
        change_address(address, **form.cleaned_data, by=request.user)
        return _saved(request)
    return _address_page(request, {"form": form, "address": address})


@require_POST
@customer
def address_remove(request: CustomerRequest, pk: int) -> HttpResponse:
    address = get_object_or_404(Address, pk=pk, customer__user=request.user)
    remove_address(address, by=request.user)
    messages.success(request, _("The address is removed."))
    return redirect("shop:account")


@require_GET
@customer
def order_detail(request: CustomerRequest, number: str) -> HttpResponse:
    """Where an order stands; the page follows by itself while something is under way."""
    return _order_page(request, _own_order(request, number))


@require_POST
@customer
def order_cancel(request: CustomerRequest, number: str) -> HttpResponse:
    order = _own_order(request, number)
    try:
        cancel_order(order.pk, by=request.user)
    except DomainError as error:
        return _order_page(request, _own_order(request, number), refusal=str(error))
    messages.success(request, _("Your order is cancelled."))
    return redirect("shop:order_detail", number)


@require_POST
@customer
def order_again(request: CustomerRequest, number: str) -> HttpResponse:
    """Put an order's goods into the cart again; an unpaid order is given up for it."""
    put_back_into_cart(_own_order(request, number).pk, by=request.user)
    return redirect("shop:cart")


def _own_order(request: CustomerRequest, number: str) -> Order:
    return get_object_or_404(orders_of(request.user.pk).select_related("location"), number=number)


def _order_page(request: HttpRequest, order: Order, refusal: str = "") -> HttpResponse:
    context = frame(request) | {
        "order": order,
        "lines": list(order.lines.all()),
        "story": order_story(order),
        "refusal": refusal,
    }
    status = 422 if refusal else 200
    parts = ("order-status",)
    return render_page(request, "shop/order_detail.html", context, parts=parts, status=status)


def _saved(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("The address is saved."))
    return redirect("shop:account")


def _address_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    status = 422 if context["form"].is_bound else 200
    return render_page(request, "shop/address.html", frame(request) | context, status=status)
