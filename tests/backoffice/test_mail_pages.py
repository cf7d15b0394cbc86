"""The pages that show every mail and what became of it."""

import pytest
from django.test import Client
from django.urls import reverse

from stores.actions.mail import queue_mail
from stores.models import Mail, Role
from tests.factories import make_staff
from tests.queries import queries_of

PAGES = ["/head-office/mail/", "/head-office/mail/?state=failed&q=trial"]


def make_mail(key: str = "one", *, state: Mail.State = Mail.State.WAITING, error: str = "") -> Mail:
    mail = queue_mail(
        key=key, template="trial", to=f"{key}@comptoir.example", context={"link": "http://x/"}
    )
    assert mail is not None
    mail.state, mail.last_error = state, error
    mail.attempts = 12 if state == Mail.State.FAILED else 0
    mail.save()
    return mail


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_signs_in_first(client: Client, page: str) -> None:
    response = client.get(page)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=/head-office/mail/")


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.CLERK, Role.MANAGER, Role.LOGISTICS])
def test_people_of_other_roles_are_refused(client: Client, role: Role) -> None:
    mail = make_mail(state=Mail.State.FAILED)
    client.force_login(make_staff(role))
    assert client.get("/head-office/mail/").status_code == 403
    assert client.get(reverse("backoffice:mail_detail", args=[mail.pk])).status_code == 403
    assert client.post(reverse("backoffice:mail_again", args=[mail.pk])).status_code == 403
    assert client.post(reverse("backoffice:mail_trial")).status_code == 403
    assert Mail.objects.get().state == Mail.State.FAILED


@pytest.mark.django_db
def test_an_auditor_reads_and_changes_nothing(client: Client) -> None:
    mail = make_mail(state=Mail.State.FAILED)
    client.force_login(make_staff(Role.AUDITOR))
    page = client.get("/head-office/mail/")
    assert page.status_code == 200
    assert "trial mail" not in page.text
    assert "Send again" not in client.get(reverse("backoffice:mail_detail", args=[mail.pk])).text
    assert client.post(reverse("backoffice:mail_again", args=[mail.pk])).status_code == 403
    assert Mail.objects.get().state == Mail.State.FAILED


@pytest.mark.django_db
def test_the_list_is_filtered_by_state_and_words(client: Client) -> None:
    make_mail("waits")
    make_mail("failed", state=Mail.State.FAILED)
    client.force_login(make_staff(Role.HEAD_OFFICE))
    page = client.get("/head-office/mail/?state=failed").content.decode()
    assert "failed@comptoir.example" in page
    assert "waits@comptoir.example" not in page
    page = client.get("/head-office/mail/?q=WAITS@").content.decode()
    assert "waits@comptoir.example" in page
    assert "failed@comptoir.example" not in page


@pytest.mark.django_db
def test_a_failed_mail_says_why_and_is_sent_again(client: Client) -> None:
    mail = make_mail(state=Mail.State.FAILED, error="SMTPDataError: (554, b'<no>')")
    client.force_login(make_staff(Role.HEAD_OFFICE))
    page = client.get(reverse("backoffice:mail_detail", args=[mail.pk])).content.decode()
    assert "SMTPDataError: (554, b&#x27;&lt;no&gt;&#x27;)" in page
    assert "this one was promised, queued and sent by a worker" in page
    again = reverse("backoffice:mail_again", args=[mail.pk])
    assert "The mail waits" in client.post(again, follow=True).content.decode()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (Mail.State.WAITING, 0)
    assert "nothing was changed" in client.post(again, follow=True).content.decode()


@pytest.mark.django_db
def test_a_link_that_sets_a_password_is_shown_to_nobody(client: Client) -> None:
    mail = make_mail()
    Mail.objects.update(template="account/password_reset", text="canary of a secret link")
    client.force_login(make_staff(Role.ADMIN))
    page = client.get(reverse("backoffice:mail_detail", args=[mail.pk])).content.decode()
    assert "canary" not in page
    assert "a link for its reader alone" in page


@pytest.mark.django_db
def test_a_trial_mail_goes_to_whoever_asks(client: Client) -> None:
    office = make_staff(Role.HEAD_OFFICE)
    client.force_login(office)
    client.post(reverse("backoffice:mail_trial"))
    assert [mail.to_email for mail in Mail.objects.all()] == [office.email]


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_mails(client: Client) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    make_mail("m")
    few = queries_of(client, "/head-office/mail/")
    for number in range(40):
        make_mail(f"m{number}")
    assert queries_of(client, "/head-office/mail/") == few
    assert few <= [6]
