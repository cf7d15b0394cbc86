"""One code of the second step, typed twice at the same moment, lets one of them in."""

import time
from functools import partial

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value

from stores.actions.two_factor import pass_second_step, turn_on
from stores.errors import WrongCode
from stores.models import User
from stores.origin import Origin
from tests.concurrency.together import together
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)
HERE = Origin("192.0.2.10", "Firefox", "Linux")


def turned_on(user: User) -> tuple[str, list[str]]:
    """The code of the next half minute, which the clock's tolerance lets pass, and recovery codes."""
    secret, counter = generate_totp_secret(), int(time.time()) // 30
    code = format_hotp_value(hotp_value(secret, counter))
    codes = turn_on(user, secret=secret, code=code, session_key=None, origin=HERE)
    return format_hotp_value(hotp_value(secret, counter + 1)), codes


def outcomes(user: User, code: str) -> list[str]:
    passing = partial(pass_second_step, user, code, origin=HERE)
    return sorted(type(outcome).__name__ for outcome in together([passing] * 3))


def test_a_code_of_the_phone_is_used_once() -> None:
    user = make_user()
    code, _codes = turned_on(user)
    assert outcomes(user, code) == ["NoneType", WrongCode.__name__, WrongCode.__name__]


def test_a_recovery_code_is_used_once() -> None:
    user = make_user()
    _code, codes = turned_on(user)
    assert outcomes(user, codes[0]) == ["NoneType", WrongCode.__name__, WrongCode.__name__]


def test_it_is_turned_on_once() -> None:
    user, secret = make_user(), generate_totp_secret()
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    asked = partial(turn_on, user, secret=secret, code=code, session_key=None, origin=HERE)
    names = sorted(type(outcome).__name__ for outcome in together([asked] * 2))
    assert names == ["TwoFactorIsOn", "list"]
