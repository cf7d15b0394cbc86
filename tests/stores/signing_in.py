"""Signing in as a person does: with a password, and with the codes of a phone."""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.test import Client

from stores.models import User
from stores.secrets import begin_set_up, secret_of
from tests.clients import signed_in
from tests.factories import PASSWORD

HALF_MINUTE = 30
SET_UP = "/profile/two-factor/"
SECOND_STEP = "/accounts/two-factor/"
WRONG_CODE = "This code is wrong or was used before."


def code_of(secret: str, clock: list[float], *, later: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(clock[0]) // HALF_MINUTE + later))


def secret_of_phone(user: User) -> str:
    data = Authenticator.objects.get(user=user, type="totp").data
    return str(decrypt(data["secret"]))


def turn_on(user: User, clock: list[float]) -> list[str]:
    """Set it up as a person does; the recovery codes. The code of the moment is used by it."""
    started = begin_set_up(user)
    code = code_of(secret_of(started, user) or "", clock)
    answer = signed_in(user).post(SET_UP, {"started": started, "code": code})
    assert answer.status_code == 200
    user.refresh_from_db()
    clock[0] += HALF_MINUTE
    return list(answer.context["codes"])


def type_password(
    user: User, password: str = PASSWORD, *, address: str = "192.0.2.1", **data: str
) -> Client:
    client = Client(REMOTE_ADDR=address)
    client.answer = client.post(
        "/accounts/login/", {"login": user.email, "password": password} | data
    )
    return client


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def kinds_of(user: User) -> list[str]:
    return list(user.security_events.order_by("pk").values_list("kind", flat=True))
