"""What stands as suggested equals a formula written a second time, in plain Python."""

import random
from contextlib import suppress
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Sum
from django.utils import timezone

from inventory.actions.carry_out import carry_out_restock
from inventory.actions.restock import approve_restock, refuse_restock
from inventory.actions.suggestions import (
    Refreshed,
    refresh_all,
    refresh_moved,
    snooze_suggestion,
    wake_suggestion,
)
from inventory.errors import NotSuggested, OutOfStock, SnoozeInThePast
from inventory.models import (
    Demand,
    MovedLevel,
    RefreshRun,
    RestockLine,
    RestockRequest,
    Sku,
    StockLevel,
    StockMovement,
    Suggestion,
)
from inventory.queries.suggestions import last_refreshes, snoozed_for, suggestions_for
from stores.models import Location, Role
from tests.factories import (
    make_level,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_warehouse,
)
from tests.inventory.selling import bring_back, sell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def warehouse() -> Location:
    return make_warehouse("central")


def level(
    sku: Sku | None = None, store: Location | None = None, *, on_hand: int = 0, **policy: int | bool
) -> StockLevel:
    made = make_level(sku, store, on_hand=on_hand)
    StockLevel.objects.filter(pk=made.pk).update(**policy)
    made.refresh_from_db()
    return made


def units(level: StockLevel) -> int | None:
    """What is suggested after a full refresh; `None` without a row."""
    refresh_all()
    rows = Suggestion.objects.filter(location=level.location, sku=level.sku)
    return rows.values_list("units", flat=True).first()


def by_hand(level: StockLevel) -> tuple[int, int, int, Decimal]:
    """units, desired, asked, lost per day: of the level's rows, by the words of the rule."""
    sku, place = level.sku, level.location
    sent = StockMovement.objects.filter(sku=sku, occurred_at__gt=timezone.now() - timedelta(28))
    out = sent.filter(source=place, destination__kind="customer").aggregate(n=Sum("quantity"))
    back = sent.filter(destination=place, source__kind="customer").aggregate(n=Sum("quantity"))
    rate = Fraction(max((out["n"] or 0) - (back["n"] or 0), 0), 28)
    lines = RestockLine.objects.filter(sku=sku, request__store=place).select_related("request")
    asked = sum(
        line.asked if line.request.state == "waiting" else line.approved or 0
        for line in lines
        if line.request.state in ("waiting", "approved")
    )
    available = level.on_hand - level.reserved
    have = available + level.incoming + asked
    cover = rate * level.lead_days
    if level.by_rate:
        desired = -int(-(rate * (level.lead_days + level.review_days)) // 1)
        due = have <= cover
    else:
        desired = level.target or (level.reorder_point + 1 if level.reorder_point else 0)
        due = level.reorder_point > 0 and have <= level.reorder_point
    wanted = 0
    while due and have + wanted < desired:
        if level.maximum and have + wanted + sku.pack_size > level.maximum:
            break
        wanted += sku.pack_size
    short = Fraction(1) if available <= 0 else Fraction(0)
    if cover:
        short = 1 - min(Fraction(1), Fraction(max(available, 0)) / cover)
    lost = Fraction(sku.price) * rate * short
    cents = Decimal(lost.numerator) / Decimal(lost.denominator)
    return wanted, desired, asked, cents.quantize(Decimal("0.01"), ROUND_HALF_UP)


def assert_right() -> None:
    """Every store's rows are what `by_hand` says, and there are no others."""
    refresh_all()
    expected = {}
    for row in StockLevel.objects.filter(location__kind="store").select_related("sku", "location"):
        wanted, desired, asked, lost = by_hand(row)
        if wanted and row.sku.is_active and row.location.is_active:
            expected[row.location_id, row.sku_id] = (wanted, desired, asked, lost)
    found = {
        (row.location_id, row.sku_id): (row.units, row.desired, row.asked, row.lost_per_day)
        for row in Suggestion.objects.all()
    }
    assert found == expected


def contents() -> list[tuple[object, ...]]:
    fields = [f.attname for f in Suggestion._meta.concrete_fields]
    kept = [f for f in fields if f not in ("id", "made_at", "refreshed_at")]
    return sorted(Suggestion.objects.values_list(*kept), key=str)


def test_at_the_reorder_point_it_fills_up_to_the_target() -> None:
    assert units(level(on_hand=5, reorder_point=5, target=20)) == 15
    assert units(level(on_hand=6, reorder_point=5, target=20)) is None


def test_a_reorder_point_of_0_asks_for_nothing() -> None:
    assert units(level(on_hand=0, reorder_point=0, target=20)) is None


def test_without_a_target_it_asks_to_be_above_the_reorder_point() -> None:
    assert units(level(on_hand=3, reorder_point=5)) == 3


def test_what_is_incoming_and_asked_counts_as_there() -> None:
    low = level(on_hand=2, reorder_point=8, target=20, incoming=3)
    assert units(low) == 15
    request = make_restock({low.sku: 3}, store=low.location)
    assert units(low) == 12
    approve_restock(request.pk, by=make_staff(Role.LOGISTICS))
    assert units(low) == 12
    RestockLine.objects.filter(request=request).update(approved=1, reason="other")
    assert units(low) == 14
    RestockRequest.objects.filter(pk=request.pk).update(state="sent")
    assert units(low) == 15


@pytest.mark.parametrize("state", ["draft", "cancelled", "done", "refused"])
def test_a_draft_and_a_closed_request_ask_for_nothing(state: str) -> None:
    low = level(on_hand=2, reorder_point=8, target=20)
    request = make_restock({low.sku: 5}, store=low.location)
    RestockRequest.objects.filter(pk=request.pk).update(
        state=state, decided_by=make_staff(), decided_at=timezone.now()
    )
    assert units(low) == 18


def test_packs_are_whole_and_the_maximum_is_never_passed() -> None:
    def packed(**policy: int) -> int | None:
        return units(level(make_sku(pack_size=6), on_hand=2, reorder_point=4, **policy))

    assert packed(target=20) == 18
    assert packed(target=21) == 24
    assert packed(target=21, maximum=25) == 18
    assert packed(target=21, maximum=26) == 24
    assert packed(target=7, maximum=7) is None


def test_by_rate_covers_lead_time_and_review_and_starts_at_the_lead_time() -> None:
    by_rate = {"by_rate": True, "lead_days": 2, "review_days": 7}
    quick = level(on_hand=20, **by_rate)
    sell(quick, 14)
    assert units(quick) is None  # 6 left, and half a unit a day for two days is 1
    sell(quick, 5)
    assert units(quick) == 6  # ⌈19 ÷ 28 × 9⌉ = 7, less the one that is left


def test_what_came_back_and_what_was_sold_long_ago_is_no_demand() -> None:
    level_ = level(on_hand=40)
    sell(level_, 9, days_ago=29)
    sell(level_, 10, days_ago=27)
    bring_back(level_, 4)
    refresh_all()
    assert Demand.objects.get(location=level_.location, sku=level_.sku).units == 6


def test_all_of_the_daily_sales_are_lost_when_it_is_out() -> None:
    empty = level(make_sku(price="14.00"), on_hand=28, reorder_point=9, target=9, lead_days=4)
    sell(empty, 28)
    assert units(empty) == 9
    suggestion = Suggestion.objects.get()
    assert suggestion.lost_per_day == Decimal("14.00")
    bring_back(empty, 1)  # 27 in 28 days; 1 covers a quarter and a bit of four days
    refresh_all()
    suggestion.refresh_from_db()
    assert suggestion.lost_per_day == Decimal("10.00")  # 14 × (27 ÷ 28 − 1 ÷ 4)


def test_only_skus_on_sale_and_open_stores_with_a_source() -> None:
    low = level(on_hand=0, reorder_point=5, target=20)
    other = make_warehouse("zz-other")
    assert units(low) == 20
    StockLevel.objects.filter(pk=low.pk).update(warehouse=other)
    refresh_all()
    assert Suggestion.objects.get().warehouse == other
    Location.objects.filter(pk=other.pk).update(is_active=False)
    refresh_all()
    assert Suggestion.objects.get().warehouse.code == "central"
    Sku.objects.update(is_active=False)
    assert units(low) is None
    Sku.objects.update(is_active=True)
    Location.objects.filter(pk=low.location_id).update(is_active=False)
    assert units(low) is None
    Location.objects.filter(pk=low.location_id).update(is_active=True)
    Location.objects.warehouses().update(is_active=False)
    assert units(low) is None


def test_a_warehouse_gets_no_suggestions(warehouse: Location) -> None:
    assert units(level(None, warehouse, on_hand=0, reorder_point=5, target=20)) is None


def test_a_second_refresh_changes_nothing() -> None:
    level(on_hand=0, reorder_point=5, target=20)
    first = refresh_all()
    row = Suggestion.objects.values().get()
    assert (first.written, first.removed) == (1, 0)
    second = refresh_all()
    assert (second.written, second.removed) == (0, 0)
    assert Suggestion.objects.values().get() == row


def test_marks_are_taken_and_their_pairs_alone_are_refreshed() -> None:
    low = level(on_hand=0, reorder_point=5, target=20)
    level(on_hand=0, reorder_point=5, target=20)
    MovedLevel.objects.all().delete()
    assert refresh_moved() == Refreshed()
    MovedLevel.objects.create(location=low.location, sku=low.sku)
    MovedLevel.objects.create(location=low.location, sku=low.sku)
    assert refresh_moved() == Refreshed(marks=2, pairs=1, written=1, removed=0)
    assert list(Suggestion.objects.values_list("sku_id", flat=True)) == [low.sku_id]
    assert not MovedLevel.objects.exists()
    run = last_refreshes()[RefreshRun.Kind.MOVED]
    assert (run.marks, run.pairs, run.written, run.removed) == (2, 1, 1, 0)


def test_a_snoozed_suggestion_stays_away_until_its_day_and_is_kept_without_need() -> None:
    low = level(on_hand=0, reorder_point=5, target=20)
    store, clerk = low.location, make_staff()
    refresh_all()
    today = store.local_day()
    with pytest.raises(SnoozeInThePast):
        snooze_suggestion(store, low.sku_id, until=today, by=clerk)
    snooze_suggestion(store, low.sku_id, until=today + timedelta(days=1), by=clerk)
    assert list(suggestions_for(store)) == []
    assert [(row.sku_id, row.snoozed_by) for row in snoozed_for(store)] == [(low.sku_id, clerk)]
    assert units(low) == 20
    make_level(low.sku, store, on_hand=30)
    assert units(low) == 0
    Suggestion.objects.update(snoozed_until=today)
    assert units(low) is None


def test_a_woken_suggestion_is_back_in_the_list() -> None:
    low = level(on_hand=0, reorder_point=5, target=20)
    store, clerk = low.location, make_staff()
    with pytest.raises(NotSuggested):
        wake_suggestion(store, low.sku_id, by=clerk)
    refresh_all()
    snooze_suggestion(store, low.sku_id, until=store.local_day() + timedelta(days=9), by=clerk)
    refresh_moved()
    wake_suggestion(store, low.sku_id, by=clerk)
    assert [row.units for row in suggestions_for(store)] == [20]


def test_what_loses_most_sales_per_day_comes_first() -> None:
    store = make_store()
    rows = [
        level(make_sku(price=price), store, on_hand=28, reorder_point=9, target=9, lead_days=4)
        for price in ("2.00", "9.00", "5.00")
    ]
    for row in rows:
        sell(row, 28)
    refresh_all()
    prices = [row.sku.price for row in suggestions_for(store)]
    assert prices == [Decimal("9.00"), Decimal("5.00"), Decimal("2.00")]


def test_the_command_says_what_it_did() -> None:
    level(on_hand=0, reorder_point=5, target=20)
    MovedLevel.objects.all().delete()
    out = StringIO()
    call_command("refresh_suggestions", "--full", stdout=out)
    assert out.getvalue().startswith(
        "1 stock levels looked at (0 marks): 1 suggestions written, 0 removed, "
    )


class Chain:
    """A small chain in which anything may happen."""

    def __init__(self, rng: random.Random, warehouse: Location) -> None:
        self.rng = rng
        self.warehouse = warehouse
        self.stores = [make_store() for _number in range(2)]
        self.skus = [make_sku(pack_size=pack, price="3.30") for pack in (1, 4, 6)]
        for sku in self.skus:
            level(sku, warehouse, on_hand=200)
            for store in self.stores:
                self.level(sku, store)
        self.clerk, self.logistics = make_staff(Role.CLERK), make_staff(Role.LOGISTICS)

    def level(self, sku: Sku, store: Location) -> StockLevel:
        point = self.rng.randrange(12)
        return level(
            sku,
            store,
            on_hand=self.rng.randrange(1, 30),
            reorder_point=point,
            target=self.rng.choice([0, point + self.rng.randrange(20)]),
            maximum=self.rng.choice([0, 40]),
            by_rate=self.rng.random() < 0.5,
            lead_days=self.rng.randrange(5),
            review_days=self.rng.randrange(1, 9),
        )

    def step(self) -> None:
        self.rng.choice([self.sell, self.sell, self.back, self.ask, self.decide, self.carry])()

    def some(self) -> StockLevel:
        place, sku = self.rng.choice(self.stores), self.rng.choice(self.skus)
        return StockLevel.objects.select_related("location", "sku").get(location=place, sku=sku)

    def sell(self) -> None:
        with suppress(OutOfStock):
            sell(self.some(), self.rng.randrange(1, 6), days_ago=self.rng.randrange(40))

    def back(self) -> None:
        bring_back(self.some(), 1)

    def ask(self) -> None:
        some = self.some()
        make_restock(
            {some.sku: self.rng.randrange(1, 9)},
            store=some.location,
            warehouse=self.warehouse,
            by=self.clerk,
        )

    def decide(self) -> None:
        if waiting := RestockRequest.objects.pending().order_by("pk").first():
            if self.rng.random() < 0.3:
                refuse_restock(waiting.pk, reason="no", by=self.logistics)
            else:
                approve_restock(waiting.pk, by=self.logistics)

    def carry(self) -> None:
        if due := RestockRequest.objects.due().first():
            carry_out_restock(due.pk)


@pytest.mark.parametrize("seed", range(4))
def test_what_moved_brings_the_same_rows_as_everything(seed: int, warehouse: Location) -> None:
    chain = Chain(random.Random(seed), warehouse)
    refresh_all()
    for _round in range(6):
        for _step in range(5):
            chain.step()
        refresh_moved()
        incremental = contents()
        assert_right()
        assert contents() == incremental
