"""What a schedule sends, to whom, and what becomes of it when people and rights change."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from backoffice.actions.deliveries import plan_reports, sweep_reports
from backoffice.actions.schedules import (
    change_schedule,
    delete_schedule,
    make_schedule,
    pause_schedule,
    refuse_reports,
    start_schedule,
    stop_schedule,
    want_reports,
)
from backoffice.errors import NotStopped, OtherReportUnderKey, ScheduleIsNotActive
from backoffice.models import ReportDelivery, Schedule, Snapshot
from backoffice.queries.schedules import stopped_schedules
from backoffice.reports.recurrence import Recurrence, Rhythm
from stores.models import Membership, Role, User
from tests.factories import make_membership, make_staff, make_store, make_user
from tests.reports.chain import Chain
from tests.reports.schedules import MORNING, WEEKLY, YESTERDAY, mails_to, plan, schedule_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
State = ReportDelivery.State


@pytest.fixture
def lyon(chain: Chain) -> User:
    return make_staff(Role.MANAGER, chain.lyon)


def run() -> int:
    plan_reports()
    return sweep_reports()


def test_each_manager_gets_their_own_store_only(office: User, lyon: User, chain: Chain) -> None:
    paris = make_staff(Role.MANAGER, chain.paris)
    schedule_of(office, query=YESTERDAY | {"period": "last-7-days"})
    assert run() == 4  # two mornings of two managers
    assert [mail.subject for mail in mails_to(lyon)][1:] == [
        "24 February 2026 – 2 March 2026: €103.47 in Lyon"
    ]
    everything = "".join(m.subject + m.text + m.html for m in mails_to(paris))
    assert "Lyon" not in everything
    assert mails_to(office) == []


def test_a_person_gets_it_by_name_and_an_auditor_reads_everything(office: User, lyon: User) -> None:
    auditor = make_staff(Role.AUDITOR)
    schedule_of(office, roles=[], people=[lyon, auditor])
    run()
    assert [mail.subject for mail in mails_to(lyon)][-1] == "Yesterday €77.97 in Lyon"
    assert [mail.subject for mail in mails_to(auditor)][
        -1
    ] == "Yesterday €77.97 in 2 stores (+52.9%)"


def test_a_managers_schedule_tells_nobody_of_another_store(lyon: User, chain: Chain) -> None:
    """Not by role, not by name, not a reader who may see more than the owner."""
    paris = make_staff(Role.MANAGER, chain.paris)
    both = make_staff(Role.MANAGER, chain.lyon)
    make_membership(Role.MANAGER, chain.paris, user=both)
    office = make_staff(Role.HEAD_OFFICE)
    schedule_of(lyon, roles=[Role.MANAGER, Role.HEAD_OFFICE], people=[paris, office])
    run()
    assert mails_to(paris) == mails_to(office) == []
    assert {mail.subject for mail in mails_to(both)} == {
        "28 February 2026: €0.00 in Lyon",
        "Yesterday €77.97 in Lyon",
    }


def test_readers_who_see_the_same_share_one_snapshot_in_their_own_languages(
    office: User, lyon: User, chain: Chain
) -> None:
    colleague = make_staff(Role.MANAGER, chain.lyon)
    User.objects.filter(pk=colleague.pk).update(language="fr")
    schedule = schedule_of(office)
    Schedule.objects.filter(pk=schedule.pk).update(planned_until=MORNING - timedelta(hours=6))
    run()
    snapshot = Snapshot.objects.get()
    assert snapshot.deliveries.count() == 2
    assert [mails_to(reader)[0].subject for reader in (lyon, colleague)] == [
        "Yesterday €77.97 in Lyon",
        "Hier 77,97 € à Lyon",
    ]


def test_it_stops_and_says_so_when_its_owner_is_gone(lyon: User, office: User) -> None:
    schedule = schedule_of(lyon)
    User.objects.filter(pk=lyon.pk).update(is_active=False)
    assert run() == 0
    schedule.refresh_from_db()
    assert (schedule.state, schedule.stopped_because) == ("stopped", "owner-closed")
    assert list(stopped_schedules(office)) == [schedule]
    [mail] = mails_to(office, "schedule_stopped")
    assert mail.subject == "“Figures” has stopped: nobody gets it any more"
    assert "The account of the person it belongs to is closed." in mail.text
    run()
    assert len(mails_to(office, "schedule_stopped")) == 1


def test_an_owner_who_lost_the_right_between_planning_and_sending_stops_it(
    lyon: User, chain: Chain
) -> None:
    reader = make_staff(Role.MANAGER, chain.lyon)
    schedule = schedule_of(lyon)
    plan_reports()
    Membership.objects.filter(user=lyon).update(role=Role.CLERK)
    assert sweep_reports() == 0
    schedule.refresh_from_db()
    assert schedule.stopped_because == "owner-right"
    assert mails_to(reader) == []
    assert [mail.reader for mail in mails_to(lyon, "schedule_stopped")] == [lyon]


def test_head_office_takes_over_a_schedule_whose_owner_is_gone(lyon: User, office: User) -> None:
    schedule = schedule_of(lyon)
    User.objects.filter(pk=lyon.pk).update(is_active=False)
    run()
    assert start_schedule(schedule.pk, by=office).owner == office
    with pytest.raises(NotStopped):
        start_schedule(schedule.pk, by=office)


def test_nothing_to_report_is_no_mail_unless_it_is_wanted(office: User, chain: Chain) -> None:
    make_staff(Role.MANAGER, make_store("empty"))
    quiet = schedule_of(office, when_empty=False)
    loud = schedule_of(office, when_empty=True)
    run()
    assert {d.state for d in quiet.deliveries.all()} == {State.EMPTY}
    assert {d.state for d in loud.deliveries.all()} == {State.SENT}
    assert set(Snapshot.objects.values_list("deliveries__schedule", flat=True)) == {loud.pk}


def test_whoever_refuses_gets_nothing_until_they_want_it_again(office: User, lyon: User) -> None:
    schedule = schedule_of(office)
    refuse_reports(schedule, by=lyon)
    refuse_reports(schedule, by=lyon)
    assert run() == 0
    want_reports(schedule, by=lyon)
    with time_machine.travel(MORNING + timedelta(days=1), tick=False):
        run()
    assert [delivery.day for delivery in schedule.deliveries.all()] == [date(2026, 3, 3)]


def test_a_newcomer_begins_with_the_next_run(office: User, lyon: User, chain: Chain) -> None:
    schedule = schedule_of(office, recurrence=WEEKLY)
    run()
    late = make_staff(Role.MANAGER, chain.paris)
    with time_machine.travel(MORNING + timedelta(days=3), tick=False):
        assert run() == 0
    with time_machine.travel(MORNING + timedelta(days=7), tick=False):
        assert run() == 2
    assert [delivery.day for delivery in schedule.deliveries.filter(reader=late)] == [
        date(2026, 3, 9)
    ]


@pytest.mark.parametrize(
    ("recurrence", "away", "days"),
    [
        (Recurrence(Rhythm.DAILY), 10, [(3, 10), (3, 11), (3, 12)]),
        (WEEKLY, 6, []),
        (WEEKLY, 10, [(3, 9)]),
        (WEEKLY, 30, [(3, 30)]),
        (Recurrence(Rhythm.MONTHLY, day=31), 40, [(3, 31)]),
        (Recurrence(Rhythm.LAST_DAY), 65, [(4, 30)]),
    ],
)
def test_after_a_time_without_a_planner_the_latest_are_made_up_for_and_never_a_flood(
    recurrence: Recurrence, away: int, days: list[tuple[int, int]], office: User, lyon: User
) -> None:
    schedule = schedule_of(office, recurrence=recurrence)
    plan_reports()
    schedule.deliveries.all().delete()
    plan_reports(MORNING + timedelta(days=away))
    found = schedule.deliveries.order_by("day").values_list("day", flat=True)
    assert [(day.month, day.day) for day in found] == days


def test_a_paused_schedule_sends_nothing_and_makes_up_for_nothing(office: User, lyon: User) -> None:
    schedule = schedule_of(office)
    pause_schedule(schedule.pk, by=office)
    assert run() == 0
    with pytest.raises(ScheduleIsNotActive):
        pause_schedule(schedule.pk, by=office)
    with time_machine.travel(MORNING + timedelta(days=3), tick=False):
        start_schedule(schedule.pk, by=office)
        assert run() == 0
    with time_machine.travel(MORNING + timedelta(days=4), tick=False):
        assert run() == 1


def test_what_was_promised_before_a_pause_waits_for_its_end(office: User, lyon: User) -> None:
    schedule = schedule_of(office)
    plan_reports()
    stop_schedule(schedule.pk, by=office)
    assert sweep_reports() == 0
    assert not stopped_schedules(office).exists()
    start_schedule(schedule.pk, by=office)
    assert sweep_reports() == 2


def test_what_waited_for_weeks_is_not_sent_any_more(office: User, lyon: User) -> None:
    schedule = schedule_of(office)
    plan_reports()
    pause_schedule(schedule.pk, by=office)
    with time_machine.travel(MORNING + timedelta(days=20), tick=False):
        start_schedule(schedule.pk, by=office)
        assert run() == 0
    assert not schedule.deliveries.exists()


def test_a_schedule_that_cannot_be_planned_does_not_stop_the_others(
    office: User, lyon: User
) -> None:
    broken, sound = schedule_of(office), schedule_of(office)
    Schedule.objects.filter(pk=broken.pk).update(report="gone")
    assert run() == 2
    assert {d.schedule for d in ReportDelivery.objects.all()} == {sound}


def test_a_change_of_rhythm_sends_nothing_that_was_due_before(office: User, lyon: User) -> None:
    schedule = schedule_of(office)
    run()
    changed = change_schedule(
        schedule.pk, plan(name="Later", recurrence=Recurrence(Rhythm.LAST_DAY)), by=office
    )
    assert (changed.name, changed.next_run_at) == (
        "Later",
        MORNING.replace(month=3, day=31, hour=4, minute=0),
    )
    assert run() == 0
    assert [recipient.role for recipient in changed.recipients.all()] == [Role.MANAGER]


def test_the_next_run_is_known_from_the_beginning(office: User, lyon: User) -> None:
    schedule = make_schedule(uuid4(), "consolidated", plan(recurrence=WEEKLY), by=office)
    assert schedule.next_run_at == MORNING.replace(day=9, hour=5, minute=0)


def test_the_same_form_sent_twice_is_one_schedule(office: User) -> None:
    key = uuid4()
    first = make_schedule(key, "consolidated", plan(), by=office)
    assert make_schedule(key, "consolidated", plan(), by=office) == first
    assert first.recipients.count() == 1


def test_a_key_that_made_something_else_is_refused(office: User, lyon: User) -> None:
    key = uuid4()
    schedule = make_schedule(key, "consolidated", plan(), by=lyon)
    for report, asked, by in (
        ("consolidated", plan(), office),  # the key of somebody else, which tells nothing
        ("consolidated", plan(name="Another"), lyon),
        ("consolidated", plan(people=[office]), lyon),
        ("consolidated", plan(roles=[Role.AUDITOR]), lyon),
        ("stock", plan(), lyon),
    ):
        with pytest.raises(OtherReportUnderKey):
            make_schedule(key, report, asked, by=by)
    assert list(Schedule.objects.filter(key=key)) == [schedule]
    assert schedule.recipients.count() == 1


def test_a_schedule_that_is_deleted_leaves_what_it_sent(office: User, lyon: User) -> None:
    schedule = schedule_of(office)
    run()
    delete_schedule(schedule.pk, by=office)
    assert not Schedule.objects.exists()
    assert ReportDelivery.objects.filter(reader=lyon, schedule=None).count() == 2
    assert run() == 0


def test_a_store_elsewhere_gets_it_on_its_own_clock_and_day(office: User) -> None:
    tokyo = make_store("tokyo", name="Tokyo", time_zone="Asia/Tokyo")
    east = make_staff(Role.MANAGER, tokyo)
    schedule = schedule_of(office, recurrence=WEEKLY)
    sunday = MORNING - timedelta(days=1) + timedelta(hours=15, minutes=30)  # 6:00 of Monday there
    assert plan_reports(sunday - timedelta(minutes=1)) == 0
    assert plan_reports(sunday) == 1
    with time_machine.travel(sunday, tick=False):
        sweep_reports()
        assert timezone.now() == sunday
    assert [d.day for d in schedule.deliveries.all()] == [date(2026, 3, 2)]
    [mail] = mails_to(east)
    assert mail.subject == "Yesterday €0.00 in Tokyo"
    assert "Figures as of: 2 March 2026, 06:00" in mail.text


def test_who_has_no_right_by_now_gets_nothing(office: User, lyon: User) -> None:
    schedule = schedule_of(office, roles=[], people=[lyon])
    plan_reports()
    Membership.objects.filter(user=lyon).delete()
    assert sweep_reports() == 2
    assert mails_to(lyon) == []
    assert {d.state for d in schedule.deliveries.all()} == {State.NO_RIGHT}


def test_a_customer_named_as_a_reader_gets_nothing(office: User) -> None:
    customer = make_user()
    schedule_of(office, roles=[], people=[customer])
    assert run() == 0


def test_the_next_run_of_a_schedule_that_came_with_comptoir_is_known_at_once(
    office: User, lyon: User
) -> None:
    schedule = schedule_of(office)
    Schedule.objects.update(next_run_at=None, active_since=MORNING, planned_until=MORNING)
    assert plan_reports() == 0
    schedule.refresh_from_db()
    assert schedule.next_run_at == MORNING.replace(day=3, hour=5, minute=0)
