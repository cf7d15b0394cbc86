from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from backoffice.lib.house import house


class ProfileMiddleware:
    """Speak the language of the person's profile, where they chose one, and show head office's time:
    a page of one place shows that place's (`stores.rights.staff_at`). No browser keeps a page of
    somebody who signed in, be it a refusal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user  # as it is now: the view may sign somebody in or out
        language = user.is_authenticated and user.language
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        with timezone.override(house().zone):
            response = self.get_response(request)
        if user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response
