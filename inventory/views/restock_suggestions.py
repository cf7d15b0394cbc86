"""What Comptoir suggests that a store asks for, and how it is worked out."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from inventory.actions.restock_draft import MOST_LINES, add_to_draft
from inventory.actions.stock import Quantity, SkuId
from inventory.actions.suggestions import snooze_suggestion, wake_suggestion
from inventory.forms.restock import ids_from
from inventory.forms.restock_draft import SnoozeForm, SuggestedForm
from inventory.queries.restock_suggestions import not_drafted, outlook_of, suggested_rows
from inventory.queries.suggestions import snoozed_for, suggestions_for
from inventory.views.restock_draft import draft_address, told_added
from inventory.views.store_restock import own_store
from stores.models import Location, Role
from stores.rights import StaffRequest, holds_at, staff_at

PAGE = "inventory/restock_suggestions.html"
PER_PAGE = 25


@require_http_methods(["GET", "POST"])
@staff_at(Role.CLERK)
def restock_suggestions(request: StaffRequest) -> HttpResponse:
    """The suggestions of this store, what loses most sales per day first: add them, or put one off."""
    store = own_store(request)
    if request.method == "GET":
        return _page(request, store)
    verb, _dash, text = request.POST.get("do", "").partition("-")
    form = SuggestedForm(request.POST)
    try:
        if verb in ("snooze", "wake"):
            _put_off(request, store, ids_from([text])[0], snooze=verb == "snooze")
        elif verb == "all":
            rows = not_drafted(store)[:MOST_LINES]
            return _add(request, store, {row.sku_id: row.units for row in rows})
        elif form.is_valid():
            return _add(request, store, form.chosen())
        else:
            return _page(request, store, form=form)
    except DomainError as error:
        return _page(request, store, form=form, error=str(error))
    return HttpResponseRedirect(request.get_full_path())


def _add(
    request: StaffRequest, store: Location, chosen: Mapping[SkuId, Quantity]
) -> HttpResponseRedirect:
    """Put what was chosen into the draft for the warehouse that each is suggested from, and go to the
    longest of these drafts."""
    standing = suggestions_for(store).filter(sku__in=chosen).select_related("warehouse")
    parts: dict[Location, dict[SkuId, Quantity]] = defaultdict(dict)
    suggested = {}
    for row in standing:
        parts[row.warehouse][row.sku_id] = chosen[row.sku_id]
        suggested[row.sku_id] = row.units
    for warehouse, wanted in parts.items():
        added = add_to_draft(store, warehouse, wanted, suggested=suggested, by=request.user)
        messages.success(request, told_added(added))
    if gone := len(chosen) - len(suggested):
        told = ngettext(
            "%(count)s is no longer suggested.", "%(count)s are no longer suggested.", gone
        )
        messages.warning(request, told % {"count": gone})
    if not parts:
        return HttpResponseRedirect(request.get_full_path())
    return HttpResponseRedirect(draft_address(store, max(parts, key=lambda to: len(parts[to]))))


def _put_off(request: StaffRequest, store: Location, sku_id: SkuId, *, snooze: bool) -> None:
    if not snooze:
        wake_suggestion(store, sku_id, by=request.user)
        messages.success(request, _("It is suggested again."))
        return
    form = SnoozeForm(request.POST, store=store)
    snooze_suggestion(store, sku_id, until=form.day(), by=request.user)
    day = {"day": date_format(form.day(), "SHORT_DATE_FORMAT")}
    messages.success(request, _("Put off until %(day)s.") % day)


def _page(
    request: StaffRequest,
    store: Location,
    *,
    form: SuggestedForm | None = None,
    error: str = "",
) -> HttpResponse:
    pages = Paginator(suggestions_for(store), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    wrong = form.wrong() if form else {}
    context: dict[str, Any] = {
        "store": store,
        "page": page,
        "rows": suggested_rows(store, list(page), wrong),
        "outlook": outlook_of(store),
        "ticked": form.ticked() if form else [],
        "snoozed": snoozed_for(store)[:MOST_LINES],
        "writes": holds_at(request.user, store, Role.CLERK),
        "error": error or (form.summary() if form else ""),
        "tomorrow": SnoozeForm.first_day(store),
    }
    return render_page(request, PAGE, context, status=422 if form else 200)
