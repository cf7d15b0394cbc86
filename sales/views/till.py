from collections.abc import Callable
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from backoffice.lib.errors import DomainError
from backoffice.lib.fields import MoneyFormField
from backoffice.lib.house import house
from backoffice.lib.htmx import render_page
from inventory.errors import OutOfStock
from sales.actions.sale import Paid, record_sale
from sales.errors import KeyReused, NotEnoughGiven, TooMuchGiven, TooMuchOnCard
from sales.models import Sale, Tender
from sales.queries import found
from sales.ticket import Ticket
from stores.models import Location, Role
from stores.rights import StaffRequest, staff_at

PARTS = ("ticket", "search-results")
CASH, CARD = "cash", "card"
type Change = Callable[[Ticket, StaffRequest, str], None]


@require_http_methods(["GET", "POST"])
@staff_at(Role.CLERK, writing=True)
def sell(request: StaffRequest) -> HttpResponse:
    """The till: GET is an empty ticket (with `q`, a search), POST carries out one command, `do`."""
    if request.location.kind != Location.Kind.STORE:
        raise Http404
    if request.method != "POST":
        return _page(request, Ticket.new())
    ticket = Ticket.posted(request.POST)
    command, _colon, argument = request.POST.get("do", "").partition(":")
    if command in (CASH, CARD):
        return _pay(request, ticket, command, argument)
    if change := CHANGES.get(command):
        change(ticket, request, argument)
    ticket.price(request.location)
    return _page(request, ticket)


def _page(request: StaffRequest, ticket: Ticket) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:60]
    results = found(request.location, text) if text else ticket.choices
    context = {
        "ticket": ticket,
        "text": text,
        "results": results,
        "currency": house().currency,
    }
    status = 422 if ticket.refused else 200
    return render_page(request, "sales/sell.html", context, parts=PARTS, status=status)


def _scan(ticket: Ticket, request: StaffRequest, _argument: str) -> None:
    if text := request.POST.get("scan", "").strip():
        ticket.scan_code(text, request.location)


def _add(ticket: Ticket, _request: StaffRequest, sku: str) -> None:
    if sku_id := _id(sku):
        ticket.add(sku_id, 1)


def _take(ticket: Ticket, _request: StaffRequest, sku: str) -> None:
    if sku_id := _id(sku):
        ticket.take(sku_id)


def _remove(ticket: Ticket, _request: StaffRequest, sku: str) -> None:
    if sku_id := _id(sku):
        ticket.remove([sku_id])


def _clear(ticket: Ticket, _request: StaffRequest, _argument: str) -> None:
    ticket.remove([line.sku_id for line in ticket.lines])


def _put_back(ticket: Ticket, request: StaffRequest, _argument: str) -> None:
    ticket.put_back(request.POST.getlist("removed"))


def _renew(ticket: Ticket, _request: StaffRequest, _argument: str) -> None:
    ticket.key = Ticket.new().key


CHANGES: dict[str, Change] = {
    "scan": _scan,
    "add": _add,
    "take": _take,
    "remove": _remove,
    "clear": _clear,
    "put-back": _put_back,
    "renew": _renew,
}


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _pay(request: StaffRequest, ticket: Ticket, kind: str, amount: str) -> HttpResponse:
    """Record the sale and show its receipt, or the ticket with what is in the way."""
    repeated = Sale.objects.filter(key=ticket.key).exists()
    sale = _record(request, ticket, kind, amount)
    if sale is None:
        ticket.price(request.location)
        return _page(request, ticket)
    if repeated:
        messages.warning(
            request,
            _("This ticket was already recorded as %(receipt)s. Nothing was sold again.")
            % {"receipt": sale},
        )
    receipt = reverse("sales:receipt", args=[request.location.code, sale.pk])
    return (
        HttpResponseClientRedirect(receipt)
        if request.headers.get("HX-Request")
        else redirect(receipt)
    )


def _record(request: StaffRequest, ticket: Ticket, kind: str, amount: str) -> Sale | None:
    """The sale, or None with the refusal written where it belongs on the ticket."""
    try:
        tender = _tender(request, kind, amount)
    except ValidationError as refusal:
        ticket.given_error = " ".join(refusal.messages)
        return None
    if not ticket.ready:
        return None
    try:
        return record_sale(
            key=ticket.key,
            location=request.location,
            items=ticket.items,
            tenders=[tender],
            by=request.user,
        )
    except DomainError as refusal:
        _explain(ticket, refusal, request.location, kind)
    return None


def _tender(request: StaffRequest, kind: str, amount: str) -> Paid:
    """What was handed over; a card pays what the page showed, so that a new price is noticed."""
    typed = amount or request.POST.get("given" if kind == CASH else "shown_total", "")
    given: Decimal | None = MoneyFormField(required=False).clean(typed)
    return Paid(Tender.Kind(kind), given)


def _explain(ticket: Ticket, refusal: DomainError, location: Location, kind: str) -> None:
    match refusal:
        case OutOfStock():
            left = {shortage.sku.pk: shortage.available for shortage in refusal.shortages}
            ticket.say_what_is_left(left, location)
        case KeyReused():
            ticket.error = str(refusal)
            if refusal.sale.location_id == location.pk:
                ticket.receipt_url = reverse("sales:receipt", args=[location.code, refusal.sale.pk])
        case NotEnoughGiven() if kind == CARD:
            ticket.price(location)
            ticket.error = str(TooMuchOnCard(ticket.total))
        case NotEnoughGiven() | TooMuchGiven():
            ticket.given_error = str(refusal)
        case _:
            ticket.error = str(refusal)
