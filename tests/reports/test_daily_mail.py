"""The report of yesterday's figures, mailed every morning by a schedule of the company's own."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from backoffice.actions import report_mails
from backoffice.actions.deliveries import deliver_report, plan_reports, sweep_reports
from backoffice.models import ReportDelivery, Schedule, Snapshot
from backoffice.reports.periods import Days
from backoffice.reports.query import Query
from backoffice.reports.stored import load
from stores.models import Mail, Membership, Role, User
from tests.factories import make_membership, make_staff, make_store
from tests.reports.chain import Chain, make_chain
from worker.schedule import SCHEDULE

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)  # 6:30 in Lyon and Paris; 1 March was yesterday


@pytest.fixture
def chain() -> Iterator[Chain]:
    with time_machine.travel(MORNING, tick=False):
        planned_until(MORNING - timedelta(hours=12))
        yield make_chain()


def planned_until(moment: datetime) -> None:
    """As if the schedule had been there, and been planned, for so long."""
    Schedule.objects.update(active_since=moment, planned_until=moment)


@pytest.fixture
def office(chain: Chain) -> User:
    return make_staff(Role.HEAD_OFFICE)


def mails_to(user: User) -> list[Mail]:
    return list(Mail.objects.filter(reader=user).order_by("pk"))


def test_head_office_gets_yesterdays_figures_of_every_store(office: User) -> None:
    assert plan_reports() == 1
    assert sweep_reports() == 1
    [mail] = mails_to(office)
    assert mail.subject == "Yesterday €77.97 in 2 stores (+52.9%)"
    assert "Lyon" in mail.text
    assert "Paris" in mail.text
    files = mail.attachments.filter(content_id="").values_list("name", flat=True)
    assert sorted(files) == [
        "consolidated-2026-03-01-best.csv",
        "consolidated-2026-03-01-products.csv",
        "consolidated-2026-03-01-stores.csv",
        "consolidated-2026-03-01.xlsx",
    ]
    for chart in mail.attachments.exclude(content_id=""):
        assert f'src="cid:{chart.content_id}"' in mail.html
        assert bytes(chart.content).startswith(b"\x89PNG")
    snapshot = Snapshot.objects.get()
    assert f"/reports/{snapshot.pk}/" in mail.html
    assert f"/reports/{snapshot.pk}/" in mail.text
    days = Query.from_json(snapshot.query).days
    assert days == Days(date(2026, 3, 1), date(2026, 3, 1))


def test_a_manager_gets_their_own_store_and_nothing_of_another(chain: Chain) -> None:
    manager = make_staff(Role.MANAGER, chain.lyon)
    plan_reports()
    sweep_reports()
    [mail] = mails_to(manager)
    assert mail.subject == "Yesterday €77.97 in Lyon"
    files = b"".join(bytes(attachment.content) for attachment in mail.attachments.all())
    everything = mail.subject + mail.text + mail.html + files.decode("utf-8", "replace")
    assert "Paris" not in everything
    assert "Central" not in everything
    stored = load(Snapshot.objects.get())
    assert [row[:2] for row in stored.tables[0].rows] == [["Lyon", "lyon"]]


def test_a_manager_of_two_stores_gets_one_mail_about_both(chain: Chain) -> None:
    manager = make_staff(Role.MANAGER, chain.lyon)
    make_membership(Role.MANAGER, chain.paris, user=manager)
    plan_reports()
    sweep_reports()
    assert [mail.subject for mail in mails_to(manager)] == ["Yesterday €77.97 in 2 stores (+52.9%)"]


def test_each_reader_is_told_in_their_language(chain: Chain) -> None:
    reader = make_staff(Role.MANAGER, chain.lyon)
    User.objects.filter(pk=reader.pk).update(language="fr")
    plan_reports()
    sweep_reports()
    [mail] = mails_to(reader)
    assert mail.language == "fr"
    assert mail.subject == "Hier 77,97 € à Lyon"
    assert "2 mars 2026 06:30" in mail.text  # the office's time, as on the page
    csv = bytes(mail.attachments.get(name__endswith="stores.csv").content).decode("utf-8-sig")
    assert "Lyon;lyon;77,97;0,00;;1;0;;77,97;5;0;;23;128,00;0;0,00" in csv


def test_clerks_logistics_auditors_and_customers_get_none(chain: Chain) -> None:
    make_staff(Role.CLERK, chain.lyon)
    make_staff(Role.LOGISTICS)
    make_staff(Role.AUDITOR)
    make_staff(Role.ADMIN)
    assert plan_reports() == 0


def test_the_same_figures_are_stored_once_for_all_who_see_the_same(office: User) -> None:
    colleague = make_staff(Role.HEAD_OFFICE)
    plan_reports()
    sweep_reports()
    assert Snapshot.objects.count() == 1
    assert [len(mails_to(reader)) for reader in (office, colleague)] == [1, 1]
    assert ReportDelivery.objects.filter(snapshot=Snapshot.objects.get()).count() == 2


@pytest.mark.usefixtures("office")
def test_planning_and_making_again_changes_nothing() -> None:
    for _time in range(3):
        plan_reports()
        sweep_reports()
    assert ReportDelivery.objects.count() == Mail.objects.count() == Snapshot.objects.count() == 1


def test_a_report_made_before_the_crash_of_its_mail_is_made_whole_or_not_at_all(
    office: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_reports()
    delivery = ReportDelivery.objects.get()

    def crash(*_args: Any, **_options: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(report_mails, "queue_letter", crash)
        with pytest.raises(SystemExit), transaction.atomic():
            deliver_report(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.done_at, Snapshot.objects.count(), mails_to(office)) == (None, 0, [])
    assert sweep_reports() == 1
    assert len(mails_to(office)) == 1


def test_rights_are_those_of_the_moment_of_sending(chain: Chain) -> None:
    demoted, moved, gone = (make_staff(Role.MANAGER, chain.paris) for _person in range(3))
    plan_reports()
    Membership.objects.filter(user=demoted).update(role=Role.CLERK)
    Membership.objects.filter(user=moved).update(location=chain.lyon)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert sweep_reports() == 3
    assert mails_to(demoted) == mails_to(gone) == []
    assert [mail.subject for mail in mails_to(moved)] == ["Yesterday €77.97 in Lyon"]
    assert not ReportDelivery.objects.filter(done_at=None).exists()
    assert ReportDelivery.objects.get(reader=demoted).snapshot is None


def test_nobody_who_left_is_planned_for(chain: Chain) -> None:
    gone = make_staff(Role.MANAGER, chain.lyon)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert plan_reports() == 0


def test_it_is_due_when_the_hour_has_struck_where_the_reader_works(chain: Chain) -> None:
    tokyo = make_store("tokyo", time_zone="Asia/Tokyo")
    east, west = make_staff(Role.MANAGER, tokyo), make_staff(Role.MANAGER, chain.lyon)
    both = make_staff(Role.MANAGER, tokyo)
    make_membership(Role.MANAGER, chain.lyon, user=both)

    def days(now: datetime) -> list[date]:
        plan_reports(now)
        rows = ReportDelivery.objects.order_by("reader", "-day").distinct("reader")
        latest = dict(rows.values_list("reader", "day"))
        return [latest[reader.pk] for reader in (east, west, both)]

    assert days(datetime(2026, 3, 9, 20, 59, tzinfo=UTC)) == [date(2026, 3, 9)] * 3
    # 6:00 of the 10th in Tokyo
    assert days(datetime(2026, 3, 9, 21, 0, tzinfo=UTC)) == [
        date(2026, 3, 10),
        date(2026, 3, 9),
        date(2026, 3, 9),
    ]
    # 5:59 and 6:00 of the 10th in Lyon
    assert days(datetime(2026, 3, 10, 4, 59, tzinfo=UTC))[1:] == [date(2026, 3, 9)] * 2
    assert days(datetime(2026, 3, 10, 5, 0, tzinfo=UTC)) == [date(2026, 3, 10)] * 3


@pytest.mark.parametrize("at", [time(2), time(2, 30), time(3)])
@pytest.mark.parametrize("night", [date(2026, 3, 29), date(2026, 10, 25)])
@pytest.mark.usefixtures("office")
def test_a_night_of_daylight_saving_brings_one_report(night: date, at: time) -> None:
    """The hour that is left out, and the one that strikes twice."""
    minute = datetime(night.year, night.month, night.day, tzinfo=UTC) - timedelta(hours=3)
    planned_until(minute)
    Schedule.objects.update(at=at)
    for _step in range(4 * 33):
        minute += timedelta(minutes=15)
        plan_reports(minute)
    days = list(ReportDelivery.objects.order_by("day").values_list("day", flat=True))
    assert days == [night, night + timedelta(days=1)]


@pytest.mark.usefixtures("office")
def test_reports_missed_while_nobody_planned_are_made_up_for() -> None:
    plan_reports(MORNING)
    plan_reports(MORNING + timedelta(days=3))
    days = list(ReportDelivery.objects.order_by("day").values_list("day", flat=True))
    assert days == [date(2026, 3, 2) + timedelta(days=n) for n in range(4)]
    plan_reports(MORNING + timedelta(days=20))
    assert ReportDelivery.objects.count() == 7


@pytest.mark.usefixtures("office")
def test_a_clock_that_jumps_back_plans_nothing_twice() -> None:
    plan_reports(MORNING)
    assert plan_reports(MORNING - timedelta(days=2)) == 0
    assert ReportDelivery.objects.count() == 1
    for hours in range(4 * 24):
        plan_reports(MORNING - timedelta(days=2) + timedelta(hours=hours))
    days = list(ReportDelivery.objects.order_by("day").values_list("day", flat=True))
    assert days == [date(2026, 3, 2), date(2026, 3, 3)]


@pytest.mark.usefixtures("office")
def test_a_clock_that_was_years_ahead_for_a_while_does_not_silence_a_schedule() -> None:
    plan_reports(MORNING)
    plan_reports(datetime(2030, 1, 1, 12, tzinfo=UTC))
    assert plan_reports(MORNING + timedelta(hours=1)) == 0  # the clock is right again
    assert plan_reports(MORNING + timedelta(days=1)) == 1
    assert ReportDelivery.objects.filter(day=date(2026, 3, 3)).exists()


def test_a_report_of_another_day_does_not_say_yesterday(office: User) -> None:
    plan_reports(MORNING)
    with time_machine.travel(MORNING + timedelta(days=2), tick=False):
        sweep_reports()
    assert re.match(r"1 March 2026: €77\.97 in 2 stores", mails_to(office)[0].subject)


def test_the_timetable_plans_and_sweeps() -> None:
    tasks = {entry["task"] for entry in SCHEDULE.values()}
    assert {"reports.plan_reports", "reports.sweep_reports"} <= tasks


def test_the_morning_report_is_an_ordinary_schedule_of_the_company() -> None:
    schedule = Schedule.objects.get()
    assert str(schedule) == "Morning report"
    assert schedule.rhythm_in_words == "Every day at 06:00"
    assert (schedule.report, schedule.query["period"]) == ("consolidated", "yesterday")
    assert (schedule.owner, schedule.state) == (None, Schedule.State.ACTIVE)
    assert [recipient.role for recipient in schedule.recipients.all()] == ["manager", "head_office"]


def at_once(*actions: Any) -> None:
    """Run the actions in threads whose connections are open before they begin."""
    barrier = threading.Barrier(len(actions))
    failures: list[BaseException] = []

    def run(action: Any) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            action()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.django_db(transaction=True)
def test_two_planners_and_four_workers_at_once_send_each_report_once() -> None:
    with time_machine.travel(MORNING, tick=True):
        planned_until(MORNING - timedelta(hours=1))
        chain = make_chain()
        readers = [make_staff(Role.HEAD_OFFICE) for _reader in range(4)]
        readers += [make_staff(Role.MANAGER, chain.lyon) for _reader in range(2)]
        at_once(plan_reports, plan_reports)
        assert ReportDelivery.objects.count() == 6
        at_once(*[sweep_reports] * 4)
        assert [len(mails_to(reader)) for reader in readers] == [1] * 6
        assert Snapshot.objects.count() == 2
        assert not ReportDelivery.objects.filter(done_at=None).exists()
