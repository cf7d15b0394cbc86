"""Asking people in: an account with its roles and a mail with a link, sent again or taken back."""

from collections.abc import Sequence

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language

from backoffice.lib.links import full_url
from backoffice.lib.retry import retrying
from stores.actions.mail import queue_mail, withdraw_mails
from stores.actions.people import add_role, lock_roles, record_change
from stores.errors import CameAlready, EmailTaken
from stores.models import Location, RightsChange, Role, User

Kind = RightsChange.Kind
INVITATION = "account/invitation"


@retrying
@transaction.atomic
def invite_person(
    *,
    email: str,
    name: str,
    language: str,
    roles: Sequence[tuple[Role, Location | None]],
    by: User,
) -> User:
    """Make an account with its roles, and mail a link to choose a password."""
    user = _new_account(email, name, language)
    for role, location in roles:
        add_role(user.pk, role, location)
    _send_link(user)
    record_change(user.pk, Kind.INVITED, [], by=by)
    return user


@retrying
@transaction.atomic
def invite_again(user_id: int, *, by: User) -> User:
    """Mail a new link to somebody who never came; the old one works no more."""
    roles, user = lock_roles(user_id), _still_awaited(user_id)
    user.is_active = True  # if the invitation was taken back
    _send_link(user)
    record_change(user.pk, Kind.AGAIN, roles, by=by)
    return user


@retrying
@transaction.atomic
def take_back_invitation(user_id: int, *, by: User) -> User:
    """Close the account of somebody who never came; the link works no more."""
    roles, user = lock_roles(user_id), _still_awaited(user_id)
    if user.is_active:
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        withdraw_mails(user, INVITATION)
        record_change(user.pk, Kind.REVOKED, roles, by=by)
    return user


def _new_account(email: str, name: str, language: str) -> User:
    if User.objects.filter(email=email).exists():
        raise EmailTaken
    try:
        with transaction.atomic():
            return User.objects.create_user(email, None, name=name, language=language)
    except IntegrityError as error:
        if User.objects.filter(email=email).exists():  # another one was faster
            raise EmailTaken from error
        raise


def _still_awaited(user_id: int) -> User:
    user = User.objects.get(pk=user_id)
    if not user.never_came:
        raise CameAlready(user)
    return user


def _send_link(user: User) -> None:
    """A link is made of the password too: another one, though nobody knows it, kills what was sent
    before."""
    user.set_unusable_password()
    user.invited_at = timezone.now()
    user.save(update_fields=["password", "invited_at", "is_active"])
    withdraw_mails(user, INVITATION)
    key = default_token_generator.make_token(user)
    queue_mail(
        key=f"invitation {user.pk} {user.invited_at.isoformat()}",
        template=INVITATION,
        to=user,
        context={
            "link": full_url("account_reset_password_from_key", user_pk_to_url_str(user), key),
            "until": user.invited_until,
        },
        language=get_language(),  # of who asks them in, unless their profile names one
    )
