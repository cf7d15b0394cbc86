from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.core.management import CommandError, call_command

from inventory.actions.catalogue import change_product
from inventory.models import Category, Sku
from sales.actions.sale import Item, Paid, record_sale
from sales.actions.summary import rebuild_summaries, summary_differences
from sales.models import (
    DailyCategorySales,
    DailyHourSales,
    DailySales,
    DailySkuSales,
    MonthlyClerkSales,
    Tender,
)
from sales.summaries import DAILY, MONTHLY, SUMMARIES, Summary
from stores.models import Location, Role, User
from tests.factories import (
    make_category,
    make_level,
    make_membership,
    make_product,
    make_sku,
    make_staff,
    make_store,
    make_user,
)

pytestmark = pytest.mark.django_db


def clerk_of(store: Location) -> User:
    email = f"{store.code}@example.com"
    return User.objects.filter(email=email).first() or (
        make_membership(Role.CLERK, store, user=make_user(email)).user
    )


def sell(store: Location, wanted: dict[Sku, int], *, at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        record_sale(
            key=uuid4(),
            location=store,
            items=[Item(sku.pk, units) for sku, units in wanted.items()],
            tenders=[Paid(Tender.Kind.CARD)],
            by=clerk_of(store),
        )


@pytest.fixture
def two_stores() -> None:
    devices, food = make_category("Devices"), make_category("Food")
    mouse = make_sku("MOUSE", product=make_product(category=devices), price="12.00", cost="7.50")
    choc = make_sku("CHOC", product=make_product(category=food), price="1.20", cost="1.00")
    for code in ("lyon", "paris"):
        store = make_store(code)
        make_level(mouse, store, on_hand=20)
        make_level(choc, store, on_hand=20)
        sell(store, {mouse: 1, choc: 2}, at=datetime(2026, 3, 2, 8, 59, tzinfo=UTC))
        sell(store, {mouse: 3}, at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


def sold(summary: Summary, *names: str) -> list[tuple]:
    """The rows of Lyon, with all that they add up."""
    rows = summary.model._default_manager.filter(location__code="lyon")
    return list(rows.order_by(*names).values_list(*names, *summary.sums))


ALL = (2, 6, Decimal("50.40"), Decimal("8.40"), Decimal("32.00"))
CHOC = ("CHOC", "store", 2, Decimal("2.40"), Decimal("0.40"), Decimal("2.00"))
MOUSE = ("MOUSE", "store", 4, Decimal("48.00"), Decimal("8.00"), Decimal("30.00"))


@pytest.mark.parametrize("kept", [DAILY, MONTHLY])
@pytest.mark.usefixtures("two_stores")
def test_each_sale_adds_to_the_figures_of_its_day_and_month(kept: dict[str, Summary]) -> None:
    assert sold(kept[""], "channel") == [("store", *ALL)]
    assert sold(kept["sku_id"], "sku__code", "channel") == [CHOC, MOUSE]
    assert sold(kept["category_id"], "category__name", "channel") == [
        ("Devices", *MOUSE[1:]),
        ("Food", *CHOC[1:]),
    ]
    assert sold(kept["clerk_id"], "clerk__email", "channel") == [
        ("lyon@example.com", "store", *ALL)
    ]
    assert sold(kept["hour"], "hour", "channel") == [
        (9, "store", 1, 3, Decimal("14.40"), Decimal("2.40"), Decimal("9.50")),
        (10, "store", 1, 3, Decimal("36.00"), Decimal("6.00"), Decimal("22.50")),
    ]


@pytest.mark.usefixtures("two_stores")
def test_a_cost_is_that_of_the_moment() -> None:
    Sku.objects.update(cost=Decimal("99.00"))
    assert sold(DAILY[""], "channel") == [("store", *ALL)]
    assert summary_differences() == []


@pytest.mark.parametrize("summary", SUMMARIES, ids=lambda summary: summary.table)
@pytest.mark.usefixtures("two_stores")
def test_each_difference_is_found_and_mended_by_rebuilding(summary: Summary) -> None:
    rows = summary.model._default_manager.filter(location__code="lyon").order_by("pk")
    for name in summary.sums:
        rows.filter(pk=rows[0].pk).update(**{name: 77})
        assert len(summary_differences()) == 1
        rebuild_summaries()
        assert summary_differences() == []
    before = sold(summary, *summary.keys)
    rows[0].delete()
    assert len(summary_differences()) == 1
    rebuild_summaries()
    assert sold(summary, *summary.keys) == before


@pytest.mark.usefixtures("two_stores")
def test_the_check_names_each_difference(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_summaries")
    assert "equal the sales" in capsys.readouterr().out
    DailySales.objects.filter(location__code="lyon").update(tickets=3)
    DailySkuSales.objects.filter(location__code="paris", sku__code="CHOC").delete()
    MonthlyClerkSales.objects.filter(location__code="paris").update(units=5)
    with pytest.raises(CommandError, match="3 figures"):
        call_command("check_summaries")
    assert capsys.readouterr().out.splitlines() == [
        "lyon 2026-03-02 day all store: kept (3,6,50.40,8.40,32.00), sold (2,6,50.40,8.40,32.00)",
        "paris 2026-03-02 day CHOC store: kept nothing, sold (2,2.40,0.40,2.00)",
        "paris 2026-03-01 month paris@example.com store:"
        " kept (2,5,50.40,8.40,32.00), sold (2,6,50.40,8.40,32.00)",
    ]


def test_a_repeated_hour_and_a_midnight_elsewhere_are_those_of_the_store() -> None:
    sku, lyon = make_sku(price="12.00", cost="7.50"), make_store("lyon")
    tokyo = make_store("tokyo", time_zone="Asia/Tokyo")
    for store in (lyon, tokyo):
        make_level(sku, store, on_hand=20)
    for moment in ("2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T15:00"):
        for store in (lyon, tokyo):
            sell(store, {sku: 1}, at=datetime.fromisoformat(f"{moment}Z"))
    hours = DailyHourSales.objects.order_by("location__code", "day", "hour")
    assert list(hours.values_list("location__code", "day__day", "hour", "tickets")) == [
        ("lyon", 25, 2, 2),  # summer time ended in between
        ("lyon", 25, 16, 1),
        ("tokyo", 25, 9, 1),
        ("tokyo", 25, 10, 1),
        ("tokyo", 26, 0, 1),
    ]
    assert summary_differences() == []


@pytest.mark.usefixtures("two_stores")
def test_a_product_that_moves_takes_its_past_along() -> None:
    office, mouse = make_staff(Role.HEAD_OFFICE), Sku.objects.get(code="MOUSE")
    first, last = make_category("A new one"), Category.objects.get(name="Food")
    for category, rows in [
        (first, [("A new one", *MOUSE[1:]), ("Food", *CHOC[1:])]),
        (last, [("Food", "store", *ALL[1:])]),
        (first, [("A new one", *MOUSE[1:]), ("Food", *CHOC[1:])]),
    ]:
        change_product(mouse.product_id, category=category, by=office)
        for kept in (DAILY, MONTHLY):
            assert sold(kept["category_id"], "category__name", "channel") == rows
        assert summary_differences() == []
    assert not DailyCategorySales.objects.filter(category__name="Devices").exists()
