"""Reports of goods as tables: their groups, their filters, the figures of earlier days beside them."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from backoffice.reports import dead_stock, losses, orders, restock_service, stock, stock_outs
from backoffice.reports.definition import Definition
from backoffice.reports.periods import Days
from backoffice.reports.query import Compare, Query
from backoffice.reports.table import Table, column_called
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


def test_a_day_has_no_earlier_one_of_its_own_but_the_total_has(lyon: Location) -> None:
    query = Query.of(MARCH, group_by="day", compare=Compare.BEFORE)
    [table] = losses.DEFINITION.run([lyon], query)
    assert cells(table, "day", "cost", "cost_before") == [
        [date(2026, 3, 10), Decimal("18.00"), None]
    ]
    assert table.total("cost_before") == Decimal("18.00")


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
    ("module", "said"),
    [
        (stock, "€54.00 of stock in Lyon"),
        (dead_stock, "€54.00 that doesn't sell in Lyon"),
        (losses, "€18.00 lost"),
        (restock_service, "nothing asked"),
        (orders, "€0.00 handed over in 0 locations"),
    ],
)
def test_the_headline_says_the_figure(lyon: Location, module: object, said: str) -> None:
    definition: Definition = module.DEFINITION  # type: ignore[attr-defined]
    query = Query.of(MARCH)
    with translation.override("en"):
        assert definition.headline(definition.run([lyon], query), query) == said
