"""Another e-mail for one's own account: it counts when whoever reads the new address has said so."""

from uuid import uuid4

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction

from backoffice.lib.acting import in_the_name_of
from backoffice.lib.links import full_url
from backoffice.lib.retry import retrying
from stores.actions.mail import queue_mail
from stores.actions.security import note_event, tell_of
from stores.actions.sign_in import begin_attempt
from stores.errors import AddressTaken, LinkUsedUp
from stores.models import SecurityEvent, User
from stores.origin import Origin

SALT = "another e-mail"


def ask_for_email(user: User, email: str) -> None:
    """Mail a link to the new address; until it is opened, nothing changes."""
    begin_attempt(f"email of {user.pk}", None)  # nobody's letter box is filled from here
    if User.objects.filter(email=email).exists():
        raise AddressTaken
    token = signing.dumps({"user": user.pk, "from": user.email, "to": email}, salt=SALT)
    queue_mail(
        key=f"email {uuid4()}",
        template="account/confirm_email",
        to=email,
        context={"link": full_url("stores:email_confirm", token)},
        language=user.reads,
    )


def email_asked_for(token: str) -> tuple[User, str]:
    """Whose e-mail a link changes, and into which; a link works once, and for three days."""
    try:
        asked = signing.loads(token, salt=SALT, max_age=settings.PASSWORD_RESET_TIMEOUT)
    except signing.BadSignature:
        raise LinkUsedUp from None
    user = User.objects.filter(pk=asked["user"], email=asked["from"], is_active=True).first()
    if user is None:
        raise LinkUsedUp
    return user, str(asked["to"])


@retrying
@transaction.atomic
def change_email(token: str, *, origin: Origin) -> User:
    """Change the e-mail as the link says; the old address is told."""
    asked_by, email = email_asked_for(token)
    user = User.objects.select_for_update(no_key=True).get(pk=asked_by.pk)
    if user.email != asked_by.email:
        raise LinkUsedUp
    tell_of(note_event(user, SecurityEvent.Kind.EMAIL_CHANGED, origin))
    user.email = email
    try:
        with transaction.atomic(), in_the_name_of(user):  # whoever's browser opened the link
            user.save(update_fields=["email"])
    except IntegrityError as error:
        raise AddressTaken from error
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
