"""From where a request comes, as the history of an account keeps it."""

from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from backoffice.lib.browsers import browser_of


@dataclass(frozen=True)
class Origin:
    """An address, and the browser as far as it says what it is."""

    address: str | None = None
    browser: str = ""
    system: str = ""


def origin_of(request: HttpRequest) -> Origin:
    address: str = get_adapter().get_client_ip(request)
    return Origin(address, *browser_of(request.headers.get("User-Agent", "")))
