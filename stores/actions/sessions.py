"""Open sessions: when they were last used, and how they end."""

from dataclasses import asdict
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from backoffice.lib.retry import retrying
from stores.actions.security import note_event
from stores.models import SecurityEvent, Session, User
from stores.origin import Origin
from stores.sessions import SessionStore


def note_use(session: SessionStore, origin: Origin) -> None:
    """Write when and from where a session was used.

    A session that ended meanwhile stays ended: nothing but its row, if it is there, is written."""
    used = {"last_seen_at": timezone.now(), **asdict(origin)}
    Session.objects.filter(session_key=session.session_key).update(**used)
    for name, value in used.items():
        setattr(session.use, name, value)


def drop_sessions(user: User, *, but: str | None = None) -> int:
    """End a person's sessions in the caller's transaction, except for one that is named by its key;
    return how many."""
    ended, _by_model = Session.objects.filter(user=user).exclude(session_key=but or "").delete()
    return ended


@retrying
@transaction.atomic
def end_session(handle: UUID, *, origin: Origin, by: User) -> None:
    """End one of a person's own sessions."""
    ended, _by_model = Session.objects.filter(user=by, handle=handle).delete()
    if ended:
        note_event(by, SecurityEvent.Kind.SESSIONS_ENDED, origin)


@retrying
@transaction.atomic
def sign_out_everywhere(user: User, *, but: str | None, origin: Origin, by: User) -> int:
    """End a person's sessions, except for the one that asks for it; return how many."""
    ended = drop_sessions(user, but=but)
    if ended:
        somebody_else = None if by.pk == user.pk else by
        note_event(user, SecurityEvent.Kind.SESSIONS_ENDED, origin, by=somebody_else)
    return ended


def forget_old_sessions() -> int:
    """Delete the sessions that have run out; return how many."""
    ended, _by_model = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return ended
