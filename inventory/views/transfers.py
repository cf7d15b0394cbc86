"""Transfers as head office and each place list them."""

from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from backoffice.lib.lists import list_page
from inventory.actions.transfer import SENDERS
from inventory.filters.transfers import OfficeTransferFilter, StoreTransferFilter
from inventory.queries.transfers import road_at, road_within, told_to, transfers_listed
from inventory.tables.transfers import TransferTable
from stores.models import Location, Role
from stores.rights import StaffRequest, holds, holds_at, staff, staff_at


@require_GET
@staff(Role.LOGISTICS)
def transfer_list(request: StaffRequest) -> HttpResponseBase:
    """The transfers of all places of this person."""
    filterset = OfficeTransferFilter(
        request.GET,
        queryset=transfers_listed(told_to(request.locations)),
        places=Location.objects.inner().kept(),
    )
    new = reverse("inventory:transfer_new") if holds(request.user, *SENDERS) else ""
    road = road_within(request.locations, now=timezone.now())
    return _list(request, filterset, TransferTable(filterset.qs), {"new": new, "road": road})


@require_GET
@staff_at()
def store_transfers(request: StaffRequest) -> HttpResponseBase:
    """What is coming to this place, or going out of it."""
    place = request.location
    here = transfers_listed(told_to(Location.objects.filter(pk=place.pk)))
    filterset = StoreTransferFilter(request.GET, queryset=here, place=place)
    coming, going = road_at(place, now=timezone.now())
    sends = holds_at(request.user, place, *SENDERS)
    new = reverse("inventory:store_transfer_new", args=[place.code]) if sends else ""
    context = {"place": place, "coming": coming, "going": going, "new": new}
    return _list(request, filterset, TransferTable(filterset.qs, place=place.code), context)


def _list(
    request: StaffRequest, filterset: Any, table: TransferTable, context: dict[str, Any]
) -> HttpResponseBase:
    template = "inventory/transfer_list.html"
    return list_page(request, template, filterset, table, part="transfer-table", context=context)
