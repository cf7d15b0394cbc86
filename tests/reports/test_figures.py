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
from backoffice.reports.periods import Days, Preset
from backoffice.reports.query import Compare, Query
from backoffice.reports.stored import load
from backoffice.reports.table import Cell, Table
from sales.actions.chain import add_up_chain
from sales.models import DailySkuSales, MonthlySkuSales, SaleLine
from shop.models import Order
from stores.models import Location
from tests.factories import make_level, make_sku, make_store
from tests.reports.chain import FIRST_WEEK, Chain, make_chain, promise, sell
from tests.reports.runs import run

pytestmark = pytest.mark.django_db


def figures(tables: list[Table]) -> dict[str, dict[str, Cell]]:
    """The rows of the stores by their codes."""
    return {str(row["store_code"]): row for row in rows(tables[0])}


def rows(table: Table) -> list[dict[str, Cell]]:
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.rows]


def report(places: list[Location], days: Days, compare: Compare = Compare.BEFORE) -> list[Table]:
    return consolidated.run(places, Query(days, compare))


def units(places: list[Location], days: Days) -> dict[Cell, Cell]:
    return {row["product_code"]: row["sold"] for row in rows(report(places, days)[1])}


def test_each_place_has_its_figures_and_those_of_the_period_before(chain: Chain) -> None:
    found = figures(report(chain.places, FIRST_WEEK))
    wanted = ("revenue", "revenue_before", "tickets", "tickets_before", "units", "units_before")
    now = ("stock_units", "stock_value")
    assert {code: [row[key] for key in wanted + now] for code, row in found.items()} == {
        "lyon": [Decimal("103.47"), Decimal("25.50"), 2, 1, 6, 1, 23, Decimal("128.00")],
        "paris": [Decimal("35.96"), Decimal("51.00"), 1, 1, 4, 2, 24, Decimal("144.00")],
        "central": [Decimal("0.00"), Decimal("0.00"), 0, 0, 0, 0, 30, Decimal("180.00")],
    }


def test_the_days_of_last_year_stand_beside_them_too(chain: Chain) -> None:
    sell(chain.lyon, datetime(2025, 3, 2, 11, tzinfo=UTC), {chain.mouse: 3})
    found = figures(report(chain.places, FIRST_WEEK, Compare.LAST_YEAR))
    assert (found["lyon"]["revenue_before"], found["paris"]["revenue_before"]) == (
        Decimal("76.50"),
        Decimal("0.00"),
    )
    assert "revenue_before" not in figures(report(chain.places, FIRST_WEEK, Compare.NONE))["lyon"]


def test_the_total_and_the_change_are_to_the_cent(chain: Chain) -> None:
    stores = report(chain.places, FIRST_WEEK)[0]
    totals = {column.key: stores.total(column.key) for column in stores.columns}
    assert (totals["revenue"], totals["tickets"], totals["units"]) == (Decimal("139.43"), 3, 10)
    assert (totals["stock_units"], totals["stock_value"]) == (77, Decimal("452.00"))
    assert totals["average_ticket"] == Decimal("46.48")
    assert totals["revenue_change"] == Decimal("82.3")


def test_nothing_before_makes_no_percentage(chain: Chain) -> None:
    assert figures(report(chain.places, FIRST_WEEK))["central"]["revenue_change"] is None


def test_products_stand_by_units_with_revenue_and_stock(chain: Chain) -> None:
    products = report(chain.places, FIRST_WEEK)[1]
    wanted = ("product_code", "product", "sold", "revenue", "stock")
    assert [tuple(row[key] for key in wanted) for row in rows(products)] == [
        ("CHOC", "Chocolat Noir", 7, Decimal("62.93"), 53),
        ("MOUSE", "Souris optique", 3, Decimal("76.50"), 24),
    ]
    assert (products.total("sold"), products.total("revenue")) == (10, Decimal("139.43"))


def test_the_best_products_are_those_of_thirty_days_up_to_the_end(chain: Chain) -> None:
    best = report(chain.places, Days(date(2026, 3, 7), date(2026, 3, 7)))[2]
    wanted = ("rank", "product_code", "best_sold", "revenue")
    assert [tuple(row[key] for key in wanted) for row in rows(best)] == [
        (1, "CHOC", 7, Decimal("62.93")),
        (2, "MOUSE", 6, Decimal("153.00")),
    ]


def test_a_report_of_one_store_holds_nothing_of_another(chain: Chain) -> None:
    stores, products, best = report([chain.paris], FIRST_WEEK)
    assert [row["store_code"] for row in rows(stores)] == ["paris"]
    assert [(row["product_code"], row["sold"], row["stock"]) for row in rows(products)] == [
        ("CHOC", 4, 16)
    ]
    assert [(row["product_code"], row["best_sold"]) for row in rows(best)] == [
        ("CHOC", 4),
        ("MOUSE", 2),
    ]


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
    stores = report(chain.places, FIRST_WEEK)[0]
    paris = figures([stores])["paris"]
    assert (paris["open_orders"], paris["orders_value"]) == (4, Decimal("100.00"))
    assert paris["revenue"] == Decimal("35.96")
    assert (stores.total("open_orders"), stores.total("orders_value")) == (4, Decimal("100.00"))


def test_a_closed_place_stands_in_the_report_as_long_as_it_has_figures(chain: Chain) -> None:
    empty, sold = make_store("empty"), chain.paris
    Location.objects.filter(pk__in=[empty.pk, sold.pk]).update(is_active=False)
    places = list(Location.objects.inner())
    assert list(figures(report(places, FIRST_WEEK))) == ["lyon", "paris", "central"]


@pytest.mark.parametrize(
    ("places", "words"),
    [
        (["lyon", "paris", "central"], "€139.43 in 2 stores (+82.3%)"),
        (["lyon", "central"], "€103.47 in 1 store (+305.8%)"),
        (["paris"], "€35.96 in Paris (−29.5%)"),
        (["central"], "€0.00 in Central"),
    ],
)
def test_the_headline_says_the_figure_and_whose_it_is(
    chain: Chain, places: list[str], words: str
) -> None:
    counted = [place for place in chain.places if place.code in places]
    query = Query(FIRST_WEEK, Compare.BEFORE)
    assert consolidated.headline(consolidated.run(counted, query), query) == words


def test_a_sale_belongs_to_the_day_of_its_store(chain: Chain) -> None:
    tokyo = make_store("tokyo", time_zone="Asia/Tokyo")
    make_level(chain.mouse, tokyo, on_hand=5)
    late = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)  # the 10th in Lyon and in Tokyo
    sell(chain.lyon, late, {chain.mouse: 1})
    sell(tokyo, late, {chain.mouse: 1})
    sell(tokyo, late - timedelta(hours=9), {chain.mouse: 1})  # 23:30 of the 9th in Tokyo
    ninth, tenth = date(2026, 3, 9), date(2026, 3, 10)
    found = {
        day: {
            code: row["units"]
            for code, row in figures(report([chain.lyon, tokyo], Days(day, day))).items()
        }
        for day in (ninth, tenth)
    }
    assert found == {ninth: {"lyon": 0, "tokyo": 1}, tenth: {"lyon": 1, "tokyo": 1}}


def test_a_remembered_day_that_gets_a_late_sale_is_counted_again(chain: Chain) -> None:
    with time_machine.travel(datetime(2026, 3, 20, tzinfo=UTC), tick=False):
        for _time in range(2):
            assert units(chain.places, FIRST_WEEK) == {"CHOC": 7, "MOUSE": 3}
        sell(chain.paris, datetime(2026, 3, 5, 11, tzinfo=UTC), {chain.mouse: 1})
        assert units(chain.places, FIRST_WEEK) == {"CHOC": 7, "MOUSE": 4}


def test_a_remembered_period_that_gets_a_sale_today_is_counted_again(chain: Chain) -> None:
    with time_machine.travel(datetime(2026, 3, 7, 12, tzinfo=UTC), tick=False):
        for _time in range(2):
            assert units(chain.places, FIRST_WEEK) == {"CHOC": 7, "MOUSE": 3}
        sell(chain.paris, datetime(2026, 3, 7, 11, tzinfo=UTC), {chain.mouse: 5})
        assert list(units(chain.places, FIRST_WEEK).items()) == [("MOUSE", 8), ("CHOC", 7)]


def test_days_that_are_over_are_remembered(chain: Chain) -> None:
    units(chain.places, FIRST_WEEK)
    DailySkuSales.objects.all().delete()
    assert units(chain.places, FIRST_WEEK) == {"CHOC": 7, "MOUSE": 3}
    cache.clear()
    assert units(chain.places, FIRST_WEEK) == {}


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
        assert units([store], days) == dict(expected)
    assert MonthlySkuSales.objects.exists()


def test_months_of_the_chain_are_read_as_long_as_they_are_true(chain: Chain) -> None:
    """What is kept of them is what the report says; a late sale is in the next report at once."""
    days = Days(date(2026, 3, 1), date(2026, 4, 15))
    counted = units(chain.places, days)
    assert sum(counted.values()) > 0
    add_up_chain()
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert units(chain.places, days) == counted
    assert any("sales_chainskusales" in query["sql"] for query in captured)
    assert not any("sales_monthlyskusales" in query["sql"] for query in captured)
    sell(chain.lyon, datetime(2026, 3, 3, 11, tzinfo=UTC), {chain.mouse: 1})
    code = chain.mouse.code
    for _run in range(2):  # counted afresh, and remembered
        assert units(chain.places, days) == {**counted, code: counted[code] + 1}
    assert units([chain.lyon], days) != units(chain.places, days)


@pytest.mark.django_db(transaction=True)
def test_all_figures_are_of_one_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sale that is made between two queries of the report is in none of its figures."""
    chain = make_chain()
    ask_for_stock = consolidated.now_at

    def with_a_sale_before(places: Any) -> Any:
        def sell_elsewhere() -> None:
            sell(chain.lyon, datetime(2026, 3, 3, 11, tzinfo=UTC), {chain.mouse: 1})
            connection.close()

        rival = threading.Thread(target=sell_elsewhere)
        rival.start()
        rival.join()
        return ask_for_stock(places)

    def of_lyon() -> tuple[Cell, Cell]:
        lyon = figures(load(run(chain.places)).tables)["lyon"]
        return lyon["units"], lyon["stock_units"]

    monkeypatch.setattr(consolidated, "now_at", with_a_sale_before)
    assert of_lyon() == (6, 23)
    monkeypatch.undo()
    assert of_lyon() == (7, 22)


def test_queries_do_not_grow_with_stores_and_products(chain: Chain) -> None:
    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            report(list(Location.objects.inner()), FIRST_WEEK)
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
