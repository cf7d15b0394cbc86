"""The page of one transfer, at head office and at each of its ends: follow it, and take its steps."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backoffice.lib.codes import code128_svg
from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from inventory.actions.arrival import settle_rest
from inventory.actions.transfer import (
    PEOPLE,
    RECEIVERS,
    SENDERS,
    SETTLERS,
    cancel_draft,
    remark_on_transfer,
    send_transfer,
)
from inventory.forms.restock import SeenForm, key_or_new
from inventory.forms.transfers import RemarkForm, RestForm
from inventory.models import Transfer
from inventory.queries.ledger import restock_pages
from inventory.queries.transfers import (
    WITH_PLACES,
    TransferPages,
    history_of,
    lines_shown,
    movements_of_transfer,
    told_to,
)
from inventory.views.transfer_papers import DELIVERY, PICKING
from stores.models import Location, Role, User
from stores.rights import StaffRequest, holds_at, staff, staff_at

EVERYBODY = (Role.CLERK, Role.MANAGER, Role.LOGISTICS)


@require_http_methods(["GET", "POST"])
@staff(Role.LOGISTICS)
def transfer_detail(request: StaffRequest, pk: int) -> HttpResponse:
    told = told_to(request.locations).select_related(*WITH_PLACES)
    return _page(request, get_object_or_404(told, pk=pk), None)


@require_http_methods(["GET", "POST"])
@staff_at(*EVERYBODY)
def store_transfer(request: StaffRequest, pk: int) -> HttpResponse:
    told = told_to(Location.objects.filter(pk=request.location.pk)).select_related(*WITH_PLACES)
    return _page(request, get_object_or_404(told, pk=pk), request.location)


def _page(request: StaffRequest, transfer: Transfer, place: Location | None) -> HttpResponse:
    if request.GET.get("shown") == str(transfer.version):
        return HttpResponse(status=204)
    pages = TransferPages(request.user, place)
    if _is_receipt(transfer, request.POST.get("key", "")):
        return redirect(pages.detail(transfer))
    what = request.POST.get("do", request.GET.get("do", ""))
    form = _form(what, transfer, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            said = STEPS[what](transfer, form, request.user) if what in STEPS else ""
        except DomainError as error:
            form.add_error(None, str(error))
            transfer.refresh_from_db()
        else:
            if said:
                messages.success(request, said)
            return redirect(pages.detail(transfer))
    context = _context(transfer, place, pages) | {"form": form, "may": _may(request.user, transfer)}
    if isinstance(form, RemarkForm) and form.is_bound:
        context["remark_form"] = form  # with what was typed
    context["resting"] = what == "rest" and "settle" in context["may"]
    status = 422 if form.is_bound else 200
    parts = ("transfer",)
    return render_page(
        request, "inventory/transfer_detail.html", context, parts=parts, status=status
    )


def _is_receipt(transfer: Transfer, key: str) -> bool:
    """Whether the form that is sent was carried out before."""
    return bool(key) and transfer.receipts.filter(key=key_or_new(key)).exists()


def _form(what: str, transfer: Transfer, sent: QueryDict | None) -> RemarkForm | SeenForm:
    """The form of a step; bound when it was sent."""
    if what == "remark":
        return RemarkForm(sent)
    shown = {"version": transfer.version, "key": uuid4()}
    if what == "rest":
        lines = list(transfer.lines.select_related("sku__product"))
        return RestForm(sent, initial=shown, lines=lines)
    return SeenForm(sent, initial=shown)


def _send(transfer: Transfer, form: SeenForm, by: User) -> str:
    send_transfer(transfer.pk, by=by, seen=form.seen())
    words = {"transfer": transfer, "place": transfer.destination}
    if transfer.destination.receives_by_hand:
        return _("%(transfer)s is on the way to %(place)s.") % words
    return _("%(transfer)s is sent; the goods are in the stock of %(place)s.") % words


def _cancel(transfer: Transfer, form: SeenForm, by: User) -> str:
    cancel_draft(transfer.pk, by=by, seen=form.seen())
    return _("%(transfer)s is cancelled; nothing was moved.") % {"transfer": transfer}


def _remark(transfer: Transfer, form: RemarkForm, by: User) -> str:
    remark_on_transfer(transfer.pk, text=form.cleaned_data["text"], by=by)
    return ""


def _settle(transfer: Transfer, form: RestForm, by: User) -> str:
    given = form.cleaned_data
    settle_rest(
        transfer.pk,
        key=given["key"],
        fates=form.fates(),
        note=given["note"],
        by=by,
        seen=given["version"],
    )
    return _("It is written down what became of it.")


STEPS: dict[str, Callable[[Transfer, Any, User], str]] = {
    "send": _send,
    "cancel": _cancel,
    "remark": _remark,
    "rest": _settle,
}


def _may(user: User, transfer: Transfer) -> set[str]:
    """What the page offers this person; the actions ask again."""
    source, destination = transfer.source, transfer.destination
    offers = {
        "send": transfer.is_draft and holds_at(user, source, *SENDERS),
        "receive": transfer.is_on_the_road and holds_at(user, destination, *RECEIVERS),
        "settle": transfer.is_on_the_road
        and any(holds_at(user, end, *SETTLERS) for end in (source, destination)),
        "remark": any(holds_at(user, end, *PEOPLE) for end in (source, destination)),
    }
    return {name for name, is_offered in offers.items() if is_offered}


def _context(transfer: Transfer, place: Location | None, pages: TransferPages) -> dict[str, Any]:
    lines = lines_shown(transfer)
    asked = restock_pages([transfer.request_id or 0], pages.reader)
    papers = {"picking": pages.paper(transfer, PICKING)}
    if transfer.sent_at:
        papers["delivery"] = pages.paper(transfer, DELIVERY)
    at_the_end = [transfer.destination.code, transfer.pk]
    return {
        "transfer": transfer,
        "place": place,
        "pages": pages,
        "papers": papers,
        "receive": reverse("inventory:transfer_receive", args=at_the_end),
        "edit": f"{pages.detail(transfer)}edit/",
        "lines": lines,
        "short": [entry for entry in lines if entry.available < entry.line.planned],
        "asked": asked.get(transfer.request_id or 0),
        "steps": history_of(transfer),
        "movements": movements_of_transfer(transfer),
        "remark_form": RemarkForm(),
        "barcode": code128_svg(str(transfer)),
    }
