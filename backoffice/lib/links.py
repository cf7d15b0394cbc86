"""Addresses: as mails need them, and of many rows at once."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

EACH = 1_000_000_007  # stands in an address where each row has its own number


def full_url(name: str, *args: object, **query: object) -> str:
    """The address of a page as a mail needs it: with the site's host, and filters that are set."""
    return (
        settings.SITE_URL
        + reverse(name, args=args)
        + (f"?{urlencode(query, doseq=True)}" if query else "")
    )


def address_of_each(name: str, *args: object) -> Callable[[int], str]:
    """The address of a page for any number in the place of `EACH`; the resolver is asked once."""
    before, after = reverse(name, args=args).split(str(EACH))
    return lambda number: f"{before}{number}{after}"


def own_page(request: HttpRequest, address: str, *, otherwise: str) -> str:
    """The address that somebody wants to go back to, if it is a page of this site; else another one. A
    word without a slash is none: `redirect` would take it for the name of a view."""
    is_whole = address.startswith(("/", "http://", "https://"))
    hosts = {request.get_host()}
    if is_whole and url_has_allowed_host_and_scheme(address, hosts, request.is_secure()):
        return address
    return otherwise
