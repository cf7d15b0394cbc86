"""How long goods were out, and the sales that it cost, as a person works it out."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from inventory.models import Sku
from inventory.queries.report_keys import Chosen
from inventory.queries.stock_outs import FIGURES, stock_outs
from stores.models import Location
from tests.factories import make_sku, make_store
from tests.reports.goods import at, lose, sell, stock

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 8)
NOW = at(4, 1)


@pytest.fixture
def mouse() -> Sku:
    return make_sku("MOUSE", name="Mouse", price="10.00")


def run_out(place: Location, sku: Sku, when: datetime, back: datetime | None = None) -> None:
    """28 units sell in two halves within 28 days, the last ones at `when`; one per day, that is."""
    stock(place, sku, 28, at(2, 10, 8))
    sell(place, sku, 14, at(2, 20))
    sell(place, sku, 14, when)
    if back:
        stock(place, sku, 5, back)


def found(*places: Location, by: str = "article", now: datetime = NOW) -> list[list[object]]:
    chosen = Chosen([place.pk for place in places])
    return [row[-len(FIGURES) :] for row in stock_outs(chosen, FIRST, LAST, by=[by], now=now).rows]


def test_three_days_of_one_a_day(mouse: Sku) -> None:
    lyon = make_store(time_zone="UTC")
    run_out(lyon, mouse, at(3, 3, 9), back=at(3, 6, 9))
    assert found(lyon) == [
        [1, 0, Decimal("3.0"), Decimal("1.00"), Decimal("3.00"), Decimal("30.00")]
    ]


def test_what_lies_outside_the_period_is_cut_off(mouse: Sku) -> None:
    """Out from 28 February at noon to 11 March at noon: 7 days of the week."""
    lyon = make_store(time_zone="UTC")
    run_out(lyon, mouse, at(2, 28), back=at(3, 11))
    assert found(lyon) == [
        [1, 0, Decimal("7.0"), Decimal("1.00"), Decimal("7.00"), Decimal("70.00")]
    ]


def test_the_edges_are_midnights_of_the_store(mouse: Sku) -> None:
    """Out until 2 March at 12:00 UTC: in New York, five hours behind, 2 March began at 05:00."""
    york = make_store(time_zone="America/New_York")
    run_out(york, mouse, at(2, 25), back=at(3, 2, 12))
    [[_times, _lasts, days, _rate, units, value]] = found(york)
    assert (days, units, value) == (Decimal("0.3"), Decimal("0.29"), Decimal("2.92"))
    tokyo, cable = make_store(time_zone="Asia/Tokyo"), make_sku("CABLE", price="10.00")
    run_out(tokyo, cable, at(3, 8, 12))  # there the week ends at 15:00 UTC
    assert found(tokyo)[0][4] == Decimal("0.13")


def test_what_lasts_counts_until_now(mouse: Sku) -> None:
    lyon = make_store(time_zone="UTC")
    run_out(lyon, mouse, at(3, 3, 9))
    assert found(lyon, now=at(3, 5, 9))[0][1:3] == [1, Decimal("2.0")]
    assert found(lyon, now=at(3, 3, 8)) == []


def test_an_outage_that_ended_before_or_began_after_is_none_of_it(mouse: Sku) -> None:
    lyon, cable = make_store(time_zone="UTC"), make_sku("CABLE")
    run_out(lyon, mouse, at(2, 25), back=at(3, 1, 23))
    run_out(lyon, cable, at(3, 9, 0))
    assert found(lyon) == []


def test_what_did_not_sell_loses_nothing(mouse: Sku) -> None:
    """It sold 36 days before it was out, and the last one was lost."""
    lyon = make_store(time_zone="UTC")
    stock(lyon, mouse, 6, at(1, 1))
    sell(lyon, mouse, 5, at(1, 23))
    lose(lyon, mouse, 1, at(2, 28))
    nothing = Decimal("0.00")
    assert found(lyon) == [[1, 1, Decimal("7.0"), nothing, nothing, nothing]]


def test_the_worst_comes_first_and_rows_add_up_to_the_total(mouse: Sku) -> None:
    lyon, paris = make_store("lyon", time_zone="UTC"), make_store("paris", time_zone="UTC")
    dear = make_sku("DEAR", price="99.99")
    run_out(lyon, mouse, at(3, 3, 7), back=at(3, 4, 15))  # a day and a third
    run_out(paris, mouse, at(3, 3, 9), back=at(3, 6, 9))
    run_out(paris, dear, at(3, 8, 0))  # a day
    chosen = Chosen([lyon.pk, paris.pk])
    by_store = stock_outs(chosen, FIRST, LAST, by=["store"], now=NOW)
    assert [(row[0], row[2], row[-2:]) for row in by_store.rows] == [
        ("Paris", 2, [Decimal("4.00"), Decimal("129.99")]),
        ("Lyon", 1, [Decimal("1.33"), Decimal("13.33")]),
    ]
    assert by_store.total == [
        3,
        1,
        Decimal("5.3"),
        Decimal("1.00"),
        Decimal("5.33"),
        Decimal("143.32"),
    ]
