"""The second step at sign-in: asked for after the password, each code once, wrong ones throttled."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone

from stores.models import Mail, SignInAttempt, User
from tests.clients import signed_in
from tests.factories import make_user
from tests.stores.signing_in import (
    HALF_MINUTE,
    SECOND_STEP,
    WRONG_CODE,
    code_of,
    is_signed_in,
    kinds_of,
    secret_of_phone,
    turn_on,
    type_password,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_the_password_alone_does_not_sign_in(clock: list[float]) -> None:
    user = make_user()
    turn_on(user, clock)
    client = type_password(user, next="/profile/security/")
    assert client.answer.headers["Location"] == SECOND_STEP
    assert not is_signed_in(client)
    assert client.get("/profile/").status_code == 302
    page = client.get(SECOND_STEP)
    assert "card.html" in [used.name for used in page.templates]
    answer = client.post(SECOND_STEP, {"code": code_of(secret_of_phone(user), clock)})
    assert answer.headers["Location"] == "/profile/security/"
    assert is_signed_in(client)
    assert kinds_of(user) == ["two_factor_on", "signed_in"]


def test_the_second_step_exists_after_the_first_only() -> None:
    assert Client().get(SECOND_STEP).headers["Location"] == "/accounts/login/"
    assert signed_in(make_user()).get(SECOND_STEP).headers["Location"] == "/home/"


def test_a_code_works_once_even_while_redis_is_away(clock: list[float]) -> None:
    user = make_user()
    turn_on(user, clock)
    code = code_of(secret_of_phone(user), clock)
    away = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    with override_settings(CACHES={"default": away}):
        first, second = type_password(user), type_password(user)
        assert first.post(SECOND_STEP, {"code": code}).status_code == 302
        answer = second.post(SECOND_STEP, {"code": code})
        assert answer.status_code == 422
        assert WRONG_CODE in answer.text
        assert not is_signed_in(second)


def test_a_code_older_than_the_last_one_is_used_up_too(clock: list[float]) -> None:
    user = make_user()
    turn_on(user, clock)
    secret = secret_of_phone(user)
    later, now = code_of(secret, clock, later=1), code_of(secret, clock)
    assert type_password(user).post(SECOND_STEP, {"code": later}).status_code == 302
    assert type_password(user).post(SECOND_STEP, {"code": now}).status_code == 422
    clock[0] += 2 * HALF_MINUTE
    fresh = code_of(secret, clock)
    assert (
        type_password(user).post(SECOND_STEP, {"code": f"{fresh[:3]} {fresh[3:]}"}).status_code
        == 302
    )


@pytest.mark.parametrize(("later", "status"), [(-2, 422), (-1, 302), (1, 302), (2, 422)])
def test_a_phones_clock_may_be_half_a_minute_off(
    later: int, status: int, clock: list[float]
) -> None:
    user = make_user()
    turn_on(user, clock)
    clock[0] += 3 * HALF_MINUTE
    code = code_of(secret_of_phone(user), clock, later=later)
    assert type_password(user).post(SECOND_STEP, {"code": code}).status_code == status


def test_wrong_codes_wait_whatever_the_password_does(clock: list[float]) -> None:
    user = make_user()
    turn_on(user, clock)
    for guess in range(5):  # each with the password, and from another place
        client = type_password(user, address=f"198.51.100.{guess}")
        answer = client.post(SECOND_STEP, {"code": "000000"})
        assert answer.status_code == 422
        assert WRONG_CODE in answer.text
    client = type_password(user)
    code = code_of(secret_of_phone(user), clock)
    refused = client.post(SECOND_STEP, {"code": code})
    assert "Too many attempts. Try again in 1 minute." in refused.text
    assert not is_signed_in(client)
    assert kinds_of(user).count("code_failed") == 5

    SignInAttempt.objects.update(at=timezone.now() - timedelta(minutes=2))
    assert client.post(SECOND_STEP, {"code": code}).status_code == 302
    assert not SignInAttempt.objects.filter(address="192.0.2.1").exists()
    assert not SignInAttempt.objects.filter(address=None).exists()


def test_a_right_password_does_not_forget_failures_before_the_second_step(
    clock: list[float],
) -> None:
    user = make_user()
    turn_on(user, clock)
    for _guess in range(4):
        type_password(user, "wrong")
    assert type_password(user).answer.headers["Location"] == SECOND_STEP
    assert "Too many attempts" in type_password(user).answer.text


def test_a_new_password_by_mail_does_not_pass_by_the_second_step(clock: list[float]) -> None:
    user = make_user()
    turn_on(user, clock)
    client = Client()
    client.post("/accounts/password/reset/", {"email": user.email})
    mail = Mail.objects.get(template="account/password_reset")
    link = re.search(r"http://testserver(/accounts/\S+)", mail.text)
    assert link
    form = client.get(link[1], follow=True)
    new = {"password1": "a long enough pass", "password2": "a long enough pass"}
    answer = client.post(form.request["PATH_INFO"], new)
    assert answer.headers["Location"] == SECOND_STEP
    assert not is_signed_in(client)
    assert client.get("/profile/").status_code == 302
    client.post(SECOND_STEP, {"code": code_of(secret_of_phone(user), clock)})
    assert is_signed_in(client)
    assert kinds_of(user)[-2:] == ["password_reset", "signed_in"]


def test_who_was_deactivated_between_the_steps_stays_outside(clock: list[float]) -> None:
    user = make_user()
    turn_on(user, clock)
    client = type_password(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    answer = client.post(SECOND_STEP, {"code": code_of(secret_of_phone(user), clock)})
    assert answer.headers["Location"] == "/accounts/login/"
    assert not is_signed_in(client)
