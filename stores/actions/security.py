"""The history of an account: who came in or tried to, and what was changed, kept for a year."""

from dataclasses import asdict
from datetime import timedelta

from django.utils import timezone

from backoffice.lib.links import full_url
from stores.actions.mail import queue_mail
from stores.models import SecurityEvent, User
from stores.origin import Origin

KEPT = timedelta(days=366)
type Kind = SecurityEvent.Kind


def note_event(user: User, kind: Kind, origin: Origin, *, by: User | None = None) -> SecurityEvent:
    """Write down what happened to an account; `by` names who did it, if it was somebody else."""
    return SecurityEvent.objects.create(user=user, kind=kind, by=by, **asdict(origin))


def note_sign_in(user: User, origin: Origin) -> None:
    """Write a sign-in down; its person gets a mail if this browser is new to them, but not the
    first."""
    known = SecurityEvent.objects.filter(user=user, kind=SecurityEvent.Kind.SIGNED_IN)
    browsers = set(known.values_list("browser", "system").distinct())
    event = note_event(user, SecurityEvent.Kind.SIGNED_IN, origin)
    if browsers and (origin.browser, origin.system) not in browsers:
        tell_of(event)


def tell_of(event: SecurityEvent) -> None:
    """Mail a person what happened to their account, so that a stranger doesn't stay unseen."""
    queue_mail(
        key=f"security {event.pk}",
        template="account/security",
        to=event.user,
        context={"event": event, "link": full_url("stores:security")},
    )


def forget_old_events() -> int:
    """Delete what is older than a year; return how many rows."""
    old = SecurityEvent.objects.filter(at__lt=timezone.now() - KEPT)
    deleted, _by_model = old.delete()
    return deleted
