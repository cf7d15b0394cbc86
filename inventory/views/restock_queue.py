"""The queue of restock requests: look, narrow, approve one with a click or many at a stroke."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from backoffice.lib.lists import turn_to_page
from inventory.actions.bulk_approval import MOST, begin_bulk_approval
from inventory.actions.restock import approve_restock
from inventory.filters.restock import RestockQueueFilter
from inventory.forms.restock import BulkApprovalForm, ids_from
from inventory.models import BulkApproval, RestockRequest
from inventory.models.restock import RestockRequestQuerySet
from inventory.queries.board import scarce_count
from inventory.queries.bulk_approval import preview_of, recent_bulks, with_progress
from inventory.queries.restock import requests_to_decide
from inventory.tables.restock import BulkItemTable, RestockQueueTable
from stores.models import Company, Location, Role
from stores.rights import StaffRequest, holds, holds_at, holds_company_wide, staff

WITH_PEOPLE = ("store", "warehouse", "asked_by", "decided_by")


@require_http_methods(["GET", "POST"])
@staff(Role.LOGISTICS)
def restock_list(request: StaffRequest) -> HttpResponse:
    """The queue; a POST approves one of its requests as asked."""
    mine = RestockRequest.objects.asked_of(request.locations)
    error = _approve_one(request, mine) if request.method == "POST" else ""
    if request.method == "POST" and not error:
        return redirect(request.get_full_path())
    filterset = _filter(request, mine.with_own(request.user).select_related(*WITH_PEOPLE))
    decides = holds(request.user, Role.LOGISTICS)
    table = RestockQueueTable(filterset.qs, decides=decides)
    turn_to_page(request, table)
    table.figures = requests_to_decide([row.record for row in table.paginated_rows])
    context = {
        "filter": filterset,
        "table": table,
        "decides": decides,
        "bulks": recent_bulks(request.user) if decides else [],
        "all_address": _address_of_all(request, table) if decides else "",
        "scarce": scarce_count(request.locations),
        "sees_rules": holds_company_wide(request.user, Role.HEAD_OFFICE, reading=True),
        "error": error,
    }
    status = 422 if error else 200
    page = "inventory/restock_list.html"
    return render_page(request, page, context, parts=("restock-queue",), status=status)


@require_http_methods(["GET", "POST"])
@staff(Role.LOGISTICS, writing=True)
def bulk_approval_new(request: StaffRequest) -> HttpResponse:
    """Say what approving these requests would do; a POST promises it."""
    form = BulkApprovalForm(request.POST or None)
    error = ""
    if request.method == "POST" and form.is_valid():
        try:
            bulk = begin_bulk_approval(
                form.cleaned_data["key"], shown=form.requests(), by=request.user
            )
        except DomainError as refusal:
            error = str(refusal)
        else:
            return redirect("inventory:bulk_approval", pk=bulk.pk)
    preview = preview_of(_chosen(request), MOST)
    context = {"preview": preview, "key": uuid4(), "error": error, "most": MOST}
    status = 422 if request.method == "POST" else 200
    return render_page(request, "inventory/bulk_approval_new.html", context, status=status)


@require_GET
@staff(Role.LOGISTICS)
def bulk_approval(request: StaffRequest, pk: int) -> HttpResponse:
    """How far the person's own bulk approval is, and what came of each request."""
    own = with_progress(BulkApproval.objects.filter(by=request.user))
    bulk = get_object_or_404(own, pk=pk)
    decided = bulk.approved + bulk.not_done
    if request.GET.get("shown") == str(decided) and not bulk.done_at:
        return HttpResponse(status=204)
    items = bulk.items.select_related("request__store", "request__warehouse").order_by(
        "-outcome", "pk"
    )
    table = BulkItemTable(items)
    turn_to_page(request, table, per_page=50)
    context = {"bulk": bulk, "decided": decided, "table": table}
    page = "inventory/bulk_approval.html"
    return render_page(request, page, context, parts=("bulk-progress",))


def _approve_one(request: StaffRequest, mine: RestockRequestQuerySet) -> str:
    """Approve the request of the button that was pressed; empty, or why not."""
    request_id, colon, version = request.POST.get("request", "").partition(":")
    restock = get_object_or_404(mine.select_related("store"), pk=ids_from([request_id])[0])
    seen = ids_from([version])[0] if colon else None
    try:
        approve_restock(restock.pk, by=request.user, seen=seen)
    except DomainError as refusal:
        return str(refusal)
    messages.success(request, approved_words(restock))
    return ""


def approved_words(restock: RestockRequest) -> str:
    return _("%(request)s approved: the goods are on their way to %(store)s.") % {
        "request": restock,
        "store": restock.store,
    }


def _filter(request: StaffRequest, requests: RestockRequestQuerySet) -> RestockQueueFilter:
    """With all stores, and the warehouses whose requests the person sees, in one query."""
    places = [
        place
        for place in Location.objects.inner().kept().order_by("name")
        if place.kind == Location.Kind.STORE
        or holds_at(request.user, place, Role.LOGISTICS, reading=True)
    ]
    return RestockQueueFilter(request.GET, queryset=requests, request=request, places=places)


def _address_of_all(request: StaffRequest, table: RestockQueueTable) -> str:
    """What follows `?` to choose all that the filter finds, where that is more than the page."""
    if request.GET.get("state") or table.paginator.num_pages < 2:
        return ""
    query = request.GET.copy()
    for name in ("page", "sort"):
        query.pop(name, None)
    query["all"] = "1"
    return query.urlencode()


def _chosen(request: StaffRequest) -> RestockRequestQuerySet:
    """The requests that were ticked, or all that the filter finds: those that the person may
    decide now."""
    mine = RestockRequest.objects.asked_of(request.locations).pending()
    if not Company.current().own_requests_allowed:
        mine = mine.asked_by_others(request.user)
    if request.method == "GET" and "all" in request.GET:
        found: RestockRequestQuerySet = _filter(request, mine).qs
        return found.pending()
    texts = request.GET.getlist("request")
    if request.method == "POST":
        texts = [word.partition(":")[0] for word in request.POST.get("shown", "").split()]
    return mine.filter(pk__in=ids_from(texts[:MOST]))
