"""The consolidated report: the page, its files, its mail, and the snapshots that were sent."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from backoffice.actions.reports import send_report_now
from backoffice.forms import PeriodForm, SendReportForm
from backoffice.lib.errors import DomainError
from backoffice.lib.export import file_response
from backoffice.lib.htmx import render_page
from backoffice.lib.lists import turn_to_page
from backoffice.lib.text import search_form
from backoffice.models import Snapshot
from backoffice.queries.snapshots import sent_snapshots
from backoffice.reports.consolidated import ReportPage, consolidated_page, consolidated_report
from backoffice.reports.periods import Days, Preset
from backoffice.reports.rows import ConsolidatedReport
from backoffice.reports.sheets import CSV_TABLES, report_file
from backoffice.tables import SnapshotTable
from stores.models import Location, Role, User
from stores.rights import StaffRequest, holds, holds_company_wide, staff, staff_at

PER_PAGE = 40
PARTS = ("report", "report-products")


@dataclass(frozen=True)
class Addresses:
    """Where a report's page, files and mail are, and the words after `?` that name its period."""

    page: str
    send: str
    files: dict[str, str]
    query: str = ""
    code: str = ""  # of the one store that the report is of
    movements: str = ""  # of the whole chain, for those who may read them


@require_GET
@staff(Role.HEAD_OFFICE, company_wide=True)
def consolidated(request: StaffRequest) -> HttpResponse:
    addresses = _company_addresses()
    if not holds_company_wide(request.user, Role.HEAD_OFFICE):
        addresses = replace(addresses, send="")
    return _report_page(request, list(request.locations), addresses)


@require_GET
@staff(Role.HEAD_OFFICE, company_wide=True)
def consolidated_file(request: StaffRequest, wanted: str) -> HttpResponse:
    return _report_file(request, list(request.locations), wanted, _company_addresses())


@require_POST
@staff(Role.HEAD_OFFICE, company_wide=True)
def consolidated_send(request: StaffRequest) -> HttpResponse:
    return _send_report(request, list(request.locations), _company_addresses())


@require_GET
@staff_at(Role.MANAGER)
def store_report(request: StaffRequest) -> HttpResponse:
    addresses = _store_addresses(request.location)
    if not holds(request.user, Role.MANAGER):
        addresses = replace(addresses, send="")
    return _report_page(request, [request.location], addresses)


@require_GET
@staff_at(Role.MANAGER)
def store_report_file(request: StaffRequest, wanted: str) -> HttpResponse:
    return _report_file(request, [request.location], wanted, _store_addresses(request.location))


@require_POST
@staff_at(Role.MANAGER)
def store_report_send(request: StaffRequest) -> HttpResponse:
    return _send_report(request, [request.location], _store_addresses(request.location))


@require_GET
@staff(Role.MANAGER)
def snapshot_list(request: StaffRequest) -> HttpResponse:
    """The reports that were mailed, to whom and when: those of the reader's places."""
    table = SnapshotTable(sent_snapshots(request.locations), places=request.locations)
    turn_to_page(request, table)
    context = {"table": table}
    return render_page(request, "backoffice/snapshot_list.html", context, parts=("sent-reports",))


@require_GET
@staff(Role.MANAGER)
def snapshot_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """A report as it was stored; those of other places do not exist."""
    snapshot = get_object_or_404(Snapshot.objects.within(request.locations), pk=pk)
    report = ConsolidatedReport.from_json(snapshot.data)
    context = {
        "snapshot": snapshot,
        "shown": _stored_page(report, request),
        "report": report,
        "addresses": _snapshot_addresses(snapshot, report, request.user),
        "search": request.GET.get("q", ""),
    }
    return render_page(
        request, "backoffice/snapshot_detail.html", context, parts=("report-products",)
    )


@require_GET
@staff(Role.MANAGER)
def snapshot_file(request: StaffRequest, pk: int, wanted: str) -> HttpResponse:
    snapshot = get_object_or_404(Snapshot.objects.within(request.locations), pk=pk)
    return _file(ConsolidatedReport.from_json(snapshot.data), wanted)


def _report_page(
    request: StaffRequest, places: Sequence[Location], addresses: Addresses
) -> HttpResponse:
    form = PeriodForm(request.GET)
    context = {"form": form, "presets": Preset.choices, "addresses": addresses}
    if form.is_valid():
        days = form.days()
        shown = consolidated_page(
            places,
            days,
            search=request.GET.get("q", "").strip(),
            page=request.GET.get("page", "1"),
            per_page=PER_PAGE,
        )
        context |= {
            "shown": shown,
            "report": shown.report,
            "preset": form.preset,
            "fields": PeriodForm(initial={"first": days.first, "last": days.last}),
            "key": uuid.uuid4(),
            "search": request.GET.get("q", ""),
            "addresses": replace(addresses, query=_query(form)),
        }
    status = 200 if form.is_valid() else 422
    return render_page(
        request, "backoffice/report_consolidated.html", context, parts=PARTS, status=status
    )


def _report_file(
    request: StaffRequest, places: Sequence[Location], wanted: str, addresses: Addresses
) -> HttpResponse:
    form = PeriodForm(request.GET)
    if not form.is_valid():  # the page says what is wrong
        return redirect(f"{addresses.page}?{request.GET.urlencode()}")
    return _file(consolidated_report(places, form.days()), wanted)


def _send_report(
    request: StaffRequest, places: Sequence[Location], addresses: Addresses
) -> HttpResponse:
    form = SendReportForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This report can't be sent: choose the period again."))
        return redirect(addresses.page)
    try:
        snapshot = send_report_now(
            places, form.days(), key=form.cleaned_data["key"], by=request.user
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(addresses.page)
    text = _("This report is on its way to %(address)s.") % {"address": request.user.email}
    messages.success(request, text)
    return redirect("backoffice:snapshot_detail", pk=snapshot.pk)


def _file(report: ConsolidatedReport, wanted: str) -> HttpResponse:
    if wanted not in ("xlsx", *CSV_TABLES):
        raise Http404
    return file_response(*report_file(report, wanted))


def _stored_page(report: ConsolidatedReport, request: HttpRequest) -> ReportPage:
    """The page of a stored report's products that the address asks for."""
    words = search_form(request.GET.get("q", "")).split()
    found = [
        row
        for row in report.products
        if all(word in search_form(f"{row.name} {row.code}") for word in words)
    ]
    pager = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return ReportPage(
        replace(report, products=list(pager.object_list)), pager, len(report.products)
    )


def _query(form: PeriodForm) -> str:
    if form.preset:
        return urlencode({"period": form.preset.value})
    days: Days = form.days()
    return urlencode({"first": days.first, "last": days.last})


def _company_addresses() -> Addresses:
    return Addresses(
        page=reverse("backoffice:consolidated"),
        movements=reverse("inventory:movement_list"),
        send=reverse("backoffice:consolidated_send"),
        files={
            wanted: reverse("backoffice:consolidated_file", args=[wanted])
            for wanted in ("xlsx", *CSV_TABLES)
        },
    )


def _store_addresses(place: Location) -> Addresses:
    return Addresses(
        page=reverse("backoffice:store_report", args=[place.code]),
        code=place.code,
        send=reverse("backoffice:store_report_send", args=[place.code]),
        files={
            wanted: reverse("backoffice:store_report_file", args=[place.code, wanted])
            for wanted in ("xlsx", *CSV_TABLES)
        },
    )


def _snapshot_addresses(snapshot: Snapshot, report: ConsolidatedReport, reader: User) -> Addresses:
    of_company = holds_company_wide(reader, Role.HEAD_OFFICE, reading=True)
    return Addresses(
        page=reverse("backoffice:snapshot_detail", args=[snapshot.pk]),
        code=report.stores[0].code if len(report.stores) == 1 else "",
        movements=reverse("inventory:movement_list") if of_company else "",
        send="",
        files={
            wanted: reverse("backoffice:snapshot_file", args=[snapshot.pk, wanted])
            for wanted in ("xlsx", *CSV_TABLES)
        },
    )
