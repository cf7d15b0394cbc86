"""Reports of goods as tables: their groups, their filters, the figures of earlier days beside them."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import ModuleType

import pytest
from django.utils import translation

from backoffice.reports import dead_stock, losses, orders, restock_service, sales, stock, stock_outs
from backoffice.reports.definition import Definition
from backoffice.reports.periods import Days
from backoffice.reports.query import Compare, Query
from backoffice.reports.shown import shown
from backoffice.reports.table import Chart, Kind, Table, column_called
from inventory.models import Sku
from stores.models import Location
from tests.factories import make_sku, make_store
from tests.reports.goods import at, lose, sell
from tests.reports.goods import stock as put

pytestmark = pytest.mark.django_db

MARCH = Days(date(2026, 3, 1), date(2026, 3, 31))
ALL = (stock, dead_stock, stock_outs, losses, restock_service, orders)
DEFINITIONS = [module.DEFINITION for module in ALL]
NAMES = [definition.name for definition in DEFINITIONS]


@pytest.fixture
def lyon() -> Location:
    """It lost 2 mice in February, 3 in March, and a lamp in February alone."""
    lyon = make_store("lyon", name="Lyon")
    mouse, lamp = make_sku("MOUSE", name="Mouse", cost="6.00"), make_sku("LAMP", name="Lamp")
    for sku in (mouse, lamp):
        put(lyon, sku, 10, at(1, 1))
    lose(lyon, mouse, 2, at(2, 10))
    lose(lyon, lamp, 1, at(2, 10))
    lose(lyon, mouse, 3, at(3, 10))
    sell(lyon, mouse, 5, at(3, 11))
    return lyon


def cells(table: Table, *keys: str) -> list[list[object]]:
    return [[row[table.index(key)] for key in keys] for row in table.rows]


@pytest.mark.parametrize("definition", DEFINITIONS, ids=NAMES)
def test_every_grouping_has_its_columns_declared(definition: Definition, lyon: Location) -> None:
    for group in ["", *definition.groupings]:
        query = Query.of(MARCH, group_by=group, compare=Compare.BEFORE)
        for table in definition.run([lyon], query):
            assert table.name in definition.titles
            for column in table.columns:
                declared = column_called(column.key, definition.columns)
                assert declared is not None, column.key
                assert declared.kind == column.kind
            assert all(len(row) == len(table.columns) for row in table.rows)
            assert table.totals is not None
            assert len(table.totals) == len(table.columns)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=NAMES)
def test_nothing_to_tell_is_told(definition: Definition) -> None:
    tables = definition.run([], Query.of(MARCH))
    assert [table.rows for table in tables] == [[]] * len(tables)
    assert definition.headline(tables, Query.of(MARCH))


def test_two_groups_stand_side_by_side(lyon: Location) -> None:
    query = Query.of(MARCH, group_by="store", then_by="article")
    [table] = losses.DEFINITION.run([lyon], query)
    assert cells(table, "store", "store_code", "code", "cost") == [
        ["Lyon", "lyon", "MOUSE", Decimal("18.00")]
    ]


def test_earlier_figures_stand_beside_and_keep_what_is_gone(lyon: Location) -> None:
    query = Query.of(MARCH, group_by="article", compare=Compare.BEFORE)
    [table] = losses.DEFINITION.run([lyon], query)
    assert cells(table, "code", "lost", "cost", "cost_before", "cost_change") == [
        ["MOUSE", 3, Decimal("18.00"), Decimal("12.00"), Decimal("50.0")],
        ["LAMP", 0, Decimal("0.00"), Decimal("6.00"), Decimal("-100.0")],
    ]
    assert (table.total("cost_before"), table.total("cost_change")) == (
        Decimal("18.00"),
        Decimal("0.0"),
    )


def test_each_day_stands_beside_its_day_of_before_and_days_of_nothing_between(
    lyon: Location,
) -> None:
    """The days before are those from 29 January on: 10 February is the 13th of them."""
    query = Query.of(MARCH, group_by="day", compare=Compare.BEFORE)
    [table] = losses.DEFINITION.run([lyon], query)
    zero = Decimal("0.00")
    happened = {10: [Decimal("18.00"), zero, None], 13: [zero, Decimal("18.00"), Decimal("-100.0")]}
    assert cells(table, "day", "cost", "cost_before", "cost_change") == [
        [date(2026, 3, day), *happened.get(day, [zero, zero, None])] for day in range(1, 14)
    ]
    assert table.total("cost_before") == Decimal("18.00")
    assert table.chart == Chart("line", "day", ("cost", "cost_before"))


def test_a_week_adds_up_the_days_that_stand_beside_it(lyon: Location) -> None:
    query = Query.of(MARCH, group_by="week", compare=Compare.BEFORE)
    [table] = losses.DEFINITION.run([lyon], query)
    assert cells(table, "week", "cost", "cost_before")[-1] == [
        date(2026, 3, 9),
        Decimal("18.00"),
        Decimal("18.00"),
    ]
    assert [row[0] for row in table.rows] == [date(2026, 2, 23), date(2026, 3, 2), date(2026, 3, 9)]


def test_last_year_stands_month_beside_month(lyon: Location) -> None:
    query = Query.of(
        Days(date(2027, 1, 1), date(2027, 12, 31)), group_by="month", compare=Compare.LAST_YEAR
    )
    [table] = losses.DEFINITION.run([lyon], query)
    assert cells(table, "month", "cost_before") == [
        [date(2027, 1, 1), Decimal("0.00")],
        [date(2027, 2, 1), Decimal("18.00")],
        [date(2027, 3, 1), Decimal("18.00")],
    ]


def test_29_february_had_no_day_last_year_and_says_so(lyon: Location) -> None:
    lamp = Sku.objects.get(code="LAMP")
    for units, day in ((2, date(2027, 2, 28)), (1, date(2028, 2, 29))):
        when = datetime.combine(day, time(12), UTC)
        lose(lyon, lamp, units, when)
        sell(lyon, lamp, units, when)
    query = Query.of(
        Days(date(2028, 2, 27), date(2028, 3, 1)), group_by="day", compare=Compare.LAST_YEAR
    )
    for report, figure, price in ((losses, "cost", 6), (sales, "revenue", 10)):
        [table] = report.DEFINITION.run([lyon], query)
        assert cells(table, "day", figure, f"{figure}_before") == [
            [date(2028, 2, 27), Decimal("0.00"), Decimal("0.00")],
            [date(2028, 2, 28), Decimal("0.00"), Decimal(f"{2 * price}.00")],
            [date(2028, 2, 29), Decimal(f"{price}.00"), None],
        ]
        before = table.columns[table.index(f"{figure}_before")]
        with translation.override("en"):
            assert shown(None, before) == "none"


def test_two_groups_in_time_keep_each_thing_beside_its_own(lyon: Location) -> None:
    query = Query.of(MARCH, group_by="month", then_by="article", compare=Compare.BEFORE)
    [table] = losses.DEFINITION.run([lyon], query)
    assert cells(table, "month", "code", "cost", "cost_before") == [
        [date(2026, 3, 1), "MOUSE", Decimal("18.00"), Decimal("12.00")],
        [date(2026, 3, 1), "LAMP", Decimal("0.00"), Decimal("6.00")],
    ]


@pytest.mark.parametrize("definition", DEFINITIONS, ids=NAMES)
def test_every_time_beside_its_earlier_one_adds_up_to_the_total(
    definition: Definition, lyon: Location
) -> None:
    """Whatever is added up: what each day had earlier is what the earlier days had in all."""
    for group in {"day", "week", "month"} & definition.groupings.keys():
        query = Query.of(MARCH, group_by=group, compare=Compare.BEFORE)
        table = definition.run([lyon], query)[0]
        for column in table.columns:
            if column.compares and column.kind in (Kind.MONEY, Kind.NUMBER):
                earlier = [row[table.index(column.key)] for row in table.rows]
                numbers = [cell for cell in earlier if isinstance(cell, int | Decimal)]
                assert sum(numbers) == table.total(column.key), column.key


def test_filters_choose_and_what_does_not_exist_chooses_nothing(lyon: Location) -> None:
    def units(**filters: list[str]) -> object:
        return stock.DEFINITION.run([lyon], Query.of(MARCH, filters=filters))[0].total("units")

    assert units() == 9
    assert units(product=["MOUSE"]) == 0
    assert units(product=["LAMP", "MOUSE"]) == 9
    assert units(product=["nothing"]) == 0
    assert units(category=["nothing"]) == 0


def test_unsold_for_as_long_as_was_asked(lyon: Location) -> None:
    def codes(days: str) -> list[list[object]]:
        query = Query.of(MARCH, filters={"unsold": [days]})
        return cells(dead_stock.DEFINITION.run([lyon], query)[0], "code", "store")

    assert codes("180") == [["LAMP", "Lyon"]]
    assert codes("no number") == [["LAMP", "Lyon"]]


def test_a_chain_of_many_places_is_read_by_a_worker(lyon: Location) -> None:
    query = Query.of(MARCH)
    for module in (stock, dead_stock, stock_outs):
        assert not module.DEFINITION.is_long([lyon] * 20, query)
        assert module.DEFINITION.is_long([lyon] * 21, query)


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (stock, "€54.00 of stock in Lyon"),
        (dead_stock, "€54.00 that doesn't sell in Lyon"),
        (losses, "€18.00 lost"),
        (restock_service, "nothing asked"),
        (orders, "€0.00 handed over in 0 locations"),
    ],
)
def test_the_headline_says_the_figure(lyon: Location, report: ModuleType, said: str) -> None:
    definition: Definition = report.DEFINITION
    query = Query.of(MARCH)
    with translation.override("en"):
        assert definition.headline(definition.run([lyon], query), query) == said
