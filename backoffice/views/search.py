"""The search over everything, from head office and from each place."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from backoffice.lib.htmx import render_page
from backoffice.queries.search import Search
from stores.models import Location, Role
from stores.rights import StaffRequest, staff, staff_at

LONGEST = 100  # characters that are looked at


@require_GET
@staff(Role.HEAD_OFFICE, Role.LOGISTICS)
def office_search(request: StaffRequest) -> HttpResponse:
    return _page(request, None)


@require_GET
@staff_at()
def store_search(request: StaffRequest) -> HttpResponse:
    return _page(request, request.location)


def _page(request: StaffRequest, place: Location | None) -> HttpResponse:
    search = Search(request.GET.get("q", "")[:LONGEST], request.user, place)
    groups = search.groups()
    context = {
        "words": search.text,
        "groups": groups,
        "count": sum(len(group.hits) for group in groups),
        "longest": LONGEST,
    }
    return render_page(request, "backoffice/search.html", context, parts=("found",))
