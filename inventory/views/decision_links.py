"""The page behind the link in an approver's mail: no navigation, no sign-in, one button."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from backoffice.lib.errors import DomainError
from inventory.actions.decision_mail import approve_by_link
from inventory.errors import AlreadyDecided
from inventory.models import DecisionLink
from inventory.queries.decision_links import Standing, link_of, standing_of
from inventory.queries.restock import requests_to_decide
from stores.actions.sign_in import begin_attempt
from stores.errors import TooManyAttempts
from stores.rights import needs_two_factor, public

BAD_LINK = "a link in a mail"  # under which the throttle counts them
SHOWS_LINES = (Standing.OPEN, Standing.CHANGED)


@never_cache
@require_http_methods(["GET", "POST"])
@public
def decision_link(request: HttpRequest, token: str) -> HttpResponse:
    """The request as it is now; only a POST decides, for mail scanners open every link."""
    link = link_of(token)
    if link is None:
        return _no_such_link(request)
    if request.user.is_authenticated and request.user != link.reader:
        return render(request, "inventory/decision_link_bad.html", status=404)
    error = None
    if request.method == "POST":
        try:
            approve_by_link(link.pk)
        except DomainError as refusal:
            error, link = str(refusal), link_of(token) or link
        else:
            return redirect("inventory:decision_link", token=token)
    if needs_two_factor(link.reader):
        return redirect("inventory:restock_detail", pk=link.request_id)
    with translation.override(link.reader.reads), timezone.override(link.request.warehouse.zone):
        return _page(request, link, error)


def _page(request: HttpRequest, link: DecisionLink, error: str | None) -> HttpResponse:
    standing, restock = standing_of(link), link.request
    context = {
        "link": link,
        "restock": restock,
        "standing": standing,
        "figures": requests_to_decide([restock])[restock.pk] if standing in SHOWS_LINES else None,
        "decided": str(AlreadyDecided(restock)) if standing == Standing.DECIDED else "",
        "error": error if standing == Standing.OPEN else None,
    }
    status = 422 if error else 200
    return render(request, "inventory/decision_link.html", context, status=status)


def _no_such_link(request: HttpRequest) -> HttpResponse:
    """The same for every address that nobody signed; who tries many has to wait."""
    address = get_adapter(request).get_client_ip(request)
    try:
        begin_attempt(BAD_LINK, address)
    except TooManyAttempts:
        return render(request, "429.html", status=429)
    return render(request, "inventory/decision_link_bad.html", status=404)
