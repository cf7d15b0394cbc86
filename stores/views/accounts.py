"""The pages of allauth that this site has, each marked with whom it admits."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods

from stores.rights import customer, public


def refused_as_422(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 422 where allauth shows a refused form again with 200."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if form is not None and form.is_bound and form.errors:
            response.status_code = 422
        return response

    return shown


def once_per_address(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Look at the form again when the same e-mail signed up at the same moment: it now says so."""

    @wraps(view)
    def signed_up(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return view(request, *args, **kwargs)
        except IntegrityError:
            return view(request, *args, **kwargs)

    return signed_up


asked_or_sent = require_http_methods(["GET", "POST"])

login = asked_or_sent(public(refused_as_422(views.login)))
logout = asked_or_sent(public(views.logout))
signup = asked_or_sent(public(refused_as_422(once_per_address(views.signup))))
inactive = require_GET(public(views.account_inactive))
verification_sent = require_GET(public(views.email_verification_sent))
confirm_email = asked_or_sent(public(views.confirm_email))
change_password = asked_or_sent(customer(refused_as_422(views.password_change)))
reset_password = asked_or_sent(public(refused_as_422(views.password_reset)))
reset_password_sent = require_GET(public(views.password_reset_done))
reset_password_from_key = asked_or_sent(public(refused_as_422(views.password_reset_from_key)))
reset_password_done = require_GET(public(views.password_reset_from_key_done))
