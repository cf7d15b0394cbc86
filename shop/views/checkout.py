"""Checkout, one page per step: delivery, payment, and then the order's own page."""

from collections.abc import Sequence
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from shop.actions.cart import new_cart
from shop.actions.customer import add_address, customer_of
from shop.actions.order import Delivery, place_order
from shop.actions.payment import pay_order
from shop.carts import find_cart, remember_cart
from shop.forms import DeliveryForm, PaymentForm
from shop.models import Cart, Customer, Order
from shop.payments import simulated_limit
from shop.pricing import price_cart
from shop.queries.availability import closed_stores_with, stores_with
from shop.queries.cart import cart_rows
from shop.queries.orders import orders_of
from shop.views.storefront import frame
from stores.models import Company
from stores.rights import CustomerRequest, customer


@require_http_methods(["GET", "POST"])
@customer
def checkout(request: CustomerRequest) -> HttpResponse:
    """Step 1: how the order reaches its customer. Sending it places the order and holds its goods."""
    buyer = customer_of(request.user)
    cart = find_cart(request) or new_cart(buyer)
    form = DeliveryForm(request.POST or None, customer=buyer)
    if form.is_valid():
        try:
            order = place_order(
                cart,
                key=form.cleaned_data["key"],
                delivery=_delivery(form, request, buyer),
                shown=form.cleaned_data["shown"],
                language=get_language() or "en",
                by=request.user,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return remember_cart(request, redirect("shop:order_pay", order.number), cart)
    return remember_cart(request, _delivery_page(request, cart, form, buyer), cart)


def _delivery(form: DeliveryForm, request: CustomerRequest, buyer: Customer) -> Delivery:
    if form.cleaned_data["delivery"] == Order.Delivery.COLLECT:
        return Delivery(store=form.cleaned_data["store"])
    address = form.cleaned_data["address"]
    if form.has_new_address:
        address = add_address(buyer, **form.new_address(), by=request.user)
    return Delivery(ship_to=address.as_lines)


def _delivery_page(
    request: CustomerRequest, cart: Cart, form: DeliveryForm, buyer: Customer
) -> HttpResponse:
    company = Company.current()
    priced = price_cart(cart, company)
    rows = cart_rows(priced, company)
    addresses = list(buyer.addresses.all())
    context = frame(request, priced.units) | {
        "form": form,
        "delivery": form.data.get("delivery", Order.Delivery.HOME),
        "address": _chosen(form, "address", [address.pk for address in addresses]),
        "store": _chosen(form, "store", []),
        "key": form.data.get("key") or uuid4(),
        "priced": priced,
        "rows": rows,
        "gone": [row.name for row in rows if not row.sold] if not form.is_bound else [],
        "lacking": [row for row in rows if row.left < row.quantity],
        "stores": stores_with(priced.wanted),
        "closed_stores": closed_stores_with(priced.wanted),
        "addresses": addresses,
        "unpaid": list(orders_of(request.user.pk).unpaid()),
        "company": company,
        "online": company.online_location,
    }
    status = 422 if form.is_bound else 200
    return render_page(request, "shop/checkout.html", context, status=status)


def _chosen(form: DeliveryForm, name: str, ids: Sequence[int]) -> int | None:
    """What was chosen in a list of the form; before that the first of them."""
    if not form.is_bound:
        return ids[0] if ids else None
    chosen = form.cleaned_data.get(name)
    return chosen.pk if chosen else None


@require_http_methods(["GET", "POST"])
@customer
def order_pay(request: CustomerRequest, number: str) -> HttpResponse:
    """Step 2: payment. The order's page tells what became of it."""
    order = get_object_or_404(orders_of(request.user.pk).select_related("location"), number=number)
    form = PaymentForm(request.POST or None, initial={"key": uuid4()})
    if form.is_valid():
        try:
            pay_order(order.pk, key=form.cleaned_data["key"], by=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect("shop:order_detail", order.number)
        order.refresh_from_db()
    if order.state != Order.State.RESERVED or order.is_being_paid:
        return redirect("shop:order_detail", order.number)
    context = frame(request) | {
        "order": order,
        "lines": list(order.lines.all()),
        "form": form,
        "simulated": simulated_limit(),
    }
    status = 422 if form.is_bound else 200
    return render_page(request, "shop/order_pay.html", context, status=status)
