"""Restock requests as those who decide them see them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from inventory.actions.carry_out import send_what_there_is
from inventory.actions.restock import approve_restock, refuse_restock
from inventory.forms.restock import ApproveLessForm, RefuseForm, SeenForm
from inventory.models import RestockRequest
from inventory.models.restock import RestockRequestQuerySet
from inventory.queries.restock import LineToDecide, RequestToDecide, requests_to_decide
from inventory.queries.restock_talk import office_thread, steps_of
from inventory.queries.rules import why_not_automatic
from inventory.tables.restock import age_of
from inventory.views.restock_queue import approved_words
from stores.models import Company, Role
from stores.rights import StaffRequest, holds_now, staff

WITH_PEOPLE = ("store", "warehouse", "asked_by", "decided_by")
WAYS = ("less", "refuse")
DECISIONS: dict[str, Callable[..., RestockRequest]] = {
    "refuse": refuse_restock,
    "there": send_what_there_is,
}


@dataclass(frozen=True)
class Row:
    """A line on the page, with its fields where less is approved."""

    entry: LineToDecide
    units: BoundField | None = None
    reason: BoundField | None = None


@require_http_methods(["GET", "POST"])
@staff(Role.LOGISTICS)
def restock_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One request: approve it as asked, approve less, or refuse it; then follow it."""
    mine = RestockRequest.objects.asked_of(request.locations).select_related(*WITH_PEOPLE)
    restock = get_object_or_404(mine, pk=pk)
    if is_unchanged(request, restock):
        return HttpResponse(status=204)
    way = request.GET.get("do", "")
    figures = requests_to_decide([restock])[restock.pk]
    form = _decision_form(request, way, restock, figures)
    if form.is_bound and form.is_valid():
        try:
            messages.success(request, _decide(request, way, restock, form))
        except DomainError as error:
            form.add_error(None, str(error))
            restock = get_object_or_404(mine, pk=pk)
            figures = requests_to_decide([restock])[restock.pk]
        else:
            return redirect("inventory:restock_detail", pk=restock.pk)
    context = _followed(request, restock) | _decided(request, way, mine, restock)
    context |= {"figures": figures, "form": form, "rows": _rows(form, figures)}
    context["products"] = figures.skus
    status, parts = 422 if form.is_bound else 200, ("restock-request",)
    return render_page(
        request, "inventory/restock_detail.html", context, parts=parts, status=status
    )


def is_unchanged(request: StaffRequest, restock: RestockRequest) -> bool:
    """Whether the page that asks, by itself, already shows the request as it is."""
    return request.GET.get("shown") == str(restock.version)


def _decision_form(
    request: StaffRequest, way: str, restock: RestockRequest, figures: RequestToDecide
) -> SeenForm:
    typed: dict[str, Any] = {
        "data": request.POST if request.method == "POST" else None,
        "initial": {"version": restock.version},
    }
    if way == "refuse":
        return RefuseForm(**typed)
    if way == "less":
        return ApproveLessForm(**typed, lines=figures.lines)
    return SeenForm(**typed)


def _decide(request: StaffRequest, way: str, restock: RestockRequest, form: SeenForm) -> str:
    """Decide as the form says; what was decided, in words."""
    DECISIONS.get(way, approve_restock)(restock.pk, by=request.user, **form.decision())
    if way == "refuse":
        return _("%(request)s refused.") % {"request": restock}
    return approved_words(restock)


def _followed(request: StaffRequest, restock: RestockRequest) -> dict[str, Any]:
    """What everybody who may see the request reads of it."""
    return {
        "restock": restock,
        "age": age_of(timezone.now() - restock.asked_at) if restock.is_waiting else "",
        "obstacles": why_not_automatic(restock),
        "events": steps_of(restock),
        "thread": office_thread(request.user, restock),
    }


def _decided(
    request: StaffRequest, way: str, mine: RestockRequestQuerySet, restock: RestockRequest
) -> dict[str, Any]:
    """Whether this person decides, which form is open, and what comes next."""
    may_decide = holds_now(request.user, Role.LOGISTICS, at=restock.warehouse)
    is_own = restock.is_waiting and may_decide and _is_own(request, restock)
    decides = restock.is_waiting and may_decide and not is_own
    return {
        "decides": decides,
        "is_own": is_own,
        "way": way if decides and way in WAYS else "",
        "following": mine.next_to(restock) if may_decide else None,
    }


def _rows(form: SeenForm, figures: RequestToDecide) -> list[Row]:
    if not isinstance(form, ApproveLessForm):
        return [Row(entry) for entry in figures.lines]
    return [
        Row(entry, form.units_of(entry.line), form.reason_of(entry.line)) for entry in figures.lines
    ]


def _is_own(request: StaffRequest, restock: RestockRequest) -> bool:
    return restock.was_asked_by(request.user) and not Company.current().own_requests_allowed
