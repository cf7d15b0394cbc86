"""Restock requests as the store sees them: ask, and follow."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from backoffice.lib.htmx import render_page
from backoffice.lib.lists import turn_to_page
from inventory.filters.restock import StoreRestockFilter
from inventory.models import RestockRequest
from inventory.models.restock import RestockRequestQuerySet
from inventory.queries.lead_time import lead_times_in_words, usual_wait
from inventory.queries.restock_draft import drafts_of
from inventory.queries.restock_suggestions import outlook_of
from inventory.queries.restock_talk import steps_of, store_thread
from inventory.tables.restock import StoreRestockTable
from inventory.views.restock import WITH_PEOPLE, is_unchanged
from stores.models import Location, Role
from stores.rights import StaffRequest, holds_now, staff_at


@require_GET
@staff_at()
def store_restock(request: StaffRequest) -> HttpResponse:
    """What this store has asked for, and is about to."""
    mine = requests_of(request).prefetch_related("lines__sku__product")
    filterset = StoreRestockFilter(request.GET, queryset=mine)
    table = StoreRestockTable(filterset.qs)
    turn_to_page(request, table)
    asks = _may_ask(request)
    context = {
        "filter": filterset,
        "table": table,
        "asks": asks,
        "outlook": outlook_of(request.location) if asks else None,
        "drafts": drafts_of(request.location),
        "usual": lead_times_in_words(request.location),
    }
    return render_page(request, "inventory/store_restock.html", context, parts=("restock-table",))


@require_GET
@staff_at()
def store_restock_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One request of this store; the page follows it by itself."""
    restock = get_object_or_404(requests_of(request).select_related("transfer"), pk=pk)
    if is_unchanged(request, restock):
        return HttpResponse(status=204)
    lines = list(restock.lines.select_related("sku__product", "share", "transfer_line"))
    context = {
        "restock": restock,
        "lines": lines,
        "has_gaps": any(line.is_received_less for line in lines),
        "products": {line.sku_id: line.sku for line in lines},
        "events": steps_of(restock),
        "asks": _may_ask(request),
        "thread": store_thread(request.user, restock),
        "usual": usual_wait(restock),
    }
    return render_page(
        request, "inventory/store_restock_detail.html", context, parts=("restock-request",)
    )


def own_store(request: StaffRequest) -> Location:
    """The store of the address; a logistics centre asks nobody."""
    if request.location.kind != Location.Kind.STORE:
        raise Http404
    return request.location


def requests_of(request: StaffRequest) -> RestockRequestQuerySet:
    return (
        RestockRequest.objects.asked().filter(store=own_store(request)).select_related(*WITH_PEOPLE)
    )


def _may_ask(request: StaffRequest) -> bool:
    return holds_now(request.user, Role.CLERK, at=request.location)
