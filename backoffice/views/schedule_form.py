"""The form of a schedule, new or there already, with the next days on which it is sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backoffice.actions.schedules import change_schedule, make_schedule
from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from backoffice.models import Schedule, Snapshot
from backoffice.queries.schedules import people_to_name, roles_to_choose
from backoffice.reports.definition import Definition
from backoffice.reports.definitions import REPORTS
from backoffice.reports.recurrence import next_moments
from backoffice.reports.schedule_forms import ScheduleForm, initial_of_schedule, question_of
from backoffice.views.schedule_gone import unless_gone
from stores.models import Role
from stores.rights import StaffRequest, holds, locations_of, staff

SHOWN_DAYS = 5
PARTS = ("next-days",)


@require_http_methods(["GET", "POST"])
@staff(Role.MANAGER, writing=True)
def schedule_new(request: StaffRequest) -> HttpResponse:
    """The form for one report, which a snapshot fills; without a report, the choice of one."""
    snapshot = _snapshot_asked_for(request)
    name = snapshot.report if snapshot else request.GET.get("report", "")
    if not name:
        own = [d for d in REPORTS.values() if holds(request.user, *d.roles)]
        return render_page(request, "backoffice/schedule_reports.html", {"reports": own})
    definition = _report_or_404(request, name)
    initial = {"name": str(definition.title)}
    if snapshot:
        initial |= question_of(
            snapshot.query | {"period": snapshot.query.get("preset") or "yesterday"}
        )
    form = _form(request, definition, initial)
    if _is_to_save(request, form) and (schedule := _made(request, form)):
        messages.success(request, _("“%(schedule)s” is scheduled.") % {"schedule": schedule})
        return redirect("backoffice:schedule_detail", pk=schedule.pk)
    return _form_page(request, form, {"report": definition})


def _made(request: StaffRequest, form: ScheduleForm) -> Schedule | None:
    """The schedule that a valid form asks for; None, and the form says why, if it can't be."""
    key, report = form.cleaned_data["key"], form.definition.name
    try:
        return make_schedule(key, report, form.plan(), by=request.user)
    except DomainError as error:
        form.add_error(None, str(error))
        return None


@require_http_methods(["GET", "POST"])
@staff(Role.MANAGER, writing=True)
@unless_gone
def schedule_edit(request: StaffRequest, pk: int) -> HttpResponse:
    own = Schedule.objects.of(request.user).prefetch_related("recipients__person")
    schedule = get_object_or_404(own, pk=pk)
    definition = _report_or_404(request, schedule.report)
    form = _form(request, definition, initial_of_schedule(schedule))
    if _is_to_save(request, form):
        change_schedule(schedule.pk, form.plan(), by=request.user)
        messages.success(request, _("“%(schedule)s” is changed.") % {"schedule": schedule})
        return redirect("backoffice:schedule_detail", pk=pk)
    return _form_page(request, form, {"report": definition, "schedule": schedule})


def _snapshot_asked_for(request: StaffRequest) -> Snapshot | None:
    asked = request.GET.get("from", "")
    if not asked:
        return None
    if not asked.isascii() or not asked.isdigit() or len(asked) > 18:
        raise Http404
    return get_object_or_404(Snapshot.objects.visible_to(request.user), pk=int(asked))


def _report_or_404(request: StaffRequest, name: str) -> Definition:
    definition = REPORTS.get(name)
    if definition is None or not holds(request.user, *definition.roles):
        raise Http404
    return definition


def _form(request: StaffRequest, definition: Definition, initial: dict[str, Any]) -> ScheduleForm:
    places = locations_of(request.user, *definition.roles)
    return ScheduleForm(
        request.POST or None,
        definition=definition,
        places=list(places),
        people=people_to_name(request.user, definition),
        roles=roles_to_choose(request.user, definition),
        initial=initial,
    )


def _is_to_save(request: StaffRequest, form: ScheduleForm) -> bool:
    return "show" not in request.POST and form.is_valid()


def _form_page(request: StaffRequest, form: ScheduleForm, context: dict[str, Any]) -> HttpResponse:
    shows = "show" in request.POST
    context |= {"form": form, "next_days": _next_days(form), "shows": shows}
    status = 422 if form.is_bound and not shows else 200
    return render_page(
        request, "backoffice/schedule_form.html", context, parts=PARTS, status=status
    )


def _next_days(form: ScheduleForm) -> Sequence[datetime]:
    """The next days on which it would be sent, as far as the form says when."""
    now = timezone.now()
    if form.is_bound:
        form.is_valid()
        recurrence, at = form.recurrence(), form.cleaned_data.get("at")
    else:
        recurrence, at = form.usual_recurrence(), form.initial["at"]
    if recurrence is None or at is None:
        return []
    zone = timezone.get_current_timezone()
    moments = next_moments(recurrence.rule, at, [zone], after=now, count=SHOWN_DAYS)
    return [moment.astimezone(zone) for moment in moments]
