"""Stores and logistics centres, for head office."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.lib.htmx import render_page
from backoffice.lib.lists import turn_to_page
from stores.actions.places import change_location
from stores.filters import LocationFilter
from stores.forms import LocationForm
from stores.models import Location, Role
from stores.navigation import url_or_none
from stores.rights import StaffRequest, holds_company_wide, staff
from stores.tables import LocationTable


@require_GET
@staff(Role.HEAD_OFFICE, company_wide=True)
def location_list(request: StaffRequest) -> HttpResponse:
    places = request.locations.annotate(people=Count("memberships__user", distinct=True))
    filterset = LocationFilter(request.GET, queryset=places)
    table = LocationTable(filterset.qs)
    turn_to_page(request, table)
    context = {
        "filter": filterset,
        "table": table,
        "new_url": holds_company_wide(request.user, Role.HEAD_OFFICE)
        and url_or_none("inventory:location_new"),
    }
    return render_page(request, "stores/location_list.html", context, parts=("location-table",))


@require_http_methods(["GET", "POST"])
@staff(Role.HEAD_OFFICE, company_wide=True)
def location_edit(request: StaffRequest, pk: int) -> HttpResponse:
    location = get_object_or_404(request.locations, pk=pk)
    before = Location(pk=location.pk, name=location.name, code=location.code)
    form = LocationForm(request.POST or None, instance=location)
    if form.is_valid():
        change_location(form.instance, by=request.user)
        messages.success(request, _("%(place)s is saved.") % {"place": location})
        return redirect("stores:location_list")
    context = {
        "location": before,
        "form": form,
        "memberships": location.memberships.select_related("user").order_by("role", "user__name"),
        "openings_url": url_or_none("backoffice:place_openings", str(before.pk)),
        "store_url": url_or_none("backoffice:store_home", before.code),
        "may_change": holds_company_wide(request.user, Role.HEAD_OFFICE),
    }
    status = 422 if form.is_bound else 200
    return render_page(request, "stores/location_edit.html", context, status=status)
