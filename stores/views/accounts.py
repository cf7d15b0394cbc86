"""The pages of allauth that this site has, each marked with whom it admits."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account import views
from allauth.account.internal.decorators import login_stage_required
from allauth.mfa.stages import AuthenticateStage
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from stores.actions.two_factor import pass_second_step
from stores.forms import SecondStepForm
from stores.models import User
from stores.origin import origin_of
from stores.rights import customer, public

type View = Callable[..., HttpResponse]
type Decorator = Callable[[View], View]


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
after_password: Decorator = login_stage_required(
    stage=AuthenticateStage.key, redirect_urlname="account_login"
)


@asked_or_sent
@public
@after_password
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask who knows the password for a code of the phone, too."""
    stage = request._login_stage  # type: ignore[attr-defined]
    user: User = stage.login.user
    if not user.is_active or user.two_factor_since is None:  # changed since the password was typed
        return cast(HttpResponse, stage.abort())
    form = SecondStepForm(request.POST or None)
    if form.is_valid():
        try:
            pass_second_step(user, form.cleaned_data["code"], origin=origin_of(request))
        except DomainError as error:
            form.add_error("code", str(error))
        else:
            return cast(HttpResponse, stage.exit())
    status = 422 if form.is_bound else 200
    return render_page(request, "account/second_step.html", {"form": form}, status=status)


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
