from __future__ import annotations

from uuid import uuid4

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.lib.browsers import in_words
from stores.models.people import User


class Client(models.Model):
    """From where somebody came: the address, and the browser as far as it says what it is."""

    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=20, blank=True)
    system = models.CharField(max_length=20, blank=True)

    class Meta:
        abstract = True

    @property
    def browser_in_words(self) -> str:
        return in_words(self.browser, self.system)


class Session(AbstractBaseSession, Client):
    """An open session of a browser: whose it is, from where, and when it was last used."""

    handle = models.UUIDField(default=uuid4, unique=True)  # its name on pages; the key is a secret
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    signed_in_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None) | Q(last_seen_at__isnull=False),
                name="sessions_of_people_say_when",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.browser_in_words}"


class SecurityEvent(Client):
    """What happened to a person's account: who came in or tried to, what was changed, from where."""

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", _("signed in")
        FAILED = "failed", _("wrong password")
        CODE_FAILED = "code_failed", _("wrong code of the second step")
        SIGNED_OUT = "signed_out", _("signed out")
        PASSWORD_CHANGED = "password_changed", _("password changed")
        PASSWORD_RESET = "password_reset", _("password chosen by a link from a mail")
        TWO_FACTOR_ON = "two_factor_on", _("two-factor sign-in turned on")
        TWO_FACTOR_OFF = "two_factor_off", _("two-factor sign-in turned off")
        TWO_FACTOR_RESET = "two_factor_reset", _("two-factor sign-in reset by an administrator")
        CODE_USED = "code_used", _("recovery code used")
        CODES_RENEWED = "codes_renewed", _("new recovery codes")
        SESSIONS_ENDED = "sessions_ended", _("signed out elsewhere")
        EMAIL_CHANGED = "email_changed", _("e-mail changed")

    BAD = (Kind.FAILED, Kind.CODE_FAILED)

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="security_events")
    kind = models.CharField(max_length=20, choices=Kind)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], name="security_events_of_a_person"),
            models.Index(fields=["at"], name="security_events_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind}"

    @property
    def is_bad(self) -> bool:
        return self.kind in self.BAD
