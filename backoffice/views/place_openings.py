"""Whether a place is open, what is open at it, and archiving it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from backoffice.actions.places import archive_place, restore_place
from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from backoffice.queries.place_left import left_at
from inventory.actions.openings import close_place, keep_open, open_place
from stores.forms import ClosingForm, OpeningForm
from stores.models import Location, Role
from stores.rights import StaffRequest, holds_company_wide, staff

STEPS: dict[str, Callable[..., Location]] = {
    "keep-open": keep_open,
    "archive": archive_place,
    "restore": restore_place,
}


@require_GET
@staff(Role.HEAD_OFFICE, company_wide=True)
def place_openings(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(request.locations, pk=pk))


@require_POST
@staff(Role.HEAD_OFFICE, company_wide=True)
def place_close(request: StaffRequest, pk: int) -> HttpResponse:
    place = get_object_or_404(request.locations, pk=pk)
    form = ClosingForm(request.POST)
    if form.is_valid():
        try:
            place = close_place(pk, **form.cleaned_data, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _said(place))
            return redirect("backoffice:place_openings", pk=pk)
    return _page(request, place, closing=form)


@require_POST
@staff(Role.HEAD_OFFICE, company_wide=True)
def place_open(request: StaffRequest, pk: int) -> HttpResponse:
    place = get_object_or_404(request.locations, pk=pk)
    form = OpeningForm(request.POST)
    if form.is_valid():
        try:
            place = open_place(pk, **form.cleaned_data, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _said(place))
            return redirect("backoffice:place_openings", pk=pk)
    return _page(request, place, opening=form)


@require_POST
@staff(Role.HEAD_OFFICE, company_wide=True)
def place_step(request: StaffRequest, pk: int, step: str) -> HttpResponse:
    """Keep a place open that was to close, archive it, or restore it."""
    place = get_object_or_404(request.locations, pk=pk)
    if step not in STEPS:
        raise Http404
    try:
        place = STEPS[step](pk, by=request.user)
    except DomainError as error:
        return _page(request, place, refusal=str(error))
    messages.success(request, _said(place))
    return redirect("backoffice:place_openings", pk=pk)


def _said(place: Location) -> str:
    words = {
        Location.Standing.OPEN: _("%(place)s is open."),
        Location.Standing.CLOSING: _("%(place)s closes on its day."),
        Location.Standing.CLOSED: _("%(place)s is closed."),
        Location.Standing.ARCHIVED: _("%(place)s is archived."),
    }
    return words[place.standing] % {"place": place}


def _page(
    request: StaffRequest,
    place: Location,
    *,
    closing: ClosingForm | None = None,
    opening: OpeningForm | None = None,
    refusal: str = "",
) -> HttpResponse:
    today = place.local_day()
    context = {
        "place": place,
        "closing": closing or ClosingForm(initial={"closes_on": today}),
        "opening": opening or OpeningForm(),
        "refusal": refusal,
        "left": left_at(place),
        "may_change": holds_company_wide(request.user, Role.HEAD_OFFICE),
    }
    status = 422 if closing or opening or refusal else 200
    return render_page(request, "backoffice/place_openings.html", context, status=status)
