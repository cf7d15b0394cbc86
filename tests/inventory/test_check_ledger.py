import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from inventory.actions.stock import Move, move_stock, reserve_stock
from inventory.models import Cause, Document, StockLevel
from stores.models import Location
from stores.models.location import outer_place
from tests.factories import make_level, make_sku, make_store

pytestmark = pytest.mark.django_db


@pytest.fixture
def level() -> StockLevel:
    """A level in Lyon with a past, beside an untouched one in Paris."""
    sku, lyon = make_sku("CAF-1"), make_store("lyon")
    level = make_level(sku, lyon, on_hand=20)
    make_level(sku, make_store("paris"), on_hand=5)
    customer = outer_place(Location.Kind.CUSTOMER)
    move_stock([Move(sku.pk, lyon, customer, 3)], cause=Cause(Document.SALE, 1), by=None)
    reserve_stock(lyon, {sku.pk: 4}, cause=Cause(Document.ORDER, 1), until=None)
    return level


def check() -> str:
    out = io.StringIO()
    call_command("check_ledger", stdout=out)
    return out.getvalue()


def refused() -> str:
    out = io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("check_ledger", stdout=out)
    assert refusal.value.returncode == 1
    return out.getvalue()


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_ledger_that_adds_up_has_no_drift(level: StockLevel) -> None:
    assert check().startswith("Drift 0 in 2 stock levels")


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ("on_hand = on_hand + 5", "on hand (I1, I2) says 22, its rows 17 (+5)"),
        ("reserved = reserved - 1", "reserved (I4) says 3, its rows 4 (-1)"),
    ],
)
def test_a_figure_that_was_changed_by_hand_is_named(
    level: StockLevel, figure: str, words: str
) -> None:
    run(f"UPDATE inventory_stocklevel SET {figure} WHERE id = {level.pk}")
    assert refused().splitlines()[:2] == ["lyon: 1 figures differ", f"  CAF-1: {words}"]


def test_a_level_that_is_gone_is_named(level: StockLevel) -> None:
    run(f"DELETE FROM inventory_stocklevel WHERE id = {level.pk}")
    assert refused().splitlines()[:3] == [
        "lyon: 2 figures differ",
        "  CAF-1: on hand (I1, I2) says 0, its rows 17 (-17)",
        "  CAF-1: reserved (I4) says 0, its rows 4 (-4)",
    ]


def test_stock_that_moved_for_a_request_that_does_not_exist_is_named(level: StockLevel) -> None:
    supplier = outer_place(Location.Kind.SUPPLIER)
    cause = Cause(Document.RESTOCK, 77)
    move_stock([Move(level.sku_id, supplier, level.location, 2)], cause=cause, by=None)
    assert "received by restock (I6) says 0, its rows 2 (-2)" in refused()


def test_a_ledger_without_its_guard_is_refused(level: StockLevel) -> None:
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("ALTER TABLE inventory_stockmovement DISABLE TRIGGER movements_are_for_ever")
    assert "a trigger is missing" in refused()
