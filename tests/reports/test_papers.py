"""Reports on paper: drawn once in each language, by a worker if it takes long; what a mail can carry."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from pypdf import PdfReader

from backoffice.actions.papers import begin_paper, draw_paper, sweep_papers
from backoffice.actions.tries import MOST_TRIES
from backoffice.lib.errors import Busy
from backoffice.models import Snapshot, SnapshotPaper
from backoffice.reports import mail as mails
from backoffice.reports import papers
from backoffice.reports.files import report_file
from backoffice.reports.mail import Sending, mail_report, previewed, queue_letter
from backoffice.reports.stored import load
from backoffice.reports.weights import most_bytes
from stores.models import Mail, Role, User
from tests.factories import make_level, make_sku, make_staff
from tests.reports.chain import Chain
from tests.reports.runs import run
from tests.reports.schedules import schedule_of

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true", "HX-Target": "paper-progress"}


@pytest.fixture
def snapshot(chain: Chain, office: User) -> Snapshot:
    return run(chain.places)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every paper takes long."""
    monkeypatch.setattr(papers, "CELLS_AT_ONCE", 0)


def address(snapshot: Snapshot) -> str:
    return f"/reports/{snapshot.pk}/files/pdf/"


def mailed(snapshot: Snapshot, reader: User, *formats: str) -> Mail:
    mail = mail_report(load(snapshot), reader, key=f"mailed {uuid4()}", formats=formats)
    assert mail
    return mail


def attached(mail: Mail) -> dict[str, bytes]:
    files = mail.attachments.filter(content_id="")
    return {file.name.rpartition(".")[2]: bytes(file.content) for file in files}


def words_of(paper: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)


def test_a_short_paper_is_drawn_at_once_and_kept_for_page_and_mail(
    client: Client, snapshot: Snapshot, office: User
) -> None:
    first = client.get(address(snapshot))
    assert (first.status_code, first.headers["Content-Type"]) == (200, "application/pdf")
    again = client.get(address(snapshot)).content
    assert first.content == again == attached(mailed(snapshot, office, "pdf"))["pdf"]
    [paper] = SnapshotPaper.objects.all()
    assert (paper.language, paper.state, bytes(paper.content)) == ("en", "done", again)


def test_each_language_has_a_paper_of_its_own_on_the_clock_of_its_places(
    client: Client, snapshot: Snapshot
) -> None:
    Snapshot.objects.update(made_at="2026-03-08T05:30Z")
    for language, words in (("en", "8 March 2026, 06:30"), ("fr", "8 mars 2026 06:30")):
        with timezone.override("Asia/Tokyo"):
            paper = client.get(address(snapshot), headers={"Accept-Language": language}).content
        assert words in words_of(paper)
    assert set(SnapshotPaper.objects.values_list("language", flat=True)) == {"en", "fr"}


@pytest.mark.usefixtures("slow")
def test_a_long_paper_is_drawn_by_a_worker_while_the_page_waits(
    client: Client, snapshot: Snapshot, office: User
) -> None:
    path = address(snapshot)
    page = client.get(path)
    assert page.status_code == 202
    assert "Preparing the PDF…" in page.text
    assert f'hx-get="{path}" hx-trigger="every 1s"' in page.text
    assert f'<a href="{path}">Look again</a>' in page.text
    assert client.get(path, headers=PART).status_code == 202
    [paper] = SnapshotPaper.objects.all()
    assert (paper.state, bytes(paper.content)) == ("waiting", b"")
    sweep_papers()
    part = client.get(path, headers=PART)
    assert (part.status_code, "<html" in part.text) == (200, False)
    assert "The PDF is ready." in part.text
    assert f'href="{path}" download' in part.text
    drawn = client.get(path)
    assert drawn.headers["Content-Type"] == "application/pdf"
    assert drawn.content == attached(mailed(snapshot, office, "pdf"))["pdf"]


@pytest.mark.usefixtures("slow")
def test_a_mail_draws_what_somebody_waits_for(
    client: Client, snapshot: Snapshot, office: User
) -> None:
    client.get(address(snapshot))
    by_mail = attached(mailed(snapshot, office, "pdf"))["pdf"]
    draw_paper(SnapshotPaper.objects.get().pk)
    assert client.get(address(snapshot)).content == by_mail


@pytest.mark.usefixtures("slow")
def test_a_paper_that_kills_its_worker_three_times_is_given_up(
    client: Client, snapshot: Snapshot
) -> None:
    client.get(address(snapshot))
    paper = SnapshotPaper.objects.get()
    assert [begin_paper(paper.pk) for _try in range(MOST_TRIES + 1)] == [True] * 3 + [False]
    page = client.get(address(snapshot))
    assert "The worker stopped three times while it drew." in page.text
    assert "hx-get" not in page.text.partition('id="paper-progress"')[2].partition(">")[0]
    sweep_papers()
    paper.refresh_from_db()
    assert paper.state == "failed"


@pytest.mark.usefixtures("slow")
def test_a_paper_that_the_database_asked_to_wait_waits(
    client: Client, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_args: Any, **_given: Any) -> bytes:
        raise Busy

    client.get(address(snapshot))
    paper = SnapshotPaper.objects.get()
    with monkeypatch.context() as patched:
        patched.setattr(papers, "pdf_bytes", busy)
        for _time in range(2 * MOST_TRIES):
            draw_paper(paper.pk)
    paper.refresh_from_db()
    assert (paper.state, paper.tries) == ("waiting", 0)
    sweep_papers()
    paper.refresh_from_db()
    assert paper.state == "done"


@pytest.mark.usefixtures("slow")
def test_a_paper_that_raises_is_failed_and_may_be_asked_for_again_in_a_minute(
    client: Client, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_given: Any) -> bytes:
        raise ZeroDivisionError

    client.get(address(snapshot))
    with monkeypatch.context() as patched:
        patched.setattr(papers, "pdf_bytes", broken)
        sweep_papers()
    assert "The PDF could not be drawn." in client.get(address(snapshot)).text
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert "Preparing the PDF…" in client.get(address(snapshot)).text
        sweep_papers()
    assert client.get(address(snapshot)).headers["Content-Type"] == "application/pdf"


def test_a_manager_of_another_store_waits_for_no_paper(client: Client, chain: Chain) -> None:
    of_lyon = run([chain.lyon])
    client.force_login(make_staff(Role.MANAGER, chain.paris))
    assert client.get(address(of_lyon)).status_code == 404
    assert not SnapshotPaper.objects.exists()


@pytest.mark.parametrize(
    ("formats", "says", "paper_says"),
    [
        (["pdf"], "2 of 3 rows. The attached PDF holds the first 2, the page all of them.", True),
        (["pdf", "xlsx"], "2 of 3 rows, the whole file is attached.", True),
        (["xlsx"], "2 of 3 rows, the whole file is attached.", False),
        ([], "2 of 3 rows, all of them are on the page.", False),
    ],
)
def test_where_a_paper_stops_the_mail_and_the_paper_say_so(
    chain: Chain,
    office: User,
    monkeypatch: pytest.MonkeyPatch,
    formats: list[str],
    says: str,
    paper_says: bool,
) -> None:
    for module, name in (
        (papers, "MOST_PAPER_ROWS"),
        (mails, "MOST_PAPER_ROWS"),
        (mails, "MOST_ROWS"),
    ):
        monkeypatch.setattr(module, name, 2)
    mail = mailed(run(chain.places), office, *formats)
    assert says in mail.text
    assert says in " ".join(mail.html.split())
    if paper_says:
        assert "2 of 3 rows. The CSV holds all of them" in words_of(attached(mail)["pdf"])


def test_a_paper_that_holds_all_rows_is_the_whole_file(
    snapshot: Snapshot, office: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mails, "MOST_ROWS", 2)
    assert "2 of 3 rows, the whole file is attached." in mailed(snapshot, office, "pdf").text


def test_files_that_are_too_large_for_a_mail_stay_on_the_page(
    snapshot: Snapshot, office: User
) -> None:
    """What is left out isn't drawn either."""
    most = most_bytes(load(snapshot), "xlsx")
    with override_settings(REPORT_MAIL_BYTES=most):
        mail = mailed(snapshot, office, "pdf", "xlsx")
    assert set(attached(mail)) == {"xlsx"}
    assert not SnapshotPaper.objects.exists()
    said = "This file is too large for a mail: consolidated-2026-03-01-2026-03-07.pdf. The page has it."
    assert said in mail.text
    assert said in mail.html
    assert f"/reports/{snapshot.pk}/" in mail.text
    with override_settings(REPORT_MAIL_BYTES=most - 1), translation.override("fr"):
        mail = mailed(snapshot, office, "xlsx")
    assert attached(mail) == {}
    assert "the whole file is attached" not in mail.text


@pytest.mark.parametrize("name", ["pdf", "xlsx", "csv"])
def test_a_preview_names_the_files_that_the_mail_will_carry(
    snapshot: Snapshot, office: User, name: str
) -> None:
    schedule = schedule_of(office, formats=["pdf", "xlsx", "csv"])
    stored, sending = load(snapshot), Sending(schedule)
    first = f"csv-{stored.tables[0].name}" if name == "csv" else name
    for limit in (0, most_bytes(stored, first), 10_000_000):
        with override_settings(REPORT_MAIL_BYTES=limit):
            shown = previewed(stored, office, sending)
            mail = queue_letter(stored, office, sending, key=f"{uuid4()}")
        assert mail
        carried = mail.attachments.filter(content_id="").order_by("pk")
        assert list(shown.file_names) == [file.name for file in carried]
        assert (shown.subject, shown.text) == (mail.subject, mail.text)
    assert len(shown.file_names) == 2 + len(stored.tables)


def test_no_file_weighs_more_than_was_told_of_it(chain: Chain, office: User) -> None:
    """Rows of names that don't shrink, too."""
    for number in range(100):
        name = f"{uuid4()} « {uuid4()} »"
        make_level(make_sku(f"{uuid4()}"[:20], name=name), chain.lyon, on_hand=number)
    with translation.override("fr"):
        stock = run(chain.places, report="stock", group_by="product")
        for stored in (load(run(chain.places)), load(stock)):
            for wanted in ("pdf", "xlsx", *(f"csv-{table.name}" for table in stored.tables)):
                content = report_file(stored, wanted)[2]
                assert len(content) <= most_bytes(stored, wanted), wanted


def test_a_kept_paper_is_handed_out_without_reading_the_rows(
    client: Client, snapshot: Snapshot
) -> None:
    client.get(address(snapshot))
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address(snapshot)).headers["Content-Type"] == "application/pdf"
    assert not [query for query in captured if "snapshotrows" in query["sql"]]
