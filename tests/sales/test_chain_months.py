"""Months of the whole chain: added up once they are over, and true only as long as nothing is sold in them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from inventory.models import Sku
from sales.actions.chain import add_up_chain
from sales.actions.summary import rebuild_summaries, summary_differences
from sales.chain import chain_months
from sales.models import ChainMonth, ChainSkuSales
from stores.models import Location
from tests.factories import make_level, make_sku, make_store
from tests.sales.test_summaries import sell

pytestmark = pytest.mark.django_db

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
IN_MARCH, IN_APRIL = (datetime(2026, month, 9, 12, tzinfo=UTC) for month in (3, 4))


@pytest.fixture
def mouse() -> Sku:
    """Sold twice in Lyon and once in Paris in March, and once in Lyon in April."""
    mouse = make_sku("MOUSE", price="12.00", cost="7.50")
    for code, moments in {"lyon": [IN_MARCH, IN_MARCH, IN_APRIL], "paris": [IN_MARCH]}.items():
        store = make_store(code)
        make_level(mouse, store, on_hand=20)
        for moment in moments:
            sell(store, {mouse: 2}, at=moment)
    return mouse


def place(code: str) -> Location:
    return Location.objects.get(code=code)


def true_for(*codes: str) -> list[date]:
    return chain_months([place(code).pk for code in codes], MARCH, date(2026, 4, 30))


def kept() -> Iterator[tuple]:
    rows = ChainSkuSales.objects.order_by("month", "sku__code")
    yield from rows.values_list("month", "sku__code", "channel", "units", "revenue", "tax", "cost")


def of_march(units: int, revenue: str, tax: str, cost: str) -> tuple:
    return (MARCH, "MOUSE", "store", units, Decimal(revenue), Decimal(tax), Decimal(cost))


@pytest.mark.usefixtures("mouse")
def test_a_month_that_is_over_is_added_up_for_those_who_see_all_that_sold() -> None:
    add_up_chain(before=APRIL)
    assert list(kept()) == [of_march(6, "72.00", "12.00", "45.00")]
    make_store("nice")  # which sold nothing
    assert true_for("lyon", "paris") == true_for("lyon", "paris", "nice") == [MARCH]
    assert true_for("lyon") == true_for("paris") == true_for("nice") == true_for() == []
    assert summary_differences() == []


def test_a_late_sale_makes_its_month_untrue_until_it_is_added_up_again(mouse: Sku) -> None:
    add_up_chain(before=APRIL)
    sell(place("paris"), {mouse: 1}, at=IN_MARCH)
    assert true_for("lyon", "paris") == []
    assert list(kept()) == [of_march(6, "72.00", "12.00", "45.00")]
    assert summary_differences() == []  # nobody reads it
    add_up_chain(before=APRIL)
    assert true_for("lyon", "paris") == [MARCH]
    assert list(kept()) == [of_march(7, "84.00", "14.00", "52.50")]


def test_a_place_that_sells_as_much_as_all_did_is_not_taken_for_them(mouse: Sku) -> None:
    add_up_chain(before=APRIL)
    sell(place("lyon"), {mouse: 1}, at=IN_MARCH)  # its third ticket: all had three
    assert true_for("lyon") == true_for("lyon", "paris") == []


@pytest.mark.usefixtures("mouse")
def test_months_that_still_sell_are_left_alone() -> None:
    add_up_chain(before=MARCH)
    assert not ChainMonth.objects.exists()
    add_up_chain()
    assert true_for("lyon", "paris") == [MARCH, APRIL]


@pytest.mark.parametrize("column", ["units", "revenue", "tax", "cost"])
@pytest.mark.usefixtures("mouse")
def test_the_check_finds_a_wrong_sum_and_rebuilding_mends_it(
    column: str, capsys: pytest.CaptureFixture[str]
) -> None:
    add_up_chain(before=APRIL)
    ChainSkuSales.objects.update(**{column: 77})
    with pytest.raises(CommandError, match="1 figures"):
        call_command("check_summaries")
    told = capsys.readouterr().out
    assert told.startswith("chain 2026-03-01 month MOUSE store: kept (")
    assert told.strip().endswith(", sold (6,72.00,12.00,45.00)")
    rebuild_summaries()
    assert summary_differences() == []
    assert next(kept()) == of_march(6, "72.00", "12.00", "45.00")


@pytest.mark.usefixtures("mouse")
def test_the_check_finds_what_is_missing() -> None:
    add_up_chain(before=APRIL)
    ChainSkuSales.objects.all().delete()
    assert summary_differences() == [
        "chain 2026-03-01 month MOUSE store: kept nothing, sold (6,72.00,12.00,45.00)"
    ]
