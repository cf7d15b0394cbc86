"""A look at a schedule's mail as one of its readers would get it now."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET

from backoffice.actions.report_mails import preview_schedule
from backoffice.lib.csp import OF_A_MAIL
from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from backoffice.models import Schedule
from backoffice.queries.schedules import readers_of, roles_of
from backoffice.reports.mail import Preview
from stores.models import User
from stores.rights import StaffRequest, locations_of, staff


class ReaderForm(forms.Form):
    """One of the readers that a schedule has now."""

    def __init__(self, readers: QuerySet[User], data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        self.fields["reader"] = forms.ModelChoiceField(
            label=_("As it is for"), queryset=readers, empty_label=None
        )


@require_GET
@staff()
def schedule_preview(request: StaffRequest, pk: int) -> HttpResponse:
    schedule = get_object_or_404(Schedule.objects.visible_to(request.user), pk=pk)
    readers = _readers(schedule)
    form = ReaderForm(readers, request.GET or None)
    reader = form.cleaned_data["reader"] if form.is_valid() else readers.first()
    context = {
        "schedule": schedule,
        "reader": reader,
        "form": ReaderForm(readers, {"reader": reader}),
    }
    if reader is not None:
        try:
            context["letter"] = _letter(request, schedule, reader)
        except DomainError as error:
            context["refusal"] = str(error)
    return render_page(request, "backoffice/schedule_preview.html", context)


@require_GET
@xframe_options_sameorigin
@csp_override(OF_A_MAIL)
@staff()
def schedule_preview_mail(request: StaffRequest, pk: int) -> HttpResponse:
    """The HTML of the mail, for the frame in the preview's page."""
    schedule = get_object_or_404(Schedule.objects.visible_to(request.user), pk=pk)
    form = ReaderForm(_readers(schedule), request.GET)
    if "reader" not in request.GET:
        return redirect("backoffice:schedule_preview", pk=schedule.pk)
    if not form.is_valid():
        return HttpResponse(status=404)
    try:
        return HttpResponse(_letter(request, schedule, form.cleaned_data["reader"]).html)
    except DomainError as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")


def _readers(schedule: Schedule) -> QuerySet[User]:
    return User.objects.filter(pk__in=readers_of(schedule)).order_by("name", "email")


def _letter(request: StaffRequest, schedule: Schedule, reader: User) -> Preview:
    seen = locations_of(request.user, *roles_of(schedule), reading=True)
    return preview_schedule(schedule, reader, seen)
