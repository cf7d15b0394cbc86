"""Each kind of alert opens and closes by itself, and says why it closed."""

import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from inventory.actions.alert_sweep import sweep_alerts
from inventory.actions.alerts import Reviewed, review_alerts_of, review_all_alerts
from inventory.actions.restock import refuse_restock
from inventory.actions.stock import Move, end_reservations, move_stock, reserve_stock
from inventory.models import (
    Alert,
    Cause,
    Document,
    Reservation,
    RestockRequest,
    StockLevel,
    Transfer,
)
from stores.models import Company, Location, Role
from stores.models.location import outer_place
from tests.factories import make_level, make_restock, make_staff, make_store, make_warehouse


def move(level: StockLevel, units: int, number: int) -> None:
    """Units in, or where negative out to a customer, under the number of a document."""
    place, sku = level.location, level.sku_id
    if units > 0:
        supplier = outer_place(Location.Kind.SUPPLIER)
        cause = Cause(Document.ADJUSTMENT, number)
        move_stock([Move(sku, supplier, place, units)], cause=cause, by=None)
    else:
        customer = outer_place(Location.Kind.CUSTOMER)
        move_stock(
            [Move(sku, place, customer, -units)], cause=Cause(Document.SALE, number), by=None
        )


def opened() -> list[str]:
    return list(Alert.objects.open().order_by("kind").values_list("kind", flat=True))


def make_transfer(due_in: timedelta, *, state: str = "in_transit") -> Transfer:
    now = timezone.now()
    return Transfer.objects.create(
        key=uuid4(),
        source=make_warehouse(),
        destination=make_store(),
        state=state,
        sent_at=now - timedelta(days=3),
        due_at=now + due_in,
    )


@pytest.mark.django_db
def test_above_the_maximum_is_overstock_until_enough_is_sold() -> None:
    level = make_level(on_hand=10)
    StockLevel.objects.filter(pk=level.pk).update(maximum=12)
    move(level, 2, 1)
    assert opened() == []
    move(level, 1, 2)
    assert opened() == ["overstock"]
    reserve_stock(level.location, {level.sku_id: 5}, cause=Cause(Document.ORDER, 1), until=None)
    assert opened() == ["overstock"]  # what is reserved still lies there
    move(level, -1, 3)
    assert opened() == []
    ended = Alert.objects.get()
    assert (ended.ending, ended.closing_document, ended.closing_document_id) == ("moved", "sale", 3)


@pytest.mark.django_db
def test_what_was_wanted_changes_and_the_alert_ends_without_a_document() -> None:
    level = make_level(on_hand=5, reorder_point=3)
    move(level, -3, 1)
    assert opened() == ["low"]
    StockLevel.objects.filter(pk=level.pk).update(reorder_point=1)
    assert review_alerts_of([level.sku_id]) == Reviewed(opened=0, closed=1)
    ended = Alert.objects.get()
    assert (ended.ending, ended.closing_document) == ("policy", "")


@pytest.mark.django_db
def test_a_new_crossing_is_a_new_alert() -> None:
    level = make_level(on_hand=5, reorder_point=3)
    for number in range(3):
        move(level, -2, number)
        move(level, 2, number)
    assert opened() == []
    assert [alert.ending for alert in Alert.objects.all()] == ["moved"] * 3


@pytest.mark.django_db
def test_what_was_never_kept_and_is_wanted_no_more_is_not_out() -> None:
    level = make_level(reorder_point=2)
    review_all_alerts()
    assert opened() == ["low", "out"]
    StockLevel.objects.filter(pk=level.pk).update(reorder_point=0)
    assert review_all_alerts() == Reviewed(opened=0, closed=2)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_alerts_that_follow_movements_are_those_of_a_whole_review(seed: int) -> None:
    """After each of many random steps, a review of all figures has nothing to open or to close."""
    chance = random.Random(seed)
    store = make_store()
    levels = [
        make_level(location=store, on_hand=chance.randint(1, 9), reorder_point=chance.randint(0, 4))
        for _ in range(3)
    ]
    for level in levels:
        StockLevel.objects.filter(pk=level.pk).update(maximum=chance.choice([0, 8, 12]))
    review_all_alerts()
    held: dict[int, int] = {}
    for number in range(1, 60):
        level = StockLevel.objects.select_related("location").get(pk=chance.choice(levels).pk)
        match chance.choice(["in", "out", "hold", "release"]):
            case "in":
                move(level, chance.randint(1, 6), number)
            case "out" if level.available:
                move(level, -chance.randint(1, level.available), number)
            case "hold" if level.available:
                cause = Cause(Document.ORDER, number)
                reserve_stock(store, {level.sku_id: level.available}, cause=cause, until=None)
                held[number] = number
            case "release" if held:
                cause = Cause(Document.ORDER, held.popitem()[0])
                end_reservations(cause, state=Reservation.State.RELEASED)
        assert review_all_alerts() == Reviewed(opened=0, closed=0), number
    assert Alert.objects.count() > 5


@pytest.mark.django_db
def test_the_database_keeps_one_open_alert_per_kind_sku_and_place() -> None:
    level = make_level(on_hand=5, reorder_point=3)
    move(level, -3, 1)
    again = Alert.objects.get()
    with pytest.raises(IntegrityError, match="one_open_alert"), transaction.atomic():
        Alert.objects.create(
            kind="low", location=again.location, sku=again.sku, available=again.available
        )
    assert opened() == ["low"]


@pytest.mark.django_db
def test_the_database_keeps_one_open_alert_per_document() -> None:
    late = make_transfer(-timedelta(hours=1))
    sweep_alerts()
    with pytest.raises(IntegrityError, match="one_open_alert"), transaction.atomic():
        Alert.objects.create(
            kind="late",
            location=late.destination,
            document="transfer",
            document_id=late.pk,
            available=0,
        )
    assert opened() == ["late"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "about",
    [
        {"kind": "late"},
        {"kind": "late", "document": "restock", "document_id": 1},
        {"kind": "waiting", "document": "", "document_id": 1},
        {"kind": "low", "document": "transfer", "document_id": 1},
    ],
)
def test_the_database_refuses_an_alert_about_nothing(about: dict[str, Any]) -> None:
    store = make_store()
    with pytest.raises(IntegrityError, match="an_alert_names_what"), transaction.atomic():
        Alert.objects.create(location=store, available=0, **about)
    assert not Alert.objects.exists()


@pytest.mark.django_db
def test_a_transfer_past_its_day_is_late_at_its_destination_until_it_is_there() -> None:
    late = make_transfer(-timedelta(hours=1))
    make_transfer(timedelta(hours=1))
    make_transfer(-timedelta(hours=1), state="draft")
    assert sweep_alerts() == Reviewed(opened=1, closed=0)
    assert sweep_alerts() == Reviewed(opened=0, closed=0)
    alert = Alert.objects.get()
    assert (alert.kind, alert.location, alert.sku) == ("late", late.destination, None)
    assert (alert.document, alert.document_id) == ("transfer", late.pk)
    assert alert.about == f"T-{late.pk}"
    Transfer.objects.filter(pk=late.pk).update(state="closed")
    assert sweep_alerts() == Reviewed(opened=0, closed=1)
    alert.refresh_from_db()
    assert (alert.ending, alert.closing_document_id) == ("arrived", late.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "ending"),
    [
        ({"state": "cancelled"}, "cancelled"),
        ({"due_at": timezone.now() + timedelta(days=400)}, "later"),
    ],
)
def test_a_late_transfer_says_how_else_it_ended(changed: dict[str, object], ending: str) -> None:
    late = make_transfer(-timedelta(hours=1))
    sweep_alerts()
    Transfer.objects.filter(pk=late.pk).update(**changed)
    sweep_alerts()
    assert Alert.objects.get().ending == ending


@pytest.mark.django_db
def test_a_request_that_waits_longer_than_the_company_allows() -> None:
    request = make_restock()
    now = timezone.now()
    RestockRequest.objects.update(asked_at=now - timedelta(hours=24))
    assert sweep_alerts(now - timedelta(seconds=1)) == Reviewed(opened=0, closed=0)
    assert sweep_alerts(now + timedelta(seconds=1)) == Reviewed(opened=1, closed=0)
    alert = Alert.objects.get()
    assert (alert.kind, alert.location) == ("waiting", request.warehouse)
    assert (alert.about, alert.document) == (f"R-{request.pk}", "restock")
    Company.objects.update(request_waits_hours=48)
    assert sweep_alerts(now) == Reviewed(opened=0, closed=1)
    Company.objects.update(request_waits_hours=12)
    assert sweep_alerts(now) == Reviewed(opened=1, closed=0)
    refuse_restock(request.pk, reason="no", by=make_staff(Role.LOGISTICS))
    assert sweep_alerts(now) == Reviewed(opened=0, closed=1)
    endings = Alert.objects.order_by("pk").values_list("ending", flat=True)
    assert list(endings) == ["later", "decided"]


@pytest.mark.django_db
def test_a_place_that_closes_has_nothing_late() -> None:
    late = make_transfer(-timedelta(hours=1))
    sweep_alerts()
    Location.objects.filter(pk=late.destination_id).update(is_active=False)
    assert sweep_alerts() == Reviewed(opened=0, closed=1)
    assert sweep_alerts() == Reviewed(opened=0, closed=0)
    assert Alert.objects.get().ending == "range"
