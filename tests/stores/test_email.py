"""One's own e-mail changes when the new address has confirmed it, and not before."""

import re

import pytest
from django.test import Client

from stores.models import AuditEntry, Mail, User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
NEW = {"email": "Ana.Lima@new.example", "password": PASSWORD}


@pytest.fixture
def ana() -> User:
    return make_user("ana@comptoir.example")


@pytest.fixture
def client(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def link_sent_to(address: str) -> str:
    mail = Mail.objects.filter(to_email=address).latest("pk")
    assert mail.is_secret
    found = re.search(r"https?://[^/\s]+(/profile/email/\S+)", mail.text)
    assert found
    return found[1]


def test_the_new_address_confirms_before_it_counts(client: Client, ana: User) -> None:
    assert client.post("/profile/email/", NEW).status_code == 302
    ana.refresh_from_db()
    assert ana.email == "ana@comptoir.example"
    link = link_sent_to("ana.lima@new.example")
    assert "ana.lima@new.example" in Client().get(link).text
    assert Client().post(link).status_code == 302
    ana.refresh_from_db()
    assert ana.email == "ana.lima@new.example"
    told = Mail.objects.get(template="account/security")
    assert (told.to_email, told.subject) == ("ana@comptoir.example", "Your account: e-mail changed")
    answer = Client().post("/accounts/login/", {"login": ana.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/home/"


def test_the_link_works_once(client: Client, ana: User) -> None:
    client.post("/profile/email/", NEW)
    link = link_sent_to("ana.lima@new.example")
    Client().post(link)
    assert "This link is used up" in Client().get(link).text
    assert Client().post(link).status_code == 422
    assert ana.security_events.filter(kind="email_changed").count() == 1


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"password": "wrong"}, "This isn&#x27;t your password."),
        ({"email": "bob@comptoir.example"}, "Another account has this e-mail already."),
        ({"email": "nobody"}, "Enter a valid email address."),
    ],
)
def test_what_cannot_be_is_refused_and_no_mail_goes_out(
    client: Client, typed: dict[str, str], says: str
) -> None:
    make_user("bob@comptoir.example")
    answer = client.post("/profile/email/", NEW | typed)
    assert answer.status_code == 422
    assert says in answer.text
    assert Mail.objects.count() == 0


def test_an_address_that_somebody_took_meanwhile_is_refused(client: Client, ana: User) -> None:
    client.post("/profile/email/", NEW)
    make_user("ana.lima@new.example")
    answer = Client().post(link_sent_to("ana.lima@new.example"))
    assert answer.status_code == 422
    assert "Another account has this e-mail already." in answer.text
    ana.refresh_from_db()
    assert ana.email == "ana@comptoir.example"
    assert Mail.objects.filter(template="account/security").count() == 0


def test_nobody_fills_the_letter_boxes_of_strangers(client: Client) -> None:
    statuses = [
        client.post("/profile/email/", NEW | {"email": f"n{n}@new.example"}).status_code
        for n in range(7)
    ]
    assert statuses == [302] * 5 + [422] * 2
    assert Mail.objects.count() == 5


def test_the_trail_names_whose_link_it_was_not_whose_browser(client: Client, ana: User) -> None:
    client.post("/profile/email/", NEW)
    link = link_sent_to("ana.lima@new.example")
    elsewhere = Client()
    elsewhere.force_login(make_user())
    elsewhere.post(link)
    entry = AuditEntry.objects.filter(about_id=ana.pk, after__has_key="email").latest("pk")
    assert (entry.by, entry.after["email"]) == (ana, "ana.lima@new.example")
