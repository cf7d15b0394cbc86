"""Mails of accounts: promised as rows, in the reader's language, with links that work once."""

import re

import pytest
from django.test import Client

from stores.models import AuditEntry, Mail
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
NEW_PASSWORD = {"password1": "a long enough pass", "password2": "a long enough pass"}


def link_in(mail: Mail) -> str:
    found = re.search(r"http://testserver(/accounts/\S+)", mail.text)
    assert found
    return found[1]


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once() -> None:
    user = make_user("ana@comptoir.example", language="fr")
    client = Client()
    answer = client.post("/accounts/password/reset/", {"email": "Ana@comptoir.example"})
    assert answer.headers["Location"] == "/accounts/password/reset/done/"
    mail = Mail.objects.get()
    assert (mail.reader, mail.language, mail.template) == (user, "fr", "account/password_reset")
    form = client.get(link_in(mail), follow=True)
    client.post(form.request["PATH_INFO"], NEW_PASSWORD)
    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD["password1"])
    entry = AuditEntry.objects.filter(about_id=user.pk, after__has_key="password").latest("pk")
    assert (entry.by, entry.after) == (user, {"password": None})
    assert "used up" in Client().get(link_in(mail), follow=True).text


def test_an_unknown_email_gets_the_same_answer_and_another_mail() -> None:
    answer = Client().post("/accounts/password/reset/", {"email": "nobody@comptoir.example"})
    assert answer.headers["Location"] == "/accounts/password/reset/done/"
    mail = Mail.objects.get()
    assert (mail.to_email, mail.template) == ("nobody@comptoir.example", "account/unknown_account")
    assert link_in(mail) == "/accounts/signup/"


def test_a_new_account_confirms_its_address() -> None:
    client = Client()
    data = {"email": "new@customer.example", "password1": NEW_PASSWORD["password1"]}
    client.post("/accounts/signup/", data)
    mail = Mail.objects.get()
    assert (mail.to_email, mail.template) == ("new@customer.example", "account/confirm_email")
    path = link_in(mail)
    assert "Confirm your e-mail" in client.get(path).text
    assert client.post(path).status_code == 302
    assert "used up" in Client().get(path).text


def test_a_new_password_is_told_to_its_person() -> None:
    """By a mail of their own language, with a plain twin, whether typed or chosen by a link."""
    user, client = make_user("ana@comptoir.example", language="fr"), Client()
    client.force_login(user)
    assert client.post("/accounts/password/change/", {"oldpassword": "x"} | NEW_PASSWORD)
    assert not Mail.objects.exists()
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD} | NEW_PASSWORD)
    mail = Mail.objects.get()
    assert (mail.reader, mail.template, mail.language) == (user, "account/security", "fr")
    assert mail.subject == "Votre compte : mot de passe changé"
    for body in (mail.text, mail.html):
        assert "/profile/security/" in body
        assert NEW_PASSWORD["password1"] not in body
    Client().post("/accounts/password/reset/", {"email": user.email})
    form = client.get(link_in(Mail.objects.get(template="account/password_reset")), follow=True)
    another = dict.fromkeys(NEW_PASSWORD, "yet another long pass")
    client.post(form.request["PATH_INFO"], another)
    assert Mail.objects.filter(template="account/security").count() == 2
