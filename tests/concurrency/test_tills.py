"""Many tills of one store at once: numbers without gaps, the last unit once, no deadlock."""

import random
from collections.abc import Iterator
from functools import partial
from itertools import count
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from inventory.actions import stock
from inventory.actions.stock import reserve_stock
from inventory.errors import OutOfStock
from inventory.models import Cause, Document, Sku, StockLevel, StockMovement
from sales.actions import sale as sale_actions
from sales.actions.sale import Item, Paid, record_sale
from sales.actions.summary import summary_differences
from sales.models import DailySales, ReceiptSeries, Sale, Tender
from stores.models import Location, User
from tests.concurrency.together import PATIENCE, together
from tests.factories import make_level, make_sku, make_store

pytestmark = pytest.mark.django_db(transaction=True)
SALES_EACH = 6


def sell(store: Location, clerk: User, wanted: dict[int, int]) -> Sale:
    return record_sale(
        key=uuid4(),
        location=store,
        items=[Item(sku_id, units) for sku_id, units in wanted.items()],
        tenders=[Paid(Tender.Kind.CARD)],
        by=clerk,
    )


def stocked(store: Location, on_hand: int) -> Sku:
    return make_level(make_sku(), store, on_hand=on_hand).sku


def test_the_numbers_of_many_tills_have_no_gap(store: Location, clerk: User) -> None:
    sku, rare = stocked(store, 100), stocked(store, 2)

    def sell_several() -> int:
        refused = 0
        for _number in range(SALES_EACH):
            try:
                sell(store, clerk, {sku.pk: 1, rare.pk: 1} if _number % 2 else {sku.pk: 1})
            except OutOfStock:
                refused += 1
        return refused

    refused = together([sell_several] * 8)
    sold = 8 * SALES_EACH - sum(refused)
    assert sum(refused) == 8 * SALES_EACH // 2 - 2
    assert sorted(Sale.objects.values_list("number", flat=True)) == list(range(1, sold + 1))
    assert ReceiptSeries.objects.get().last_number == sold
    assert StockLevel.objects.get(sku=sku).on_hand == 100 - sold
    assert DailySales.objects.get().tickets == sold
    assert summary_differences() == []


def test_without_the_lock_two_tills_take_the_same_number(
    store: Location, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sku, both_read = stocked(store, 10), Barrier(2)

    def number_without_lock(location: Location, year: int) -> int:
        number = Sale.objects.filter(location=location, year=year).count() + 1
        both_read.wait(PATIENCE)
        return number

    monkeypatch.setattr(sale_actions, "_next_number", number_without_lock)
    outcomes = together([partial(sell, store, clerk, {sku.pk: 1})] * 2)
    assert [type(outcome) for outcome in outcomes].count(IntegrityError) == 1


def test_two_tills_sell_the_last_unit_once(store: Location, clerk: User) -> None:
    sku = stocked(store, 1)
    outcomes = together([partial(sell, store, clerk, {sku.pk: 1})] * 2)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["OutOfStock", "Sale"]
    assert StockLevel.objects.get().on_hand == 0
    assert StockMovement.objects.filter(document=Document.SALE).count() == 1
    assert summary_differences() == []


def test_without_the_locks_both_tills_see_the_last_unit(
    store: Location, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sku, both_read, numbers = stocked(store, 1), Barrier(2), count(1)

    def levels_without_lock(keys: Any) -> stock.Levels:
        rows = {(row.location_id, row.sku_id): row for row in StockLevel.objects.all()}
        both_read.wait(PATIENCE)
        return rows

    monkeypatch.setattr(stock, "_select_for_update", levels_without_lock)
    monkeypatch.setattr(sale_actions, "_next_number", lambda *_series: next(numbers))
    monkeypatch.setattr(sale_actions, "add_to_summaries", lambda *_sale: None)
    outcomes = together([partial(sell, store, clerk, {sku.pk: 1})] * 2)
    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    assert kinds == ["IntegrityError", "Sale"]  # the constraint alone held the second one
    assert StockLevel.objects.get().on_hand == 0


def shuffled(skus: list[Sku], seed: int) -> Iterator[dict[int, int]]:
    chance = random.Random(seed)
    for _round in range(SALES_EACH):
        yield {sku.pk: 1 for sku in chance.sample(skus, len(skus))}


def test_lines_in_any_order_never_deadlock(
    store: Location, clerk: User, caplog: pytest.LogCaptureFixture
) -> None:
    skus = [stocked(store, 500) for _ in range(8)]
    paris = make_store("paris")
    for sku in skus:
        make_level(sku, paris, on_hand=500)
    orders = count(1)

    def sell_shuffled(place: Location, seed: int) -> None:
        for wanted in shuffled(skus, seed):
            sell(place, clerk, wanted)

    def reserve_shuffled(seed: int) -> None:
        for wanted in shuffled(skus, seed):
            reserve_stock(store, wanted, cause=Cause(Document.ORDER, next(orders)), until=None)

    with caplog.at_level("INFO", logger="backoffice.lib.retry"):
        outcomes = together(
            [partial(sell_shuffled, store, seed) for seed in range(4)]
            + [partial(sell_shuffled, paris, seed) for seed in range(4)]
            + [partial(reserve_shuffled, seed) for seed in range(4)]
        )
    assert outcomes == [None] * 12
    assert [record for record in caplog.records if "deadlock" in record.getMessage()] == []
    assert Sale.objects.count() == 8 * SALES_EACH
    levels = StockLevel.objects.at(store)
    assert {(level.on_hand, level.reserved) for level in levels} == {
        (500 - 4 * SALES_EACH, 4 * SALES_EACH)
    }
    assert summary_differences() == []
