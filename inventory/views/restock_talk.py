"""The comments on a request, for the store's people and for those who decide it."""

from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from inventory.actions.restock_talk import comment_on_restock
from inventory.errors import KeyUsedBefore
from inventory.forms.restock_follow import CommentForm
from inventory.models import RestockRequest
from inventory.queries.restock_talk import Thread, office_thread, store_thread
from inventory.views.store_restock import requests_of
from stores.models import Role
from stores.rights import StaffRequest, staff, staff_at

PARTS = ("restock-thread", "restock-comments")


@require_http_methods(["GET", "POST"])
@staff_at(sending=(Role.CLERK,))
def store_restock_comments(request: StaffRequest, pk: int) -> HttpResponse:
    """Comments on a request of this store."""
    restock = get_object_or_404(requests_of(request), pk=pk)
    page = reverse("inventory:store_restock_detail", args=[restock.store.code, pk])
    return _talk(request, restock, page)


@require_http_methods(["GET", "POST"])
@staff(Role.LOGISTICS)
def restock_comments(request: StaffRequest, pk: int) -> HttpResponse:
    """Comments on a request that this person's logistics centre decides."""
    mine = RestockRequest.objects.asked_of(request.locations).select_related("store", "warehouse")
    restock = get_object_or_404(mine, pk=pk)
    return _talk(request, restock, reverse("inventory:restock_detail", args=[pk]))


def _talk(request: StaffRequest, restock: RestockRequest, page: str) -> HttpResponse:
    """Show the comments, or write one; `page` is where the whole request is shown."""
    is_store = request.path.startswith("/stores/")
    thread = (store_thread if is_store else office_thread)(request.user, restock)
    if request.method == "GET" and request.GET.get("said") == str(len(thread.comments)):
        return HttpResponse(status=204)
    status = 200
    if request.method == "POST":
        form = CommentForm(request.POST)
        if _said(request, restock, form):
            is_part = request.headers.get("HX-Request") == "true"
            return redirect(thread.address if is_part else f"{page}#restock-thread")
        thread, status = Thread(thread.comments, thread.address, form), 422
    context = {"restock": restock, "thread": thread, "page": page}
    return render_page(
        request, "inventory/restock_comments.html", context, parts=PARTS, status=status
    )


def _said(request: StaffRequest, restock: RestockRequest, form: CommentForm) -> bool:
    if not form.is_valid():
        return False
    try:
        comment_on_restock(restock.pk, **form.cleaned_data, by=request.user)
    except DomainError as error:
        form.add_error(None, str(error))
        if isinstance(error, KeyUsedBefore):
            form.data = {**form.data.dict(), "key": str(uuid4())}  # type: ignore[attr-defined]
        return False
    return True
