"""The papers of a transfer: what to pick for it, and what travels with it."""

from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from backoffice.lib.codes import code128_svg
from backoffice.lib.pdf import PdfUnavailable, pdf_bytes, pdf_response
from inventory.models import Transfer, TransferLine
from inventory.queries.transfers import TransferPages, told_to
from stores.models import Company, Location, Role
from stores.rights import StaffRequest, staff, staff_at

PICKING, DELIVERY = "picking-list", "delivery-note"
TEMPLATES = {
    PICKING: "inventory/papers/picking_list.html",
    DELIVERY: "inventory/papers/delivery_note.html",
}
STYLE = "inventory/papers/paper.css"
WITH_PEOPLE = ("source", "destination", "sent_by", "request")
AS_SHELVED = ("sku__product__category__name", "sku__product__name", "sku__variant", "pk")


@require_GET
@staff(Role.LOGISTICS)
def transfer_paper(request: StaffRequest, pk: int, wanted: str) -> HttpResponse:
    transfer = get_object_or_404(told_to(request.locations).select_related(*WITH_PEOPLE), pk=pk)
    return _paper(request, transfer, wanted, None)


@require_GET
@staff_at()
def store_transfer_paper(request: StaffRequest, pk: int, wanted: str) -> HttpResponse:
    here = told_to(Location.objects.filter(pk=request.location.pk))
    transfer = get_object_or_404(here.select_related(*WITH_PEOPLE), pk=pk)
    return _paper(request, transfer, wanted, request.location)


def _paper(
    request: StaffRequest, transfer: Transfer, wanted: str, place: Location | None
) -> HttpResponse:
    """The PDF, or the transfer's page with one sentence where this server can't draw it."""
    if wanted not in TEMPLATES or (wanted == DELIVERY and transfer.sent_at is None):
        raise Http404
    html = render_to_string(TEMPLATES[wanted], paper_context(transfer, wanted))
    try:
        content = pdf_bytes(html, css=render_to_string(STYLE))
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect(TransferPages(request.user, place).detail(transfer))
    return pdf_response(f"{transfer}-{wanted}.pdf", content)


def paper_context(transfer: Transfer, wanted: str) -> dict[str, Any]:
    """What a paper says; before a transfer is sent, what is planned."""
    lines = list(_lines(transfer).order_by(*(AS_SHELVED if wanted == PICKING else ("pk",))))
    return {
        "title": _("Picking list") if wanted == PICKING else _("Delivery note"),
        "company": Company.current(),
        "transfer": transfer,
        "ends": [
            (pgettext("place", "From"), transfer.source),
            (pgettext("place", "To"), transfer.destination),
        ],
        "lines": lines,
        "units": sum(line.units for line in lines),  # type: ignore[attr-defined]
        "barcode": code128_svg(str(transfer)),
    }


def _lines(transfer: Transfer) -> QuerySet[TransferLine]:
    lines = transfer.lines.select_related("sku__product__category")
    if transfer.sent_at is None:
        return lines.annotate(units=F("planned"))
    return lines.filter(sent__gt=0).annotate(units=F("sent"))
