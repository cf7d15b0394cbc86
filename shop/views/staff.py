"""Orders as the staff sees them: what is to be handed over, here and in the whole company."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.lib.chips import filters_in_words
from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from backoffice.lib.lists import FORMATS, list_page
from shop.actions.fulfilment import call_customer, hand_over, prepare_order
from shop.filters import CompanyOrderFilter, OrderFilter
from shop.models import Order
from shop.queries.orders import order_story, orders_to_list
from shop.tables import CompanyOrderTable, OrderTable
from stores.actions.audit import record_reading
from stores.models import AuditEntry, Location, Role
from stores.rights import StaffRequest, locations_of, staff, staff_at

LOOKING_ON = (Role.CLERK, Role.LOGISTICS)
STEPS = {
    "prepare": (prepare_order, gettext_lazy("%(order)s is being prepared.")),
    "call_customer": (call_customer, gettext_lazy("The customer is told that %(order)s is ready.")),
    "hand_over": (hand_over, gettext_lazy("%(order)s is handed over.")),
}


@require_GET
@staff_at(*LOOKING_ON)
def store_orders(request: StaffRequest) -> HttpResponseBase:
    """The orders of one place: a store's, or those that a logistics centre ships."""
    orders = orders_to_list().filter(location=request.location)
    filterset = OrderFilter(request.GET, queryset=orders)
    table = OrderTable(filterset.qs)
    return _list(request, filterset, table, "shop/store_orders.html")


@require_GET
@staff(Role.HEAD_OFFICE, Role.LOGISTICS)
def order_list(request: StaffRequest) -> HttpResponseBase:
    """The orders of all places where the person works."""
    orders = orders_to_list().within(request.locations)
    filterset = CompanyOrderFilter(request.GET, queryset=orders)
    filterset.filters["location"].queryset = request.locations.kept()
    table = CompanyOrderTable(filterset.qs)
    return _list(request, filterset, table, "shop/order_list.html")


def _list(
    request: StaffRequest, filterset: OrderFilter, table: OrderTable, template: str
) -> HttpResponseBase:
    if request.GET.get("export") in FORMATS:
        _record_reading(request, filterset)
    return list_page(request, template, filterset, table, part="order-table", context={})


def _record_reading(request: StaffRequest, filterset: OrderFilter) -> None:
    """A file of orders holds customers' names: who takes it away is written down."""
    record_reading(
        AuditEntry.Kind.CUSTOMER,
        "shop_order",
        by=request.user,
        place=getattr(request, "location", None),
        file=request.GET["export"],
        filters=filters_in_words(filterset, request.GET),
        rows=filterset.qs.count(),
    )


@require_http_methods(["GET", "POST"])
@staff_at(*LOOKING_ON)
def store_order(request: StaffRequest, number: str) -> HttpResponse:
    """An order and its next step: prepare it, call the customer, hand it over."""
    order = get_object_or_404(_orders_here(request.location), number=number)
    may = may_hand_over(request)
    refusal = ""
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        step, done = _step(request)
        try:
            step(order.pk, by=request.user)
        except DomainError as error:
            refusal = str(error)
        else:
            messages.success(request, done % {"order": order})
            return redirect("shop:store_order", request.location.code, number)
        order = get_object_or_404(_orders_here(request.location), number=number)
    context = {
        "order": order,
        "lines": list(order.lines.all()),
        "story": order_story(order),
        "next_step": order.next_step if may else "",
        "refusal": refusal,
    }
    status = 422 if refusal else 200
    return render_page(request, "shop/store_order.html", context, status=status)


def may_hand_over(request: StaffRequest) -> bool:
    """Clerks hand over in their store, logistics at a logistics centre."""
    at_store = request.location.kind == Location.Kind.STORE
    role = Role.CLERK if at_store else Role.LOGISTICS
    return locations_of(request.user, role).filter(pk=request.location.pk).exists()


def _step(request: StaffRequest) -> tuple[Callable[..., Order], str]:
    """What the button asks for, and the sentence that follows it."""
    chosen = STEPS.get(request.POST.get("step", ""))
    if chosen is None:
        raise BadRequest
    action, done = chosen
    return action, str(done)


def _orders_here(location: Location) -> QuerySet[Order]:
    return Order.objects.filter(location=location).select_related("location", "customer__user")
