"""Schedules: the list, one with what it sent, and what people do with it."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backoffice.actions.asked_letters import send_schedule_now
from backoffice.actions.schedules import (
    delete_schedule,
    pause_schedule,
    refuse_reports,
    start_schedule,
    stop_schedule,
    try_again,
    want_reports,
)
from backoffice.errors import ScheduleIsGone
from backoffice.filters import DeliveryFilter, ScheduleFilter
from backoffice.forms import KeyForm
from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from backoffice.lib.lists import turn_to_page
from backoffice.models import Schedule, Snapshot
from backoffice.queries.schedules import deliveries_to_show, failed_lately, readers_of
from backoffice.reports.definitions import REPORTS
from backoffice.reports.schedule_words import question_in_words, recipients_in_words
from backoffice.schedule_tables import DeliveryTable, ScheduleTable
from backoffice.views.schedule_gone import unless_gone
from stores.models import Role, User
from stores.rights import StaffRequest, holds, staff

CHANGES: dict[str, Callable[..., object]] = {
    "pause": pause_schedule,
    "start": start_schedule,
    "stop": stop_schedule,
    "again": try_again,
}


@require_GET
@staff()
def schedule_list(request: StaffRequest) -> HttpResponse:
    """The schedules that are the person's, or head office's to see, and those that write to them."""
    visible = Schedule.objects.visible_to(request.user).with_last_run()
    filterset = ScheduleFilter(request.GET, queryset=visible)
    table = ScheduleTable(filterset.qs.prefetch_related("recipients__person"))
    turn_to_page(request, table)
    context = {
        "filter": filterset,
        "table": table,
        "received": Schedule.objects.received_by(request.user).active(),
        "refused": _refused(request.user),
        "may_make": holds(request.user, Role.MANAGER),
    }
    return render_page(request, "backoffice/schedule_list.html", context, parts=("schedules",))


@require_GET
@staff()
def schedule_detail(request: StaffRequest, pk: int) -> HttpResponse:
    visible = Schedule.objects.visible_to(request.user).with_last_run().select_related("owner")
    schedule = get_object_or_404(visible.prefetch_related("recipients__person"), pk=pk)
    shown = deliveries_to_show(schedule, request.user).order_by("-day", "-reader_id")
    filterset = DeliveryFilter(request.GET, queryset=shown)
    copies = filterset.qs.select_related("reader", "mail")
    table = DeliveryTable(copies.defer("mail__html", "mail__text"))
    turn_to_page(request, table)
    context = {
        "filter": filterset,
        "schedule": schedule,
        "report": REPORTS[schedule.report],
        "question": question_in_words(schedule),
        "recipients": recipients_in_words(schedule),
        "reader_count": len(readers_of(schedule)),
        "table": table,
        "has_failed": failed_lately(schedule, timezone.now()).exists(),
        "may_change": Schedule.objects.of(request.user).filter(pk=pk).exists(),
        "may_read": holds(request.user, *REPORTS[schedule.report].roles),
        "key": uuid.uuid4(),
    }
    return render_page(request, "backoffice/schedule_detail.html", context, parts=("deliveries",))


@require_POST
@staff(Role.MANAGER)
@unless_gone
def schedule_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Pause it, let it go on, stop it, or make again what failed."""
    schedule = get_object_or_404(Schedule.objects.of(request.user), pk=pk)
    change = CHANGES.get(request.POST.get("what", ""))
    try:
        if change:
            change(schedule.pk, by=request.user)
    except ScheduleIsGone:
        raise
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("backoffice:schedule_detail", pk=pk)


@require_POST
@staff(Role.MANAGER)
@unless_gone
def schedule_delete(request: StaffRequest, pk: int) -> HttpResponse:
    schedule = get_object_or_404(Schedule.objects.of(request.user), pk=pk)
    delete_schedule(schedule.pk, by=request.user)
    messages.success(request, _("“%(schedule)s” is deleted.") % {"schedule": schedule})
    return redirect("backoffice:schedule_list")


@require_POST
@staff(Role.MANAGER)
def schedule_send(request: StaffRequest, pk: int) -> HttpResponse:
    """Mail the report as it is now to the person who asks."""
    schedule = get_object_or_404(Schedule.objects.visible_to(request.user), pk=pk)
    form = KeyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This report wasn't sent: load the page again."))
    else:
        try:
            snapshot = send_schedule_now(schedule, key=form.cleaned_data["key"], by=request.user)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            return _on_its_way(request, schedule, snapshot)
    return redirect("backoffice:schedule_detail", pk=pk)


def _on_its_way(request: StaffRequest, schedule: Schedule, snapshot: Snapshot) -> HttpResponse:
    """To the schedule; of a long report to the page that says how far it is."""
    address = {"address": request.user.email}
    if snapshot.state == Snapshot.State.DONE:
        messages.success(request, _("This report is on its way to %(address)s.") % address)
        return redirect("backoffice:schedule_detail", pk=schedule.pk)
    messages.success(request, _("This report is mailed to %(address)s when it is made.") % address)
    return redirect("backoffice:snapshot_detail", pk=snapshot.pk)


@require_http_methods(["GET", "POST"])
@staff()
@unless_gone
def schedule_mine(request: StaffRequest, pk: int) -> HttpResponse:
    """What a schedule sends to the reader, who may stop receiving it and begin again."""
    received = Schedule.objects.received_by(request.user).select_related("owner")
    schedule = get_object_or_404(received, pk=pk)
    if request.method == "POST":
        change = want_reports if request.POST.get("wants") else refuse_reports
        change(schedule, by=request.user)
        return redirect("backoffice:schedule_mine", pk=pk)
    context = {
        "schedule": schedule,
        "report": REPORTS[schedule.report],
        "is_refused": schedule.pk in _refused(request.user),
    }
    return render_page(request, "backoffice/schedule_mine.html", context)


def _refused(reader: User) -> set[int]:
    refused = Schedule.objects.filter(refusals__reader=reader)
    return set(refused.values_list("pk", flat=True))
