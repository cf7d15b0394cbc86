"""Whole pages from the cache, for visitors about whom nothing is known.

Such a page holds neither a cart nor a CSRF token: it is kept for requests without a session and without
a cart only, and only if the answer sets no cookie.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from backoffice.lib.house import house
from shop.carts import COOKIE

SECONDS = 45
VARY = "Accept-Language, Cookie, HX-Request, HX-Target"

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponse]


def cached_for_visitors[**P](view: View[P]) -> View[P]:
    """Answer visitors from the cache; the key is the address, its page number and the language."""

    @wraps(view)
    def cached(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not is_about_nobody(request):
            return view(request, *args, **kwargs)
        key = page_key(request)
        kept = cache.get(key)
        if kept is not None:
            return _answer(kept)
        response = view(request, *args, **kwargs)
        if response.status_code != 200 or response.cookies:
            return response
        cache.set(key, response.content, SECONDS)
        return _answer(response.content)

    return cast(View[P], cached)


def is_about_nobody(request: HttpRequest) -> bool:
    """Whether the answer depends on the address and the language alone."""
    if request.method != "GET" or "HX-Request" in request.headers:
        return False
    personal = {settings.SESSION_COOKIE_NAME, COOKIE}
    return personal.isdisjoint(request.COOKIES) and not set(request.GET) - {"page"}


def page_key(request: HttpRequest) -> str:
    return (
        f"page:{house().version}:{get_language()}:{request.path}:{request.GET.get('page', '1')[:5]}"
    )


def _answer(content: bytes) -> HttpResponse:
    headers: dict[str, Any] = {"Vary": VARY, "Cache-Control": "private, no-cache"}
    return HttpResponse(content, headers=headers)
