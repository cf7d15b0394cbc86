"""The list of reports, and each one's form: a run stores its figures and leads to them."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.actions.snapshots import run_report
from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from backoffice.models import Snapshot
from backoffice.reports.cards import cards_of
from backoffice.reports.definition import Definition
from backoffice.reports.definitions import REPORTS
from backoffice.reports.forms import ReportForm, initial_from
from backoffice.reports.periods import Preset
from backoffice.reports.scope import Scope
from stores.models import Role
from stores.rights import StaffRequest, holds_company_wide, public, staff, staff_at

COUNTS = (Role.MANAGER, Role.LOGISTICS)  # whose figures reports are; each says which of them


@require_GET
@staff(*COUNTS)
def report_list(request: StaffRequest) -> HttpResponse:
    """The company's reports; who works for some places only is led to the first of them."""
    if not holds_company_wide(request.user, *COUNTS, reading=True):
        return redirect("backoffice:store_reports", code=request.locations[0].code)
    return _list_page(request, Scope(request.user))


@require_GET
@staff_at(*COUNTS)
def store_reports(request: StaffRequest) -> HttpResponse:
    return _list_page(request, Scope(request.user, request.location))


@require_http_methods(["GET", "POST"])
@staff(*COUNTS, company_wide=True, asking=True)
def report(request: StaffRequest, name: str) -> HttpResponse:
    return _report_page(request, _definition(name), Scope(request.user))


@require_http_methods(["GET", "POST"])
@staff_at(*COUNTS, asking=True)
def store_report(request: StaffRequest, name: str) -> HttpResponse:
    return _report_page(request, _definition(name), Scope(request.user, request.location))


@require_GET
@public
def old_store_report(request: HttpRequest, code: str) -> HttpResponse:
    """Where the report of a store was: the new page asks who wants it."""
    page = reverse("backoffice:store_report", args=[code, "consolidated"])
    return redirect(f"{page}?{request.GET.urlencode()}".rstrip("?"), permanent=True)


def _definition(name: str) -> Definition:
    if name not in REPORTS:
        raise Http404
    return REPORTS[name]


def _list_page(request: StaffRequest, scope: Scope) -> HttpResponse:
    latest = Snapshot.objects.visible_to(request.user).select_related("made_by")[:5]
    context = {"cards": cards_of(scope), "scope": scope, "latest": latest}
    return render_page(request, "backoffice/report_list.html", context)


def _report_page(request: StaffRequest, definition: Definition, scope: Scope) -> HttpResponse:
    """The form, filled in as the address says; sent, it runs the report."""
    if not scope.may_run(definition):
        raise PermissionDenied
    places = scope.places(definition)
    data = request.POST if request.method == "POST" else None
    initial = {} if data else initial_from(request.GET)
    form = ReportForm(data, initial=initial, definition=definition, places=places)
    if form.is_valid():
        key, query = f"asked {form.cleaned_data['key']}", form.query()
        try:
            snapshot = run_report(definition.name, places, query, key=key, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect("backoffice:snapshot_detail", pk=snapshot.pk)
    context = {
        "form": form,
        "definition": definition,
        "title": scope.title(definition),
        "scope": scope,
        "presets": Preset,
    }
    status = 422 if form.is_bound else 200
    return render_page(request, "backoffice/report.html", context, status=status)
