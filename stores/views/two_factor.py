"""Two-factor sign-in of one's own account: set up, recovery codes, off."""

from datetime import timedelta
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from backoffice.lib.links import own_page
from stores.actions.sign_in import check_password_again
from stores.actions.two_factor import renew_recovery_codes, turn_off, turn_on
from stores.forms import PasswordAgainForm, SetUpForm
from stores.origin import origin_of
from stores.rights import CustomerRequest, customer, needs_two_factor, setting_up
from stores.secrets import begin_set_up, picture_of, secret_of
from stores.sessions import SessionStore

JUST_NOW = timedelta(minutes=10)


@require_http_methods(["GET", "POST"])
@setting_up
def two_factor(request: CustomerRequest) -> HttpResponse:
    """Turn two-factor sign-in on: scan, type the first code, keep the recovery codes."""
    if request.user.two_factor_since:
        return redirect(_next(request))
    started = request.POST.get("started", "")
    secret = secret_of(started, request.user)
    if secret is None:
        started = begin_set_up(request.user)
        secret = secret_of(started, request.user) or ""
    data = {**request.POST.dict(), "started": started} if request.method == "POST" else None
    form = SetUpForm(data, initial={"started": started}, with_password=not _just_came(request))
    if form.is_valid():
        try:
            codes = _turn_on(request, form, secret)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return _codes_page(request, codes)
    return _set_up_page(request, form, secret)


def _turn_on(request: CustomerRequest, form: SetUpForm, secret: str) -> list[str]:
    origin = origin_of(request)
    if "password" in form.cleaned_data:
        check_password_again(request.user, form.cleaned_data["password"], origin=origin)
    code, key = form.cleaned_data["code"], request.session.session_key
    return turn_on(request.user, secret=secret, code=code, session_key=key, origin=origin)


def _set_up_page(request: CustomerRequest, form: SetUpForm, secret: str) -> HttpResponse:
    context = {
        "form": form,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "picture": picture_of(secret, request.user),
        "required": needs_two_factor(request.user),
        "next": request.GET.get("next", ""),
    }
    status = 422 if form.is_bound else 200
    return render_page(request, "stores/two_factor.html", context, status=status)


@require_http_methods(["GET", "POST"])
@customer
def two_factor_off(request: CustomerRequest) -> HttpResponse:
    form = PasswordAgainForm(request.POST or None)
    if form.is_valid():
        origin = origin_of(request)
        try:
            check_password_again(request.user, form.cleaned_data["password"], origin=origin)
            turn_off(request.user, origin=origin)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Two-factor sign-in is off."))
            return redirect("stores:security")
    status = 422 if form.is_bound else 200
    return render_page(request, "stores/two_factor_off.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@customer
def recovery_codes(request: CustomerRequest) -> HttpResponse:
    """Make new recovery codes, and show them this once."""
    form = PasswordAgainForm(request.POST or None)
    if form.is_valid():
        origin = origin_of(request)
        try:
            check_password_again(request.user, form.cleaned_data["password"], origin=origin)
            codes = renew_recovery_codes(request.user, origin=origin)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return _codes_page(request, codes)
    status = 422 if form.is_bound else 200
    return render_page(request, "stores/recovery_codes.html", {"form": form}, status=status)


def _codes_page(request: CustomerRequest, codes: list[str]) -> HttpResponse:
    """The recovery codes, in the answer to what made them: no other page ever shows them."""
    shown = [f"{code[:4]} {code[4:]}" for code in codes]
    lines = [_("Recovery codes of %(email)s") % {"email": request.user.email}, "", *shown, ""]
    context = {
        "codes": shown,
        "file": "data:text/plain;charset=utf-8," + quote("\r\n".join(lines)),
        "next": _next(request),
    }
    return render_page(request, "stores/recovery_codes_shown.html", context)


def _next(request: HttpRequest) -> str:
    """Where somebody wanted to go before they were led to the set-up."""
    address = request.GET.get("next", "")
    return own_page(request, address, otherwise=reverse("stores:security"))


def _just_came(request: HttpRequest) -> bool:
    session = request.session
    assert isinstance(session, SessionStore)
    return session.use is not None and timezone.now() - session.use.signed_in_at < JUST_NOW
