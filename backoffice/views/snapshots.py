"""Reports as they were stored: reopened, drawn, compared, saved as files, mailed."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from backoffice.actions.papers import ask_for_paper
from backoffice.actions.snapshots import send_snapshot
from backoffice.filters import SnapshotFilter
from backoffice.forms import KeyForm
from backoffice.lib.csp import OF_A_PICTURE
from backoffice.lib.errors import DomainError
from backoffice.lib.export import file_response
from backoffice.lib.htmx import render_page, wanted_part
from backoffice.lib.lists import turn_to_page
from backoffice.lib.pdf import PDF_TYPE
from backoffice.models import Snapshot
from backoffice.queries.snapshots import with_readers
from backoffice.reports.about import about
from backoffice.reports.chart_look import THEMES
from backoffice.reports.charts import chart_svg
from backoffice.reports.comparison import CompareForm, Comparison
from backoffice.reports.files import NoSuchFile, file_name, stored_file
from backoffice.reports.progress import progress_of
from backoffice.reports.screen import chart_table
from backoffice.reports.snapshot_page import SnapshotPage
from backoffice.tables import SnapshotTable as SnapshotList
from stores.models import Role
from stores.rights import StaffRequest, holds, staff

COUNTS = (Role.MANAGER, Role.LOGISTICS)
PAPER = ("paper-progress",)


@require_GET
@staff(*COUNTS)
def snapshot_list(request: StaffRequest) -> HttpResponse:
    """The runs of reports whose figures the reader may see, newest first."""
    filterset = SnapshotFilter(
        request.GET,
        queryset=with_readers(request.user),
        request=request,
        places=request.locations.order_by("name", "code"),
    )
    table = SnapshotList(filterset.qs)
    turn_to_page(request, table)
    context = {"filter": filterset, "table": table}
    return render_page(request, "backoffice/snapshot_list.html", context, parts=("snapshot-table",))


@require_GET
@staff(*COUNTS)
def snapshot_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """A report as it was stored, or how far it is; those of other places do not exist."""
    snapshot = _visible(request, pk)
    if snapshot.state != Snapshot.State.DONE:
        return _unfinished(request, snapshot)
    if wanted_part(request, ("snapshot-progress",)):  # it was unfinished a moment ago
        return HttpResponseClientRefresh()
    context = {
        "page": SnapshotPage(snapshot, request.GET, request.user),
        "snapshot": snapshot,
        "about": about(snapshot),
        "sends": holds(request.user, *COUNTS),
        "send_key": uuid.uuid4(),
        "not_mailed": snapshot.letters.failed().filter(reader=request.user).exists(),
    }
    return render_page(
        request, "backoffice/snapshot_detail.html", context, parts=("report-tables",)
    )


@require_GET
@staff(*COUNTS)
def snapshot_file(request: StaffRequest, pk: int, wanted: str) -> HttpResponse:
    """A stored report as a file."""
    snapshot = get_object_or_404(Snapshot.objects.visible_to(request.user).done(), pk=pk)
    try:
        if wanted == "pdf":
            return _paper(request, snapshot)
        return file_response(*stored_file(snapshot, wanted))
    except NoSuchFile as error:
        raise Http404 from error
    except DomainError as error:  # it is too long, or this server can't draw papers
        messages.error(request, str(error))
        return redirect("backoffice:snapshot_detail", pk=pk)


@require_GET
@staff(*COUNTS)
@csp_override(OF_A_PICTURE)
def snapshot_chart(request: StaffRequest, pk: int, wanted: str) -> HttpResponse:
    """The picture of a table of this name, for paper or, with `?theme=dark`, for dark screens."""
    snapshot = get_object_or_404(Snapshot.objects.visible_to(request.user).done(), pk=pk)
    record = get_object_or_404(snapshot.tables, name=wanted, chart__isnull=False)
    theme = THEMES.get(request.GET.get("theme", ""), THEMES["light"])
    svg = chart_svg(chart_table(record), theme)
    if not svg:
        raise Http404
    return HttpResponse(svg, content_type="image/svg+xml")


@require_GET
@staff(*COUNTS)
def snapshot_compare(request: StaffRequest, pk: int) -> HttpResponse:
    """Two runs of the same report side by side, with the difference of one figure."""
    visible = Snapshot.objects.visible_to(request.user).done()
    snapshot = get_object_or_404(visible, pk=pk)
    others = visible.of_report(snapshot.report).exclude(pk=pk)
    form = CompareForm(request.GET or None, snapshot=snapshot, others=others)
    comparison = Comparison(form, request.GET) if form.is_valid() else None
    context = {"snapshot": snapshot, "form": form, "comparison": comparison}
    status = 422 if form.is_bound and comparison is None else 200
    return render_page(
        request, "backoffice/snapshot_compare.html", context, parts=("comparison",), status=status
    )


@require_POST
@staff(*COUNTS)
def snapshot_send(request: StaffRequest, pk: int) -> HttpResponse:
    """Mail the stored report to whoever asks."""
    snapshot = get_object_or_404(Snapshot.objects.visible_to(request.user).done(), pk=pk)
    form = KeyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This report wasn't sent: load the page again."))
        return redirect("backoffice:snapshot_detail", pk=pk)
    try:
        send_snapshot(snapshot, key=form.cleaned_data["key"], by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        text = _("This report is on its way to %(address)s.") % {"address": request.user.email}
        messages.success(request, text)
    return redirect("backoffice:snapshot_detail", pk=pk)


def _paper(request: StaffRequest, snapshot: Snapshot) -> HttpResponse:
    """The paper, or a page that says how far it is and asks again by itself, or by its link."""
    paper = ask_for_paper(snapshot)
    if paper.state == paper.State.DONE and not wanted_part(request, PAPER):
        return file_response(f"{file_name(snapshot)}.pdf", PDF_TYPE, bytes(paper.content))
    template, context = "backoffice/snapshot_paper.html", {"snapshot": snapshot, "paper": paper}
    status = 202 if paper.state == paper.State.WAITING else 200
    return render_page(request, template, context, parts=PAPER, status=status)


def _visible(request: StaffRequest, pk: int) -> Snapshot:
    visible = Snapshot.objects.visible_to(request.user).select_related("made_by")
    return get_object_or_404(visible, pk=pk)


def _unfinished(request: StaffRequest, snapshot: Snapshot) -> HttpResponse:
    context = {
        "snapshot": snapshot,
        "page": SnapshotPage(snapshot, request.GET, request.user),
        "progress": progress_of(snapshot.pk),
        "about": about(snapshot),
    }
    template = "backoffice/snapshot_unfinished.html"
    return render_page(request, template, context, parts=("snapshot-progress",))
