"""Two-factor sign-in: a code of the phone besides the password, and recovery codes for when it is lost.

Everything is in PostgreSQL: a code that was used is one at or before the last counter of its row, and
the throttle is that of sign-in. So it holds while the cache is away, and for two tries at once.
"""

from collections.abc import Iterator
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt, encrypt
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from backoffice.lib.retry import retrying
from stores.actions.security import note_event, tell_of
from stores.actions.sessions import drop_sessions
from stores.actions.sign_in import begin_code, end_attempts, end_codes
from stores.errors import TwoFactorIsOff, TwoFactorIsOn, TwoFactorRequired, WrongCode
from stores.models import SecurityEvent, User
from stores.origin import Origin
from stores.rights import needs_two_factor

NEVER = -1
Kind = SecurityEvent.Kind


@retrying
@transaction.atomic
def turn_on(
    user: User, *, secret: str, code: str, session_key: str | None, origin: Origin
) -> list[str]:
    """Turn it on with a code that the phone makes of the secret; return the recovery codes.

    Every other session of the person ends: none of them knew of the second factor."""
    locked = _lock(user)
    if locked.two_factor_since:
        raise TwoFactorIsOn
    counter = _counter_of(secret, code)
    if counter is None:
        raise WrongCode
    data = {"secret": encrypt(secret), "last_counter": counter}
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
    _set_since(user, timezone.now())
    drop_sessions(user, but=session_key)
    tell_of(note_event(user, Kind.TWO_FACTOR_ON, origin))
    return _new_codes(user)


@retrying
@transaction.atomic
def turn_off(user: User, *, origin: Origin) -> None:
    """Turn it off, unless a role of the person asks for it."""
    _lock_on(user)
    if needs_two_factor(user):
        raise TwoFactorRequired
    _forget(user)
    tell_of(note_event(user, Kind.TWO_FACTOR_OFF, origin))


@retrying
@transaction.atomic
def reset_two_factor(user: User, *, origin: Origin, by: User) -> None:
    """Turn it off for somebody who has lost the phone and the recovery codes; they are signed out,
    told by mail, and set it up anew if their role asks for it."""
    _lock_on(user)
    _forget(user)
    drop_sessions(user)
    tell_of(note_event(user, Kind.TWO_FACTOR_RESET, origin, by=by))


@retrying
@transaction.atomic
def renew_recovery_codes(user: User, *, origin: Origin) -> list[str]:
    """Make new recovery codes; the old ones are worth nothing any more."""
    _lock_on(user)
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    tell_of(note_event(user, Kind.CODES_RENEWED, origin))
    return _new_codes(user)


def recovery_codes_left(user: User) -> int:
    """How many recovery codes of the person were not used yet."""
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return sum(len(authenticator.wrap().get_unused_codes()) for authenticator in codes)


def pass_second_step(user: User, code: str, *, origin: Origin) -> None:
    """Use a code of the phone, or a recovery code, once; a wrong one counts for the throttle."""
    begin_code(user)
    used = _use(user, code)
    if used is None:
        note_event(user, Kind.CODE_FAILED, origin)
        raise WrongCode
    end_codes(user)
    end_attempts(user.email, origin.address)
    if used == Authenticator.Type.RECOVERY_CODES:
        tell_of(note_event(user, Kind.CODE_USED, origin))


@retrying
@transaction.atomic
def _use(user: User, code: str) -> str | None:
    """Which kind of code it is, if it is right and new; from now on it is used."""
    own = Authenticator.objects.filter(user=user).order_by("pk")
    for authenticator in own.select_for_update(no_key=True):
        if authenticator.type == Authenticator.Type.TOTP:
            right = _use_counter(authenticator, code)
        else:
            right = authenticator.wrap().validate_code(code)
        if right:
            Authenticator.objects.filter(pk=authenticator.pk).update(last_used_at=timezone.now())
            return str(authenticator.type)
    return None


def _use_counter(authenticator: Authenticator, code: str) -> bool:
    counter = _counter_of(decrypt(authenticator.data["secret"]), code)
    if counter is None or counter <= authenticator.data.get("last_counter", NEVER):
        return False
    authenticator.data["last_counter"] = counter
    authenticator.save(update_fields=["data"])
    return True


def _counter_of(secret: str, code: str) -> int | None:
    """The moment, in half minutes, for which the phone shows this code: now, or just before or after."""
    typed = "".join(code.split())
    return next((counter for counter, shown in _shown(secret) if _same(shown, typed)), None)


def _shown(secret: str) -> Iterator[tuple[int, str]]:
    for counter in yield_hotp_counters_from_time():
        yield counter, format_hotp_value(hotp_value(secret, counter))


def _same(shown: str, typed: str) -> bool:
    return constant_time_compare(shown, typed)


def _lock(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _lock_on(user: User) -> None:
    if _lock(user).two_factor_since is None:
        raise TwoFactorIsOff


def _forget(user: User) -> None:
    Authenticator.objects.filter(user=user).delete()
    _set_since(user, None)


def _new_codes(user: User) -> list[str]:
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    return codes


def _set_since(user: User, moment: datetime | None) -> None:
    user.two_factor_since = moment
    user.save(update_fields=["two_factor_since"])
