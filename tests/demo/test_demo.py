from collections import Counter

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum

from backoffice.demo.assortment import box_code, ean13
from inventory.models import (
    RestockRequest,
    Sku,
    StockLevel,
    StockMovement,
)
from sales.actions.summary import summary_differences
from sales.models import Sale, SaleLine, Tender
from shop.models import Order
from stores.models import Location, User

SMALL = {"stores": 2, "skus": 40, "days": 12, "tickets": 10, "orders": 12}

EVENING = "2026-11-20T20:00:00Z"


def fill(**options: int) -> None:
    call_command("demo", **{**SMALL, **options}, verbosity=0)


@pytest.fixture
def chain(db: None) -> None:
    with time_machine.travel(EVENING, tick=False):
        fill()


@pytest.mark.usefixtures("chain")
def test_every_level_is_what_the_ledger_adds_up_to() -> None:
    for level in StockLevel.objects.select_related("location"):
        rows = StockMovement.objects.filter(sku=level.sku_id)
        into = rows.filter(destination=level.location).aggregate(n=Sum("quantity"))["n"] or 0
        out = rows.filter(source=level.location).aggregate(n=Sum("quantity"))["n"] or 0
        assert level.on_hand == into - out


@pytest.mark.usefixtures("chain")
def test_no_level_was_ever_below_zero() -> None:
    running: dict[tuple[int, int], int] = {}
    for move in StockMovement.objects.order_by("occurred_at", "pk").select_related(
        "source", "destination"
    ):
        for place, units in ((move.source, -move.quantity), (move.destination, move.quantity)):
            if place.holds_stock:
                key = (place.pk, move.sku_id)
                running[key] = running.get(key, 0) + units
                assert running[key] >= 0


@pytest.mark.usefixtures("chain")
def test_receipts_have_no_gaps_and_totals_are_their_lines() -> None:
    for store in Location.objects.stores():
        numbers = Sale.objects.filter(location=store).order_by("year", "number")
        assert list(numbers.values_list("number", flat=True)) == [
            *range(1, numbers.filter(year=numbers[0].year).count() + 1),
            *range(1, numbers.exclude(year=numbers[0].year).count() + 1),
        ]
    assert Sale.objects.aggregate(n=Sum("total")) == SaleLine.objects.aggregate(n=Sum("total"))
    assert summary_differences() == []
    assert Tender.objects.filter(kind=Tender.Kind.CASH).exists()
    assert not Tender.objects.filter(change__lt=0).exists()


@pytest.mark.usefixtures("chain")
def test_the_keyboards_of_lyon_stand_as_the_walk_finds_them() -> None:
    keyboard = Sku.objects.get(product__name="Clavier mécanique RGB")
    lyon, central = (keyboard.levels.get(location__code=code) for code in ("lyon", "central"))
    assert (lyon.on_hand, lyon.reorder_point, lyon.target) == (22, 20, 41)
    assert central.on_hand == 100
    assert str(keyboard.price) == "89.99"
    assert not RestockRequest.objects.pending().filter(lines__sku=keyboard).exists()


@pytest.mark.usefixtures("chain")
def test_goods_are_asked_for_and_people_can_sign_in() -> None:
    assert RestockRequest.objects.pending().count() == 1
    clerk = User.objects.get(email="clerk.lyon@comptoir.example")
    assert clerk.check_password("comptoir-demo")
    assert [str(m.location) for m in clerk.memberships.all()] == ["Lyon"]


def lines_of(seed: int) -> list[tuple[str, int]]:
    with transaction.atomic():
        fill(seed=seed)
        lines = list(SaleLine.objects.order_by("pk").values_list("code", "quantity"))
        transaction.set_rollback(True)
    return lines


def test_the_same_seed_makes_the_same_chain(db: None) -> None:
    with time_machine.travel(EVENING, tick=False):
        first = lines_of(7)
        assert len(first) > 100
        assert lines_of(7) == first
        assert lines_of(8) != first


def test_a_chain_that_has_stores_is_left_alone(db: None) -> None:
    fill()
    sales = Sale.objects.count()
    with pytest.raises(CommandError, match="has stores already"):
        fill()
    assert Sale.objects.count() == sales


def test_check_digits_are_those_of_gs1() -> None:
    assert ean13(0) == "2000000000008"
    assert box_code("4006381333931") == "14006381333938"


@pytest.mark.usefixtures("chain")
def test_online_orders_were_shipped_and_some_wait() -> None:
    states = Counter(Order.objects.values_list("state", flat=True))
    assert states == {"shipped": 12, "paid": 2, "reserved": 1}
    online = Sale.objects.filter(channel="online")
    shipped = Order.objects.filter(state="shipped")
    assert set(online.values_list("order_number", "total")) == set(
        shipped.values_list("number", "total")
    )
