"""The figures of the consolidated report, on a chain that was added up by hand."""

import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.reports import consolidated
from backoffice.reports.consolidated import consolidated_page, consolidated_report
from backoffice.reports.periods import Days, Preset
from backoffice.reports.rows import ConsolidatedReport, Figures
from sales.models import DailySkuSales, MonthlySkuSales, SaleLine
from shop.models import Order
from stores.models import Location
from tests.factories import make_level, make_sku, make_store
from tests.reports.chain import FIRST_WEEK, Chain, make_chain, promise, sell

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain() -> Chain:
    return make_chain()


def figures(report: ConsolidatedReport) -> dict[str, Figures]:
    return {row.code: row.figures for row in report.stores}


def test_each_place_has_its_figures_and_those_of_the_period_before(chain: Chain) -> None:
    report = consolidated_report(chain.places, FIRST_WEEK)
    assert figures(report) == {
        "lyon": Figures(
            revenue=Decimal("103.47"),
            tickets=2,
            units=6,
            revenue_before=Decimal("25.50"),
            tickets_before=1,
            units_before=1,
            stock_units=23,
            stock_value=Decimal("128.00"),
        ),
        "paris": Figures(
            revenue=Decimal("35.96"),
            tickets=1,
            units=4,
            revenue_before=Decimal("51.00"),
            tickets_before=1,
            units_before=2,
            stock_units=24,
            stock_value=Decimal("144.00"),
        ),
        "central": Figures(stock_units=30, stock_value=Decimal("180.00")),
    }
    assert report.before == Days(date(2026, 2, 22), date(2026, 2, 28))


def test_the_total_and_the_trend_are_to_the_cent(chain: Chain) -> None:
    total = consolidated_report(chain.places, FIRST_WEEK).total
    assert (total.revenue, total.tickets, total.units) == (Decimal("139.43"), 3, 10)
    assert (total.stock_units, total.stock_value) == (77, Decimal("452.00"))
    assert total.average_ticket == Decimal("46.48")
    assert total.revenue_trend.change == Decimal("62.93")
    assert total.revenue_trend.percent == Decimal("82.3")


def test_nothing_before_makes_no_percentage(chain: Chain) -> None:
    trend = figures(consolidated_report(chain.places, FIRST_WEEK))["central"].revenue_trend
    assert (trend.change, trend.percent) == (Decimal("0.00"), None)


def test_products_stand_by_units_with_revenue_and_stock(chain: Chain) -> None:
    products = consolidated_report(chain.places, FIRST_WEEK).products
    assert [(row.code, row.name, row.units, row.revenue, row.stock) for row in products] == [
        ("CHOC", "Chocolat Noir", 7, Decimal("62.93"), 53),
        ("MOUSE", "Souris optique", 3, Decimal("76.50"), 24),
    ]


def test_the_best_products_are_those_of_thirty_days_up_to_the_end(chain: Chain) -> None:
    report = consolidated_report(chain.places, Days(date(2026, 3, 7), date(2026, 3, 7)))
    assert report.best_days == Days(date(2026, 2, 6), date(2026, 3, 7))
    assert [(row.rank, row.code, row.units, row.revenue) for row in report.best] == [
        (1, "CHOC", 7, Decimal("62.93")),
        (2, "MOUSE", 6, Decimal("153.00")),
    ]


def test_a_report_of_one_store_holds_nothing_of_another(chain: Chain) -> None:
    report = consolidated_report([chain.paris], FIRST_WEEK)
    assert list(figures(report)) == ["paris"]
    assert [(row.code, row.units, row.stock) for row in report.products] == [("CHOC", 4, 16)]
    assert [(row.code, row.units) for row in report.best] == [("CHOC", 4), ("MOUSE", 2)]


def test_open_orders_stand_beside_and_are_not_revenue(chain: Chain) -> None:
    for state, total in [
        (Order.State.PAID, "10.00"),
        (Order.State.CONFIRMED, "20.00"),
        (Order.State.PREPARING, "30.00"),
        (Order.State.READY, "40.00"),
        (Order.State.RESERVED, "1.00"),
        (Order.State.SHIPPED, "2.00"),
        (Order.State.DONE, "3.00"),
    ]:
        promise(chain.paris, state, total)
    paris = figures(consolidated_report(chain.places, FIRST_WEEK))["paris"]
    assert (paris.open_orders, paris.open_orders_value) == (4, Decimal("100.00"))
    assert paris.revenue == Decimal("35.96")


def test_a_closed_place_stands_in_the_report_as_long_as_it_has_figures(chain: Chain) -> None:
    empty, sold = make_store("empty"), chain.paris
    Location.objects.filter(pk__in=[empty.pk, sold.pk]).update(is_active=False)
    places = list(Location.objects.inner())
    assert list(figures(consolidated_report(places, FIRST_WEEK))) == ["lyon", "paris", "central"]


def test_a_sale_belongs_to_the_day_of_its_store(chain: Chain) -> None:
    tokyo = make_store("tokyo", time_zone="Asia/Tokyo")
    make_level(chain.mouse, tokyo, on_hand=5)
    late = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)  # the 10th in Lyon and in Tokyo
    sell(chain.lyon, late, {chain.mouse: 1})
    sell(tokyo, late, {chain.mouse: 1})
    sell(tokyo, late - timedelta(hours=9), {chain.mouse: 1})  # 23:30 of the 9th in Tokyo
    ninth, tenth = date(2026, 3, 9), date(2026, 3, 10)
    units = {
        day: {
            code: row.units
            for code, row in figures(
                consolidated_report([chain.lyon, tokyo], Days(day, day))
            ).items()
        }
        for day in (ninth, tenth)
    }
    assert units == {ninth: {"lyon": 0, "tokyo": 1}, tenth: {"lyon": 1, "tokyo": 1}}


def test_a_report_survives_being_stored(chain: Chain) -> None:
    report = consolidated_report(chain.places, FIRST_WEEK)
    stored = report.to_json()
    assert stored["stores"][0]["figures"]["revenue"] == "103.47"
    assert ConsolidatedReport.from_json(stored) == report
    assert _floats(stored) == []


def _floats(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [found for item in value.values() for found in _floats(item)]
    if isinstance(value, list):
        return [found for item in value for found in _floats(item)]
    return [value] if isinstance(value, float) else []


def test_a_page_shows_some_products_and_counts_all(chain: Chain) -> None:
    shown = consolidated_page(chain.places, FIRST_WEEK, search="", page="2", per_page=1)
    assert [row.code for row in shown.report.products] == ["MOUSE"]
    assert (shown.pager.paginator.count, shown.sold_products) == (2, 2)
    found = consolidated_page(chain.places, FIRST_WEEK, search="choc", page="1", per_page=1)
    assert [row.code for row in found.report.products] == ["CHOC"]
    assert (found.pager.paginator.count, found.sold_products) == (1, 2)


def test_a_remembered_day_that_gets_a_late_sale_is_counted_again(chain: Chain) -> None:
    def units() -> dict[str, int]:
        return {
            row.code: row.units for row in consolidated_report(chain.places, FIRST_WEEK).products
        }

    with time_machine.travel(datetime(2026, 3, 20, tzinfo=UTC), tick=False):
        assert units() == units() == {"CHOC": 7, "MOUSE": 3}
        sell(chain.paris, datetime(2026, 3, 5, 11, tzinfo=UTC), {chain.mouse: 1})
        assert units() == {"CHOC": 7, "MOUSE": 4}


def test_a_remembered_period_that_gets_a_sale_today_is_counted_again(chain: Chain) -> None:
    def units() -> dict[str, int]:
        products = consolidated_report(chain.places, FIRST_WEEK).products
        return {row.code: row.units for row in products}

    with time_machine.travel(datetime(2026, 3, 7, 12, tzinfo=UTC), tick=False):
        assert units() == units() == {"CHOC": 7, "MOUSE": 3}
        sell(chain.paris, datetime(2026, 3, 7, 11, tzinfo=UTC), {chain.mouse: 5})
        assert list(units().items()) == [("MOUSE", 8), ("CHOC", 7)]


def test_days_that_are_over_are_remembered(chain: Chain) -> None:
    consolidated_report(chain.places, FIRST_WEEK)
    DailySkuSales.objects.all().delete()
    assert consolidated_report(chain.places, FIRST_WEEK).products[0].units == 7
    cache.clear()
    assert consolidated_report(chain.places, FIRST_WEEK).products == []


def test_whole_months_and_the_days_around_them_add_up_to_the_lines() -> None:
    random = Random(7)
    store, other = make_store(), make_store()
    skus = [make_sku(price=f"{n}.10") for n in (3, 4, 5)]
    for place in (store, other):
        for sku in skus:
            make_level(sku, place, on_hand=1000)
    start = datetime(2025, 11, 1, 11, tzinfo=UTC)
    for _sale in range(60):
        when = start + timedelta(days=random.randrange(130))
        sell(random.choice([store, other]), when, {random.choice(skus): random.randint(1, 3)})
    for _period in range(25):
        first = start.date() + timedelta(days=random.randrange(100))
        days = Days(first, first + timedelta(days=random.randrange(60)))
        expected: Counter[str] = Counter()
        for line in SaleLine.objects.filter(
            sale__location=store, sale__sold_on__range=(days.first, days.last)
        ).select_related("sku"):
            expected[line.sku.code] += line.quantity
        found = {row.code: row.units for row in consolidated_report([store], days).products}
        assert found == dict(expected)
    assert MonthlySkuSales.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_all_figures_are_of_one_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sale that is made between two queries of the report is in none of its figures."""
    chain = make_chain()
    ask_for_stock = consolidated._Gathered._stock_and_orders

    def with_a_sale_before(gathered: Any) -> Any:
        def sell_elsewhere() -> None:
            sell(chain.lyon, datetime(2026, 3, 3, 11, tzinfo=UTC), {chain.mouse: 1})
            connection.close()

        rival = threading.Thread(target=sell_elsewhere)
        rival.start()
        rival.join()
        return ask_for_stock(gathered)

    monkeypatch.setattr(consolidated._Gathered, "_stock_and_orders", with_a_sale_before)
    lyon = figures(consolidated_report(chain.places, FIRST_WEEK))["lyon"]
    assert (lyon.units, lyon.stock_units) == (6, 23)
    monkeypatch.undo()
    lyon = figures(consolidated_report(chain.places, FIRST_WEEK))["lyon"]
    assert (lyon.units, lyon.stock_units) == (7, 22)


def test_queries_do_not_grow_with_stores_and_products(chain: Chain) -> None:
    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            consolidated_page(
                list(Location.objects.inner()), FIRST_WEEK, search="", page="1", per_page=40
            )
        return len(captured)

    before = queries()
    for _number in range(8):
        store, sku = make_store(), make_sku()
        make_level(sku, store, on_hand=5)
        sell(store, datetime(2026, 3, 3, 11, tzinfo=UTC), {sku: 1})
    assert queries() == before


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        (Preset.TODAY, date(2024, 3, 31), date(2024, 3, 31)),
        (Preset.YESTERDAY, date(2024, 3, 30), date(2024, 3, 30)),
        (Preset.LAST_7_DAYS, date(2024, 3, 25), date(2024, 3, 31)),
        (Preset.THIS_WEEK, date(2024, 3, 25), date(2024, 3, 31)),
        (Preset.LAST_WEEK, date(2024, 3, 18), date(2024, 3, 24)),
        (Preset.THIS_MONTH, date(2024, 3, 1), date(2024, 3, 31)),
        (Preset.LAST_MONTH, date(2024, 2, 1), date(2024, 2, 29)),
        (Preset.LAST_30_DAYS, date(2024, 3, 2), date(2024, 3, 31)),
        (Preset.THIS_YEAR, date(2024, 1, 1), date(2024, 3, 31)),
        (Preset.LAST_YEAR, date(2023, 1, 1), date(2023, 12, 31)),
    ],
)
def test_named_periods(preset: Preset, first: date, last: date) -> None:
    assert preset.days(date(2024, 3, 31)) == Days(first, last)


@pytest.mark.parametrize(
    ("days", "months"),
    [
        (Days(date(2026, 1, 1), date(2026, 3, 31)), Days(date(2026, 1, 1), date(2026, 3, 31))),
        (Days(date(2026, 1, 2), date(2026, 3, 30)), Days(date(2026, 2, 1), date(2026, 2, 28))),
        (Days(date(2025, 12, 2), date(2026, 1, 31)), Days(date(2026, 1, 1), date(2026, 1, 31))),
    ],
)
def test_whole_months_of_a_period(days: Days, months: Days) -> None:
    assert days.whole_months() == months


def test_a_period_without_a_whole_month_has_none() -> None:
    assert len(Days(date(2026, 1, 2), date(2026, 2, 27)).whole_months()) == 0
    assert len(Days(date(2026, 1, 5), date(2026, 1, 9)).whole_months()) == 0
