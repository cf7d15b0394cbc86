"""Tills sell and orders are handed over, in several stores at once, while a report is read: at every moment
the figures equal the lines to the cent."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import count, product
from threading import Barrier, Event
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import Count, F, Sum
from django.utils import timezone

from backoffice.lib.snapshots import reading_one_snapshot
from inventory.actions.catalogue import change_product
from inventory.models import Category, Sku
from sales.actions import sale as sale_actions
from sales.actions.chain import add_up_chain
from sales.actions.sale import Item, Paid, record_sale
from sales.actions.summary import add_to_summaries, summary_differences
from sales.chain import chain_months
from sales.figures import Dimension, Row, sales_figures
from sales.models import (
    ChainMonth,
    ChainSkuSales,
    DailyCategorySales,
    DailySales,
    Sale,
    SaleLine,
    Tender,
)
from shop.actions.fulfilment import hand_over
from shop.actions.order import Delivery
from stores.models import Location, Role, User
from tests.concurrency.together import PATIENCE, together
from tests.factories import (
    make_category,
    make_level,
    make_online_location,
    make_sku,
    make_staff,
    make_store,
)
from tests.shop.orders import HOME, place_and_pay

pytestmark = pytest.mark.django_db(transaction=True)
TILLS, SALES_EACH, ORDERS_EACH = 2, 8, 3
STORED = (  # one of each summary
    Dimension.STORE,
    Dimension.SKU,
    Dimension.CATEGORY,
    Dimension.CLERK,
    Dimension.HOUR,
)


@dataclass(frozen=True)
class Shops:
    stores: list[Location]
    central: Location
    skus: list[Sku]
    clerk: User

    @property
    def places(self) -> list[Location]:
        return [*self.stores, self.central]


@pytest.fixture
def shops() -> Shops:
    shops = Shops(
        stores=[make_store(), make_store(time_zone="Asia/Tokyo"), make_store()],
        central=make_online_location(),
        skus=[make_sku(price=f"{n}.35", cost=f"{n}.11") for n in range(2, 7)],
        clerk=make_staff(Role.ADMIN),
    )
    for sku, place in product(shops.skus, shops.places):
        make_level(sku, place, on_hand=200)
    return shops


def sell(shops: Shops, store: Location, chance: random.Random) -> Sale:
    wanted = chance.sample(shops.skus, 3)
    return record_sale(
        key=uuid4(),
        location=store,
        items=[Item(sku.pk, chance.randint(1, 3)) for sku in wanted],
        tenders=[Paid(Tender.Kind.CARD)],
        by=shops.clerk,
    )


def sell_several(shops: Shops, store: Location, seed: int) -> None:
    chance = random.Random(seed)
    for _sale in range(SALES_EACH):
        sell(shops, store, chance)


def orders_of(shops: Shops, place: Location) -> list[int]:
    """Paid orders that lie ready there."""
    delivery = HOME if place == shops.central else Delivery(store=place)
    wanted = dict(zip(shops.skus, (1, 2, 1), strict=False))
    return [place_and_pay(wanted, delivery=delivery).pk for _order in range(ORDERS_EACH)]


def hand_out(orders: list[int], by: User) -> None:
    for order in orders:
        hand_over(order, by=by)


def figures(shops: Shops) -> list[Row]:
    """The totals, from each kind of summary."""
    today = timezone.now().date()
    around = (today - timedelta(days=1), today + timedelta(days=1))
    places = [place.pk for place in shops.places]
    return [sales_figures(places, *around, by=[dimension]).total for dimension in STORED]


def lines_added_up() -> tuple[int, int, Decimal, Decimal, Decimal]:
    found = SaleLine.objects.aggregate(
        tickets=Count("sale", distinct=True),
        units=Sum("quantity", default=0),
        revenue=Sum("total", default=Decimal(0)),
        tax=Sum("tax", default=Decimal(0)),
        cost=Sum(F("unit_cost") * F("quantity"), default=Decimal(0)),
    )
    return tuple(found.values())  # type: ignore[return-value]


def is_exact(shops: Shops) -> bool:
    """Whether all figures equal the lines, in one instant."""
    with reading_one_snapshot():
        tickets, *sums = lines_added_up()
        rows = figures(shops)
        return (
            [[row.units, row.revenue, row.tax, row.cost] for row in rows] == [sums] * len(rows)
            and {row.tickets for row in rows} <= {tickets, None}
            and summary_differences() == []
        )


def read_until(sold: Event, shops: Shops) -> list[bool]:
    found = [is_exact(shops)]
    while not sold.is_set():
        found.append(is_exact(shops))
    return found


def test_figures_equal_the_lines_at_every_moment_of_a_busy_day(shops: Shops) -> None:
    orders = {place.pk: orders_of(shops, place) for place in shops.places}
    sold, sellers = Event(), count(1)
    tills = [
        partial(sell_several, shops, store, seed)
        for seed, (store, _till) in enumerate(product(shops.stores, range(TILLS)))
    ]
    sellings: list[Callable[[], None]] = [
        *tills,
        *[partial(hand_out, ready, shops.clerk) for ready in orders.values()],
    ]

    def last_one_says_so(selling: Callable[[], None]) -> None:
        try:
            selling()
        finally:
            if next(sellers) == len(sellings):
                sold.set()

    *outcomes, seen = together(
        [
            *[partial(last_one_says_so, selling) for selling in sellings],
            partial(read_until, sold, shops),
        ]
    )
    assert outcomes == [None] * len(sellings)
    assert set(seen) == {True}
    assert is_exact(shops)
    tickets = len(tills) * SALES_EACH + len(orders) * ORDERS_EACH
    assert lines_added_up()[0] == figures(shops)[0].tickets == tickets
    channels = (
        DailySales.objects.values_list("channel").annotate(Sum("tickets")).order_by("channel")
    )
    assert list(channels) == [
        ("online", len(orders) * ORDERS_EACH),
        ("store", len(tills) * SALES_EACH),
    ]


def move_to_and_fro(shops: Shops, categories: Sequence[Category], sold: Event) -> int:
    """Each article is moved to the next category again and again, as long as tills sell."""
    moves = 0
    while not sold.is_set() or moves < len(shops.skus):
        sku, category = shops.skus[moves % len(shops.skus)], categories[moves % len(categories)]
        change_product(sku.product_id, category=category, by=shops.clerk)
        moves += 1
    return moves


def test_categories_are_exact_while_products_move(shops: Shops) -> None:
    categories = [make_category() for _category in range(3)]
    sold, sellers = Event(), count(1)

    def sell_and_say_so(store: Location, seed: int) -> None:
        try:
            sell_several(shops, store, seed)
        finally:
            if next(sellers) == len(shops.stores):
                sold.set()

    *outcomes, moves, seen = together(
        [
            *[partial(sell_and_say_so, store, seed) for seed, store in enumerate(shops.stores)],
            partial(move_to_and_fro, shops, categories, sold),
            partial(read_until, sold, shops),
        ]
    )
    assert outcomes == [None] * len(shops.stores)
    assert isinstance(moves, int)
    assert set(seen) == {True}
    assert is_exact(shops)
    assert DailyCategorySales.objects.exclude(category__in=categories).count() == 0


def add_up_until(sold: Event) -> None:
    """The running month, which sells on, is added up as if it were over."""
    next_month = (timezone.now() + timedelta(days=32)).date().replace(day=1)
    while not sold.is_set():
        add_up_chain(before=next_month)
    add_up_chain(before=next_month)


def test_a_month_that_is_added_up_while_it_sells_is_exact_or_not_read(shops: Shops) -> None:
    sold, sellers = Event(), count(1)

    def sell_and_say_so(store: Location, seed: int) -> None:
        try:
            sell_several(shops, store, seed)
        finally:
            if next(sellers) == len(shops.stores):
                sold.set()

    outcomes = together(
        [
            *[partial(sell_and_say_so, store, seed) for seed, store in enumerate(shops.stores)],
            partial(add_up_until, sold),
            partial(add_up_until, sold),
            partial(read_until, sold, shops),
        ]
    )
    *done, seen = outcomes
    assert done == [None] * (len(shops.stores) + 2)
    assert set(seen) == {True}
    months = {sale.sold_on.replace(day=1) for sale in Sale.objects.all()}
    places = [place.pk for place in shops.places]
    assert set(chain_months(places, min(months), max(months))) == months
    added_up = ChainSkuSales.objects.aggregate(units=Sum("units"), revenue=Sum("revenue"))
    assert [*added_up.values()] == [*lines_added_up()[1:3]]


def test_a_month_whose_tickets_are_counted_after_its_sums_is_wrong(shops: Shops) -> None:
    """What counting both in one statement is for."""
    sell(shops, shops.stores[0], random.Random(0))
    next_month = (timezone.now() + timedelta(days=32)).date().replace(day=1)
    add_up_chain(before=next_month)
    sell(shops, shops.stores[0], random.Random(1))
    assert is_exact(shops)
    ChainMonth.objects.update(tickets=2)
    assert not is_exact(shops)


def test_a_figure_that_is_read_and_written_back_loses_a_sale(
    shops: Shops, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the addition in one statement, and the turns at the receipt number, are for."""
    lyon, both_read, numbers = shops.stores[0], Barrier(2), count(100)
    sell(shops, lyon, random.Random(0))

    def read_and_write_back(sale: Sale, lines: list[SaleLine]) -> None:
        row = DailySales.objects.get(location=lyon)
        both_read.wait(PATIENCE)
        row.tickets += 1
        row.save(update_fields=["tickets"])

    monkeypatch.setattr(sale_actions, "_next_number", lambda *_series: next(numbers))
    monkeypatch.setattr(sale_actions, "add_to_summaries", read_and_write_back)
    together([partial(sell, shops, lyon, random.Random(seed)) for seed in (1, 2)])
    assert (Sale.objects.count(), DailySales.objects.get().tickets) == (3, 2)
    assert not is_exact(shops)


def test_a_figure_that_follows_the_sale_is_wrong_for_a_moment(
    shops: Shops, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def add_after_the_commit(*sale: Any) -> None:
        def look_and_add() -> None:
            seen.append(is_exact(shops))
            add_to_summaries(*sale)

        transaction.on_commit(look_and_add)

    monkeypatch.setattr(sale_actions, "add_to_summaries", add_after_the_commit)
    sell(shops, shops.stores[0], random.Random(1))
    assert (seen, is_exact(shops)) == ([False], True)
