"""Middleware for every request: an id for the logs and error pages, and text the database can hold."""

import logging
import re
import uuid
from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from backoffice.lib.errors import Busy
from backoffice.lib.logs import request_id
from backoffice.lib.retry import conflict_of

logger = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL holds neither NUL nor lone surrogates


class RequestIdMiddleware:
    """Give each request an id (`request.id`), in the logs and in the `X-Request-ID` header."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = uuid.uuid4().hex[:12]  # type: ignore[attr-defined]
        token = request_id.set(request.id)  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        return response


class HeadMiddleware:
    """Answer HEAD wherever GET is answered, with the same headers; the server leaves the body out."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "HEAD":
            return self.get_response(request)
        request.method = "GET"
        try:
            return self.get_response(request)
        finally:
            request.method = "HEAD"


class BusyMiddleware:
    """Answer 503, in words, where others kept the same rows for too long and nothing was changed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, OperationalError) and conflict_of(error):
            error = Busy()
        if not isinstance(error, Busy):
            return None
        logger.warning("too busy: %s", request.path)
        answer = render(request, "503.html", {"text": str(error)}, status=503)
        answer.headers["Retry-After"] = "2"
        return answer


class RefuseBadTextMiddleware:
    """Answer 400 to paths, query strings and cookies with text that no column can hold."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        texts = [request.path, *request.COOKIES.values()]
        for name, values in request.GET.lists():
            texts += [name, *values]
        if any(UNSTORABLE.search(text) for text in texts):
            return render(request, "400.html", status=400)
        return self.get_response(request)
