from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from inventory.actions.surplus import draft_surplus
from inventory.actions.transfer import SENDERS
from inventory.forms.restock import key_or_new
from inventory.models import Transfer
from inventory.queries.surplus import fingerprint, plan_of, surplus_of
from stores.models import Location, Role
from stores.models.location import LocationQuerySet
from stores.rights import StaffRequest, holds, holds_at, staff, staff_at


@require_http_methods(["GET", "POST"])
@staff(Role.LOGISTICS)
def surplus_list(request: StaffRequest) -> HttpResponse:
    """What any store has too much of, and where it would go."""
    may_write = holds(request.user, Role.LOGISTICS)
    listing = reverse("inventory:transfer_list") + "?state=draft"
    return _page(request, request.locations, listing, may_write)


@require_http_methods(["GET", "POST"])
@staff_at(Role.MANAGER, Role.LOGISTICS)
def store_surplus(request: StaffRequest) -> HttpResponse:
    """What this store has too much of, and where it would go."""
    place = request.location
    if place.kind != Location.Kind.STORE:
        raise Http404
    listing = reverse("inventory:store_transfers", args=[place.code]) + "?way=out"
    own = Location.objects.inner().filter(pk=place.pk)
    return _page(request, own, listing, holds_at(request.user, place, *SENDERS))


def _page(
    request: StaffRequest, places: LocationQuerySet, listing: str, may_write: bool
) -> HttpResponse:
    """The proposals; those that were ticked, once confirmed, become drafts."""
    refusal, seen = "", request.POST.get("seen", "")
    chosen, key = set(request.POST.getlist("row")), key_or_new(request.POST.get("key", ""))
    if seen:
        try:
            drafts = draft_surplus(key, places=places, chosen=chosen, seen=seen, by=request.user)
        except DomainError as error:
            refusal, key = str(error), uuid4()
        else:
            return _drafted(request, drafts, listing)
    rows = surplus_of(places)
    ticked = [row for row in rows if row.key in chosen]
    context = {
        "rows": rows,
        "ticked": ticked,
        "chosen": chosen,
        "transfers": len(plan_of(ticked)),
        "units": sum(row.units for row in ticked),
        "seen": fingerprint(ticked) if ticked else "",
        "key": key,
        "refusal": refusal,
        "may_write": may_write,
        "place": getattr(request, "location", None),
    }
    status = 422 if refusal or (request.method == "POST" and not ticked) else 200
    return render_page(request, "inventory/surplus_list.html", context, status=status)


def _drafted(request: StaffRequest, drafts: list[Transfer], listing: str) -> HttpResponse:
    text = ngettext(
        "%(count)s transfer is drafted: it moves when it is sent.",
        "%(count)s transfers are drafted: they move when they are sent.",
        len(drafts),
    )
    messages.success(request, text % {"count": len(drafts)})
    return redirect(listing)
