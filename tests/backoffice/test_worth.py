"""What the stock is worth: exact when it is worked out, remembered for a minute, and of one's own."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.queries.worth import CLAIM, FRESH, Goods, stock_worth
from inventory.models import Sku, StockLevel
from stores.models import Role
from tests.factories import (
    make_category,
    make_level,
    make_product,
    make_sku,
    make_staff,
    make_store,
    make_warehouse,
)

NOW = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)


def make_article(name: str, cost: str, *, sold: bool = True, product_on_sale: bool = True) -> Sku:
    product = make_product(category=make_category(name), is_active=product_on_sale)
    return make_sku(cost=cost, product=product, is_active=sold)


@pytest.mark.django_db
def test_worth_is_told_by_category_on_sale_and_apart_what_is_not_any_more() -> None:
    lyon, central = make_store("lyon"), make_warehouse("central")
    for cost in range(1, 8):
        make_level(make_article(f"Category-{cost}", f"{cost}.25"), central, on_hand=10)
    make_level(make_article("Old", "3.10", sold=False), central, on_hand=2)
    make_level(make_article("Older", "5.00", product_on_sale=False), lyon, on_hand=1, reserved=1)
    worth = stock_worth()
    assert worth.active == Goods(70, Decimal("297.50"))
    assert worth.not_on_sale == Goods(3, Decimal("11.20"))
    assert worth.total == Goods(73, Decimal("308.70"))
    assert [(row.name, row.goods.value, row.width) for row in worth.top] == [
        ("Category-7", Decimal("72.50"), 100),
        ("Category-6", Decimal("62.50"), 86),
        ("Category-5", Decimal("52.50"), 72),
        ("Category-4", Decimal("42.50"), 59),
        ("Category-3", Decimal("32.50"), 45),
    ]
    assert (worth.rest_count, worth.rest) == (2, Goods(20, Decimal("35.00")))
    assert worth.units_by_place == {lyon.pk: 1, central.pk: 72}
    assert stock_worth(lyon).total == stock_worth(lyon).not_on_sale == Goods(1, Decimal("5.00"))
    assert stock_worth(make_store()).total == Goods()


@pytest.mark.django_db
def test_one_page_a_minute_works_it_out_for_all_and_says_when() -> None:
    lyon, paris = make_store("lyon"), make_store("paris")
    level = make_level(make_sku(cost="2.00"), lyon, on_hand=5)
    make_level(make_sku(cost="1.00"), paris, on_hand=1)
    with time_machine.travel(NOW, tick=False) as clock:
        assert stock_worth().total.value == 11
        StockLevel.objects.filter(pk=level.pk).update(on_hand=6)
        with CaptureQueriesContext(connection) as queries:
            assert [stock_worth(place).total.value for place in (None, lyon, paris)] == [11, 10, 1]
        assert len(queries) == 0
        clock.shift(FRESH)
        assert (stock_worth(lyon).total.value, stock_worth(lyon).at) == (12, NOW + FRESH)
        assert stock_worth().total.value == 13


@pytest.mark.django_db
def test_a_place_without_stock_is_remembered_as_well() -> None:
    lyon, empty = make_store("lyon"), make_store("empty")
    level = make_level(make_sku(cost="2.00"), lyon, on_hand=5)
    with time_machine.travel(NOW, tick=False) as clock:
        assert stock_worth(empty).total == Goods()
        with CaptureQueriesContext(connection) as queries:
            assert (stock_worth(empty).at, stock_worth(lyon).total.value) == (NOW, 10)
        assert len(queries) == 0
        StockLevel.objects.filter(pk=level.pk).update(on_hand=0)
        clock.shift(FRESH)
        assert stock_worth(lyon).total == stock_worth().total == Goods()
        with CaptureQueriesContext(connection) as queries:
            assert stock_worth(lyon).total == Goods()
        assert len(queries) == 0


@pytest.mark.django_db
def test_while_one_works_it_out_the_others_show_what_was_known() -> None:
    lyon = make_store("lyon")
    level = make_level(make_sku(cost="2.00"), lyon, on_hand=5)
    with time_machine.travel(NOW, tick=False) as clock:
        stock_worth()
        StockLevel.objects.filter(pk=level.pk).update(on_hand=6)
        clock.shift(FRESH + timedelta(seconds=1))
        cache.add(CLAIM, 1)  # as somebody who is at it
        assert (stock_worth().total.value, stock_worth().at) == (10, NOW)
        cache.delete(CLAIM)
        assert stock_worth().total.value == 12


@pytest.mark.django_db
def test_each_sum_opens_the_list_of_what_it_adds_up(client: Client) -> None:
    lyon = make_store("lyon")
    tea = make_article("Tea", "2.00")
    old = make_article("Old", "3.00", sold=False)
    for sku in (tea, old):
        make_level(sku, lyon, on_hand=1)
    for who, page, stock in (
        (make_staff(Role.HEAD_OFFICE), "/head-office/", "/head-office/stock/"),
        (make_staff(Role.MANAGER, lyon), "/stores/lyon/", "/stores/lyon/stock/"),
    ):
        client.force_login(who)
        shown = client.get(page).text
        category = tea.product.category_id
        for query, found in (("sale=off", old), (f"category={category}&amp;sale=on", tea)):
            assert f'href="{stock}?{query}"' in shown
            listed = client.get(f"{stock}?{query.replace('amp;', '')}").text
            assert [sku.code in listed for sku in (tea, old)] == [found == tea, found == old]


@pytest.mark.django_db
def test_a_clerk_is_not_told_what_the_stock_is_worth(client: Client) -> None:
    lyon = make_store("lyon")
    make_level(make_sku(cost="77.77"), lyon, on_hand=1)
    seen = {}
    for role in (Role.MANAGER, Role.CLERK):
        client.force_login(make_staff(role, lyon))
        page = client.get("/stores/lyon/").text
        seen[role] = ["€77.77" in page, "Margin today" in page, "This week" in page]
    assert seen == {Role.MANAGER: [True] * 3, Role.CLERK: [False] * 3}
