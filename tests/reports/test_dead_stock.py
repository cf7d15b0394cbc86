"""What lies and doesn't sell: since when, and what it is worth."""

from datetime import date
from decimal import Decimal

import pytest

from backoffice.queries.dead_stock import FIGURES, dead_stock
from inventory.models import Sku
from inventory.queries.report_keys import Chosen
from stores.models import Location
from tests.factories import make_sku, make_store
from tests.reports.goods import at, by_name, sell, stock

pytestmark = pytest.mark.django_db

NOW = at(6, 30)


@pytest.fixture
def lyon() -> Location:
    return make_store("lyon", name="Lyon")


@pytest.fixture
def mouse() -> Sku:
    return make_sku("MOUSE", name="Mouse", price="10.00", cost="6.00")


def found(place: Location, days: int, by: str = "article") -> dict[object, list[object]]:
    return by_name(dead_stock(Chosen([place.pk]), days, by=[by], now=NOW), 3)


def test_what_sold_last_so_long_ago_is_dead(lyon: Location, mouse: Sku) -> None:
    stock(lyon, mouse, 10, at(1, 1))
    sell(lyon, mouse, 1, at(2, 1))
    sell(lyon, mouse, 2, at(5, 1))
    assert found(lyon, 60) == {
        "Mouse": [1, 7, date(2026, 5, 1), date(2026, 5, 1), 60, Decimal("42.00"), Decimal("70.00")]
    }
    assert list(FIGURES) == ["articles", "units", "sold_on", "since", "days", "cost", "price"]
    assert found(lyon, 90) == {}


def test_what_never_sold_lies_since_it_came(lyon: Location, mouse: Sku) -> None:
    stock(lyon, mouse, 3, at(5, 31))
    assert found(lyon, 30)["Mouse"][2:5] == [None, date(2026, 5, 31), 30]
    new = make_sku("NEW", name="New")
    stock(lyon, new, 3, at(6, 29))
    assert set(found(lyon, 30)) == {"Mouse"}


def test_what_was_out_lies_since_it_came_back(lyon: Location, mouse: Sku) -> None:
    stock(lyon, mouse, 2, at(1, 1))
    sell(lyon, mouse, 2, at(2, 1))
    stock(lyon, mouse, 5, at(5, 1))
    assert found(lyon, 30)["Mouse"][2:5] == [date(2026, 2, 1), date(2026, 5, 1), 60]
    assert found(lyon, 90) == {}


def test_more_of_what_lies_does_not_make_it_young(lyon: Location, mouse: Sku) -> None:
    stock(lyon, mouse, 5, at(1, 1))
    stock(lyon, mouse, 5, at(6, 29))
    assert found(lyon, 180)["Mouse"][1:5] == [10, None, date(2026, 1, 1), 180]


def test_the_day_is_the_stores_own(mouse: Sku) -> None:
    """The sale at 13:00 UTC on 30 April is of 1 May in Auckland, where it is 1 July now."""
    auckland = make_store("auckland", time_zone="Pacific/Auckland")
    stock(auckland, mouse, 5, at(1, 1))
    sell(auckland, mouse, 1, at(4, 30, 13))
    assert found(auckland, 60)["Mouse"][2:5] == [date(2026, 5, 1), date(2026, 5, 1), 61]


def test_stores_stand_by_what_lies_there(lyon: Location, mouse: Sku) -> None:
    paris, cable = make_store("paris", name="Paris"), make_sku("CABLE", cost="1.50")
    stock(lyon, mouse, 1, at(1, 1))
    stock(lyon, cable, 2, at(1, 2))
    stock(paris, mouse, 2, at(1, 1))
    all_of_it = dead_stock(Chosen([lyon.pk, paris.pk]), 30, by=["store"], now=NOW)
    assert [(row[0], row[2], row[3], row[7]) for row in all_of_it.rows] == [
        ("Paris", 1, 2, Decimal("12.00")),
        ("Lyon", 2, 3, Decimal("9.00")),
    ]
    assert all_of_it.total[:2] == [2, 5]
    assert all_of_it.total[5] == Decimal("21.00")


def test_what_sells_and_what_is_gone_is_not_dead(lyon: Location, mouse: Sku) -> None:
    gone = make_sku("GONE")
    stock(lyon, mouse, 5, at(1, 1))
    stock(lyon, gone, 1, at(1, 1))
    sell(lyon, gone, 1, at(1, 2))
    sell(lyon, mouse, 1, at(6, 1))
    assert found(lyon, 30) == {}
