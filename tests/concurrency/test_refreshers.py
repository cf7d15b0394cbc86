"""Refreshes of suggestions beside sales and beside each other: no mark is lost, no row doubles."""

from collections.abc import Callable
from functools import partial
from itertools import count
from threading import Event, Lock
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from inventory.actions import suggestions
from inventory.actions.stock import Move, move_stock
from inventory.actions.suggestions import Refreshed, refresh_all, refresh_moved
from inventory.models import Cause, Document, MovedLevel, StockLevel, Suggestion
from stores.models import Location
from stores.models.location import outer_place
from tests.concurrency.together import PATIENCE, together
from tests.factories import make_level, make_sku, make_store, make_warehouse

pytestmark = pytest.mark.django_db(transaction=True)
documents = count(1)


class Pause:
    """The first refresh stands still when it has read and written, and has not yet committed."""

    def __init__(self) -> None:
        self.reached, self.over, self.first = Event(), Event(), Lock()

    def after(self, refresh: Callable[..., Any]) -> Callable[..., Any]:
        def refresh_and_stand_still(*args: Any) -> Any:
            done = refresh(*args)
            if self.first.acquire(blocking=False):
                self.reached.set()
                assert self.over.wait(PATIENCE)
            return done

        return refresh_and_stand_still

    def meanwhile[T](self, action: Callable[[], T]) -> T:
        try:
            assert self.reached.wait(PATIENCE)
            return action()
        finally:
            self.over.set()


@pytest.fixture
def pause(monkeypatch: pytest.MonkeyPatch) -> Pause:
    pause = Pause()
    monkeypatch.setattr(suggestions, "_refresh", pause.after(suggestions._refresh))
    return pause


@pytest.fixture(autouse=True)
def central() -> Location:
    outer_place(Location.Kind.CUSTOMER)
    return make_warehouse("central")


def make_plenty() -> StockLevel:
    """10 units, low at 5, up to 20: selling 6 makes a suggestion of 16."""
    level = make_level(make_sku(), make_store(), on_hand=10)
    StockLevel.objects.filter(pk=level.pk).update(reorder_point=5, target=20)
    return level


def sell(level: StockLevel) -> None:
    buyer = outer_place(Location.Kind.CUSTOMER)
    move_stock(
        [Move(level.sku_id, level.location, buyer, 6)],
        cause=Cause(Document.SALE, next(documents)),
        by=None,
    )


def sell_and_try_to_refresh(level: StockLevel) -> Refreshed:
    sell(level)
    return refresh_moved()


def delete_marks_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard taken out: marks are read first, and all of them deleted once all is done."""
    remember = suggestions._remember

    def read() -> dict[tuple[int, int], int]:
        return dict.fromkeys(MovedLevel.objects.values_list("location_id", "sku_id"), 1)

    def forget_and_remember(*args: Any, **kwargs: Any) -> None:
        MovedLevel.objects.all().delete()
        remember(*args, **kwargs)

    monkeypatch.setattr(suggestions, "_take_marks", read)
    monkeypatch.setattr(suggestions, "_remember", forget_and_remember)


def test_what_is_sold_while_a_refresh_runs_keeps_its_mark(pause: Pause) -> None:
    level = make_plenty()
    meanwhile = partial(pause.meanwhile, partial(sell_and_try_to_refresh, level))
    first, second = together([refresh_moved, meanwhile])
    assert isinstance(first, Refreshed)
    assert (first.pairs, first.written) == (1, 0)
    assert second == Refreshed()  # another refresh ran: the mark was left to the next
    assert not Suggestion.objects.exists()
    assert refresh_moved() == Refreshed(marks=1, pairs=1, written=1)
    assert Suggestion.objects.get().units == 16


def test_marks_deleted_at_the_end_would_be_lost(
    pause: Pause, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete_marks_at_the_end(monkeypatch)
    level = make_plenty()
    together([refresh_moved, partial(pause.meanwhile, partial(sell, level))])
    assert refresh_moved() == Refreshed()
    assert not Suggestion.objects.exists()


def test_a_sale_that_commits_after_the_refresh_is_seen_by_the_next() -> None:
    level = make_plenty()
    sold, refreshed = Event(), Event()

    def sell_slowly() -> None:
        with transaction.atomic():
            sell(level)
            sold.set()
            assert refreshed.wait(PATIENCE)

    def refresh_meanwhile() -> Refreshed:
        try:
            assert sold.wait(PATIENCE)
            return refresh_moved()
        finally:
            refreshed.set()

    _sale, refresh = together([sell_slowly, refresh_meanwhile])
    assert isinstance(refresh, Refreshed)
    assert refresh.written == 0
    assert refresh_moved() == Refreshed(marks=1, pairs=1, written=1)


def test_refreshers_and_sellers_at_once_come_to_what_one_would_write() -> None:
    levels = [make_plenty() for _level in range(6)]

    def refresh_often() -> None:
        for _time in range(10):
            refresh_moved()

    sales = [partial(sell, level) for level in levels]
    outcomes = together([*sales, refresh_often, refresh_often, lambda: refresh_all() and None])
    assert outcomes == [None] * len(outcomes)
    refresh_moved()
    assert not MovedLevel.objects.exists()
    found = Suggestion.objects.values_list("location_id", "sku_id", "units")
    assert sorted(found) == sorted((row.location_id, row.sku_id, 16) for row in levels)
    again = refresh_all()
    assert (again.written, again.removed) == (0, 0)


def test_the_database_refuses_a_second_row_of_a_store_and_sku() -> None:
    sell(make_plenty())
    refresh_moved()
    row = Suggestion.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError):
        row.save(force_insert=True)
    connection.close()
