"""What is low or out of stock: everywhere for logistics and head office, at one place for its people."""

from typing import Any

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from backoffice.lib.lists import list_page
from inventory.filters.alerts import AlertFilter
from inventory.models import Alert
from inventory.tables.alerts import AlertTable
from stores.models import Location, Role
from stores.rights import StaffRequest, holds_here, staff, staff_at


@require_GET
@staff(Role.LOGISTICS)
def alert_list(request: StaffRequest) -> HttpResponseBase:
    return _page(request, None, asks=False)


@require_GET
@staff_at()
def store_alerts(request: StaffRequest) -> HttpResponseBase:
    """The alerts of one place; its people ask for goods from here."""
    place = request.location
    may_ask = place.kind == Location.Kind.STORE and holds_here(request.user, place, Role.CLERK)
    return _page(request, place, asks=may_ask)


def _page(request: StaffRequest, place: Location | None, *, asks: bool) -> HttpResponseBase:
    alerts = Alert.objects.select_related("location").with_level()
    visible = alerts.filter(location=place) if place else alerts.within(request.locations)
    choices = None if place else request.locations
    filterset = AlertFilter(request.GET, queryset=visible, places=choices)
    closed = filterset.shows_closed or filterset.shows_a_mail
    table = AlertTable(filterset.qs, place=place, closed=closed, asks=asks)
    context: dict[str, Any] = {"place": place}
    template = "inventory/alert_list.html"
    return list_page(request, template, filterset, table, part="alert-table", context=context)
