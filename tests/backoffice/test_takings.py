"""What was sold today, this week and this month, beside the same stretch before: by hand."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.queries.day_chart import last_days
from backoffice.queries.takings import Compared, Revenues, Sold, Stretches, Takings, chain_takings
from backoffice.reports.periods import Days
from backoffice.reports.table import percentage
from backoffice.templatetags.comptoir import change
from sales.actions.sale import Item, Paid, record_sale
from sales.models import DailySales, Sale, Tender
from stores.models import Location, Role
from tests.factories import make_level, make_sku, make_staff, make_store, make_warehouse

FRIDAY = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)  # 14:00 in Paris
COMPARED_DAYS = 51  # on Friday: from 1 October
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


def sell(store: Location, price: str, at: datetime, *, units: int = 1, cost: str = "4.00") -> Sale:
    """A sale of units of a new SKU, taxed at 20 % within the price."""
    sku = make_sku(price=price, cost=cost)
    make_level(sku, store, on_hand=units)
    with time_machine.travel(at, tick=False):
        return record_sale(
            key=uuid4(),
            location=store,
            items=[Item(sku.pk, units)],
            tenders=[Paid(Tender.Kind.CARD)],
            by=make_staff(Role.CLERK, store),
        )


def takings_of(place: Location, now: datetime) -> Takings:
    return chain_takings([place], now).total


def revenues(stretch: Compared | Revenues) -> tuple[Decimal, Decimal]:
    if isinstance(stretch, Revenues):
        return stretch.now, stretch.then
    return stretch.now.revenue, stretch.then.revenue


@pytest.mark.django_db
def test_today_stands_beside_the_same_day_last_week_until_the_same_minute() -> None:
    lyon = make_store("lyon")
    sell(lyon, "30.00", FRIDAY)
    sell(lyon, "12.00", FRIDAY - 2 * HOUR, units=2, cost="5.50")
    sell(lyon, "99.00", FRIDAY - DAY)
    sell(lyon, "40.00", FRIDAY - WEEK - 3 * HOUR, cost="31.00")  # an hour that was over
    sell(lyon, "24.00", FRIDAY - WEEK + timedelta(minutes=-20))  # as was this one
    takings = takings_of(lyon, FRIDAY + timedelta(minutes=10))
    assert takings.today.now == Sold(Decimal(54), Decimal("9.00"), Decimal("15.00"), 2, 3)
    assert takings.today.then == Sold(Decimal(64), Decimal("10.67"), Decimal("35.00"), 2, 2)
    assert takings.today.now.average == Decimal("27.00")
    assert (takings.today.now.margin, takings.today.now.margin_rate) == (30, Decimal("66.7"))
    assert takings.today.change == Decimal("-0.15625")
    assert (takings.today.tickets_change, takings.today.units_change) == (0, Decimal("0.5"))


@pytest.mark.django_db
def test_of_the_hour_that_runs_only_what_was_sold_by_then_counts() -> None:
    lyon = make_store("lyon")
    now = FRIDAY + timedelta(minutes=30)
    sell(lyon, "12.00", now - WEEK - timedelta(minutes=1), cost="1.00")
    sell(lyon, "24.00", now - WEEK, cost="2.00")
    sell(lyon, "48.00", now - WEEK + timedelta(seconds=1))
    sell(lyon, "96.00", now - WEEK + 2 * HOUR)
    then = takings_of(lyon, now).today.then
    assert then == Sold(Decimal(36), Decimal("6.00"), Decimal("3.00"), 2, 2)


@pytest.mark.django_db
def test_nothing_to_compare_with_is_not_a_change_of_nothing() -> None:
    lyon = make_store("lyon")
    takings = takings_of(lyon, FRIDAY)
    assert takings == Takings()
    assert (takings.today.change, takings.today.now.average) == (None, None)
    assert (takings.today.now.margin_rate, takings.today.average_change) == (None, None)
    assert takings.cover(100) is None


def test_a_margin_that_was_a_loss_and_is_none_any_more_has_grown() -> None:
    loss, gain = (Sold(Decimal(price), Decimal(0), Decimal(10)) for price in ("8.00", "13.00"))
    assert Compared(gain, loss).margin_change == Decimal("2.5")
    assert Compared(loss, gain).margin_change == Decimal(-5) / 3
    assert percentage(gain.margin, loss.margin) == Decimal("250.0")


@pytest.mark.django_db
def test_the_week_and_the_month_stand_beside_as_long_a_stretch_before() -> None:
    lyon = make_store("lyon")
    monday, first = datetime(2026, 11, 16, 8, tzinfo=UTC), datetime(2026, 11, 1, 9, tzinfo=UTC)
    sell(lyon, "1.00", FRIDAY)
    sell(lyon, "2.00", monday)
    sell(lyon, "4.00", monday - DAY)  # the Sunday before is last week
    sell(lyon, "8.00", monday - WEEK)
    sell(lyon, "16.00", FRIDAY - WEEK + HOUR)  # last week, later
    sell(lyon, "32.00", first)
    sell(lyon, "64.00", first - DAY)  # 31 October: after its 20 days
    october = datetime(2026, 10, 20, 12, tzinfo=UTC)  # 14:00 in Paris, before the clocks went back
    sell(lyon, "128.00", october)
    sell(lyon, "256.00", october + timedelta(minutes=1))
    sell(lyon, "512.00", datetime(2026, 10, 1, 1, tzinfo=UTC))
    sell(lyon, "1024.00", datetime(2026, 9, 30, 21, tzinfo=UTC))
    takings = takings_of(lyon, FRIDAY)
    assert revenues(takings.week) == (3, 8)
    assert revenues(takings.month) == (63, 640)


@pytest.mark.django_db
def test_a_month_longer_than_the_one_before_stands_beside_all_of_it() -> None:
    lyon = make_store("lyon")
    march = datetime(2027, 3, 30, 10, tzinfo=UTC)
    sell(lyon, "1.00", march)
    sell(lyon, "2.00", datetime(2027, 2, 28, 22, 59, tzinfo=UTC))  # 23:59 in Paris
    sell(lyon, "4.00", datetime(2027, 2, 28, 23, 1, tzinfo=UTC))  # 1 March there
    sell(lyon, "8.00", datetime(2027, 1, 31, 22, 59, tzinfo=UTC))
    assert revenues(takings_of(lyon, march).month) == (5, 2)
    stretches = Stretches.of([lyon], march)
    assert stretches.month == Days(date(2027, 3, 1), date(2027, 3, 30))
    assert stretches.month_then == Days(date(2027, 2, 1), date(2027, 2, 28))
    assert stretches.month_then_is_whole


@pytest.mark.django_db
def test_what_is_compared_is_said_in_days() -> None:
    stretches = Stretches.of([make_store()], FRIDAY)
    assert stretches.today == Days(date(2026, 11, 20), date(2026, 11, 20))
    assert stretches.day_then == date(2026, 11, 13)
    assert stretches.week == Days(date(2026, 11, 16), date(2026, 11, 20))
    assert stretches.week_then == Days(date(2026, 11, 9), date(2026, 11, 13))
    assert stretches.month_then == Days(date(2026, 10, 1), date(2026, 10, 20))
    assert not stretches.month_then_is_whole


@pytest.mark.django_db
def test_each_store_has_its_own_today_week_and_month() -> None:
    paris, tokyo = make_store("paris"), make_store("tokyo", time_zone="Asia/Tokyo")
    # Monday 30 November, 17:00 in Paris; Tuesday 1 December, 01:00 in Tokyo
    evening = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    sell(paris, "1.00", evening - 2 * HOUR)
    sell(tokyo, "2.00", evening - 2 * HOUR)  # Monday there, too
    sell(tokyo, "4.00", evening - HOUR / 2)  # Tuesday there
    sell(tokyo, "8.00", evening - WEEK - HOUR / 2)  # Tuesday, 00:30
    sell(tokyo, "16.00", evening - WEEK + HOUR)  # Tuesday, 02:00
    found = chain_takings([paris, tokyo], evening, order="name")
    [at_paris, at_tokyo] = found.rows
    assert (at_paris.today, at_tokyo.today) == (date(2026, 11, 30), date(2026, 12, 1))
    assert revenues(at_paris.takings.today) == (1, 0)
    assert revenues(at_tokyo.takings.today) == (4, 8)
    assert revenues(at_tokyo.takings.week) == (6, 8)
    assert revenues(at_tokyo.takings.month) == (4, 0)  # 1 November, 01:00: nothing
    assert revenues(found.total.today) == (5, 8)
    assert Stretches.of([paris, tokyo], evening).today == Days(
        date(2026, 11, 30), date(2026, 12, 1)
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 10, 25, 12, tzinfo=ZoneInfo("Europe/Paris")),  # the night had 25 hours
        datetime(2027, 3, 28, 12, tzinfo=ZoneInfo("Europe/Paris")),  # and this one 23
    ],
)
def test_the_same_time_of_day_is_the_same_on_the_clock(now: datetime) -> None:
    lyon = make_store("lyon")
    noon_then = now - WEEK  # by the clock
    sell(lyon, "1.00", noon_then - timedelta(minutes=5))
    sell(lyon, "2.00", noon_then + timedelta(minutes=5))
    assert revenues(takings_of(lyon, now).today) == (0, 1)


@pytest.mark.django_db
def test_the_totals_are_those_of_all_places_and_each_channel() -> None:
    stores = [make_store(f"store-{number:02}") for number in range(12)]
    for number, store in enumerate(stores, 1):
        sell(store, f"{number}.00", FRIDAY)
    found = chain_takings(stores, FRIDAY)
    assert (found.count, len(found.rows)) == (12, 10)
    assert found.total.today.now.revenue == 78
    assert {code: sold.today.now.revenue for code, sold in found.channels.items()} == {"store": 78}
    assert [row.takings.today.now.revenue for row in found.rows] == list(range(12, 2, -1))
    second = chain_takings(stores, FRIDAY, page=2)
    assert [row.location.code for row in second.rows] == ["store-01", "store-00"]
    assert second.total == found.total
    beyond = chain_takings(stores, FRIDAY, page=9)
    assert [row.location.code for row in beyond.rows] == ["store-01", "store-00"]


@pytest.mark.django_db
def test_places_are_sorted_and_ranked_by_the_database() -> None:
    lyon, paris, lille = make_store("lyon"), make_store("paris"), make_store("lille")
    for store, now, then in ((lyon, "30.00", "9.00"), (paris, "20.00", "40.00")):
        sell(store, now, FRIDAY)
        sell(store, then, FRIDAY - WEEK - HOUR)
    places = [lyon, paris, lille, make_warehouse()]
    stock, alerts = {lyon.pk: 4, paris.pk: 1, lille.pk: 9}, {lille.pk: 3, paris.pk: 1}

    def order(name: str) -> list[str]:
        found = chain_takings(places, FRIDAY, order=name, stock=stock, alerts=alerts)
        return [row.location.code for row in found.rows]

    assert order("-today") == order("nonsense") == ["lyon", "paris", "lille"]
    assert order("today") == ["lille", "paris", "lyon"]
    assert order("name") == ["lille", "lyon", "paris"]
    assert order("change") == ["paris", "lyon", "lille"]
    assert order("-alerts") == ["lille", "paris", "lyon"]
    assert order("cover") == ["paris", "lyon", "lille"]
    rows = chain_takings(places, FRIDAY, stock=stock).rows
    assert [(row.rank, row.rank_then, row.climbed) for row in rows] == [
        (1, 2, 1),
        (2, 1, -1),
        (3, 3, 0),
    ]
    assert [row.cover for row in rows] == [Decimal("56.0"), Decimal("14.0"), None]


@pytest.mark.django_db
def test_a_place_that_is_closed_is_shown_while_it_has_figures() -> None:
    lyon, closed, central = make_store("lyon"), make_store("closed"), make_warehouse("central")
    sell(closed, "7.00", FRIDAY - 2 * DAY)
    Location.objects.filter(pk=closed.pk).update(is_active=False)
    places = [lyon, Location.objects.get(pk=closed.pk), central]
    assert [row.location for row in chain_takings(places, FRIDAY).rows] == [closed, lyon]
    much_later = FRIDAY + 70 * DAY
    assert [row.location for row in chain_takings(places, much_later).rows] == [lyon]


@pytest.mark.django_db
def test_the_last_days_end_today_and_are_as_high_as_they_sold() -> None:
    lyon, tokyo = make_store("lyon"), make_store("tokyo", time_zone="Asia/Tokyo")
    sell(lyon, "10.00", FRIDAY)
    sell(lyon, "40.00", FRIDAY - 13 * DAY)
    sell(lyon, "99.00", FRIDAY - 14 * DAY)
    charts = last_days({lyon.pk: date(2026, 11, 20), tokyo.pk: date(2026, 11, 21)})
    bars = charts[lyon.pk].bars
    assert (bars[0].day, bars[-1].day, len(bars)) == (date(2026, 11, 7), date(2026, 11, 20), 14)
    assert [(bar.revenue, bar.height) for bar in (bars[0], bars[1], bars[-1])] == [
        (40, 100),
        (0, 0),
        (10, 25),
    ]
    assert (charts[lyon.pk].lowest, charts[lyon.pk].highest) == (0, 40)
    assert charts[lyon.pk].points.startswith("0,2 10,28 ")
    assert charts[lyon.pk].points.endswith(" 120,28")  # today is not over
    assert charts[lyon.pk].last_y == 22
    assert {bar.revenue for bar in charts[tokyo.pk].bars} == {Decimal(0)}


@pytest.mark.django_db
def test_what_is_read_grows_neither_with_the_years_nor_faster_than_the_stores() -> None:
    """Each day that is compared is read once, however many stretches it belongs to."""

    def read(stores: Sequence[Location]) -> int:
        with CaptureQueriesContext(connection) as queries:
            chain_takings(stores, FRIDAY)
        [statement] = queries
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement['sql']}")
            return rows_read(cursor.fetchone()[0][0]["Plan"], "sales_dailysales")

    stores = [make_store(f"store-{number:02}") for number in range(8)]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # which few rows are read by
    fill(stores, range(400))
    assert read(stores[:2]) == 2 * COMPARED_DAYS
    assert read(stores) == 8 * COMPARED_DAYS
    fill(stores, range(400, 1200))
    assert read(stores) == 8 * COMPARED_DAYS


def fill(stores: Sequence[Location], days: range) -> None:
    """A summary of each store and day."""
    sold = {"channel": "store", "tickets": 1, "units": 1, "revenue": 9, "tax": 1, "cost": 4}
    DailySales.objects.bulk_create(
        DailySales(location=store, day=FRIDAY.date() - day * DAY, **sold)
        for day in days
        for store in stores
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sales_dailysales")


def rows_read(plan: dict[str, Any], table: str) -> int:
    """What a plan reads of a table, by whatever index: also the rows that it then drops."""
    here = plan.get("Relation Name") == table
    dropped = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    own = round((plan["Actual Rows"] + dropped) * plan["Actual Loops"]) if here else 0
    return own + sum(rows_read(step, table) for step in plan.get("Plans", []))


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ("0.123", "+12%"),
        ("-0.5", "−50%"),
        ("8.99", "+899%"),
        ("9", "×10"),
        ("16.34", "×17"),
        ("12344", "×12,345"),
    ],
)
def test_many_times_as_much_is_told_as_such(part: str, shown: str) -> None:
    assert change(Decimal(part)) == shown


def test_of_next_to_no_loss_no_part_is_told() -> None:
    loss = Sold(revenue=Decimal("1.00"), cost=Decimal("1.01"))
    for margin, told in (("50.00", None), ("0.05", Decimal(6))):
        now = Sold(revenue=Decimal(margin))
        assert Compared(now, loss).margin_change == told


@pytest.mark.django_db
def test_only_stores_are_ranked() -> None:
    """What a logistics centre sends to online customers stands in the table, without a rank."""
    places = [make_store(code) for code in ("lyon", "central", "paris")]
    for place, price in zip(places, ("30.00", "25.00", "20.00"), strict=True):
        sell(place, price, FRIDAY)
        sell(place, price, FRIDAY - WEEK - HOUR)
    Location.objects.filter(code="central").update(kind=Location.Kind.WAREHOUSE)
    rows = chain_takings(places, FRIDAY, order="rank").rows
    assert [(row.location.code, row.rank, row.rank_then, row.climbed) for row in rows] == [
        ("lyon", 1, 1, 0),
        ("paris", 2, 2, 0),
        ("central", None, None, 0),
    ]
