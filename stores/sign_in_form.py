from typing import Any

from allauth.account.forms import LoginForm
from django.http import HttpRequest

from stores.actions.sign_in import end_session_in_time


class SignInForm(LoginForm):  # type: ignore[misc]
    """The sign-in by password: signed in for as many days as the company says."""

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> Any:
        answer = super().login(request, redirect_url)  # gives the session a time of its own
        if request.user.is_authenticated:
            end_session_in_time(request.session)
        return answer
