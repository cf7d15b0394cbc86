"""Rules of recurrence: what a form makes of them, and on which local days and moments they fall."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from backoffice.reports.recurrence import (
    Recurrence,
    Rhythm,
    days_of,
    next_moments,
    strikes_at,
    struck,
)

PARIS, TOKYO = ZoneInfo("Europe/Paris"), ZoneInfo("Asia/Tokyo")
SIX = time(6)
DAILY = Recurrence(Rhythm.DAILY).rule


def on(day: int) -> str:
    return Recurrence(Rhythm.MONTHLY, day=day).rule


@pytest.mark.parametrize(
    ("recurrence", "rule"),
    [
        (Recurrence(Rhythm.DAILY), "FREQ=DAILY"),
        (Recurrence(Rhythm.WORKDAYS), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        (Recurrence(Rhythm.WEEKLY, (0,)), "FREQ=WEEKLY;BYDAY=MO"),
        (Recurrence(Rhythm.WEEKLY, (4, 0)), "FREQ=WEEKLY;BYDAY=MO,FR"),
        (Recurrence(Rhythm.MONTHLY, day=1), "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=-1"),
        (Recurrence(Rhythm.MONTHLY, day=30), "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"),
        (
            Recurrence(Rhythm.FIRST_WORKDAY),
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1",
        ),
        (
            Recurrence(Rhythm.LAST_WORKDAY),
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        ),
        (Recurrence(Rhythm.LAST_DAY), "FREQ=MONTHLY;BYMONTHDAY=-1"),
    ],
)
def test_a_rhythm_is_a_rule_and_is_read_back(recurrence: Recurrence, rule: str) -> None:
    assert recurrence.rule == rule
    again = Recurrence.of(rule)
    assert (again.rhythm, again.day, again.rule) == (recurrence.rhythm, recurrence.day, rule)
    assert set(again.weekdays) == set(recurrence.weekdays)


def test_every_day_of_the_week_chosen_is_weekly_or_on_weekdays() -> None:
    assert Recurrence.of("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR").rhythm == Rhythm.WORKDAYS
    assert Recurrence.of("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA").weekdays == (0, 1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("day", "falls_on"),
    [
        (28, [(1, 28), (2, 28), (3, 28), (4, 28)]),
        (29, [(1, 29), (2, 28), (3, 29), (4, 29)]),
        (30, [(1, 30), (2, 28), (3, 30), (4, 30)]),
        (31, [(1, 31), (2, 28), (3, 31), (4, 30)]),
    ],
)
def test_a_day_that_a_month_does_not_have_is_its_last(
    day: int, falls_on: list[tuple[int, int]]
) -> None:
    days = days_of(on(day), date(2026, 1, 1), date(2026, 4, 30))
    assert [(found.month, found.day) for found in days] == falls_on


@pytest.mark.parametrize("day", [29, 30, 31])
def test_a_leap_year_has_its_29_february(day: int) -> None:
    assert days_of(on(day), date(2028, 2, 1), date(2028, 2, 29)) == [date(2028, 2, 29)]


def test_last_days_last_weekdays_and_first_weekdays_of_months() -> None:
    window = date(2026, 1, 1), date(2026, 3, 31)
    assert days_of(Recurrence(Rhythm.LAST_DAY).rule, *window) == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
    ]
    assert days_of(Recurrence(Rhythm.LAST_WORKDAY).rule, *window) == [
        date(2026, 1, 30),
        date(2026, 2, 27),
        date(2026, 3, 31),
    ]
    assert days_of(Recurrence(Rhythm.FIRST_WORKDAY).rule, *window) == [
        date(2026, 1, 1),
        date(2026, 2, 2),
        date(2026, 3, 2),
    ]


def test_a_rule_falls_the_same_wherever_one_begins_to_count() -> None:
    rules = [Recurrence(rhythm, (0, 4), 31).rule for rhythm in Rhythm]
    for rule in rules:
        whole = days_of(rule, date(2026, 1, 1), date(2026, 12, 31))
        for day in (date(2026, 1, 31), date(2026, 2, 27), date(2026, 6, 15), date(2026, 8, 30)):
            until = [found for found in whole if found >= day]
            assert days_of(rule, day, date(2026, 12, 31)) == until


def test_new_year_is_a_day_like_others() -> None:
    assert days_of(DAILY, date(2026, 12, 31), date(2027, 1, 1)) == [
        date(2026, 12, 31),
        date(2027, 1, 1),
    ]
    after = datetime(2026, 12, 31, 12, tzinfo=UTC)
    assert next_moments(on(31), SIX, [PARIS], after=after, count=2) == [
        datetime(2027, 1, 31, 5, tzinfo=UTC),
        datetime(2027, 2, 28, 5, tzinfo=UTC),
    ]


def test_a_skipped_hour_and_one_that_comes_twice_strike_once() -> None:
    half_past_two = time(2, 30)
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    assert strikes_at(PARIS, spring, half_past_two) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert strikes_at(PARIS, autumn, half_past_two) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    for night in (spring, autumn):
        minute = datetime(night.year, night.month, night.day, tzinfo=UTC) - timedelta(hours=6)
        found = []
        for _minute in range(36 * 60):
            later = minute + timedelta(minutes=1)
            found += struck(DAILY, half_past_two, [PARIS], after=minute, until=later)
            minute = later
        assert found == [night, night + timedelta(days=1)]


def test_it_is_due_once_the_time_has_come_in_every_zone_of_a_reader() -> None:
    before, tokyo, paris = (
        datetime(2026, 3, 9, 20, 59, tzinfo=UTC),
        datetime(2026, 3, 9, 21, tzinfo=UTC),
        datetime(2026, 3, 10, 5, tzinfo=UTC),
    )
    tenth = date(2026, 3, 10)
    assert struck(DAILY, SIX, [TOKYO], after=before, until=tokyo) == [tenth]
    assert struck(DAILY, SIX, [TOKYO, PARIS], after=before, until=tokyo) == []
    assert struck(DAILY, SIX, [TOKYO, PARIS], after=tokyo, until=paris) == [tenth]


def test_the_time_on_the_wall_stays_when_clocks_change() -> None:
    after = datetime(2026, 3, 28, 4, tzinfo=UTC)
    assert next_moments(DAILY, SIX, [PARIS], after=after, count=3) == [
        datetime(2026, 3, 28, 5, tzinfo=UTC),
        datetime(2026, 3, 29, 4, tzinfo=UTC),
        datetime(2026, 3, 30, 4, tzinfo=UTC),
    ]


def test_a_moment_that_is_now_is_not_next() -> None:
    six = datetime(2026, 3, 28, 5, tzinfo=UTC)
    assert next_moments(DAILY, SIX, [PARIS], after=six) == [six + timedelta(hours=23)]


def test_every_rhythm_has_a_next_moment_from_any_day() -> None:
    for rhythm in Rhythm:
        rule = Recurrence(rhythm, (6,), 31).rule
        for ago in range(366):
            after = datetime(2028, 12, 31, 23, 59, tzinfo=UTC) - timedelta(days=ago)
            assert len(next_moments(rule, SIX, [TOKYO], after=after, count=5)) == 5


@pytest.mark.parametrize(
    ("recurrence", "words"),
    [
        (Recurrence(Rhythm.DAILY), "Every day at 06:00"),
        (Recurrence(Rhythm.WORKDAYS), "Monday to Friday at 06:00"),
        (
            Recurrence(Rhythm.WEEKLY, (0, 2, 4)),
            "Every week on Monday, Wednesday and Friday at 06:00",
        ),
        (Recurrence(Rhythm.MONTHLY, day=5), "Every month on day 5 at 06:00"),
        (
            Recurrence(Rhythm.MONTHLY, day=31),
            "Every month on day 31 (the last one of shorter months) at 06:00",
        ),
        (Recurrence(Rhythm.LAST_DAY), "Every month, on its last day at 06:00"),
    ],
)
def test_a_rhythm_is_told_in_words(recurrence: Recurrence, words: str) -> None:
    with translation.override("en"):
        assert recurrence.in_words(SIX) == words
