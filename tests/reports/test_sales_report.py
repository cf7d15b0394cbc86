"""The reports of sales and of margin, on a chain that was added up by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.reports import margin, sales
from backoffice.reports.definitions import REPORTS
from backoffice.reports.periods import Days
from backoffice.reports.query import Compare, Query
from backoffice.reports.sold_tables import is_long
from backoffice.reports.table import Cell, Table
from stores.models import Location
from tests.factories import make_level, make_sku, make_store
from tests.reports.chain import FIRST_WEEK, Chain, sell

pytestmark = pytest.mark.django_db
YEAR = Days(date(2026, 1, 1), date(2026, 12, 31))


def asked(group: str = "", then: str = "", *, days: Days = FIRST_WEEK, **rest: Any) -> Query:
    return Query.of(days, group_by=group, then_by=then, **rest)


def rows(table: Table, *keys: str) -> list[tuple[Any, ...]]:
    """The cells of some columns; money as text."""
    numbers = [table.index(key) for key in keys]
    return [tuple(_told(row[number]) for number in numbers) for row in table.rows]


def totals(table: Table, *keys: str) -> tuple[Cell, ...]:
    return tuple(_told(table.total(key)) for key in keys)


def _told(cell: Cell) -> Cell:
    return str(cell) if isinstance(cell, Decimal) else cell


def test_stores_stand_by_revenue_beside_the_days_before(chain: Chain) -> None:
    [table] = sales.run(chain.places, asked(compare=Compare.BEFORE))
    keys = [column.key for column in table.columns]
    assert keys == [
        *("store", "store_code", "revenue", "revenue_before", "revenue_change"),
        *("tickets", "tickets_before", "tickets_change", "average_ticket"),
        *("units", "tax"),
    ]
    assert rows(table, *keys) == [
        (
            "Lyon",
            "lyon",
            "103.47",
            "25.50",
            "305.8",
            2,
            1,
            "100.0",
            "51.74",
            6,
            "17.25",
        ),
        ("Paris", "paris", "35.96", "51.00", "-29.5", 1, 1, "0.0", "35.96", 4, "5.99"),
    ]
    assert totals(table, *keys[2:5], "tickets", "average_ticket", "units", "tax") == (
        *("139.43", "76.50", "82.3"),
        *(3, "46.48", 10, "23.24"),
    )
    assert table.chart
    assert (table.chart.kind, table.chart.values) == ("bars", ("revenue", "revenue_before"))


def test_days_without_sales_are_nothing_and_earlier_days_stand_beside_their_day(
    chain: Chain,
) -> None:
    [table] = sales.run(chain.places, asked("day", compare=Compare.BEFORE))
    assert [(row[0].day, *row[1:]) for row in rows(table, "day", "revenue", "revenue_before")] == [
        (1, "77.97", "0.00"),
        (2, "35.96", "0.00"),
        (3, "0.00", "0.00"),
        (4, "0.00", "25.50"),
        (5, "0.00", "0.00"),
        (6, "0.00", "0.00"),
        (7, "25.50", "51.00"),
    ]
    assert totals(table, "revenue", "revenue_before") == ("139.43", "76.50")
    assert table.chart
    assert table.chart.kind == "line"


def test_the_same_days_last_year_stand_under_this_year(chain: Chain) -> None:
    sell(chain.lyon, datetime(2025, 3, 1, 12, tzinfo=UTC), {chain.mouse: 1})
    sell(chain.lyon, datetime(2025, 4, 1, 12, tzinfo=UTC), {chain.mouse: 2})
    [table] = sales.run([chain.lyon], asked("month", days=YEAR, compare=Compare.LAST_YEAR))
    months = rows(table, "month", "revenue", "revenue_before")
    assert [(month.month, now, before) for month, now, before in months] == [
        (1, "0.00", "0.00"),
        (2, "25.50", "0.00"),
        (3, "103.47", "25.50"),
        (4, "0.00", "51.00"),
    ]


def test_two_groups_are_one_table_each_and_the_second_stands_inside_the_first(
    chain: Chain,
) -> None:
    groups, detail = sales.run(chain.places, asked("store", "category"))
    assert rows(groups, "store", "revenue", "units") == [
        ("Lyon", "103.47", 6),
        ("Paris", "35.96", 4),
    ]
    mouse, chocolate = (sku.product.category.name for sku in (chain.mouse, chain.chocolate))
    assert rows(detail, "store", "category", "revenue", "units") == [
        ("Lyon", mouse, "76.50", 3),
        ("Lyon", chocolate, "26.97", 3),
        ("Paris", chocolate, "35.96", 4),
    ]
    assert detail.totals
    assert totals(detail, "revenue", "units") == totals(groups, "revenue", "units")
    assert (groups.chart is None, detail.chart) == (False, None)


def test_tickets_are_counted_where_they_are_whole(chain: Chain) -> None:
    def has_tickets(query: Query) -> bool:
        [table, *_detail] = sales.run(chain.places, query)
        return any(column.key == "tickets" for column in table.columns)

    code = chain.mouse.code
    assert has_tickets(asked("clerk", "channel", filters={"channel": ["store"]}))
    assert not has_tickets(asked("article"))
    assert not has_tickets(asked("store", "product"))
    assert not has_tickets(asked("store", filters={"product": [code]}))


def test_articles_products_clerks_and_hours_are_named(chain: Chain) -> None:
    [articles] = sales.run(chain.places, asked("article"))
    assert rows(articles, "article", "code", "sku_id", "units") == [
        ("Souris optique", "MOUSE", chain.mouse.pk, 3),
        ("Chocolat Noir", "CHOC", chain.chocolate.pk, 7),
    ]
    [compared] = sales.run(chain.places, asked("article", compare=Compare.BEFORE))
    assert rows(compared, "code", "units", "units_before", "units_change") == [
        ("MOUSE", 3, 3, "0.0"),
        ("CHOC", 7, 0, None),
    ]
    [products] = sales.run(chain.places, asked("product"))
    assert rows(products, "product", "product_id", "revenue") == [
        ("Souris optique", chain.mouse.product_id, "76.50"),
        ("Chocolat Noir", chain.chocolate.product_id, "62.93"),
    ]
    [hours] = sales.run([chain.lyon], asked("hour"))
    assert rows(hours, "hour", "tickets") == [(12, 2)]  # noon in Lyon
    [clerks] = sales.run([chain.paris], asked("clerk"))
    assert len(rows(clerks, "clerk")) == 1


@pytest.mark.parametrize(
    ("filters", "revenue"),
    [
        ({"product": ["CHOC"]}, "62.93"),
        ({"channel": ["store"]}, "139.43"),
        ({"channel": ["online"]}, "0.00"),
        ({"product": ["nothing"]}, "0.00"),
        ({"category": ["nothing"]}, "0.00"),
        ({"clerk": ["nobody@comptoir.example"]}, "0.00"),
    ],
)
def test_filters_leave_what_they_name(
    chain: Chain, filters: dict[str, list[str]], revenue: str
) -> None:
    [table] = sales.run(chain.places, asked(filters=filters))
    assert totals(table, "revenue") == (revenue,)


def test_margin_is_what_is_left_after_tax_and_cost(chain: Chain) -> None:
    [table] = margin.run(chain.places, asked())
    keys = ("store", "net", "cost", "margin", "margin_rate", "units")
    assert rows(table, *keys) == [
        ("Lyon", "86.22", "42.00", "44.22", "51.3", 6),
        ("Paris", "29.97", "16.00", "13.97", "46.6", 4),
    ]
    assert totals(table, *keys[1:]) == ("116.19", "58.00", "58.19", "50.1", 10)
    [compared] = margin.run(chain.places, asked(compare=Compare.BEFORE))
    assert totals(compared, "margin_before", "margin_change", "margin_rate_before") == (
        *("33.75", "72.4", "52.9"),
    )


def test_headlines_say_the_figure_and_where(chain: Chain) -> None:
    query = asked()
    assert sales.headline(sales.run(chain.places, query), query) == "€139.43 in 2 locations"
    assert margin.headline(margin.run([chain.lyon], query), query) == "€44.22 of margin in Lyon"


def test_a_headline_says_the_change_where_it_is_compared(chain: Chain) -> None:
    query = asked(compare=Compare.BEFORE)
    tables = sales.run(chain.places, query)
    assert sales.headline(tables, query) == "€139.43 in 2 locations (+82.3%)"


def test_a_place_that_is_not_asked_for_adds_nothing(chain: Chain) -> None:
    [table] = sales.run([chain.paris], asked())
    assert rows(table, "store", "revenue") == [("Paris", "35.96")]
    assert totals(table, "revenue") == ("35.96",)


def test_long_are_those_that_read_lines_or_many_days_of_articles(chain: Chain) -> None:
    places = chain.places * 20
    assert not is_long(places, asked("store", "month", days=YEAR))
    assert not is_long(places, asked("article", days=YEAR))
    assert not is_long(places[:1], asked("article", "day"))
    assert is_long(places, asked("category", "week", days=YEAR))
    assert is_long(places, asked("article", "store", days=YEAR))
    assert is_long(places[:1], asked("clerk", "hour"))
    assert is_long(places[:1], asked("clerk", filters={"product": ["CHOC"]}))
    assert {REPORTS[name].is_long for name in ("sales", "margin")} == {is_long}


@pytest.mark.parametrize("group", ["store", "category", "article", "clerk"])
def test_queries_do_not_grow_with_rows(chain: Chain, group: str) -> None:
    def queries() -> int:
        places = list(Location.objects.inner())
        with CaptureQueriesContext(connection) as captured:
            sales.run(places, asked(group, "day", compare=Compare.BEFORE))
        return len(captured)

    before = queries()
    for _number in range(8):
        store, sku = make_store(), make_sku()
        make_level(sku, store, on_hand=5)
        sell(store, datetime(2026, 3, 3, 11, tzinfo=UTC), {sku: 1})
    assert queries() == before
