import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from backoffice.lib.acting import in_the_name_of
from backoffice.lib.text import normal
from stores.actions.mail import queue_mail
from stores.actions.security import note_event, note_sign_in, tell_of
from stores.actions.sessions import drop_sessions
from stores.actions.sign_in import (
    begin_attempt,
    end_attempts,
    end_session_in_time,
    remember_language,
)
from stores.errors import TooManyAttempts
from stores.models import SecurityEvent, User
from stores.origin import origin_of
from stores.rights import memberships_of

BY_LINK = "account_reset_password_from_key"
MAILS = {  # of allauth: our template, and where the link stands in its context
    "account/email/password_reset_key": ("account/password_reset", "password_reset_url"),
    "account/email/unknown_account": ("account/unknown_account", "signup_url"),
    "account/email/email_confirmation": ("account/confirm_email", "activate_url"),
    "account/email/email_confirmation_signup": ("account/confirm_email", "activate_url"),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in by allauth, with our mails and our throttle."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("This e-mail and this password don't belong together."),
        "email_taken": _("There is an account with this e-mail already. Sign in instead."),
    }

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Who the e-mail and password belong to; refused in a sentence after too many failures."""
        email, address = credentials.get("email", ""), self.get_client_ip(request)
        try:
            begin_attempt(email, address)
        except TooManyAttempts as error:
            raise ValidationError(str(error), code="too_many_attempts") from error
        user: User | None = super().authenticate(request, **credentials)
        if user and user.two_factor_since is None:
            end_attempts(email, address)
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write the failure into the history of whom the e-mail belongs to."""
        email = normal(credentials.get("email", "")).lower()
        if user := User.objects.filter(email=email).first():
            note_event(user, SecurityEvent.Kind.FAILED, origin_of(request))

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, and remember the language of the page for mails to people who chose none."""
        origin = origin_of(request)
        request.session.begin_use(origin)  # type: ignore[attr-defined]
        super().login(request, user)
        end_session_in_time(request.session)
        remember_language(user, get_language() or "")
        note_sign_in(user, origin)

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            note_event(request.user, SecurityEvent.Kind.SIGNED_OUT, origin_of(request))
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        """Keep a new password, end all sessions but the one in which it was typed, and tell the
        person by mail, unless it is their first."""
        request: HttpRequest = context.request
        mine, had_one = request.user == user, user.has_usable_password()
        with in_the_name_of(user):
            super().set_password(user, password)
        drop_sessions(user, but=request.session.session_key if mine else None)
        if request.resolver_match and request.resolver_match.url_name == BY_LINK:
            # only whoever reads that address has the link
            EmailAddress.objects.filter(user=user, email=user.email).update(verified=True)
        kind = SecurityEvent.Kind.PASSWORD_CHANGED if mine else SecurityEvent.Kind.PASSWORD_RESET
        event = note_event(user, kind, origin_of(request))
        if had_one:
            tell_of(event)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """The storefront; for the staff the sign-in page, where the next colleague begins."""
        user = request.user
        if user.is_authenticated and memberships_of(user):
            return reverse("account_login")
        return "/"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        template, link = MAILS[template_prefix]
        user: User | None = context.get("user")
        queue_mail(
            key=f"{template} {uuid.uuid4()}",
            template=template,
            to=user if user and user.email == email else email,
            context={"link": context[link]},
            language=(user and user.language) or get_language(),
        )
