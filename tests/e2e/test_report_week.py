"""A week of scheduled reports: a manager is invited, head office schedules a weekly report for every
manager, a worker is killed in the middle of it, and each reader finds one right mail.

The clock of the planner runs through the week that is just over, hour by hour; site, worker, mail
server and the kill are real.
"""

import io
import os
import re
import signal
from collections.abc import Callable
from datetime import date, datetime, timedelta
from email.message import EmailMessage, Message
from pathlib import Path

import pytest
from django.db.models import Sum
from django.utils import timezone, translation
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from backoffice.actions.deliveries import plan_reports
from backoffice.dev.services import running, wait_until
from backoffice.models import ReportDelivery, Schedule, Snapshot
from backoffice.templatetags.comptoir import money
from sales.models import Sale
from stores.models import Location, Role, User
from tests import processes
from tests.e2e.accessibility import assert_accessible
from tests.e2e.people import sign_in
from tests.factories import PASSWORD, make_level, make_sku, make_staff, make_store
from tests.processes import Mailbox
from tests.reports.chain import sell

OpenPage = Callable[..., Page]
QUICK = {"SWEEP_SECONDS": "1"}
NEW_PASSWORD = "a-long-new-password-9"


@pytest.fixture
def stores(live: str) -> list[Location]:
    """Two stores that sold something else on each day of the last three weeks."""
    found = [make_store("lyon", name="Lyon"), make_store("paris", name="Paris")]
    mouse = make_sku(price="25.50")
    for number, store in enumerate(found):
        make_level(mouse, store, on_hand=500)
        for ago in range(1, 22):
            sell(store, timezone.now() - timedelta(days=ago), {mouse: 1 + (ago + number) % 5})
    return found


def test_a_week_of_reports_with_a_crash_in_it(
    open_page: OpenPage, stores: list[Location], mailbox: Mailbox, tmp_path: Path
) -> None:
    Schedule.objects.all().delete()  # the morning report is not of this week
    lyon, paris = stores
    ana = make_staff(Role.MANAGER, lyon)
    with running(processes.start_worker("inviting", beat=True, **QUICK)):
        zoe = invite_zoe(open_page, mailbox)
    schedule = schedule_weekly(open_page())
    run_a_week_with_a_crash(schedule, tmp_path)

    deliveries = ReportDelivery.objects.filter(schedule=schedule)
    days = {delivery.day for delivery in deliveries}
    assert [day.weekday() for day in days] == [0]
    assert {delivery.reader for delivery in deliveries} == {ana, zoe}
    [monday] = days
    for reader, store, other in ((ana, lyon, paris), (zoe, paris, lyon)):
        [mail] = mailbox.mails(reader.email)[-1:]
        assert len([m for m in mailbox.mails(reader.email) if m.get_body(("related",))]) == 1
        figure = takings(store, monday, reader.reads)
        expect_right_mail(mail, figure, store, other)
        follow_the_link(open_page(locale=f"{reader.reads}-FR"), mail, reader, figure, other)


def invite_zoe(open_page: OpenPage, mailbox: Mailbox) -> User:
    """An administrator invites a manager of Paris who reads French; she chooses her password."""
    page = open_page()
    sign_in(page, make_staff(Role.ADMIN))
    page.goto("/head-office/people/new/")
    page.get_by_label("Name").first.fill("Zoé")
    page.get_by_label("E-mail").fill("zoe@comptoir.example")
    page.get_by_label("Language").select_option("fr")
    page.get_by_label("Role").first.select_option("manager")
    page.get_by_label("Place").first.fill("Paris")
    page.get_by_role("button", name="Send the invitation").click()
    [mail] = mailbox.wait("zoe@")
    her = open_page(locale="fr-FR")
    her.goto(path_in(mail, "/accounts/"))
    for field in her.locator("input[type=password]").all():
        field.fill(NEW_PASSWORD)
    her.get_by_role("main").locator("button[type=submit]").first.click()
    wait_until(
        lambda: User.objects.get(email="zoe@comptoir.example").check_password(NEW_PASSWORD),
        what="Zoé's password",
    )
    return User.objects.get(email="zoe@comptoir.example")


def schedule_weekly(page: Page) -> Schedule:
    """Head office schedules last week's figures for every store manager, on Mondays at six."""
    sign_in(page, make_staff(Role.HEAD_OFFICE))
    page.goto("/reports/schedules/")
    page.get_by_role("link", name="Schedule a report").click()
    page.get_by_role("link", name="The chain at a glance").click()
    page.get_by_label("Name").fill("Week of my store")
    page.get_by_label("Days that it counts").select_option(label="Last week")
    page.get_by_label("How often").select_option(label="Every week")
    expect(page.locator("#next-days li")).to_have_count(5)
    for day in page.locator("#next-days li").all():
        expect(day).to_contain_text("Monday")
    page.get_by_label("Every store manager: their own stores").check()
    assert_accessible(page)
    page.get_by_role("button", name="Schedule it").click()
    expect(page.get_by_role("heading", name="Week of my store")).to_be_visible()
    expect(page.get_by_text("2 readers now")).to_be_visible()
    assert_accessible(page)
    return Schedule.objects.get()


def run_a_week_with_a_crash(schedule: Schedule, tmp_path: Path) -> None:
    """The worker that makes the first report is killed before it commits; another one comes later."""
    now = timezone.now()
    began = now - timedelta(days=7)
    Schedule.objects.filter(pk=schedule.pk).update(active_since=began, planned_until=began)
    promised = sum(plan_reports(hour) for hour in hours(began, now))
    assert promised == 2
    said = tmp_path / "child"
    extra = {"PAUSE_AT": "before the report's commit", "PAUSE_FILE": str(said)} | QUICK
    paused = processes.start_worker("pausing", beat=True, include="tests.proof.pausing", **extra)
    with running(paused):
        wait_until(said.exists, what="the worker to be in the middle of a report")
        os.kill(paused.process.pid, signal.SIGKILL)
        os.kill(int(said.read_text()), signal.SIGKILL)
        paused.process.wait()
    assert not Snapshot.objects.exists()
    sent = ReportDelivery.objects.filter(state="sent", mail__state="sent")
    with running(processes.start_worker("survivor", beat=True, **QUICK)):
        wait_until(lambda: sent.count() == 2, what="the reports to be mailed")
        assert plan_reports() == 0


def hours(first: datetime, last: datetime) -> list[datetime]:
    count = int((last - first) / timedelta(hours=1))
    return [first + timedelta(hours=number) for number in range(1, count + 1)]


def takings(store: Location, monday: date, language: str) -> str:
    """What the store sold in the week before that Monday, as its reader writes it."""
    week = monday - timedelta(days=7), monday - timedelta(days=1)
    sold = Sale.objects.filter(location=store, sold_on__range=week)
    with translation.override(language):
        return " ".join(money(sold.aggregate(sum=Sum("total"))["sum"]).split())


def expect_right_mail(mail: EmailMessage, figure: str, store: Location, other: Location) -> None:
    """Their own figure in the subject, its picture in the text, their files, nothing of the others."""
    plain, rich = text_of(mail, "plain"), text_of(mail, "html")
    assert figure in str(mail["Subject"]), mail["Subject"]
    assert store.name in plain
    assert "cid:" in rich
    assert [part for part in mail.walk() if part["Content-ID"]]
    files = {str(part.get_filename()): words_of(part) for part in mail.iter_attachments()}
    assert [name.rpartition(".")[2] for name in files] == ["pdf", "xlsx"]
    assert all(store.name in words for words in files.values())
    for text in (str(mail["Subject"]), plain, rich, *files.values()):
        assert other.name not in text


def words_of(part: Message) -> str:
    """What a PDF or a workbook says."""
    content = io.BytesIO(bytes(part.get_payload(decode=True)))
    if str(part.get_filename()).endswith(".pdf"):
        return " ".join(page.extract_text() for page in PdfReader(content).pages)
    sheets = load_workbook(content).worksheets
    return " ".join(str(value) for sheet in sheets for row in sheet.values for value in row)


def follow_the_link(
    page: Page, mail: EmailMessage, reader: User, figure: str, other: Location
) -> None:
    """The link asks to sign in, then shows the same figures."""
    page.goto(path_in(mail, "/reports/"))
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.locator("input[name=login]").fill(reader.email)
    password = NEW_PASSWORD if reader.email.startswith("zoe") else PASSWORD
    page.locator("input[name=password]").fill(password)
    page.get_by_role("main").locator("button[type=submit]").first.click()
    expect(page).to_have_url(re.compile(r"/reports/\d+/$"))
    main = page.get_by_role("main")
    expect(main).to_contain_text(figure)
    expect(main).not_to_contain_text(other.name)


def text_of(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    return str(body.get_content()) if body else ""


def path_in(mail: EmailMessage, part: str) -> str:
    """The first address in the mail that leads to such a page of the site."""
    found = re.search(rf"https?://[^/\s]+({part}\S*)", text_of(mail, "plain"))
    assert found, text_of(mail, "plain")
    return found[1]
