"""The throttle of sign-in: slow for who guesses, invisible for everybody else.

It counts in PostgreSQL, so that it works without Redis. The pair of e-mail and address is what waits:
a stranger elsewhere can't lock a manager out, and two clerks behind one address don't disturb each other.
"""

from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.db import connection, transaction
from django.db.models import Count, Max
from django.utils import timezone

from backoffice.lib.retry import retrying
from stores.actions.security import note_event
from stores.errors import TooManyAttempts, WrongPassword
from stores.models import Company, SecurityEvent, SignInAttempt, User
from stores.origin import Origin

FREE_FAILURES = 5  # of one pair, before it waits
FIRST_WAIT = timedelta(minutes=1)  # doubled by each further failure
LONGEST_WAIT = timedelta(minutes=15)
REMEMBERED = timedelta(hours=1)  # how long a failure of a pair counts
ADDRESS_FAILURES = 100  # of one address, whoever was asked for
ADDRESS_WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)


@retrying
@transaction.atomic
def begin_attempt(email: str, address: str | None) -> None:
    """Write an attempt down before its password is looked at, so that parallel guesses count.

    Raises `TooManyAttempts` with the moment when the next one makes sense; an attempt that comes too
    early does not count."""
    email, now = email.strip().lower()[:254], timezone.now()
    with connection.cursor() as cursor:
        key = f"sign-in {email} {address}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    until = max(_pair_waits_until(email, address, now), _address_waits_until(address, now))
    if until > now:
        raise TooManyAttempts(until)
    SignInAttempt.objects.create(email=email, address=address)


def begin_code(user: User) -> None:
    """The same for a code of the second step, from wherever it is typed: whoever gets as far knows
    the password, so a stranger can't make the person wait."""
    begin_attempt(_codes_of(user), None)


def end_codes(user: User) -> None:
    """Forget the failures of a person's codes: this one was right."""
    end_attempts(_codes_of(user), None)


def _codes_of(user: User) -> str:
    return f"code {user.pk}"  # no e-mail has a space


def end_attempts(email: str, address: str | None) -> None:
    """Forget the failures of a pair: its password was right."""
    SignInAttempt.objects.filter(email=email.strip().lower()[:254], address=address).delete()


def check_password_again(user: User, password: str, *, origin: Origin) -> None:
    """Make sure that it is still the person who sits there; a wrong password counts as at sign-in."""
    begin_attempt(user.email, origin.address)
    if not user.check_password(password):
        note_event(user, SecurityEvent.Kind.FAILED, origin)
        raise WrongPassword
    end_attempts(user.email, origin.address)


def forget_old_attempts() -> int:
    """Delete attempts that no rule looks at any more; return how many."""
    deleted, _by_model = SignInAttempt.objects.filter(at__lt=timezone.now() - KEPT).delete()
    return deleted


def _pair_waits_until(email: str, address: str | None, now: datetime) -> datetime:
    before = SignInAttempt.objects.filter(email=email, address=address, at__gt=now - REMEMBERED)
    counted = before.aggregate(failures=Count("pk"), last=Max("at"))
    failures: int = counted["failures"]
    if failures < FREE_FAILURES:
        return now
    last: datetime = counted["last"]
    doublings: int = min(failures - FREE_FAILURES, 10)
    return last + min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def _address_waits_until(address: str | None, now: datetime) -> datetime:
    if address is None:
        return now
    latest = SignInAttempt.objects.filter(address=address, at__gt=now - ADDRESS_WINDOW)
    moments = latest.order_by("-at").values_list("at", flat=True)
    last_of_many = list(moments[ADDRESS_FAILURES - 1 : ADDRESS_FAILURES])
    return last_of_many[0] + ADDRESS_WINDOW if last_of_many else now


def remember_language(user: User, language: str) -> None:
    """Keep the language in which somebody signed in, for mails."""
    if user.seen_language != language:
        user.seen_language = language
        user.save(update_fields=["seen_language"])


def end_session_in_time(session: SessionBase) -> None:
    """Let a session that begins now end when the company says, however much it is used."""
    days = Company.objects.values_list("session_days", flat=True).get(pk=1)
    session.set_expiry(timedelta(days=days))
