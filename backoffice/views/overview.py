"""The first page of head office, and of each store and warehouse; the page of one of its days."""

from datetime import date

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from backoffice.lib.htmx import render_page
from backoffice.queries.day import day_of
from backoffice.queries.overview import head_office_overview, place_overview
from backoffice.queries.takings import PER_PAGE
from backoffice.queries.takings_sql import ORDERS
from stores.models import Location, Role
from stores.rights import StaffRequest, holds_at, holds_company_wide, staff, staff_at

BEST_FIRST = "-today"
LAST_PAGE = 1_000
FIRST_DAY = date(2000, 1, 1)


@require_GET
@staff(Role.HEAD_OFFICE, company_wide=True)
def dashboard(request: StaffRequest) -> HttpResponse:
    places = list(request.locations)
    order = request.GET.get("sort", "")
    order = order if order in ORDERS else BEST_FIRST
    page = request.GET.get("page", "")
    number = min(int(page[:9]), LAST_PAGE) if page.isascii() and page.isdecimal() else 1
    overview = head_office_overview(places, request.user, order=order, page=max(number, 1))
    pager = Paginator(range(overview.takings.count), PER_PAGE).get_page(number)
    context = {
        "overview": overview,
        "order": order,
        "pager": pager,
        "decides": holds_company_wide(request.user, Role.LOGISTICS),
    }
    return render_page(request, "backoffice/dashboard.html", context, parts=("overview",))


@require_GET
@staff_at()
def store_home(request: StaffRequest) -> HttpResponse:
    place = request.location
    is_store = place.kind == Location.Kind.STORE
    overview = place_overview(place, request.user)
    manages = is_store and holds_at(request.user, place, Role.MANAGER, Role.AUDITOR)
    today = overview.stretches.today.last.isoformat()
    receipts = {"day": f"{reverse('sales:store_sales', args=[place.code])}?day={today}"}
    context = {
        "overview": overview,
        "place": place,
        "is_store": is_store,
        "sells": is_store and holds_at(request.user, place, Role.CLERK),
        "sees_sales": is_store and holds_at(request.user, place, Role.CLERK, Role.AUDITOR),
        "manages": manages,
        "links": overview.links if manages else receipts,
    }
    return render_page(request, "backoffice/store_home.html", context, parts=("overview",))


@require_GET
@staff_at(Role.MANAGER)
def store_day(request: StaffRequest, day: str) -> HttpResponse:
    """What the place sold on a day that has begun there."""
    place = request.location
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    if day != wanted.isoformat() or not FIRST_DAY <= wanted <= place.local_day():
        raise Http404
    context = {"place": place, "sold": day_of(place, wanted)}
    return render_page(request, "backoffice/store_day.html", context)
