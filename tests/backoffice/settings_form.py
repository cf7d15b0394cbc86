"""The settings page as a browser sends it: what a section shows, with some of it changed."""

import html
import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from backoffice.company.forms import SECTIONS
from stores.models import Company

PATH = "/head-office/settings/"


def filled(section: str, **typed: Any) -> dict[str, Any]:
    """What the form of a section holds now, and what is typed over it."""
    form = SECTIONS[section](company=Company.current())
    sent = {
        name: getattr(form[name].value(), "pk", form[name].value())
        for name in ["seen", *form.names]
    }
    return {name: value for name, value in (sent | typed).items() if value not in (None, False)}


def save(client: Client, section: str, **typed: Any) -> HttpResponse:
    return client.post(f"{PATH}{section}/", filled(section, **typed))  # type: ignore[return-value]


def errors_on(page: HttpResponse) -> str:
    """The summary of errors in words."""
    found = re.search(
        r'(?<=data-focus>)\s*<svg class="icon.*?</div>\s*</div>', page.text, re.DOTALL
    )
    assert found, page.text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0])).split())
