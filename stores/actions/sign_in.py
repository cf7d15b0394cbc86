"""The throttle of sign-in: slow for who guesses, invisible for everybody else.

It counts in PostgreSQL, so that it works without Redis. The pair of e-mail and address is what waits:
a stranger elsewhere can't lock a manager out, and two clerks behind one address don't disturb each other.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Max
from django.utils import timezone

from backoffice.lib.retry import retrying
from stores.models import SignInAttempt, User

FREE_FAILURES = 5  # of one pair, before it waits
FIRST_WAIT = timedelta(minutes=1)  # doubled by each further failure
LONGEST_WAIT = timedelta(minutes=15)
REMEMBERED = timedelta(hours=1)  # how long a failure of a pair counts
ADDRESS_FAILURES = 100  # of one address, whoever was asked for
ADDRESS_WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)


@retrying
@transaction.atomic
def begin_attempt(email: str, address: str) -> datetime | None:
    """Write an attempt down before its password is looked at, so that parallel guesses count.

    None, or the moment when the next attempt makes sense; an attempt that comes too early does not
    count."""
    email, now = email.strip().lower()[:254], timezone.now()
    with connection.cursor() as cursor:
        key = f"sign-in {email} {address}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    until = max(_pair_waits_until(email, address, now), _address_waits_until(address, now))
    if until > now:
        return until
    SignInAttempt.objects.create(email=email, address=address)
    return None


def end_attempts(email: str, address: str) -> None:
    """Forget the failures of a pair: its password was right."""
    SignInAttempt.objects.filter(email=email.strip().lower()[:254], address=address).delete()


def forget_old_attempts() -> int:
    """Delete attempts that no rule looks at any more; return how many."""
    deleted, _by_model = SignInAttempt.objects.filter(at__lt=timezone.now() - KEPT).delete()
    return deleted


def _pair_waits_until(email: str, address: str, now: datetime) -> datetime:
    before = SignInAttempt.objects.filter(email=email, address=address, at__gt=now - REMEMBERED)
    counted = before.aggregate(failures=Count("pk"), last=Max("at"))
    failures: int = counted["failures"]
    if failures < FREE_FAILURES:
        return now
    last: datetime = counted["last"]
    doublings: int = min(failures - FREE_FAILURES, 10)
    return last + min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def _address_waits_until(address: str, now: datetime) -> datetime:
    latest = SignInAttempt.objects.filter(address=address, at__gt=now - ADDRESS_WINDOW)
    moments = latest.order_by("-at").values_list("at", flat=True)
    last_of_many = list(moments[ADDRESS_FAILURES - 1 : ADDRESS_FAILURES])
    return last_of_many[0] + ADDRESS_WINDOW if last_of_many else now


def remember_language(user: User, language: str) -> None:
    """Keep the language in which somebody signed in, for mails."""
    if user.seen_language != language:
        user.seen_language = language
        user.save(update_fields=["seen_language"])
