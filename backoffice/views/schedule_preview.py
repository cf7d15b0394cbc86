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
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from backoffice.actions.previews import Look, look_at, preview, promise_preview
from backoffice.lib.csp import OF_A_MAIL
from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page, wanted_part
from backoffice.models import Schedule
from backoffice.queries.schedules import readers_of
from backoffice.reports.progress import progress_of
from stores.models import User
from stores.rights import StaffRequest, staff

PROGRESS = ("preview-progress",)


class ReaderForm(forms.Form):
    """One of the readers that a schedule has now."""

    def __init__(self, readers: QuerySet[User], data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        self.fields["reader"] = forms.ModelChoiceField(
            label=_("As it is for"), queryset=readers, empty_label=None
        )


@require_http_methods(["GET", "POST"])
@staff(asking=True)
def schedule_preview(request: StaffRequest, pk: int) -> HttpResponse:
    """The mail; of a long report a button (POST) that lets a worker count it first, and how far it is."""
    schedule = get_object_or_404(Schedule.objects.visible_to(request.user), pk=pk)
    readers = _readers(schedule)
    form = ReaderForm(readers, request.POST or request.GET or None)
    reader = form.cleaned_data["reader"] if form.is_valid() else readers.first()
    form = ReaderForm(readers, {"reader": reader})
    context: dict[str, Any] = {"schedule": schedule, "reader": reader, "form": form}
    if reader is not None:
        try:
            look = look_at(schedule, reader, viewer=request.user)
            if request.method == "POST":
                promise_preview(look, by=request.user)
                return redirect(f"{request.path}?reader={reader.pk}")
            context |= _looked_at(look)
        except DomainError as error:
            context["refusal"] = str(error)
    if "letter" in context and wanted_part(request, PROGRESS):  # it was unfinished a moment ago
        return HttpResponseClientRefresh()
    return render_page(request, "backoffice/schedule_preview.html", context, parts=PROGRESS)


def _looked_at(look: Look) -> dict[str, Any]:
    if letter := preview(look):
        return {"letter": letter}
    run = look.run
    return {"run": run, "progress": progress_of(run.pk) if run else None, "is_long": True}


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
        look = look_at(schedule, form.cleaned_data["reader"], viewer=request.user)
        letter = preview(look)
        return HttpResponse(letter.html) if letter else HttpResponse(status=404)
    except DomainError as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")


def _readers(schedule: Schedule) -> QuerySet[User]:
    return User.objects.filter(pk__in=readers_of(schedule)).order_by("name", "email")
