"""Transfers as head office and each place see them: lists, and the page of one."""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from backoffice.lib.codes import code128_svg
from backoffice.lib.htmx import render_page
from backoffice.lib.lists import list_page
from inventory.filters.transfers import OfficeTransferFilter, StoreTransferFilter
from inventory.models import Transfer
from inventory.queries.ledger import restock_pages
from inventory.queries.transfers import (
    WITH_PLACES,
    TransferPages,
    lines_shown,
    movements_of_transfer,
    road_at,
    told_to,
    transfers_listed,
)
from inventory.tables.transfers import TransferTable
from inventory.views.transfer_papers import DELIVERY, PICKING
from stores.models import Location, Role
from stores.rights import StaffRequest, staff, staff_at


@require_GET
@staff(Role.LOGISTICS)
def transfer_list(request: StaffRequest) -> HttpResponseBase:
    """The transfers of all places of this person."""
    filterset = OfficeTransferFilter(
        request.GET,
        queryset=transfers_listed(told_to(request.locations)),
        places=Location.objects.inner(),
    )
    return _list(request, filterset, TransferTable(filterset.qs), {})


@require_GET
@staff_at()
def store_transfers(request: StaffRequest) -> HttpResponseBase:
    """What is coming to this place, or going out of it."""
    place = request.location
    here = transfers_listed(told_to(Location.objects.filter(pk=place.pk)))
    filterset = StoreTransferFilter(request.GET, queryset=here, place=place)
    coming, going = road_at(place, now=timezone.now())
    context = {"place": place, "coming": coming, "going": going}
    return _list(request, filterset, TransferTable(filterset.qs, place=place.code), context)


def _list(
    request: StaffRequest, filterset: Any, table: TransferTable, context: dict[str, Any]
) -> HttpResponseBase:
    template = "inventory/transfer_list.html"
    return list_page(request, template, filterset, table, part="transfer-table", context=context)


@require_GET
@staff(Role.LOGISTICS)
def transfer_detail(request: StaffRequest, pk: int) -> HttpResponse:
    transfer = get_object_or_404(told_to(request.locations).select_related(*WITH_PLACES), pk=pk)
    return _detail(request, transfer, None)


@require_GET
@staff_at()
def store_transfer(request: StaffRequest, pk: int) -> HttpResponse:
    here = told_to(Location.objects.filter(pk=request.location.pk))
    transfer = get_object_or_404(here.select_related(*WITH_PLACES), pk=pk)
    return _detail(request, transfer, request.location)


def _detail(request: StaffRequest, transfer: Transfer, place: Location | None) -> HttpResponse:
    if request.GET.get("shown") == str(transfer.version):
        return HttpResponse(status=204)
    lines = lines_shown(transfer)
    pages = TransferPages(request.user, place)
    papers = {"picking": pages.paper(transfer, PICKING)}
    if transfer.sent_at:
        papers["delivery"] = pages.paper(transfer, DELIVERY)
    asked = restock_pages([transfer.request_id or 0], request.user)
    context = {
        "transfer": transfer,
        "place": place,
        "pages": pages,
        "papers": papers,
        "lines": lines,
        "short": [entry for entry in lines if entry.available < entry.line.planned],
        "asked": asked.get(transfer.request_id or 0),
        "events": transfer.events.select_related("by"),
        "movements": movements_of_transfer(transfer),
        "barcode": code128_svg(str(transfer)),
    }
    return render_page(request, "inventory/transfer_detail.html", context, parts=("transfer",))
