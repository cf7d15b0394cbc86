"""Signing in: by e-mail, back to where one came from, slowed down for who guesses."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone

from stores.actions.sign_in import forget_old_attempts
from stores.models import SignInAttempt, User
from tests.factories import PASSWORD, make_staff, make_user

pytestmark = pytest.mark.django_db
WRONG = "This e-mail and this password don’t belong together.".replace("’", "&#x27;")
SHOP = "192.0.2.10"
STRANGER = "198.51.100.7"


def sign_in(email: str, password: str = PASSWORD, *, address: str = SHOP, **data: str) -> Client:
    client = Client(REMOTE_ADDR=address)
    client.answer = client.post("/accounts/login/", {"login": email, "password": password} | data)
    return client


def fail(email: str, times: int, *, address: str = SHOP) -> None:
    for _time in range(times):
        assert sign_in(email, "wrong", address=address).answer.status_code == 422


def earlier(by: timedelta) -> None:
    """Let the time that was waited pass: move what happened into the past."""
    for attempt in SignInAttempt.objects.all():
        attempt.at -= by
        attempt.save()


def test_a_person_signs_in_and_lands_on_their_first_page() -> None:
    make_user("ana@comptoir.example")
    answer = sign_in("Ana@Comptoir.example").answer
    assert (answer.status_code, answer.headers["Location"]) == (302, "/home/")
    assert SignInAttempt.objects.count() == 0


def test_signing_in_leads_back_to_the_page_that_asked_for_it() -> None:
    make_user("ana@comptoir.example")
    answer = sign_in("ana@comptoir.example", next="/profile/").answer
    assert answer.headers["Location"] == "/profile/"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"],
)
def test_signing_in_never_leads_to_another_site(address: str) -> None:
    make_user("ana@comptoir.example")
    assert sign_in("ana@comptoir.example", next=address).answer.headers["Location"] == "/home/"


def test_a_wrong_password_and_an_unknown_email_get_the_same_answer() -> None:
    make_user("ana@comptoir.example")
    wrong = sign_in("ana@comptoir.example", "wrong").answer
    unknown = sign_in("nobody@comptoir.example", "wrong").answer
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert WRONG in wrong.text
    assert WRONG in unknown.text


def test_after_five_failures_the_right_password_waits_too() -> None:
    make_user("ana@comptoir.example")
    fail("ana@comptoir.example", 5)
    refused = sign_in("ana@comptoir.example")
    assert refused.answer.status_code == 422
    assert "Too many attempts. Try again in 1 minute." in refused.answer.text
    assert "_auth_user_id" not in refused.session
    assert SignInAttempt.objects.count() == 5


def test_the_same_holds_for_an_email_that_nobody_has() -> None:
    fail("nobody@comptoir.example", 5)
    answer = sign_in("nobody@comptoir.example", "wrong").answer
    assert answer.status_code == 422
    assert "Too many attempts. Try again in 1 minute." in answer.text


def test_the_wait_doubles_with_each_further_failure() -> None:
    make_user("ana@comptoir.example")
    fail("ana@comptoir.example", 5)
    for minutes in [2, 4, 8, 15, 15]:
        earlier(timedelta(minutes=minutes))
        SignInAttempt.objects.update(at=SignInAttempt.objects.latest("pk").at)
        fail("ana@comptoir.example", 1)
        text = sign_in("ana@comptoir.example").answer.text
        assert f"Try again in {minutes} minutes." in text


def test_who_waited_signs_in_and_starts_again_at_zero() -> None:
    make_user("ana@comptoir.example")
    fail("ana@comptoir.example", 5)
    earlier(timedelta(minutes=1))
    assert sign_in("ana@comptoir.example").answer.status_code == 302
    assert SignInAttempt.objects.count() == 0


def test_a_stranger_elsewhere_locks_nobody_out() -> None:
    make_user("manager@comptoir.example")
    fail("manager@comptoir.example", 5, address=STRANGER)
    refused = sign_in("manager@comptoir.example", address=STRANGER).answer
    assert "Too many attempts" in refused.text
    assert sign_in("manager@comptoir.example").answer.status_code == 302


def test_two_clerks_behind_one_address_do_not_disturb_each_other() -> None:
    make_user("one@comptoir.example")
    make_user("two@comptoir.example")
    fail("one@comptoir.example", 5)
    assert sign_in("two@comptoir.example").answer.status_code == 302
    assert "Too many attempts" in sign_in("one@comptoir.example").answer.text


def test_an_address_that_tries_a_hundred_names_waits() -> None:
    make_user("ana@comptoir.example")
    SignInAttempt.objects.bulk_create(
        SignInAttempt(email=f"name{number}@comptoir.example", address=STRANGER)
        for number in range(100)
    )
    refused = sign_in("ana@comptoir.example", address=STRANGER).answer
    assert "Too many attempts. Try again in 15 minutes." in refused.text
    assert sign_in("ana@comptoir.example").answer.status_code == 302


def test_people_sign_in_and_up_while_redis_is_away() -> None:
    away = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    with override_settings(CACHES={"default": away}):
        make_user("ana@comptoir.example")
        fail("ana@comptoir.example", 4)
        assert sign_in("ana@comptoir.example").answer.status_code == 302
        data = {"email": "new@customer.example", "password1": "a long enough pass"}
        assert Client().post("/accounts/signup/", data).status_code == 302
        fail("new@customer.example", 5)
        assert "Too many attempts" in sign_in("new@customer.example").answer.text


def test_old_attempts_are_forgotten() -> None:
    fail("ana@comptoir.example", 2)
    SignInAttempt.objects.filter(pk=SignInAttempt.objects.earliest("pk").pk).update(
        at=timezone.now() - timedelta(days=2)
    )
    assert forget_old_attempts() == 1
    assert SignInAttempt.objects.count() == 1


@pytest.mark.parametrize("email", ["", "abc", "a" * 10_000 + "@b.example", "a\x00@b.example"])
def test_an_email_of_the_wrong_shape_is_refused_at_the_field(email: str) -> None:
    answer = sign_in(email).answer
    assert answer.status_code == 422
    assert "login" in answer.context["form"].errors


def test_a_person_who_was_deactivated_loses_the_open_session_at_once() -> None:
    user = make_user("ana@comptoir.example")
    client = sign_in("ana@comptoir.example")
    assert client.get("/profile/").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/profile/").headers["Location"] == "/accounts/login/?next=/profile/"
    again = sign_in("ana@comptoir.example").answer
    assert again.headers["Location"] == "/accounts/inactive/"


def test_signing_out_takes_a_post() -> None:
    make_user("ana@comptoir.example")
    client = sign_in("ana@comptoir.example")
    assert "Sign out?" in client.get("/accounts/logout/").text
    assert "_auth_user_id" in client.session
    assert client.post("/accounts/logout/").headers["Location"] == "/"
    assert "_auth_user_id" not in client.session


def test_signing_out_leads_the_staff_to_the_sign_in_page() -> None:
    client = Client()
    client.force_login(make_staff())
    assert client.post("/accounts/logout/").headers["Location"] == "/accounts/login/"


def test_a_customer_creates_an_account_and_is_signed_in() -> None:
    client = Client()
    data = {"email": "New@Customer.example", "password1": "a long enough pass"}
    assert client.post("/accounts/signup/", data).status_code == 302
    user = User.objects.get(email="new@customer.example")
    assert int(client.session["_auth_user_id"]) == user.pk


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [
        ("ana@comptoir.example", "a long enough pass", "email"),
        ("new@customer.example", "short", "password1"),
        ("new@customer.example", "password1234", "password1"),
        ("nobody", "a long enough pass", "email"),
    ],
)
def test_an_account_that_cannot_be_is_refused_at_the_field(
    email: str, password: str, field: str
) -> None:
    make_user("ana@comptoir.example")
    answer = Client().post("/accounts/signup/", {"email": email, "password1": password})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert User.objects.count() == 1


def test_changing_the_password_keeps_this_session_and_ends_the_others() -> None:
    make_user("ana@comptoir.example")
    here, elsewhere = sign_in("ana@comptoir.example"), sign_in("ana@comptoir.example")
    data = {
        "oldpassword": PASSWORD,
        "password1": "another long one",
        "password2": "another long one",
    }
    assert here.post("/accounts/password/change/", data).status_code == 302
    assert here.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/logout/",
        "/accounts/inactive/",
        "/accounts/confirm-email/",
        "/accounts/confirm-email/abc/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-abc-def/",
        "/accounts/password/reset/key/done/",
        "/accounts/password/change/",
    ],
)
def test_each_account_page_stands_in_the_products_look(path: str) -> None:
    make_user("ana@comptoir.example")
    client = sign_in("ana@comptoir.example")
    if path in {"/accounts/login/", "/accounts/signup/"}:
        client.logout()
    answer = client.get(path)
    assert answer.status_code == 200
    assert "card.html" in [used.name for used in answer.templates]


@pytest.mark.parametrize(
    "path", ["/accounts/reauthenticate/", "/accounts/password/set/", "/accounts/email/"]
)
def test_pages_of_allauth_that_nobody_needs_do_not_exist(path: str) -> None:
    assert Client().get(path).status_code == 404


def test_mails_are_in_the_language_of_the_last_sign_in_unless_the_profile_names_one() -> None:
    user = make_user()
    assert user.reads == "en"
    answers = {"login": user.email, "password": PASSWORD}
    Client(headers={"accept-language": "fr"}).post("/accounts/login/", answers)
    user.refresh_from_db()
    assert (user.language, user.reads) == ("", "fr")
    user.language = "en"
    assert user.reads == "en"
