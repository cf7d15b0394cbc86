"""What calls for somebody: everywhere for logistics and head office, at one place for its people."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.lists import list_page
from inventory.actions.alert_life import acknowledge_alerts, snooze_alerts, wake_alerts
from inventory.filters.alerts import AlertFilter
from inventory.forms.restock import ids_from
from inventory.models import Alert
from inventory.models.alert import AlertQuerySet
from inventory.queries.alert_rows import AlertRows
from inventory.queries.alerts import lost_per_day
from inventory.tables.alerts import AlertTable
from stores.models import Location, Role
from stores.rights import StaffRequest, holds, holds_at, holds_company_wide, staff, staff_at

WITH_PEOPLE = ("location", "acknowledged_by", "snoozed_by")
A_WEEK = timedelta(days=7)


@require_http_methods(["GET", "POST"])
@staff(Role.LOGISTICS)
def alert_list(request: StaffRequest) -> HttpResponseBase:
    """The alerts of all places of the person; a POST acts on those that are ticked."""
    return _page(request, None, acts=holds(request.user, Role.LOGISTICS))


@require_http_methods(["GET", "POST"])
@staff_at(Role.CLERK, Role.LOGISTICS)
def store_alerts(request: StaffRequest) -> HttpResponseBase:
    """The alerts of one place."""
    place = request.location
    return _page(request, place, acts=holds_at(request.user, place, Role.CLERK, Role.LOGISTICS))


def _page(request: StaffRequest, place: Location | None, *, acts: bool) -> HttpResponseBase:
    alerts = Alert.objects.select_related(*WITH_PEOPLE)
    visible = alerts.filter(location=place) if place else alerts.within(request.locations)
    error = ""
    if request.method == "POST":
        try:
            messages.success(request, _act(request, visible))
        except DomainError as refusal:
            error = str(refusal)
        else:
            return redirect(request.get_full_path())
    return _list(request, visible, place, acts=acts, error=error)


def _list(
    request: StaffRequest, visible: AlertQuerySet, place: Location | None, *, acts: bool, error: str
) -> HttpResponseBase:
    choices = None if place else request.locations.kept()
    filterset = AlertFilter(request.GET, queryset=visible, places=choices)
    table = AlertTable(
        filterset.qs,
        place=place,
        closed=filterset.shows_closed or filterset.shows_a_mail,
        acts=acts,
        rows=lambda shown: AlertRows(shown, request.user, place),
    )
    context = {"acts": acts, "error": error} | _around(request, filterset, place)
    return list_page(
        request,
        "inventory/alert_list.html",
        filterset,
        table,
        part="alert-table",
        context=context,
        status=422 if error else 200,
    )


def _around(
    request: StaffRequest, filterset: AlertFilter, place: Location | None
) -> dict[str, Any]:
    """What stands around the list."""
    office = holds_company_wide(request.user, Role.HEAD_OFFICE, reading=True)
    around: dict[str, Any] = {
        "place": place,
        "until": _until(request) or localdate() + A_WEEK,
        "tomorrow": localdate() + timedelta(days=1),
        "sees_mailer": not place and office,
    }
    if not filterset.shows_closed and not filterset.shows_a_mail:
        around["lost_per_day"] = lost_per_day(filterset.qs)
    return around


def _act(request: StaffRequest, visible: AlertQuerySet) -> str:
    """Do to the ticked alerts what the pressed button says; what is done, in words. Numbers of
    alerts that this page doesn't show are as if they weren't there."""
    ids = ids_from(request.POST.getlist("alert"))
    own = list(visible.filter(pk__in=ids).values_list("pk", flat=True))
    match request.POST.get("do"):
        case "snooze":
            until = _until(request) or localdate()
            done = snooze_alerts(own, until=until, by=request.user)
            words = ngettext("%(count)d alert snoozed.", "%(count)d alerts snoozed.", done)
        case "wake":
            done = wake_alerts(own, by=request.user)
            words = ngettext("%(count)d alert is back.", "%(count)d alerts are back.", done)
        case _:
            done = acknowledge_alerts(own, by=request.user)
            words = ngettext(
                "%(count)d alert acknowledged.", "%(count)d alerts acknowledged.", done
            )
    return words % {"count": done}


def _until(request: StaffRequest) -> date | None:
    try:
        return parse_date(request.POST.get("until", ""))
    except ValueError:
        return None
