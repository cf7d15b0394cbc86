"""Two-factor sign-in: set up, turned off, required by role, reset by an administrator."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from stores.models import Company, Mail, Role, Session
from stores.secrets import begin_set_up, secret_of
from tests.clients import signed_in
from tests.factories import PASSWORD, make_staff, make_store, make_user
from tests.stores.signing_in import (
    SECOND_STEP,
    SET_UP,
    code_of,
    is_signed_in,
    kinds_of,
    secret_of_phone,
    turn_on,
    type_password,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_it_is_set_up_with_the_first_code_of_the_phone(clock: list[float]) -> None:
    user = make_user()
    client, elsewhere = signed_in(user), signed_in(user)
    page = client.get(SET_UP)
    assert "data:image/svg+xml;base64," in page.text
    started = re.search(r'name="started" value="([^"]+)"', page.text)
    assert started
    secret = page.context["secret"].replace(" ", "")
    data = {"started": started[1], "code": code_of(secret, clock)}
    answer = client.post(SET_UP, data)
    user.refresh_from_db()
    assert user.two_factor_since
    assert len(answer.context["codes"]) == 10
    assert answer.context["codes"][0] in answer.text
    assert client.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302  # it knew of no second factor
    assert client.get(SET_UP).headers["Location"] == "/profile/security/"
    assert kinds_of(user) == ["two_factor_on"]
    mail = Mail.objects.get(reader=user)
    assert mail.subject == "Your account: two-factor sign-in turned on"


def test_what_is_stored_opens_nothing_without_the_sites_key(clock: list[float]) -> None:
    user = make_user()
    codes = turn_on(user, clock)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret_of_phone(user) not in stored
    assert not any(code.replace(" ", "") in stored for code in codes)


def test_who_changes_the_sites_key_keeps_the_old_one(clock: list[float]) -> None:
    user = make_user()
    turn_on(user, clock)
    code = code_of(secret_of_phone(user), clock)
    old = [settings.SECRET_KEY]
    with override_settings(SECRET_KEY="another long one " * 3, SECRET_KEY_FALLBACKS=old):
        assert type_password(user).post(SECOND_STEP, {"code": code}).status_code == 302


@pytest.mark.parametrize("code", ["", "000000", "abc", "é" * 6, "1" * 21, "\x00"])
def test_a_wrong_first_code_is_refused_with_the_same_key(code: str, clock: list[float]) -> None:
    user = make_user()
    started = begin_set_up(user)
    answer = signed_in(user).post(SET_UP, {"started": started, "code": code})
    assert answer.status_code == 422
    assert answer.context["secret"].replace(" ", "") == secret_of(started, user)
    user.refresh_from_db()
    assert (user.two_factor_since, Authenticator.objects.count()) == (None, 0)


def test_the_key_of_somebody_else_is_not_taken(clock: list[float]) -> None:
    other, user = make_user(), make_user()
    started = begin_set_up(other)
    code = code_of(secret_of(started, other) or "", clock)
    answer = signed_in(user).post(SET_UP, {"started": started, "code": code})
    assert answer.status_code == 422
    assert Authenticator.objects.count() == 0


def test_who_signed_in_long_ago_types_the_password_again(clock: list[float]) -> None:
    user = make_user()
    client = signed_in(user)
    Session.objects.update(signed_in_at=timezone.now() - timedelta(hours=1))
    started = begin_set_up(user)
    data = {"started": started, "code": code_of(secret_of(started, user) or "", clock)}
    assert client.post(SET_UP, data).status_code == 422
    refused = client.post(SET_UP, data | {"password": "wrong"})
    assert "This isn&#x27;t your password." in refused.text
    assert Authenticator.objects.count() == 0
    assert client.post(SET_UP, data | {"password": PASSWORD}).status_code == 200
    assert Authenticator.objects.count() == 2


def test_a_recovery_code_lets_in_once(clock: list[float]) -> None:
    user = make_user()
    codes = turn_on(user, clock)
    client = type_password(user)
    assert client.post(SECOND_STEP, {"code": codes[3]}).status_code == 302
    assert is_signed_in(client)
    again = type_password(user).post(SECOND_STEP, {"code": codes[3]})
    assert again.status_code == 422
    assert "9 recovery codes are left." in client.get("/profile/security/").text
    assert kinds_of(user) == ["two_factor_on", "code_used", "signed_in", "code_failed"]


def test_new_recovery_codes_replace_the_old_ones(clock: list[float]) -> None:
    user = make_user()
    old = turn_on(user, clock)
    client = signed_in(user)
    refused = client.post(f"{SET_UP}codes/", {"password": "wrong"})
    assert refused.status_code == 422
    new = client.post(f"{SET_UP}codes/", {"password": PASSWORD}).context["codes"]
    assert not set(new) & set(old)
    assert type_password(user).post(SECOND_STEP, {"code": old[0]}).status_code == 422
    assert type_password(user).post(SECOND_STEP, {"code": new[0]}).status_code == 302


def test_recovery_codes_are_shown_in_the_answer_that_made_them_alone(clock: list[float]) -> None:
    user = make_user()
    codes = turn_on(user, clock)
    client = signed_in(user)
    for path in ("/profile/", "/profile/security/", f"{SET_UP}codes/", f"{SET_UP}off/"):
        text = client.get(path).text
        assert not any(code in text or code.replace(" ", "") in text for code in codes)


def test_it_is_turned_off_with_the_password(clock: list[float]) -> None:
    user = make_user()
    turn_on(user, clock)
    client = signed_in(user)
    assert client.post(f"{SET_UP}off/", {"password": "wrong"}).status_code == 422
    assert client.post(f"{SET_UP}off/", {"password": PASSWORD}).status_code == 302
    user.refresh_from_db()
    assert (user.two_factor_since, Authenticator.objects.count()) == (None, 0)
    assert is_signed_in(type_password(user))
    assert "Two-factor sign-in is off." in client.post(f"{SET_UP}off/", {"password": PASSWORD}).text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HX-Request": "true", "HX-Target": "people-table", "HX-Current-URL-Path": "/a"},
        {"Accept": "application/json"},
    ],
)
def test_a_role_that_needs_it_leads_to_the_set_up_first(
    headers: dict[str, str], clock: list[float]
) -> None:
    admin = make_staff(Role.ADMIN)
    client = signed_in(admin)
    assert client.get("/head-office/people/", headers=headers).status_code == 200
    Company.objects.update(two_factor_roles=[Role.ADMIN, Role.AUDITOR])
    for path in ("/head-office/people/", "/home/", "/profile/", "/profile/security/"):
        answer = client.get(path, headers=headers)
        led = answer.headers["HX-Redirect" if "HX-Request" in headers else "Location"]
        asked = "/a" if "HX-Request" in headers else path
        assert led == f"{SET_UP}?next={asked}"
        assert answer.content == b""
    page = client.get(SET_UP)
    assert "Your role needs a second step at sign-in." in page.text
    started = begin_set_up(admin)
    code = code_of(secret_of(started, admin) or "", clock)
    answer = client.post(f"{SET_UP}?next=/head-office/people/", {"started": started, "code": code})
    assert answer.context["next"] == "/head-office/people/"
    assert client.get("/head-office/people/", headers=headers).status_code == 200


def test_until_then_one_can_sign_out() -> None:
    Company.objects.update(two_factor_roles=[Role.ADMIN])
    client = signed_in(make_staff(Role.ADMIN))
    assert client.post("/accounts/logout/").status_code == 302
    assert not is_signed_in(client)


def test_a_role_that_needs_it_keeps_it_on(clock: list[float]) -> None:
    user = make_staff(Role.MANAGER, make_store("lyon"))
    turn_on(user, clock)
    Company.objects.update(two_factor_roles=[Role.MANAGER])
    client = signed_in(user)
    assert "Turn it off" not in client.get("/profile/security/").text
    refused = client.post(f"{SET_UP}off/", {"password": PASSWORD})
    assert refused.status_code == 422
    assert "so it can&#x27;t be turned off" in refused.text
    user.refresh_from_db()
    assert user.two_factor_since


def test_other_roles_are_not_asked() -> None:
    Company.objects.update(two_factor_roles=[Role.ADMIN])
    assert (
        signed_in(make_staff(Role.CLERK, make_store("lyon"))).get("/stores/lyon/stock/").status_code
        == 200
    )
    assert signed_in(make_user()).get("/profile/").status_code == 200


def test_an_address_elsewhere_is_not_followed_after_the_set_up(clock: list[float]) -> None:
    user = make_user()
    started = begin_set_up(user)
    data = {"started": started, "code": code_of(secret_of(started, user) or "", clock)}
    answer = signed_in(user).post(f"{SET_UP}?next=https://evil.example/", data)
    assert answer.context["next"] == "/profile/security/"


def test_an_administrator_resets_it_and_the_person_is_told(clock: list[float]) -> None:
    user, admin = make_user(), make_staff(Role.ADMIN)
    turn_on(user, clock)
    theirs = signed_in(user)
    client = signed_in(admin)
    path = f"/head-office/people/{user.pk}/two-factor/reset/"
    assert signed_in(make_staff(Role.HEAD_OFFICE)).post(path).status_code == 403
    assert client.post(path).status_code == 302
    user.refresh_from_db()
    assert (user.two_factor_since, Authenticator.objects.count()) == (None, 0)
    assert theirs.get("/profile/").status_code == 302
    event = user.security_events.get(kind="two_factor_reset")
    assert event.by == admin
    mail = Mail.objects.filter(reader=user).latest("pk")
    assert "two-factor sign-in reset by an administrator" in mail.subject
    assert is_signed_in(type_password(user))
    assert "is off." in client.post(path, follow=True).text
