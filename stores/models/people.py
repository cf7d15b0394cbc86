from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.lib.house import house
from stores.models.location import Location


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email=(email or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in by e-mail: staff by their memberships, customers without any."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("as the device")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(
        _("language"),
        max_length=2,
        blank=True,
        choices=[("en", "English"), ("fr", "Français")],
        help_text=_("Empty: as the browser asks."),
    )
    seen_language = models.CharField(max_length=2, blank=True)  # of the last sign-in
    theme = models.CharField(_("appearance"), max_length=5, choices=Theme, default=Theme.AUTO)
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)
    # the last time; nobody who signed up by themselves
    invited_at = models.DateTimeField(null=True)
    two_factor_since = models.DateTimeField(null=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="email_in_small_letters")
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def reads(self) -> str:
        """The language to write to them in: their profile's, that of their last sign-in, the company's;
        one that the company offers."""
        offered = house().languages
        return next(
            (spoken for spoken in (self.language, self.seen_language) if spoken in offered),
            house().language,
        )

    @property
    def never_came(self) -> bool:
        """Whether they were invited and haven't signed in yet."""
        return self.invited_at is not None and self.last_login is None

    @property
    def is_awaited(self) -> bool:
        return self.never_came and self.is_active

    @property
    def invited_until(self) -> datetime | None:
        """Until when the link of the last invitation works."""
        lasts = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
        return self.invited_at and self.invited_at + lasts

    @property
    def invitation_lapsed(self) -> bool:
        return self.invited_until is not None and self.invited_until < timezone.now()


class Role(models.TextChoices):
    CLERK = "clerk", _("clerk")
    MANAGER = "manager", _("manager")
    LOGISTICS = "logistics", _("logistics")
    HEAD_OFFICE = "head_office", _("head office")
    AUDITOR = "auditor", _("auditor")
    ADMIN = "admin", _("administrator")


class Membership(models.Model):
    """What a person may do, and where: a role at one location, or company-wide without one."""

    COMPANY_WIDE = (Role.HEAD_OFFICE, Role.AUDITOR, Role.ADMIN)
    AT_A_STORE = (Role.CLERK, Role.MANAGER)

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role)
    location = models.ForeignKey(
        Location,
        verbose_name=_("location"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        help_text=_("Empty: in the whole company."),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "location"],
                nulls_distinct=False,
                name="one_membership_per_person_role_and_place",
            ),
            models.CheckConstraint(
                condition=~Q(role__in=("clerk", "manager")) | Q(location__isnull=False),
                name="store_roles_name_their_store",
            ),
            models.CheckConstraint(
                condition=~Q(role__in=("head_office", "auditor", "admin"))
                | Q(location__isnull=True),
                name="company_roles_name_no_place",
            ),
        ]

    def __str__(self) -> str:
        place = self.location or _("company")
        return f"{self.get_role_display()}, {place}"


class RightsChange(models.Model):
    """What a person may do was changed: who did it, when, and the roles before and after."""

    class Kind(models.TextChoices):
        GIVEN = "given", _("role given")
        TAKEN = "taken", _("role taken away")
        CLOSED = "closed", _("account closed")
        REOPENED = "reopened", _("account opened again")
        INVITED = "invited", _("invited")
        AGAIN = "again", _("invited again")
        REVOKED = "revoked", _("invitation taken back")

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="rights_changes")
    kind = models.CharField(_("change"), max_length=8, choices=Kind)
    before = models.JSONField(default=list)  # [role, name of the place or ""], as it was then
    after = models.JSONField(default=list)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.kind}"

    @property
    def roles_before(self) -> str:
        return _in_words(self.before)

    @property
    def roles_after(self) -> str:
        return _in_words(self.after)


def _in_words(roles: list[list[str]]) -> str:
    """Such as `clerk, Lyon; auditor, company`."""
    everywhere = _("company")
    return "; ".join(f"{Role(role).label}, {place or everywhere}" for role, place in roles)


class SignInAttempt(models.Model):
    """A sign-in that failed, for the throttle: who was asked for, and from where."""

    email = models.CharField(max_length=254)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["email", "address", "at"], name="attempts_by_pair"),
            models.Index(fields=["address", "at"], name="attempts_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.email} from {self.address}"
