from collections.abc import Callable
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header

from backoffice.lib.acting import at_work
from backoffice.lib.house import house
from backoffice.lib.logs import request_id
from stores.actions.sessions import note_use
from stores.models import User
from stores.origin import origin_of
from stores.rights import may_be_idle
from stores.sessions import SessionStore

SHORTEST_IDLE = timedelta(hours=1)


class LanguageMiddleware(LocaleMiddleware):
    """Speak the language that the visitor chose, or their browser asks for; one that the company
    offers, else its usual one."""

    def process_request(self, request: HttpRequest) -> None:
        translation.activate(_asked_for(request))
        request.LANGUAGE_CODE = translation.get_language()


def _asked_for(request: HttpRequest) -> str:
    offered = house().languages
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in offered:
        return chosen
    for wanted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if wanted.split("-")[0] in offered:
            return wanted.split("-")[0]
    return house().language


def is_left_alone(request: HttpRequest) -> bool:
    """Whether one of the staff comes back to a session that nobody used for as long as the company
    allows. What it allows is asked of nobody who was here within the hour."""
    user, session = request.user, cast(SessionStore, request.session)
    if not isinstance(user, User) or session.idle < SHORTEST_IDLE:
        return False
    allowed = may_be_idle(user)
    return allowed is not None and session.idle >= allowed


class ProfileMiddleware:
    """Speak the language of the person's profile, where they chose one, and show head office's time:
    a page of one place shows that place's (`stores.rights.staff_at`). What is written meanwhile is
    written in their name. No browser keeps a page of somebody who signed in, be it a refusal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_left_alone(request):
            logout(request)
        user = request.user  # as it is now: the view may sign somebody in or out
        language = user.is_authenticated and user.language
        if language in house().languages:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        at_page = at_work(lambda: request.user.pk, way="page", request=request_id.get())
        with at_page, timezone.override(house().zone):
            response = self.get_response(request)
        if user.is_authenticated:
            session = cast(SessionStore, request.session)
            if session.use_is_old and not _refreshes_itself(request):
                note_use(session, origin_of(request))
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _refreshes_itself(request: HttpRequest) -> bool:
    """Whether a part of a page asked for itself anew, with nobody's doing."""
    part = request.headers.get("HX-Trigger")
    return part is not None and part == request.headers.get("HX-Target")
