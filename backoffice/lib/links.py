"""Addresses: as mails need them, and of many rows at once."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

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
