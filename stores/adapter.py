import math
import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from stores.actions.mail import queue_mail
from stores.actions.sign_in import begin_attempt, end_attempts, remember_language
from stores.models import User
from stores.rights import memberships_of

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
        if until := begin_attempt(email, address):
            minutes = max(1, math.ceil((until - timezone.now()).total_seconds() / 60))
            raise ValidationError(
                ngettext(
                    "Too many attempts. Try again in %(minutes)s minute.",
                    "Too many attempts. Try again in %(minutes)s minutes.",
                    minutes,
                )
                % {"minutes": minutes},
                code="too_many_attempts",
            )
        user: User | None = super().authenticate(request, **credentials)
        if user:
            end_attempts(email, address)
        return user

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, and remember the language of the page for mails to people who chose none."""
        super().login(request, user)
        remember_language(user, get_language() or "")

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
