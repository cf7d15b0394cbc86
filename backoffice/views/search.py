"""The search over everything, from head office and from each place."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRedirect, push_url

from backoffice.lib.htmx import render_page
from backoffice.queries.search import Search
from stores.models import Location, Role
from stores.rights import StaffRequest, staff, staff_at

LONGEST = 100  # characters that are looked at
SENT = "sent"  # the name of the page's own button


@require_GET
@staff(Role.HEAD_OFFICE, Role.LOGISTICS)
def office_search(request: StaffRequest) -> HttpResponse:
    return _page(request, None)


@require_GET
@staff_at()
def store_search(request: StaffRequest) -> HttpResponse:
    return _page(request, request.location)


def _page(request: StaffRequest, place: Location | None) -> HttpResponse:
    """What was found; who scans a paper, or types its number and Enter, comes to its page at once."""
    search = Search(request.GET.get("q", "")[:LONGEST], request.user, place)
    if _is_sent(request) and (page := search.scanned()):
        return HttpResponseClientRedirect(page) if _is_htmx(request) else redirect(page)
    groups = search.groups()
    context = {
        "words": search.text,
        "groups": groups,
        "count": sum(len(group.hits) for group in groups),
        "longest": LONGEST,
    }
    response = render_page(request, "backoffice/search.html", context, parts=("found",))
    if SENT in request.GET:
        push_url(response, f"{request.path}?{urlencode({'q': search.text})}")
    return response


def _is_sent(request: HttpRequest) -> bool:
    """Whether Enter was pressed: a search that follows what is typed finds T-10 on the way to T-104."""
    return SENT in request.GET or not _is_htmx(request)


def _is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
