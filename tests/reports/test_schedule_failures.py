"""A scheduled report that raises: retried, told, stopped, started again; each reader for themselves."""

import contextlib
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from backoffice.actions import report_mails
from backoffice.actions.deliveries import deliver_report, plan_reports, sweep_reports
from backoffice.actions.schedules import start_schedule, try_again
from backoffice.actions.tries import MOST_TRIES
from backoffice.lib.errors import Busy, TooManyRows
from backoffice.models import ReportDelivery, Schedule
from backoffice.queries.schedules import stopped_schedules
from stores.models import Role, User
from tests.factories import make_staff
from tests.reports.chain import Chain
from tests.reports.schedules import MORNING, mails_to, schedule_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
State = ReportDelivery.State


@pytest.fixture
def schedule(office: User) -> Schedule:
    """Due once, this morning."""
    made = schedule_of(office)
    Schedule.objects.update(
        planned_until=MORNING - timedelta(hours=6), active_since=MORNING - timedelta(hours=6)
    )
    return made


class Broken:
    """Reports that can't be written, for some of their readers or for all."""

    def __init__(self, patched: pytest.MonkeyPatch) -> None:
        self.readers: list[User] | None = None
        self.too_long = False
        self._write = report_mails.queue_letter
        patched.setattr(report_mails, "queue_letter", self._maybe)

    def _maybe(self, stored: Any, reader: User, *args: Any, **kwargs: Any) -> Any:
        if self.readers is None or reader in self.readers:
            raise TooManyRows(20_000) if self.too_long else ZeroDivisionError("no figures")
        return self._write(stored, reader, *args, **kwargs)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Broken:
    return Broken(monkeypatch)


def test_the_owner_is_told_once_a_day_what_happened_and_what_to_do(
    schedule: Schedule, office: User, chain: Chain, broken: Broken
) -> None:
    readers = [make_staff(Role.MANAGER, chain.lyon) for _reader in range(3)]
    assert plan_reports() == 3
    assert sweep_reports() == 0
    [mail] = mails_to(office, "schedule_failed")
    assert mail.subject == "“Figures” could not be made"
    assert "ZeroDivisionError: no figures" in mail.text
    assert "tried again by itself" in mail.text
    assert f"/reports/schedules/{schedule.pk}/" in mail.text
    schedule.refresh_from_db()
    assert (schedule.failures, schedule.state) == (1, "active")
    assert [mails_to(reader) for reader in readers] == [[], [], []]


def test_it_is_tried_again_with_pauses_and_stops_after_five(
    schedule: Schedule, office: User, chain: Chain, broken: Broken
) -> None:
    reader = make_staff(Role.MANAGER, chain.lyon)
    plan_reports()
    minutes = [0, 1, 5, 15, 60]
    now = MORNING
    for number, pause in enumerate(minutes):
        with time_machine.travel(now + timedelta(minutes=pause, seconds=-1), tick=False):
            sweep_reports()
            assert schedule.deliveries.get().attempts == number
        now += timedelta(minutes=pause)
        with time_machine.travel(now, tick=False):
            sweep_reports()
            assert schedule.deliveries.get().attempts == number + 1
    schedule.refresh_from_db()
    assert (schedule.state, schedule.stopped_because, schedule.failures) == (
        "stopped",
        "failures",
        5,
    )
    assert list(stopped_schedules(office)) == [schedule]
    assert (
        len(mails_to(office, "schedule_failed")) == len(mails_to(office, "schedule_stopped")) == 1
    )
    assert schedule.deliveries.get().state == State.FAILED
    with time_machine.travel(now + timedelta(days=1), tick=False):
        assert plan_reports() == 0
        broken.readers = []
        start_schedule(schedule.pk, by=office)
        assert sweep_reports() == 1
        assert plan_reports() == 0
    schedule.refresh_from_db()
    assert (schedule.state, schedule.failures) == ("active", 0)
    assert [mail.subject for mail in mails_to(reader)] == ["1 March 2026: €77.97 in Lyon"]


def test_one_bad_reader_stops_neither_the_others_nor_the_schedule(
    schedule: Schedule, office: User, chain: Chain, broken: Broken
) -> None:
    good, bad = (make_staff(Role.MANAGER, place) for place in (chain.lyon, chain.paris))
    broken.readers = [bad]
    plan_reports()
    for hours in range(5):
        with time_machine.travel(MORNING + timedelta(hours=2 * hours), tick=False):
            sweep_reports()
    schedule.refresh_from_db()
    assert (schedule.state, schedule.failures) == ("active", 0)
    states = dict(schedule.deliveries.values_list("reader", "state"))
    assert states == {good.pk: State.SENT, bad.pk: State.FAILED}
    assert len(mails_to(good)) == 1
    broken.readers = []
    try_again(schedule.pk, by=office)
    assert sweep_reports() == 1
    assert len(mails_to(bad)) == len(mails_to(good)) == 1


def test_what_a_rule_refuses_is_told_in_the_words_of_whoever_answers(
    schedule: Schedule, office: User, chain: Chain, broken: Broken
) -> None:
    User.objects.filter(pk=office.pk).update(language="fr")
    make_staff(Role.MANAGER, chain.lyon)
    broken.too_long = True
    plan_reports()
    sweep_reports()
    [mail] = mails_to(office, "schedule_failed")
    assert "\nCela ferait plus de 20\xa0000 lignes, que personne ne lit." in mail.text
    assert "TooManyRows" not in mail.text


def test_a_reader_that_fails_first_does_not_stop_what_works_then(
    schedule: Schedule, chain: Chain, broken: Broken
) -> None:
    bad = make_staff(Role.MANAGER, chain.paris)
    make_staff(Role.MANAGER, chain.lyon)
    broken.readers = [bad]
    plan_reports()
    sweep_reports()
    schedule.refresh_from_db()
    assert (schedule.state, schedule.failures) == ("active", 0)


def test_the_page_shows_what_failed_and_starts_it_again(
    client: Client, schedule: Schedule, office: User, chain: Chain, broken: Broken
) -> None:
    make_staff(Role.MANAGER, chain.lyon)
    plan_reports()
    for hours in range(5):
        with time_machine.travel(MORNING + timedelta(hours=2 * hours), tick=False):
            sweep_reports()
    client.force_login(office)
    page = client.get(f"/reports/schedules/{schedule.pk}/").text
    assert "It failed five times in a row." in page
    assert "ZeroDivisionError: no figures" in page
    assert "stopped" in client.get("/reports/schedules/").text
    client.post(f"/reports/schedules/{schedule.pk}/state/", {"what": "start"})
    schedule.refresh_from_db()
    assert schedule.state == "active"


def test_a_worker_that_is_killed_leaves_the_report_waiting(
    schedule: Schedule, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of a broken-off run counts as a failure of the report."""
    reader = make_staff(Role.MANAGER, chain.lyon)
    plan_reports()

    def killed(*_args: Any, **_options: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(report_mails, "queue_letter", killed)
        with pytest.raises(SystemExit):
            sweep_reports()
    assert schedule.deliveries.get().attempts == 0
    assert sweep_reports() == 1
    assert len(mails_to(reader)) == 1


class Deadly:
    """Reports that end their worker, without an error that could be caught."""

    def __init__(self, patched: pytest.MonkeyPatch) -> None:
        self.workers = 0
        patched.setattr(report_mails, "queue_letter", self._kill)

    def _kill(self, *_args: Any, **_options: Any) -> None:
        self.workers += 1
        raise SystemExit

    def sweep(self) -> None:
        with contextlib.suppress(SystemExit):
            sweep_reports()


def test_a_report_that_kills_each_worker_fails_is_told_and_stops(
    schedule: Schedule, office: User, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_staff(Role.MANAGER, chain.lyon)
    deadly = Deadly(monkeypatch)
    plan_reports()
    for _time in range(MOST_TRIES + 1):
        deadly.sweep()
    delivery = schedule.deliveries.get()
    assert (deadly.workers, delivery.attempts, delivery.state) == (3, 1, State.WAITING)
    assert delivery.last_error.startswith("Each worker that made it was stopped")
    [mail] = mails_to(office, "schedule_failed")
    assert "Each worker that made it was stopped" in mail.text
    now = MORNING
    for minutes in (1, 5, 15, 60):
        now += timedelta(minutes=minutes)
        with time_machine.travel(now, tick=False):
            for _time in range(3):
                deadly.sweep()
    delivery.refresh_from_db()
    schedule.refresh_from_db()
    assert (deadly.workers, delivery.attempts, delivery.state) == (7, 5, State.FAILED)
    assert (schedule.state, schedule.stopped_because) == ("stopped", "failures")
    assert len(mails_to(office, "schedule_stopped")) == 1


def test_a_worker_that_comes_back_is_not_counted_as_killed(
    schedule: Schedule, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database asked it to wait, more often than workers may be killed."""
    reader = make_staff(Role.MANAGER, chain.lyon)
    plan_reports()
    delivery = schedule.deliveries.get()

    def busy(*_args: Any, **_options: Any) -> None:
        raise Busy

    with monkeypatch.context() as patched:
        patched.setattr(report_mails, "queue_letter", busy)
        for _time in range(2 * MOST_TRIES):
            assert deliver_report(delivery.pk) is None
    delivery.refresh_from_db()
    assert (delivery.tries, delivery.attempts, delivery.state) == (0, 0, State.WAITING)
    assert deliver_report(delivery.pk) == delivery
    assert len(mails_to(reader)) == 1
