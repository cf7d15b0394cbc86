"""A schedule's long report that somebody wants to see now: a worker makes it, the page says how far it is."""

import dataclasses
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from backoffice.actions import asked_letters
from backoffice.actions.asked_letters import begin_letter, sweep_letters, write_letter
from backoffice.actions.snapshots import fail_snapshot, sweep_snapshots
from backoffice.actions.tries import MOST_TRIES
from backoffice.lib.errors import Busy
from backoffice.models import AskedLetter, Schedule, Snapshot
from backoffice.reports import papers
from backoffice.reports.definitions import REPORTS
from backoffice.reports.query import Query
from backoffice.reports.table import Table
from stores.models import Location, Role, User
from tests.factories import make_staff
from tests.reports.chain import Chain
from tests.reports.schedules import mails_to, schedule_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]


@pytest.fixture
def lyon(chain: Chain) -> User:
    return make_staff(Role.MANAGER, chain.lyon)


@pytest.fixture
def schedule(office: User, lyon: User) -> Schedule:
    return schedule_of(office)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[Location]]:
    """What was counted of the report, which takes long now."""
    usual, runs = REPORTS["consolidated"], list[Sequence[Location]]()

    def count(places: Sequence[Location], query: Query) -> list[Table]:
        runs.append(places)
        return usual.run(places, query)

    long = dataclasses.replace(usual, run=count, is_long=lambda places, query: True)
    monkeypatch.setitem(REPORTS, "consolidated", long)
    return runs


@pytest.fixture
def browser_of_office(client: Client, office: User) -> Client:
    client.force_login(office)
    return client


def send(client: Client, schedule: Schedule, key: str) -> HttpResponse:
    return client.post(f"/reports/schedules/{schedule.pk}/send/", {"key": key})  # type: ignore[return-value]


def test_a_long_report_for_now_is_counted_by_a_worker_and_mailed_once(
    browser_of_office: Client, schedule: Schedule, office: User, counted: list[Sequence[Location]]
) -> None:
    key = str(uuid4())
    answers = [send(browser_of_office, schedule, key) for _click in range(2)]
    run = Snapshot.objects.get()
    assert {answer["Location"] for answer in answers} == {f"/reports/{run.pk}/"}
    assert (run.state, counted, mails_to(office)) == ("waiting", [], [])
    page = browser_of_office.get(f"/reports/{run.pk}/").text
    assert f"This report is mailed to {office.email} when it is made." in page
    assert "A worker is about to count" in page
    sweep_letters()
    assert mails_to(office) == []
    sweep_snapshots()
    for _time in range(2):
        sweep_letters()
    [mail] = mails_to(office)
    assert mail.subject == "Yesterday €77.97 in 2 stores (+52.9%)"
    assert "because you asked for this report" in mail.text
    assert (len(counted), AskedLetter.objects.get().state) == (1, "done")


def test_a_letter_whose_paper_takes_long_is_written_by_a_worker(
    browser_of_office: Client, office: User, lyon: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "CELLS_AT_ONCE", 0)
    send(browser_of_office, schedule_of(office, formats=["pdf"]), str(uuid4()))
    assert mails_to(office) == []
    assert Snapshot.objects.get().state == "done"
    sweep_letters()
    [mail] = mails_to(office)
    assert [file.name for file in mail.attachments.filter(content_id="")] == [
        "consolidated-2026-03-01.pdf"
    ]


@pytest.mark.usefixtures("counted")
def test_a_letter_that_can_not_be_written_is_said_on_the_page_of_its_figures(
    browser_of_office: Client, schedule: Schedule, office: User
) -> None:
    send(browser_of_office, schedule, str(uuid4()))
    letter = AskedLetter.objects.get()
    assert not begin_letter(letter.pk)  # its figures aren't there
    sweep_snapshots()
    assert [begin_letter(letter.pk) for _try in range(MOST_TRIES + 1)] == [True] * 3 + [False]
    page = browser_of_office.get(f"/reports/{letter.snapshot_id}/").text
    assert "The mail that you asked for could not be written." in page
    sweep_letters()
    assert mails_to(office) == []


@pytest.mark.usefixtures("counted")
def test_a_letter_that_the_database_asked_to_wait_waits(
    browser_of_office: Client, schedule: Schedule, office: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_args: Any, **_given: Any) -> None:
        raise Busy

    send(browser_of_office, schedule, str(uuid4()))
    letter = AskedLetter.objects.get()
    sweep_snapshots()
    with monkeypatch.context() as patched:
        patched.setattr(asked_letters, "queue_letter", busy)
        for _time in range(2 * MOST_TRIES):
            write_letter(letter.pk)
    letter.refresh_from_db()
    assert (letter.state, letter.tries, mails_to(office)) == ("waiting", 0, [])
    sweep_letters()
    assert len(mails_to(office)) == 1


@pytest.mark.usefixtures("counted")
def test_a_run_that_failed_is_waited_for_no_longer(
    browser_of_office: Client, schedule: Schedule, office: User
) -> None:
    send(browser_of_office, schedule, str(uuid4()))
    fail_snapshot(Snapshot.objects.get().pk, "Too many things.")
    sweep_letters()
    assert (AskedLetter.objects.get().state, mails_to(office)) == ("failed", [])


def test_the_preview_of_a_long_report_is_prepared_by_a_worker(
    browser_of_office: Client, schedule: Schedule, lyon: User, counted: list[Sequence[Location]]
) -> None:
    client, path = browser_of_office, f"/reports/schedules/{schedule.pk}/preview/"
    asked = {"reader": str(lyon.pk)}
    assert "Prepare the preview" in client.get(path, asked).text
    assert client.get(f"{path}mail/", asked).status_code == 404
    assert not Snapshot.objects.exists()
    for _click in range(2):
        answer = client.post(path, asked)
        assert (answer.status_code, answer["Location"]) == (302, f"{path}?reader={lyon.pk}")
    waiting = client.get(path, asked).text
    assert "A worker is about to count" in waiting
    assert f'hx-get="{path}?reader={lyon.pk}" hx-trigger="every 1s"' in waiting
    part = {"HX-Request": "true", "HX-Target": "preview-progress"}
    assert "<html" not in client.get(path, asked, headers=part).text
    assert counted == []
    sweep_snapshots()
    assert client.get(path, asked, headers=part)["HX-Refresh"] == "true"
    assert "Yesterday €77.97 in Lyon" in client.get(path, asked).text
    assert "€77.97" in client.get(f"{path}mail/", asked).text
    assert (len(counted), Snapshot.objects.get().place_names) == (1, ["Lyon"])
    assert mails_to(lyon) == []
