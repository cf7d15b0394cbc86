"""Promising and sending mail, over a real SMTP server."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from backoffice.dev.services import Service, free_port
from backoffice.mailbox import received_mails
from stores.actions import mail as mails
from stores.actions.mail import Attachment, queue_mail, send_again, send_mail, sweep_mails
from stores.errors import MailNotFailed
from stores.models import Company, Mail
from tests import settings as test_settings
from tests.factories import make_user
from tests.processes import Mailbox

LINK = {"link": "http://127.0.0.1:8000/head-office/mail/"}


def queue(key: str = "trial", **given: Any) -> Mail:
    asked = {"key": key, "template": "trial", "to": "a@comptoir.example", "context": LINK}
    mail = queue_mail(**asked | given)
    assert mail is not None
    return mail


@contextmanager
def server_away() -> Iterator[None]:
    site = test_settings.MAILERS["default"]
    away = site | {"OPTIONS": site["OPTIONS"] | {"port": free_port()}}
    with override_settings(MAILERS={"default": away}):
        yield


def due_now(mail: Mail) -> None:
    Mail.objects.filter(pk=mail.pk).update(next_attempt_at=timezone.now())


@pytest.mark.django_db
def test_a_mail_is_sent_once_with_both_bodies(mailbox: Mailbox) -> None:
    mail = queue()
    sent = send_mail(mail.pk)
    assert sent is not None
    assert (sent.state, sent.attempts, sent.last_error) == (Mail.State.SENT, 1, "")
    assert send_mail(mail.pk) is None
    [received] = mailbox.wait("a@comptoir.example")
    assert received["Message-ID"] == mail.message_id
    assert received["Subject"] == "Trial mail of Comptoir"
    assert received["Auto-Submitted"] == "auto-generated"
    plain, rich = received.get_body(("plain",)), received.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert "http://127.0.0.1:8000/head-office/mail/" in plain.get_content()
    assert 'href="http://127.0.0.1:8000/head-office/mail/"' in rich.get_content()


LONG = ".".join(letter * 63 for letter in "bcd")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("contact@brûlerie.example", "xn--brlerie-g2a.example"),
        (f"a@{LONG}.example", f"{LONG}.example"),
        ("a@comptoir.example", "comptoir.example"),
    ],
)
def test_mails_leave_whatever_the_domain_of_the_sender(
    mailbox: Mailbox, address: str, domain: str
) -> None:
    Company.objects.update(mail_address=address, mail_name="Brûlerie")
    reader = f"{domain[:5]}@comptoir.example"
    sent = send_mail(queue(to=reader).pk)
    assert sent
    assert (sent.state, sent.last_error) == (Mail.State.SENT, "")
    [received] = mailbox.wait(reader)
    name = address.partition("@")[0]
    assert received["From"].addresses[0].addr_spec == f"{name}@{domain}"
    assert received["Message-ID"].endswith(f"@{domain}>")


@pytest.mark.django_db
def test_mails_reach_a_domain_with_accents(mailbox: Mailbox) -> None:
    sent = send_mail(queue(to="ana@café.example").pk)
    assert sent
    assert (sent.state, sent.last_error) == (Mail.State.SENT, "")
    [received] = mailbox.wait("ana@xn--caf-dma.example")
    assert received["To"] == "ana@xn--caf-dma.example"


@pytest.mark.django_db
def test_a_key_promises_one_mail() -> None:
    assert queue_mail(key="k", template="trial", to="a@comptoir.example", context=LINK) is not None
    assert queue_mail(key="k", template="trial", to="b@comptoir.example", context=LINK) is None
    assert [mail.to_email for mail in Mail.objects.all()] == ["a@comptoir.example"]


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_moment_promises_one_mail() -> None:
    both_ready = threading.Barrier(2)

    def promise() -> bool:
        connection.ensure_connection()
        both_ready.wait()
        try:
            return (
                queue_mail(key="k", template="trial", to="a@comptoir.example", context=LINK) is None
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(promise) for _ in range(2)]
    assert sorted(result.result() for result in results) == [False, True]
    assert Mail.objects.count() == 1


@pytest.mark.django_db
def test_a_mail_of_a_transaction_that_fails_was_never_promised() -> None:
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert not Mail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_moment_send_one_mail(mailbox: Mailbox) -> None:
    mail = queue()
    both_ready = threading.Barrier(2)

    def work() -> bool:
        connection.ensure_connection()
        both_ready.wait()
        try:
            return send_mail(mail.pk) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(work) for _ in range(2)]
    assert sorted(result.result() for result in results) == [False, True]
    assert len(mailbox.wait()) == 1
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (Mail.State.SENT, 1)


@pytest.mark.django_db
def test_a_mail_waits_while_the_server_is_away_and_is_sent_once_when_it_is_back(
    mailbox: Mailbox,
) -> None:
    mail = queue()
    before = timezone.now()
    with server_away():
        assert sweep_mails() == 0
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.sent_at) == (Mail.State.WAITING, 1, None)
    assert mail.last_error.startswith("ConnectionRefusedError")
    assert mail.next_attempt_at >= before + timedelta(minutes=1)
    assert sweep_mails() == 0  # it rests
    due_now(mail)
    assert sweep_mails() == 1
    assert sweep_mails() == 0
    [received] = mailbox.wait()
    assert received["Message-ID"] == mail.message_id


@pytest.mark.django_db
def test_after_the_last_attempt_a_mail_is_visibly_failed_and_can_be_sent_again() -> None:
    mail = queue()
    with pytest.raises(MailNotFailed):
        send_again(mail.pk)
    Mail.objects.filter(pk=mail.pk).update(attempts=mails.MAX_ATTEMPTS - 1)
    with server_away():
        send_mail(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (Mail.State.FAILED, mails.MAX_ATTEMPTS)
    due_now(mail)
    assert sweep_mails() == 0
    send_again(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (Mail.State.WAITING, 0)


def test_pauses_double_and_stop_at_six_hours() -> None:
    minutes = [mails.pause_after(attempts) // timedelta(minutes=1) for attempts in range(1, 12)]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]


@pytest.mark.django_db
def test_a_mail_is_in_the_language_of_its_reader() -> None:
    reader = make_user(language="fr")
    assert queue("of the reader", to=reader, language="en").language == "fr"
    assert queue("as given", to=make_user(language=""), language="fr").language == "fr"
    assert queue("of nobody").language == "en"
    assert queue("of nobody in French", language="fr").html.count('<html lang="fr">') == 1


@pytest.mark.django_db
def test_attachments_travel_along(mailbox: Mailbox) -> None:
    table = Attachment("sales.csv", "text/csv", b"store;total\nLyon;12,50\n")
    send_mail(queue(attachments=[table]).pk)
    [received] = mailbox.wait()
    [part] = received.iter_attachments()
    assert part.get_filename() == "sales.csv"
    assert part.get_content_type() == "text/csv"
    assert part.get_payload(decode=True) == b"store;total\nLyon;12,50\n"


@pytest.mark.django_db
def test_a_picture_travels_inside_the_html_and_files_beside_it(mailbox: Mailbox) -> None:
    picture = Attachment("chart.png", "image/png", b"\x89PNG", content_id="chart@report")
    table = Attachment("rows.csv", "text/csv", b"a;b\r\n")
    mail = queue(attachments=[picture, table])
    Mail.objects.filter(pk=mail.pk).update(html='<img src="cid:chart@report" alt="">')
    send_mail(mail.pk)
    [received] = mailbox.wait()
    assert [part.get_filename() for part in received.iter_attachments()] == ["rows.csv"]
    [shown] = [part for part in received.walk() if part["Content-ID"]]
    assert (shown["Content-ID"], shown.get_content_type()) == ("<chart@report>", "image/png")
    assert shown.get_content_disposition() == "inline"
    rich = received.get_body(("related",))
    assert rich is not None
    assert shown in list(rich.walk())
    [stored] = received_mails(mailbox.folder)
    assert stored.html.strip() == '<img src="data:image/png;base64,iVBORw==" alt="">'


@pytest.mark.django_db
def test_text_in_a_subject_cannot_begin_another_header(mailbox: Mailbox) -> None:
    Company.objects.update(name="Chain\r\nBcc: thief@comptoir.example\n\nHello")
    send_mail(queue().pk)
    [received] = mailbox.wait()
    assert received["Subject"] == "Trial mail of Chain Bcc: thief@comptoir.example Hello"
    assert received["Bcc"] is None
    assert mailbox.mails("thief@comptoir.example") == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["", "nobody", "a@comptoir.example\nBcc: b@comptoir.example", "a@b.c, d@e.f"]
)
def test_a_bad_address_is_refused_when_the_mail_is_promised(address: str) -> None:
    with pytest.raises(ValidationError):
        queue(to=address)
    assert not Mail.objects.exists()


@pytest.mark.django_db
def test_a_reader_whose_account_was_closed_gets_nothing(mailbox: Mailbox) -> None:
    reader = make_user()
    mail = queue(to=reader)
    reader.is_active = False
    reader.save()
    send_mail(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (Mail.State.FAILED, 1)
    assert mailbox.mails() == []


def test_a_worker_sends_what_was_promised(worker: Service, mailbox: Mailbox) -> None:
    mail = queue()
    [received] = mailbox.wait("a@comptoir.example")
    assert received["Message-ID"] == mail.message_id
