"""A store closes while a till sells there: a sale is from before the closing, or it is none."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Event
from uuid import uuid4

import pytest
from django.utils import timezone

from inventory.actions.openings import carry_out_days, close_place
from inventory.models import Sku
from sales.actions import sale as sale_actions
from sales.actions.sale import Item, Paid, record_sale
from sales.errors import NoTillHere
from sales.models import Sale, Tender
from stores.actions.places import hold_open
from stores.models import Location, Role, User
from tests.concurrency.together import PATIENCE, together, wait_for_a_rival
from tests.factories import make_level, make_sku, make_staff, make_store

pytestmark = pytest.mark.django_db(transaction=True)
A_DAY = timedelta(days=1)


@pytest.fixture
def lyon() -> Location:
    return make_store("lyon")


@pytest.fixture
def boss() -> User:
    return make_staff(Role.HEAD_OFFICE)


@pytest.fixture
def mouse(lyon: Location) -> Sku:
    return make_level(make_sku(), lyon, on_hand=9).sku


def sell(store: Location, sku: Sku, by: User) -> Sale:
    paid = [Paid(Tender.Kind.CARD)]
    return record_sale(key=uuid4(), location=store, items=[Item(sku.pk, 1)], tenders=paid, by=by)


def close(store: Location, by: User, *, days: int = 0) -> Location:
    day = store.local_day() + days * A_DAY
    return close_place(store.pk, closes_on=day, opens_on=None, reason="", by=by)


def close_when(looked: Event, store: Location, by: User, then: Callable[[], None]) -> int:
    """Close after the till has looked; the receipts that are there when it is closed."""
    assert looked.wait(PATIENCE)
    close(store, by)
    there = Sale.objects.count()
    then()
    return there


def test_the_closing_waits_for_the_sale_that_found_the_store_open(
    lyon: Location, boss: User, mouse: Sku, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = Event()

    def hold_and_let_the_rival_come(place: Location) -> bool:
        found = hold_open(place)
        looked.set()
        wait_for_a_rival()
        return found

    monkeypatch.setattr(sale_actions, "hold_open", hold_and_let_the_rival_come)
    sold, there = together(
        [
            partial(sell, lyon, mouse, boss),
            partial(close_when, looked, lyon, boss, lambda: None),  # type: ignore[list-item]
        ]
    )
    assert isinstance(sold, Sale)
    assert there == 1
    monkeypatch.undo()
    with pytest.raises(NoTillHere):
        sell(lyon, mouse, boss)
    assert Sale.objects.count() == 1


def test_without_holding_it_open_a_closed_store_sells(
    lyon: Location, boss: User, mouse: Sku, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, closed = Event(), Event()

    def only_look(place: Location) -> bool:
        found = Location.objects.active().filter(pk=place.pk).exists()
        looked.set()
        assert closed.wait(PATIENCE)
        return found

    monkeypatch.setattr(sale_actions, "hold_open", only_look)
    sold, there = together(
        [
            partial(sell, lyon, mouse, boss),
            partial(close_when, looked, lyon, boss, closed.set),  # type: ignore[list-item]
        ]
    )
    assert isinstance(sold, Sale)
    assert there == 0


def test_a_day_is_carried_out_by_one_of_many_workers(lyon: Location, boss: User) -> None:
    close(lyon, boss, days=1)
    then = timezone.now() + 2 * A_DAY
    changed = together([partial(carry_out_days, then)] * 6)
    assert sorted(changed, key=str) == [0, 0, 0, 0, 0, 1]
    lyon.refresh_from_db()
    assert not lyon.is_active
