"""The seam between pages and HTMX: one URL, one view, one template, and a part of it on request."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers


def wanted_part(request: HttpRequest, parts: Collection[str]) -> str | None:
    """The part that the `HX-Target` header asks for, if the page has it."""
    if request.headers.get("HX-Request") != "true":
        return None
    if request.headers.get("HX-History-Restore-Request") == "true":
        return None
    target = request.headers.get("HX-Target")
    return target if target in parts else None


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    parts: Collection[str] = (),
    status: int = 200,
) -> HttpResponse:
    """Answer with the whole page, or with the one of its `parts` that HTMX targets.

    A part is a template partial whose name is the id of its root element. Messages that wait
    travel along, out of band, into `#toasts`.
    """
    part = wanted_part(request, parts)
    if part is None:
        response = render(request, template, context, status=status)
    else:
        response = render(request, f"{template}#{part}", context, status=status)
        if messages.get_messages(request):
            response.write(render_to_string("parts/toasts.html", {"out_of_band": True}, request))
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response
