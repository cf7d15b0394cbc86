"""A report that is asked for twice, or that several workers find, is stored once."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction

from backoffice.actions import deliveries
from backoffice.actions.asked_letters import send_schedule_now
from backoffice.actions.deliveries import begin_delivery, deliver_report, plan_reports
from backoffice.actions.schedules import stop_schedule
from backoffice.actions.snapshots import (
    begin_snapshot,
    make_snapshot,
    run_report,
    sweep_snapshots,
)
from backoffice.lib.retry import retrying
from backoffice.models import (
    AskedLetter,
    ReportDelivery,
    Schedule,
    Snapshot,
    SnapshotPaper,
    SnapshotRows,
    SnapshotTable,
)
from backoffice.reports import papers
from backoffice.reports.definitions import REPORTS
from backoffice.reports.papers import kept_paper
from backoffice.reports.query import Query
from backoffice.reports.stored import load
from backoffice.reports.table import Table
from stores.models import Location, Mail, Role
from tests.concurrency.together import PATIENCE, together, wait_for_a_rival
from tests.factories import make_staff, make_store
from tests.reports.chain import FIRST_WEEK, make_chain
from tests.reports.long_report import NAME, definition
from tests.reports.schedules import MORNING, schedule_of

pytestmark = pytest.mark.django_db(transaction=True)

QUERY = Query(FIRST_WEEK)


def while_another_counts_itself(
    work: Callable[[int], object], begin: Callable[[int], bool], pk: int
) -> None:
    """Work, while just before the row is taken another worker begins, and holds it for a moment."""
    others: list[Future[bool]] = []

    def begin_and_hold() -> bool:
        try:
            with transaction.atomic():
                counted = begin(pk)
                held.set()
                wait_for_a_rival()
            return counted
        finally:
            held.set()
            connection.close()

    def before_the_work(execute: Any, sql: str, *rest: Any) -> Any:
        if "REPEATABLE READ" in sql and not others:
            others.append(pool.submit(begin_and_hold))
            assert held.wait(PATIENCE)
        return execute(sql, *rest)

    held = Event()
    with ThreadPoolExecutor(1) as pool, connection.execute_wrapper(before_the_work):
        work(pk)
    assert [other.result() for other in others] == [True]


def test_two_workers_that_count_themselves_at_once_do_not_skip_one_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(REPORTS, "long", definition(run=lambda *_: []))
    waiting = run_report("long", [make_store()], QUERY, key=str(uuid4()), by=None)
    while_another_counts_itself(make_snapshot, begin_snapshot, waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == Snapshot.State.DONE

    with time_machine.travel(MORNING, tick=True):
        manager = make_staff(Role.MANAGER, make_chain().lyon)
        schedule = schedule_of(manager)
        plan_reports()
        delivery = schedule.deliveries.filter(reader=manager).latest("day")
        while_another_counts_itself(deliver_report, begin_delivery, delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == ReportDelivery.State.SENT


def test_three_workers_and_a_sweep_make_a_snapshot_once(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []

    def count(places: Sequence[Location], query: Query) -> list[Table]:
        runs.append(1)
        if len(runs) == 1:  # just then the others find the same row
            rivals = [lambda: make_snapshot(waiting.pk), sweep_snapshots]
            assert together(rivals) == [None] * 2
        return [Table("things", "Things", (NAME,), [["Café"]])]

    monkeypatch.setitem(REPORTS, "long", definition(run=count))
    waiting = run_report("long", [make_store()], QUERY, key=str(uuid4()), by=None)
    actions = [*[lambda: make_snapshot(waiting.pk)] * 3, sweep_snapshots]
    assert together(actions) == [None] * 4
    waiting.refresh_from_db()
    assert (waiting.state, len(runs)) == (Snapshot.State.DONE, 1)
    assert (SnapshotTable.objects.count(), SnapshotRows.objects.count()) == (1, 1)


def test_a_double_click_is_one_snapshot() -> None:
    places = make_chain().places
    found = together([lambda: run_report("consolidated", places, QUERY, key="k", by=None)] * 4)
    assert found == [Snapshot.objects.get()] * 4
    assert SnapshotTable.objects.count() == 3


def test_a_double_click_on_send_me_now_is_one_run_and_one_mail() -> None:
    make_chain()
    office = make_staff(Role.HEAD_OFFICE)
    schedule, key = schedule_of(office), uuid4()
    found = together([lambda: send_schedule_now(schedule, key=key, by=office)] * 4)
    assert found == [Snapshot.objects.get()] * 4
    assert AskedLetter.objects.get().state == AskedLetter.State.DONE
    assert Mail.objects.filter(reader=office, template="report").count() == 1


def test_a_paper_that_page_mail_and_worker_want_is_drawn_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[int] = []
    draw = papers.pdf_bytes

    def counting(html: str, *, css: str) -> bytes:
        drawn.append(1)
        return draw(html, css=css)

    monkeypatch.setattr(papers, "pdf_bytes", counting)
    snapshot = run_report("consolidated", make_chain().places, QUERY, key="paper", by=None)
    stored = load(snapshot)
    SnapshotPaper.objects.create(snapshot=snapshot, language="en")  # as the page promised it
    found = together([retrying(lambda: kept_paper(stored))] * 3)
    assert len({bytes(paper) for paper in found if isinstance(paper, bytes)}) == 1
    assert [type(paper) for paper in found] == [bytes] * 3
    assert (len(drawn), SnapshotPaper.objects.count()) == (1, 1)


def test_a_schedule_stopped_while_its_report_is_made_mails_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody stops it when the report is claimed and its mail not yet promised."""
    Schedule.objects.all().delete()
    with time_machine.travel(MORNING, tick=False):
        chain = make_chain()
        office, reader = make_staff(Role.HEAD_OFFICE), make_staff(Role.MANAGER, chain.lyon)
        schedule = schedule_of(office)
        plan_reports()
        write, stopped = deliveries.mail_scheduled, list[object]()

        def late(*args: Any) -> None:
            if not stopped:
                stopped.extend(together([lambda: stop_schedule(schedule.pk, by=office)]))
            write(*args)

        monkeypatch.setattr(deliveries, "mail_scheduled", late)
        assert [deliver_report(delivery.pk) for delivery in schedule.deliveries.all()] == [None] * 2
    assert stopped == [schedule]
    assert not Mail.objects.filter(reader=reader).exists()
    assert {d.state for d in schedule.deliveries.all()} == {ReportDelivery.State.WAITING}
