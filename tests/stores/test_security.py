"""The history of sign-ins: every one of them, from where, and a mail when the browser is a new one."""

import pytest
from django.test import Client

from backoffice.lib.browsers import browser_of, in_words
from stores.models import Mail, SecurityEvent, User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
EDGE = f"{CHROME} Edg/140.0"
ANDROID = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
IPAD = "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1 CriOS/140 Safari/604.1"


def sign_in(user: User, password: str = PASSWORD, *, agent: str = FIREFOX) -> Client:
    client = Client(REMOTE_ADDR="192.0.2.10", headers={"user-agent": agent})
    client.post("/accounts/login/", {"login": user.email, "password": password})
    return client


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (CHROME, "Chrome on Windows"),
        (EDGE, "Edge on Windows"),
        (ANDROID, "Chrome on Android"),
        (IPAD, "Chrome on iPad"),
        ("curl/8.0", "unknown browser"),
        ("", "unknown browser"),
        ("x" * 100_000, "unknown browser"),
    ],
)
def test_a_browser_is_told_in_two_words(agent: str, words: str) -> None:
    assert in_words(*browser_of(agent)) == words


def test_every_sign_in_is_in_the_history_with_its_address() -> None:
    user = make_user("ana@comptoir.example")
    sign_in(user, "wrong")
    client = sign_in(user)
    client.post("/accounts/logout/")
    told = SecurityEvent.objects.order_by("pk").values_list("user", "kind", "address", "browser")
    assert list(told) == [
        (user.pk, "failed", "192.0.2.10", "Firefox"),
        (user.pk, "signed_in", "192.0.2.10", "Firefox"),
        (user.pk, "signed_out", "192.0.2.10", "Firefox"),
    ]
    page = sign_in(user).get("/profile/security/").text
    history = page[page.index("Sign-in history") :]
    assert "Wrong password" in history
    assert "Firefox on Linux · 192.0.2.10" in history


def test_an_email_that_nobody_has_leaves_no_history() -> None:
    Client().post("/accounts/login/", {"login": "nobody@x.example", "password": "wrong"})
    assert SecurityEvent.objects.count() == 0


def test_nobody_sees_the_history_of_somebody_else() -> None:
    sign_in(make_user(), "wrong")
    page = sign_in(make_user()).get("/profile/security/")
    assert [event.kind for event in page.context["events"]] == ["signed_in"]


def test_a_new_browser_is_told_by_mail_once() -> None:
    user = make_user()
    sign_in(user)
    sign_in(user)
    assert Mail.objects.count() == 0  # the first browser is nothing new
    sign_in(user, agent=ANDROID)
    sign_in(user, agent=ANDROID)
    mail = Mail.objects.get(reader=user)
    assert mail.subject == "Your account: signed in"
    assert "Chrome on Android, 192.0.2.10" in mail.text
