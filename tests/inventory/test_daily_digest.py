"""The daily digest: one mail per person and local day, at seven, whatever the clocks do."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client

from inventory.actions.alert_life import acknowledge_alerts
from inventory.actions.alerts import review_all_alerts
from inventory.actions.daily_digest import send_daily_digests
from inventory.actions.digest import tell_alerts
from inventory.actions.runs import forget_old_runs
from inventory.models import Alert, AlertDigest, AlertRun, Demand, NotificationChoice, StockLevel
from inventory.queries.mailer import kinds_of_runs, missed_runs
from inventory.queries.notifications import told_at
from stores.models import Company, Location, Mail, MailAttachment, Role, User
from tests.factories import (
    make_level,
    make_membership,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_user,
    make_warehouse,
)

SEVEN = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)  # in Paris
A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)


def overstock(store: Location, name: str, *, on_hand: int = 10) -> StockLevel:
    level = make_level(make_sku(f"C-{name}", name=name), store, on_hand=on_hand)
    StockLevel.objects.filter(pk=level.pk).update(maximum=on_hand - 1)
    review_all_alerts()
    return level


def choose(user: User, subject: str, how: str) -> None:
    NotificationChoice.objects.create(user=user, subject=subject, how=how)


@pytest.mark.django_db
def test_at_seven_and_once(lyon: Location) -> None:
    clerk = make_staff(Role.CLERK, lyon)
    overstock(lyon, "Café")
    assert send_daily_digests(SEVEN - A_MINUTE) == 0
    assert not AlertRun.objects.exists()
    assert send_daily_digests(SEVEN) == 1
    assert send_daily_digests(SEVEN + A_MINUTE) == 0
    assert send_daily_digests(SEVEN + A_DAY) == 1
    mail = Mail.objects.earliest("pk")
    assert (mail.reader, mail.subject) == (clerk, "1 product above its maximum in Lyon")
    assert "Checked on 20 Nov 2026 at 07:00: 1 place, 1 article." in mail.text
    assert "- Café (C-Café): 10 on hand, at most 9, since" in mail.text
    run = AlertRun.objects.earliest("pk")
    assert (run.kind, run.started_at, run.places, run.checked) == ("daily", SEVEN, 1, 1)
    assert (run.found, run.mails, run.failure) == (1, 1, "")


@pytest.mark.django_db
def test_a_worker_that_was_away_sends_it_on_the_same_day_and_not_for_days_before(
    lyon: Location,
) -> None:
    make_staff(Role.CLERK, lyon)
    overstock(lyon, "Café")
    assert send_daily_digests(SEVEN) == 1
    assert send_daily_digests(SEVEN + 3 * A_DAY + timedelta(hours=10)) == 1
    days = AlertDigest.objects.order_by("pk").values_list("day", flat=True)
    assert list(days) == [date(2026, 11, 20), date(2026, 11, 23)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Paris", date(2026, 3, 29)),
        ("Europe/Paris", date(2026, 10, 25)),
        ("America/New_York", date(2026, 3, 8)),
        ("America/New_York", date(2026, 11, 1)),
        ("America/Santiago", date(2026, 9, 6)),  # midnight itself is skipped there
        ("Pacific/Auckland", date(2026, 9, 27)),
    ],
)
def test_the_days_on_which_clocks_change_have_one_digest_each(zone: str, day: date) -> None:
    """Every ten minutes from the day before to the day after."""
    store = make_store("far", time_zone=zone)
    make_staff(Role.CLERK, store)
    overstock(store, "Café")
    first = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC) - A_DAY
    for step in range(3 * 24 * 6):
        now = first + step * timedelta(minutes=10)
        if now.astimezone(ZoneInfo(zone)).hour in (0, 1, 2, 3, 6, 7, 8):
            send_daily_digests(now)
    digests = AlertDigest.objects.filter(day__range=(day - A_DAY, day + A_DAY)).order_by("day")
    assert [digest.day for digest in digests] == [day - A_DAY, day, day + A_DAY]
    local = [digest.at.astimezone(ZoneInfo(zone)) for digest in digests]
    assert [(at.hour, at.minute) for at in local] == [(7, 0)] * 3
    assert Mail.objects.count() == AlertDigest.objects.count()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "sent_at", "next_at"),
    [
        # clocks go from 02:00 to 03:00: half past two is as long after midnight as on other days
        (date(2026, 3, 29), "2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00"),
        # clocks go from 03:00 back to 02:00: half past two comes twice, and the first one counts
        (date(2026, 10, 25), "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"),
    ],
)
def test_half_past_two_that_does_not_exist_or_exists_twice_is_one_run(
    lyon: Location, day: date, sent_at: str, next_at: str
) -> None:
    Company.objects.update(digest_at=time(2, 30))
    make_staff(Role.CLERK, lyon)
    overstock(lyon, "Café")
    midnight = datetime(day.year, day.month, day.day, tzinfo=lyon.zone).astimezone(UTC)
    sent = []
    for minute in range(0, 6 * 60, 5):
        now = midnight + minute * A_MINUTE
        assert missed_runs(now) == []
        sent += [now] * send_daily_digests(now)
    assert sent == [datetime.fromisoformat(sent_at)]
    assert list(AlertDigest.objects.values_list("day", flat=True)) == [day]
    for now in (sent[0], sent[0] + 40 * A_MINUTE, sent[0] + 70 * A_MINUTE):
        [_at_once, daily] = kinds_of_runs(now)
        assert daily.next_at == datetime.fromisoformat(next_at)


@pytest.mark.django_db
def test_a_clock_that_is_set_back_sends_nothing_again(lyon: Location) -> None:
    make_staff(Role.CLERK, lyon)
    overstock(lyon, "Café")
    assert send_daily_digests(SEVEN) == 1
    assert send_daily_digests(SEVEN - timedelta(hours=1)) == 0
    assert send_daily_digests(SEVEN) == 0
    assert Mail.objects.count() == 1


@pytest.mark.django_db
def test_nothing_to_say_is_no_mail_unless_one_wants_to_know(lyon: Location) -> None:
    make_staff(Role.CLERK, lyon)
    wants = make_staff(Role.MANAGER, lyon)
    choose(wants, "all_well", "digest")
    make_level(make_sku(), lyon, on_hand=4)
    assert send_daily_digests(SEVEN) == 1
    mail = Mail.objects.get()
    assert (mail.reader, mail.subject) == (wants, "All well in Lyon")
    assert "1 place, 1 article." in mail.text
    overstock(lyon, "Café")
    assert send_daily_digests(SEVEN + timedelta(hours=4)) == 0  # the day's was looked at


@pytest.mark.django_db
def test_a_person_of_the_company_has_all_places_in_sections_in_their_language(
    lyon: Location,
) -> None:
    far = make_store("far", name="Boston", time_zone="America/New_York")
    logistics = make_membership(Role.LOGISTICS, None, user=make_user(language="en")).user
    for subject in ("low", "out"):
        choose(logistics, subject, "digest")
    cheap = make_level(make_sku("C-1", name="Cheap", price="1.00"), lyon, reorder_point=2)
    dear = make_level(make_sku("C-2", name="Dear", price="90.00"), far, reorder_point=2)
    for level in (cheap, dear):
        Demand.objects.create(
            location=level.location, sku=level.sku, units=56, counted_on=date(2026, 11, 19)
        )
    review_all_alerts()
    overstock(lyon, "Full")
    assert send_daily_digests(SEVEN) == 1
    mail = Mail.objects.get()
    assert mail.subject == "2 products out of stock, 1 product above its maximum in 2 places"
    assert mail.text.index("Boston") < mail.text.index("- Dear") < mail.text.index("Lyon\n")
    assert mail.text.index("- Cheap") < mail.text.index("- Full")
    assert "2 places, 3 articles." in mail.text


@pytest.mark.django_db
def test_requests_to_decide_for_who_wants_them_in_the_digest() -> None:
    central = make_warehouse("central", name="Central")
    logistics = make_staff(Role.LOGISTICS, central)
    choose(logistics, "request", "digest")
    request = make_restock(warehouse=central)
    assert send_daily_digests(SEVEN) == 1
    mail = Mail.objects.get(template="stock_digest")
    assert mail.subject == "1 request to decide in Central"
    assert f"- R-{request.pk}, {request.store}" in mail.text


@pytest.mark.django_db
def test_what_somebody_takes_care_of_is_told_once(lyon: Location) -> None:
    clerk = make_staff(Role.CLERK, lyon)
    overstock(lyon, "Café")
    Alert.objects.update(opened_at=SEVEN - A_DAY)
    assert send_daily_digests(SEVEN) == 1
    acknowledge_alerts(Alert.objects.values_list("pk", flat=True), by=clerk)
    assert send_daily_digests(SEVEN + A_DAY) == 0
    newer = overstock(lyon, "Souris")
    Alert.objects.filter(sku=newer.sku).update(opened_at=SEVEN + A_DAY + A_MINUTE)
    acknowledge_alerts(Alert.objects.values_list("pk", flat=True), by=clerk)
    assert send_daily_digests(SEVEN + 2 * A_DAY) == 1
    assert "C-Café" not in Mail.objects.latest("pk").text


@pytest.mark.django_db
def test_forty_rows_and_the_whole_as_a_file(lyon: Location) -> None:
    make_staff(Role.CLERK, lyon)
    for number in range(42):
        make_level(make_sku(f"C-{number}"), lyon, on_hand=2)
    StockLevel.objects.update(maximum=1)
    review_all_alerts()
    send_daily_digests(SEVEN)
    mail = Mail.objects.get()
    assert mail.subject == "42 products above their maximum in Lyon"
    assert "40 of 42 rows; the whole table is attached." in mail.text
    assert mail.text.count("\n- ") == 40
    lines = bytes(MailAttachment.objects.get().content).decode("utf-8-sig").splitlines()
    assert len(lines) == 43


@pytest.mark.django_db
def test_one_reader_who_fails_does_not_hold_up_the_rest(lyon: Location) -> None:
    broken, fine = make_staff(Role.CLERK, lyon), make_staff(Role.CLERK, lyon)
    User.objects.filter(pk=broken.pk).update(email="no address")
    overstock(lyon, "Café")
    assert send_daily_digests(SEVEN) == 1
    assert Mail.objects.get().reader == fine
    assert "ValidationError" in AlertRun.objects.get().failure
    assert list(AlertDigest.objects.values_list("reader", flat=True)) == [fine.pk]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_moment_write_one() -> None:
    store = make_store()
    make_staff(Role.CLERK, store)
    overstock(store, "Café")
    both_ready = threading.Barrier(2)

    def work() -> int:
        connection.ensure_connection()
        both_ready.wait()
        try:
            return send_daily_digests(SEVEN)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(work) for _ in range(2)]
    assert sorted(result.result() for result in results) == [0, 1]
    assert (Mail.objects.count(), AlertDigest.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_a_missed_digest_raises_its_own_alarm_once(lyon: Location) -> None:
    make_staff(Role.CLERK, lyon)
    office = make_staff(Role.HEAD_OFFICE)
    overstock(lyon, "Café")
    assert missed_runs(SEVEN + timedelta(hours=3)) == []  # nobody had one yet: nothing is missed
    send_daily_digests(SEVEN)
    next_day = SEVEN + A_DAY
    assert missed_runs(next_day + 29 * A_MINUTE) == []
    [missed] = missed_runs(next_day + 30 * A_MINUTE)
    assert (missed.kind, missed.since, missed.readers) == ("daily", SEVEN, 1)
    for minute in (90, 91):
        send_daily_digests(next_day + minute * A_MINUTE)
    [mail] = Mail.objects.filter(template="alerts_missed")
    assert (mail.reader, mail.subject) == (office, "1 daily digest of alerts is late")
    assert "/head-office/alerts/mailer/" in mail.text
    assert missed_runs(next_day + 92 * A_MINUTE) == []


@pytest.mark.django_db
def test_runs_at_once_that_stopped_raise_the_alarm(lyon: Location) -> None:
    office = make_staff(Role.HEAD_OFFICE)
    tell_alerts(SEVEN)
    assert missed_runs(SEVEN + 20 * A_MINUTE) == []
    [missed] = missed_runs(SEVEN + 21 * A_MINUTE)
    assert missed.kind == "at_once"
    assert SEVEN <= missed.since < SEVEN + A_MINUTE
    tell_alerts(SEVEN + timedelta(hours=2, seconds=30))
    tell_alerts(SEVEN + timedelta(hours=2, minutes=2))
    mail = Mail.objects.get()
    assert mail.reader == office
    assert mail.subject == "Alert mails were not sent for 2 hours"


@pytest.mark.django_db
def test_a_run_that_broke_off_does_not_count(lyon: Location) -> None:
    tell_alerts(SEVEN)
    AlertRun.objects.create(kind="at_once", started_at=SEVEN + 20 * A_MINUTE)
    assert len(missed_runs(SEVEN + 21 * A_MINUTE)) == 1


@pytest.mark.django_db
def test_old_runs_are_forgotten(lyon: Location) -> None:
    make_staff(Role.CLERK, lyon)
    send_daily_digests(SEVEN)
    tell_alerts(SEVEN)
    assert forget_old_runs(SEVEN + 30 * A_DAY) == 0
    assert forget_old_runs(SEVEN + 31 * A_DAY) == 2
    assert not AlertDigest.objects.exists()


@pytest.mark.django_db
def test_head_office_sees_whether_the_mailer_works(client: Client, lyon: Location) -> None:
    make_staff(Role.CLERK, lyon)
    overstock(lyon, "Café")
    send_daily_digests(SEVEN)
    tell_alerts(SEVEN)
    office = make_staff(Role.HEAD_OFFICE)
    client.force_login(office)
    page = client.get("/head-office/alerts/mailer/").content.decode()
    assert "missed a run" in page
    assert "1 product above its maximum in Lyon" in page
    assert "The mailer of alerts missed a run" in client.get("/head-office/").content.decode()
    assert "A request waits too long after 24 hours." in page
    assert 'href="/head-office/settings/#times"' in page
    client.force_login(make_staff(Role.LOGISTICS))
    assert client.get("/head-office/alerts/mailer/").status_code == 403
    assert "missed a run" not in client.get("/head-office/alerts/").content.decode()


@pytest.mark.django_db
def test_a_person_chooses_on_a_page_of_their_own(client: Client, lyon: Location) -> None:
    clerk = make_staff(Role.CLERK, lyon)
    client.force_login(clerk)
    assert 'href="/profile/notifications/"' in client.get("/profile/").content.decode()
    typed = {
        "low": "digest",
        "out": "at_once",
        "overstock": "none",
        "late": "at_once",
        "waiting": "at_once",
        "request": "at_once",
        "all_well": "digest",
    }
    assert client.post("/profile/notifications/", typed).status_code == 302
    choices = NotificationChoice.objects.order_by("subject").values_list("subject", "how")
    assert list(choices) == [("all_well", "digest"), ("low", "digest"), ("overstock", "none")]
    assert client.post("/profile/notifications/", typed | {"low": "never"}).status_code == 422
    client.post("/profile/notifications/", typed | {"low": "at_once"})
    assert NotificationChoice.objects.filter(subject="low").count() == 0


@pytest.mark.django_db
def test_head_office_is_told_of_what_it_chooses_and_of_nothing_else(
    client: Client, lyon: Location
) -> None:
    office = make_staff(Role.HEAD_OFFICE)
    overstock(lyon, "Café")
    assert (send_daily_digests(SEVEN), tell_alerts(SEVEN)) == (0, 0)
    assert told_at([lyon]) == {lyon.pk: []}
    client.force_login(office)
    page = "/profile/notifications/"
    assert "head office of what it chooses" in client.get(page).content.decode()
    nothing = {subject.value: "none" for subject in NotificationChoice.Subject}
    chosen = nothing | {"overstock": "digest", "request": "at_once"}
    assert client.post(page, chosen).status_code == 302
    [choice] = NotificationChoice.objects.all()
    assert (choice.user, choice.subject, choice.how) == (office, "overstock", "digest")
    [told] = told_at([lyon])[lyon.pk]
    assert (told.person, told.role, told.in_the_digest) == (office, "head_office", ["overstock"])
    assert send_daily_digests(SEVEN + A_DAY) == 1
    assert "1 product above its maximum" in Mail.objects.get(template="stock_digest").subject
    assert client.post(page, nothing | {"request": "at_once"}).status_code == 302
    assert send_daily_digests(SEVEN + 2 * A_DAY) == 0


@pytest.mark.django_db
def test_requests_to_decide_come_to_head_office_in_the_digest_too() -> None:
    office = make_staff(Role.HEAD_OFFICE)
    choose(office, "request", "digest")
    asked = make_restock()
    assert send_daily_digests(SEVEN) == 1
    assert f"- {asked}," in Mail.objects.get(reader=office).text


@pytest.mark.django_db
def test_head_office_that_also_works_in_a_store_is_told_as_the_store_is(lyon: Location) -> None:
    both = make_staff(Role.HEAD_OFFICE)
    make_membership(Role.CLERK, lyon, user=both)
    overstock(lyon, "Café")
    overstock(make_store("paris", name="Paris"), "Souris")
    assert [told.role for told in told_at([lyon])[lyon.pk]] == ["clerk"]
    assert send_daily_digests(SEVEN) == 1
    assert "in Lyon" in Mail.objects.get(reader=both).subject
