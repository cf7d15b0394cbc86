from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from backoffice.lib.lists import list_page
from inventory.actions.policy import foresee, state_policies
from inventory.filters.policies import PolicyChangeFilter, PolicyFilter
from inventory.forms.policies import PolicyForm
from inventory.forms.restock import ids_from
from inventory.models import PolicyChange, StockPolicy
from inventory.queries.policies import scope_in_words
from inventory.queries.suggestions import last_refreshes
from inventory.tables.policies import PolicyChangeTable, PolicyTable
from stores.models import Role
from stores.rights import StaffRequest, holds_company_wide, staff

SCOPE = ("location", "category", "sku__product__category")
WIDE_FIRST = [F(name).asc(nulls_first=True) for name in ("sku", "category", "location")]
MOST_NAMED = 12  # policies that the page of a change names


@require_GET
@staff(Role.LOGISTICS)
def policy_list(request: StaffRequest) -> HttpResponseBase:
    """What is stated, wide before narrow, and what each policy inherits."""
    seen = StockPolicy.objects.filter(_within(request))
    rows = seen.select_related(*SCOPE, "warehouse").order_by(*WIDE_FIRST)
    filterset = PolicyFilter(request.GET, queryset=rows)
    may_write = holds_company_wide(request.user, Role.LOGISTICS)
    table = PolicyTable(filterset.qs, may_write=may_write)
    chosen = request.GET.copy()
    for name in [name for name in chosen if name not in filterset.form.fields]:
        del chosen[name]
    context = {
        "may_write": may_write,
        "chosen": chosen.urlencode(),
        "refreshed": last_refreshes().get("full"),
    }
    return list_page(
        request,
        "inventory/policy_list.html",
        filterset,
        table,
        part="policy-table",
        context=context,
    )


@require_GET
@staff(Role.LOGISTICS)
def policy_changes(request: StaffRequest) -> HttpResponseBase:
    """Who changed what a policy states."""
    rows = PolicyChange.objects.filter(_within(request)).select_related(*SCOPE, "by")
    filterset = PolicyChangeFilter(request.GET, queryset=rows)
    return list_page(
        request,
        "inventory/policy_changes.html",
        filterset,
        PolicyChangeTable(filterset.qs),
        part="change-table",
        context={},
    )


@require_http_methods(["GET", "POST"])
@staff(Role.LOGISTICS, company_wide=True, writing=True)
def policy_edit(request: StaffRequest) -> HttpResponse:
    """State fields for many policies at once, after a look at how many stock levels change."""
    form = _form(request)
    levels = None
    if form.is_valid():
        try:
            levels = foresee(form.scopes(), form.stated())
            if form.cleaned_data["seen"] == form.fingerprint(levels):
                return _state(request, form)
        except DomainError as error:
            form.add_error(None, str(error))
    named = [scope_in_words(row.location, row.category, row.sku) for row in form.rows[:MOST_NAMED]]
    context = {
        "form": form,
        "levels": levels,
        "policies": len(form.scopes()) if levels is not None else 0,
        "seen": form.fingerprint(levels) if levels is not None else "",
        "named": named,
        "more": len(form.rows) - len(named),
    }
    refused = form.is_bound and levels is None
    return render_page(
        request, "inventory/policy_edit.html", context, status=422 if refused else 200
    )


def _within(request: StaffRequest) -> Q:
    """What is stated for every place, and for those of the reader."""
    return Q(location=None) | Q(location__in=request.locations)


def _form(request: StaffRequest) -> PolicyForm:
    """The form for the policies that were ticked, else for what the list was narrowed to."""
    ids = ids_from([*request.GET.getlist("row"), *request.POST.getlist("row")])
    rows = StockPolicy.objects.filter(pk__in=ids).select_related(*SCOPE).order_by("pk")
    first = {name: request.GET.get(name, "") for name in ("place", "category", "q")}
    return PolicyForm(request.POST or None, rows=rows if ids else (), initial=first)


def _state(request: StaffRequest, form: PolicyForm) -> HttpResponse:
    changed = state_policies(form.scopes(), form.stated(), by=request.user)
    text = ngettext(
        "%(count)s stock level has changed.", "%(count)s stock levels have changed.", changed
    )
    messages.success(request, text % {"count": changed})
    return redirect("inventory:policy_list")
