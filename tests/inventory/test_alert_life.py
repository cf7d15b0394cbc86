"""The life of an alert: taken notice of, put off to a day, silent while goods are on the way."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inventory.actions.alert_life import acknowledge_alerts, snooze_alerts, wake_alerts
from inventory.actions.stock import Move, move_stock
from inventory.errors import SnoozeTooLong, SnoozeTooShort
from inventory.models import Alert, Cause, Document, StockLevel
from inventory.queries.alerts import forget_counts, open_alerts
from stores.models import Location, Role
from stores.models.location import outer_place
from tests.factories import make_level, make_sku, make_staff, make_store, make_warehouse

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


def sell(level: StockLevel, units: int) -> None:
    customer = outer_place(Location.Kind.CUSTOMER)
    number = Alert.objects.count() + 1000
    move_stock(
        [Move(level.sku_id, level.location, customer, units)],
        cause=Cause(Document.SALE, number + level.pk),
        by=None,
    )


def run_low(store: Location | None = None, *, left: int = 2) -> Alert:
    level = make_level(location=store or make_store(), on_hand=10, reorder_point=4)
    sell(level, 10 - left)
    return Alert.objects.open().worst().get(sku=level.sku)


def state_of(alert: Alert, now: datetime | None = None) -> str:
    return Alert.objects.with_state(now).get(pk=alert.pk).state_now


@pytest.mark.django_db
def test_somebody_takes_notice_once() -> None:
    alert = run_low()
    clerk = make_staff(Role.CLERK, alert.location)
    manager = make_staff(Role.MANAGER, alert.location)
    assert state_of(alert) == "open"
    assert acknowledge_alerts([alert.pk], by=clerk) == 1
    assert acknowledge_alerts([alert.pk], by=manager) == 0
    alert.refresh_from_db()
    assert alert.acknowledged_by == clerk
    assert alert.acknowledged_at is not None
    assert state_of(alert) == "acknowledged"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.CLERK, True),
        (Role.MANAGER, True),
        (Role.LOGISTICS, True),
        (Role.HEAD_OFFICE, True),
        (Role.AUDITOR, False),
    ],
)
def test_who_may_acknowledge(role: Role, may: bool) -> None:
    alert = run_low()
    at_place = role in (Role.CLERK, Role.MANAGER)
    person = make_staff(role, alert.location if at_place else None)
    if may:
        assert acknowledge_alerts([alert.pk], by=person) == 1
    else:
        with pytest.raises(PermissionDenied):
            acknowledge_alerts([alert.pk], by=person)
        assert state_of(alert) == "open"


@pytest.mark.django_db
def test_one_foreign_alert_and_nothing_is_changed() -> None:
    own, foreign = run_low(), run_low()
    clerk = make_staff(Role.CLERK, own.location)
    for change in (acknowledge_alerts, wake_alerts):
        with pytest.raises(PermissionDenied):
            change([own.pk, foreign.pk], by=clerk)
    with pytest.raises(PermissionDenied):
        snooze_alerts(
            [own.pk, foreign.pk], until=own.location.local_day() + timedelta(days=9), by=clerk
        )
    assert [state_of(own), state_of(foreign)] == ["open", "open"]


@pytest.mark.django_db
def test_what_closed_meanwhile_is_left_alone() -> None:
    alert = run_low()
    clerk = make_staff(Role.CLERK, alert.location)
    Alert.objects.update(closed_at=timezone.now())
    assert acknowledge_alerts([alert.pk], by=clerk) == 0
    alert.refresh_from_db()
    assert alert.acknowledged_by is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "wakes_at"),
    [
        ("Europe/Paris", datetime(2026, 11, 24, 23, 0, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 25, 5, 0, tzinfo=UTC)),
    ],
)
def test_it_comes_back_by_itself_at_midnight_of_its_place(zone: str, wakes_at: datetime) -> None:
    alert = run_low(make_store(time_zone=zone))
    clerk = make_staff(Role.CLERK, alert.location)
    acknowledge_alerts([alert.pk], by=clerk)
    assert snooze_alerts([alert.pk], until=date(2026, 11, 25), by=clerk, now=NOON) == 1
    assert state_of(alert, NOON) == "snoozed"
    assert state_of(alert, wakes_at - timedelta(seconds=1)) == "snoozed"
    assert state_of(alert, wakes_at) == "open"


@pytest.mark.django_db
def test_a_day_that_is_over_or_a_year_away_is_refused() -> None:
    alert = run_low()
    clerk = make_staff(Role.CLERK, alert.location)
    for day in (date(2026, 11, 20), date(2026, 11, 1)):
        with pytest.raises(SnoozeTooShort, match="Choose a day after today"):
            snooze_alerts([alert.pk], until=day, by=clerk, now=NOON)
    with pytest.raises(SnoozeTooLong):
        snooze_alerts([alert.pk], until=date(2027, 11, 22), by=clerk, now=NOON)
    alert.refresh_from_db()
    assert alert.snoozed_until is None


@pytest.mark.django_db
def test_a_person_brings_it_back() -> None:
    alert = run_low()
    clerk = make_staff(Role.CLERK, alert.location)
    snooze_alerts([alert.pk], until=date(2026, 11, 25), by=clerk, now=NOON)
    assert wake_alerts([alert.pk], by=clerk) == 1
    assert wake_alerts([alert.pk], by=clerk) == 0
    assert state_of(alert, NOON) == "open"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("left", "incoming", "state"),
    [
        (2, 2, "open"),  # 4 are not above the reorder point of 4
        (2, 3, "silent"),
        (0, 4, "open"),
        (0, 5, "silent"),
    ],
)
def test_silent_while_what_is_on_the_way_covers_the_gap(
    left: int, incoming: int, state: str
) -> None:
    alert = run_low(left=left)
    StockLevel.objects.filter(sku=alert.sku, location=alert.location).update(incoming=incoming)
    assert state_of(alert) == state
    clerk = make_staff(Role.CLERK, alert.location)
    assert open_alerts(clerk, alert.location) == (1 if state == "open" else 0)
    StockLevel.objects.update(incoming=0)
    assert state_of(alert) == "open"


@pytest.mark.django_db
def test_the_header_counts_what_nobody_took_notice_of(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    lyon, paris, central = make_store(), make_store(), make_warehouse()
    first, second = run_low(lyon), run_low(lyon, left=0)  # out, which is low besides
    run_low(paris)
    make_level(make_sku(), central)
    clerk, office = make_staff(Role.CLERK, lyon), make_staff(Role.HEAD_OFFICE)
    somewhere = make_staff(Role.LOGISTICS, central)
    assert [open_alerts(clerk, lyon), open_alerts(office, None)] == [2, 3]
    assert open_alerts(somewhere, None) == 0
    with django_assert_num_queries(0):  # kept for a few seconds
        open_alerts(clerk, lyon)
    acknowledge_alerts([first.pk], by=clerk)
    snooze_alerts([second.pk], until=lyon.local_day() + timedelta(days=2), by=clerk)
    forget_counts()
    assert [open_alerts(clerk, lyon), open_alerts(office, None)] == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_what_a_person_changed_is_counted_at_once() -> None:
    alert = run_low()
    clerk = make_staff(Role.CLERK, alert.location)
    assert open_alerts(clerk, alert.location) == 1
    acknowledge_alerts([alert.pk], by=clerk)
    assert open_alerts(clerk, alert.location) == 0


@pytest.mark.django_db(transaction=True)
def test_acknowledging_and_receiving_at_the_same_moment_never_wait_in_a_circle() -> None:
    store = make_store()
    alerts = [run_low(store) for _ in range(12)]
    clerk = make_staff(Role.CLERK, store)
    supplier = outer_place(Location.Kind.SUPPLIER)
    both_ready = threading.Barrier(2)

    def work(receives: bool) -> None:
        connection.ensure_connection()
        both_ready.wait()
        try:
            if receives:
                moves = [Move(alert.sku_id or 0, supplier, store, 9) for alert in reversed(alerts)]
                move_stock(moves, cause=Cause(Document.ADJUSTMENT, 1), by=None)
            else:
                acknowledge_alerts([alert.pk for alert in alerts], by=clerk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for result in [pool.submit(work, receives) for receives in (True, False)]:
            result.result()
    assert not Alert.objects.open().exists()


@pytest.mark.django_db
def test_many_of_a_store_cost_as_many_queries_as_few() -> None:
    store = make_store()
    clerk = make_staff(Role.CLERK, store)
    counts = []
    for number in (2, 12):
        alerts = [run_low(store).pk for _ in range(number)]
        with CaptureQueriesContext(connection) as queries:
            assert acknowledge_alerts(alerts, by=clerk) == number
        counts.append(len(queries))
    assert counts[0] == counts[1]
