"""/dev/mail/: what a newcomer's site sent, without a mail program."""

import os
import subprocess
import sys
from email.message import EmailMessage
from smtplib import SMTP

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from tests.processes import Mailbox, environment

HTML = '<p style="color: rgb(1, 2, 3)">Bonjour <a href="/health/">figures</a></p>'


def send(to: str, subject: str, *, html: str = HTML) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "comptoir@comptoir.example", to, subject
    mail.set_content("Bonjour & merci\n")
    if html:
        mail.add_alternative(html, subtype="html")
    mail.add_attachment("a;b", subtype="csv", filename="ventes été.csv")
    with SMTP("127.0.0.1", int(os.environ["SMTP_PORT"])) as server:
        server.send_message(mail)


def page_of(mailbox: Mailbox, to: str) -> str:
    """The address of the page of the only mail to this recipient."""
    [file] = [file for file in (mailbox.folder / "new").iterdir() if to in file.read_text()]
    return f"/dev/mail/{file.name}/"


@pytest.mark.django_db
def test_the_list_shows_the_newest_first_and_finds_a_recipient(
    client: Client, mailbox: Mailbox
) -> None:
    assert "No mail so far" in client.get("/dev/mail/").text
    send("ana@comptoir.example", "First figures")
    send("bea@comptoir.example", "Second figures")

    everything = client.get("/dev/mail/").text
    assert everything.index("Second figures") < everything.index("First figures")

    found = client.get("/dev/mail/", {"to": "ANA@"}).text
    assert "First figures" in found
    assert "Second figures" not in found
    assert "No mail to nobody so far" in client.get("/dev/mail/", {"to": "nobody"}).text


@pytest.mark.django_db
def test_a_mail_shows_its_text_and_hands_out_its_files(client: Client, mailbox: Mailbox) -> None:
    send("ana@comptoir.example", "<b>Figures</b>", html="")
    address = page_of(mailbox, "ana@")

    page = client.get(address).text
    assert "&lt;b&gt;Figures&lt;/b&gt;" in page
    assert "Bonjour &amp; merci" in page
    assert "<iframe" not in page
    assert "ventes été.csv" in page

    file = client.get(f"{address}files/0/")
    assert file.content == b"a;b\n"
    assert file["Content-Disposition"] == "attachment; filename*=utf-8''ventes%20%C3%A9t%C3%A9.csv"


@pytest.mark.django_db
def test_the_html_of_a_mail_is_locked_into_its_frame(client: Client, mailbox: Mailbox) -> None:
    send("ana@comptoir.example", "Figures")
    response = client.get(f"{page_of(mailbox, 'ana@')}html/")
    assert HTML in response.text
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-top-navigation-by-user-activation" in policy
    assert "script-src" not in policy


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["gone/", "gone/html/", "..%2F..%2Fsecret/", "{key}/files/1/"])
def test_what_is_not_in_the_mailbox_does_not_exist(
    client: Client, mailbox: Mailbox, address: str
) -> None:
    send("ana@comptoir.example", "Figures")
    key = page_of(mailbox, "ana@").split("/")[-2]
    assert client.get(f"/dev/mail/{address.format(key=key)}").status_code == 404


def test_a_site_that_is_no_developers_machine_has_no_mailbox() -> None:
    script = (
        "import django; django.setup()\n"
        "from django.urls import Resolver404, resolve\n"
        "resolve('/health/')\n"
        "try: resolve('/dev/mail/')\n"
        "except Resolver404: print('nothing there')\n"
    )
    env = {**os.environ, **environment(), "DEVELOPMENT": "0", "SECRET_KEY": "x" * 50}
    said = subprocess.run(
        [sys.executable, "-c", script],
        env=env,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "nothing there\n"


def test_a_person_reads_a_mail_and_follows_its_link(page: Page, mailbox: Mailbox) -> None:
    page.goto("/dev/mail/")
    expect(page.get_by_text("No mail so far")).to_be_visible()
    send("ana@comptoir.example", "Figures")
    page.get_by_role("link", name="Figures").click()  # it appears by itself
    expect(page.get_by_role("heading", name="Figures")).to_be_visible()

    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Bonjour")).to_have_css("color", "rgb(1, 2, 3)")
    frame.get_by_role("link", name="figures").click()
    expect(page).to_have_url("/health/")
