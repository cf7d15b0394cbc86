"""The first page of head office, and of each store and warehouse."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from backoffice.lib.htmx import render_page
from backoffice.queries.overview import head_office_overview, place_overview
from stores.models import Location, Role
from stores.rights import StaffRequest, holds_company_wide, holds_here, staff, staff_at


@require_GET
@staff(Role.HEAD_OFFICE, company_wide=True)
def dashboard(request: StaffRequest) -> HttpResponse:
    overview = head_office_overview(request.locations)
    context = {
        "overview": overview,
        "decides": holds_company_wide(request.user, Role.LOGISTICS, reading=True),
    }
    return render_page(request, "backoffice/dashboard.html", context, parts=("overview",))


@require_GET
@staff_at()
def store_home(request: StaffRequest) -> HttpResponse:
    place = request.location
    works_here = holds_here(request.user, place, Role.CLERK)
    is_store = place.kind == Location.Kind.STORE
    context = {
        "overview": place_overview(place),
        "place": place,
        "is_store": is_store,
        "sells": is_store and works_here,
        "sees_sales": is_store and holds_here(request.user, place, Role.CLERK, Role.AUDITOR),
    }
    return render_page(request, "backoffice/store_home.html", context, parts=("overview",))
