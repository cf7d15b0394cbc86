"""The stock report's figures, against what was worked out by hand."""

from decimal import Decimal

import pytest

from backoffice.queries.stock_value import FIGURES, stock_value
from inventory.models import Product, Sku
from inventory.queries.report_keys import Chosen
from stores.models import Location
from tests.factories import make_category, make_product, make_sku, make_store
from tests.reports.goods import at, by_name, sell, stock

pytestmark = pytest.mark.django_db

NOW = at(3, 31)


class Shelves:
    """Lyon: 40 mice (6.00, sold at 10.00) of which 28 are left, and 5 lamps (2.50, sold at 4.00) that
    are no longer on sale. Auckland, where it is tomorrow: 7 mice of which 6 are left."""

    def __init__(self) -> None:
        devices, lights = make_category("Devices"), make_category("Lights")
        self.mouse = make_sku("MOUSE", product=make_product("Mouse", category=devices))
        lamp = make_product("Lamp", category=lights)
        self.lamp = make_sku("LAMP", product=lamp, price="4.00", cost="2.50")
        self.lyon = make_store("lyon", name="Lyon")
        self.auckland = make_store("auckland", name="Auckland", time_zone="Pacific/Auckland")
        stock(self.lyon, self.mouse, 40, at(1, 5))
        stock(self.lyon, self.lamp, 5, at(1, 5))
        stock(self.auckland, self.mouse, 7, at(1, 5))
        Product.objects.filter(pk=lamp.pk).update(is_active=False)
        sell(self.lyon, self.mouse, 5, at(3, 3))  # one day too early
        sell(self.lyon, self.mouse, 5, at(3, 4))  # the 28th day, counted from today
        sell(self.lyon, self.mouse, 2, at(3, 31, 10))
        sell(self.auckland, self.mouse, 1, at(3, 4, 12, 30))  # there it is the 5th, the 28th day

    @property
    def chosen(self) -> Chosen:
        return Chosen([self.lyon.pk, self.auckland.pk])


def figures(**said: int | str | None) -> list[object]:
    """In the order of the report; amounts and days are given as texts."""
    assert list(said) == list(FIGURES)
    return [Decimal(value) if isinstance(value, str) else value for value in said.values()]


@pytest.fixture
def shelves() -> Shelves:
    return Shelves()


def test_each_place_with_values_and_days_that_it_lasts(shelves: Shelves) -> None:
    found = stock_value(shelves.chosen, by=["store"], now=NOW)
    assert by_name(found, 2) == {
        "Lyon": figures(
            articles=2,
            units=33,
            incoming=0,
            cost="180.50",
            price="300.00",
            active="168.00",
            inactive="12.50",
            sold=7,
            cover="132.0",
        ),
        "Auckland": figures(
            articles=1,
            units=6,
            incoming=0,
            cost="36.00",
            price="60.00",
            active="36.00",
            inactive="0.00",
            sold=1,
            cover="168.0",
        ),
    }
    assert [row[0] for row in found.rows] == ["Lyon", "Auckland"]  # the most valuable first
    assert found.total == figures(
        articles=2,
        units=39,
        incoming=0,
        cost="216.50",
        price="360.00",
        active="204.00",
        inactive="12.50",
        sold=8,
        cover="136.5",
    )


def test_what_has_not_sold_has_no_cover(shelves: Shelves) -> None:
    found = stock_value(shelves.chosen, by=["category"], now=NOW)
    cover = list(FIGURES).index("cover")
    assert {name: row[cover] for name, row in by_name(found, 2).items()} == {
        "Devices": Decimal("119.0"),
        "Lights": None,
    }


def test_two_keys_make_a_row_of_each_pair_under_the_same_total(shelves: Shelves) -> None:
    found = stock_value(shelves.chosen, by=["store", "article"], now=NOW)
    assert [(row[0], row[2], row[3], row[6]) for row in found.rows] == [
        ("Lyon", "Mouse", "MOUSE", 28),
        ("Auckland", "Mouse", "MOUSE", 6),
        ("Lyon", "Lamp", "LAMP", 5),
    ]
    assert found.total == stock_value(shelves.chosen, now=NOW).total


def test_a_day_is_the_stores_own(shelves: Shelves) -> None:
    """On 1 April at 11:00 UTC, Auckland's day ends: the sale of its 5 March is 28 days old."""
    sold, there = list(FIGURES).index("sold"), Chosen([shelves.auckland.pk])
    assert stock_value(there, now=at(4, 1, 10, 59)).total[sold] == 1
    assert stock_value(there, now=at(4, 1, 11, 0)).total[sold] == 0


def test_only_what_is_chosen_counts(shelves: Shelves) -> None:
    def cost(places: list[Location], skus: list[Sku] | None = None) -> object:
        chosen = Chosen([p.pk for p in places], skus=[s.pk for s in skus] if skus else None)
        return stock_value(chosen, now=NOW).total[list(FIGURES).index("cost")]

    assert cost([shelves.lyon], [shelves.mouse]) == Decimal("168.00")
    assert cost([shelves.auckland]) == Decimal("36.00")
    lights = Chosen([shelves.lyon.pk], categories=[shelves.lamp.product.category_id])
    assert stock_value(lights, now=NOW).total[3] == Decimal("12.50")
    assert cost([]) == Decimal("0.00")


def test_a_shelf_that_is_empty_but_sold_is_shown(shelves: Shelves) -> None:
    sell(shelves.lyon, shelves.mouse, 28, at(3, 31, 11))
    found = stock_value(Chosen([shelves.lyon.pk]), by=["article"], now=NOW)
    rows = {row[1]: (row[4], row[-2], row[-1]) for row in found.rows}
    assert rows["MOUSE"] == (0, 35, Decimal("0.0"))


def test_the_moment_is_now_where_none_is_named(shelves: Shelves) -> None:
    assert stock_value(shelves.chosen).total[1] == 39
