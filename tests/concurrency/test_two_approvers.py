"""Two approvers at the same moment, a double click, two workers: decided once, carried out once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.test import Client

from inventory.actions import carry_out, restock
from inventory.actions.carry_out import carry_out_restock
from inventory.actions.restock import approve_restock, ask_restock, refuse_restock
from inventory.errors import AlreadyDecided
from inventory.models import Document, RestockEvent, RestockRequest, StockLevel, StockMovement
from stores.models import Location, Role, User
from tests.concurrency.together import PATIENCE, the_one, together
from tests.concurrency.unguarded import read_without_lock
from tests.factories import make_level, make_restock, make_sku, make_staff

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def request_of_21(store: Location, warehouse: Location) -> RestockRequest:
    sku = make_sku()
    make_level(sku, warehouse, on_hand=100)
    make_level(sku, store, on_hand=20)
    return make_restock({sku: 21}, store=store, warehouse=warehouse)


@pytest.fixture
def approvers(warehouse: Location) -> list[User]:
    return [make_staff(Role.LOGISTICS, warehouse) for _ in range(2)]


def on_hand() -> list[int]:
    return sorted(StockLevel.objects.values_list("on_hand", flat=True))


def moved() -> list[int]:
    movements = StockMovement.objects.filter(document=Document.TRANSFER)
    return list(movements.values_list("quantity", flat=True))


@pytest.mark.usefixtures("first_waits_for_its_rival")
@pytest.mark.parametrize("second_refuses", [False, True])
def test_one_decides_and_the_other_is_told_who_and_when(
    request_of_21: RestockRequest, approvers: list[User], second_refuses: bool
) -> None:
    one = partial(approve_restock, request_of_21.pk, by=approvers[0])
    other = partial(approve_restock, request_of_21.pk, by=approvers[1])
    if second_refuses:
        other = partial(refuse_restock, request_of_21.pk, reason="No", by=approvers[1])
    outcomes = together([one, other])
    decided, told = the_one(outcomes, RestockRequest), the_one(outcomes, AlreadyDecided)
    assert decided.decided_by in approvers
    assert (told.by, told.at) == (decided.decided_by, decided.decided_at)
    assert RestockEvent.objects.exclude(kind="asked").count() == 1


def test_without_the_lock_both_would_decide(
    request_of_21: RestockRequest, approvers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restock, "lock_request", read_without_lock(2))
    outcomes = together([partial(approve_restock, request_of_21.pk, by=by) for by in approvers])
    assert [type(outcome) for outcome in outcomes] == [RestockRequest, RestockRequest]
    assert RestockEvent.objects.filter(kind="approved").count() == 2


def test_a_double_click_decides_once(request_of_21: RestockRequest, approvers: list[User]) -> None:
    address = f"/head-office/restock/{request_of_21.pk}/?do=all"

    def click() -> int:
        client = Client()
        client.force_login(approvers[0])
        answer = client.post(address, {"version": 1})
        assert answer.status_code == 302 or f"approved by {approvers[0]}" in answer.text
        return answer.status_code

    assert sorted(map(str, together([click] * 4))) == ["302", "422", "422", "422"]
    assert RestockEvent.objects.filter(kind="approved").count() == 1


def test_without_the_lock_a_double_click_would_decide_twice(
    request_of_21: RestockRequest, approvers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restock, "lock_request", read_without_lock(2))
    address = f"/head-office/restock/{request_of_21.pk}/?do=all"

    def click() -> int:
        client = Client()
        client.force_login(approvers[0])
        return client.post(address, {"version": 1}).status_code

    assert together([click] * 2) == [302, 302]
    assert RestockEvent.objects.filter(kind="approved").count() == 2


def test_two_workers_carry_it_out_once(
    request_of_21: RestockRequest, approvers: list[User]
) -> None:
    approve_restock(request_of_21.pk, by=approvers[0])
    outcomes = together([partial(carry_out_restock, request_of_21.pk)] * 4)
    assert [type(outcome) for outcome in outcomes].count(RestockRequest) == 1
    assert outcomes.count(None) == 3
    assert (on_hand(), moved()) == ([41, 79], [21])


def test_without_the_lock_the_database_refuses_the_second_transfer(
    request_of_21: RestockRequest, approvers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    approve_restock(request_of_21.pk, by=approvers[0])
    monkeypatch.setattr(carry_out, "lock_request", read_without_lock(2))
    outcomes = together([partial(carry_out_restock, request_of_21.pk)] * 2)
    refused = the_one(outcomes, IntegrityError)
    assert "inventory_transfer_request_id_key" in str(refused)
    assert (on_hand(), moved()) == ([41, 79], [21])


def test_a_decision_taken_back_is_never_half_carried_out(
    request_of_21: RestockRequest, approvers: list[User], warehouse: Location, store: Location
) -> None:
    """Of six requests for a quarter of the warehouse each, four are served, and two come back."""
    sku = request_of_21.lines.get().sku
    requests = [make_restock({sku: 25}, store=store, warehouse=warehouse) for _ in range(6)]
    for request in requests:
        approve_restock(request.pk, by=approvers[0])
    together([partial(carry_out_restock, request.pk) for request in requests])
    states = [RestockRequest.objects.get(pk=request.pk).state for request in requests]
    assert sorted(states) == ["done"] * 4 + ["waiting"] * 2
    assert (on_hand(), moved()) == ([0, 120], [25] * 4)


@pytest.fixture
def ask(store: Location, warehouse: Location) -> Callable[[], RestockRequest]:
    return partial(
        ask_restock,
        uuid4(),
        store=store,
        warehouse=warehouse,
        wanted={make_sku().pk: 5},
        by=make_staff(Role.CLERK, store),
    )


def test_the_same_form_at_the_same_moment_is_one_request(
    ask: Callable[[], RestockRequest],
) -> None:
    outcomes = together([ask] * 4)
    assert set(outcomes) == {RestockRequest.objects.get()}
    assert RestockRequest.objects.get().lines.count() == 1


@contextmanager
def without_the_unique_key() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'u'"
            " AND conrelid = 'inventory_restockrequest'::regclass"
            " AND pg_get_constraintdef(oid) = 'UNIQUE (key)'"
        )
        (name,) = cursor.fetchone()
        cursor.execute(f'ALTER TABLE inventory_restockrequest DROP CONSTRAINT "{name}"')
    try:
        yield
    finally:
        RestockRequest.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                f'ALTER TABLE inventory_restockrequest ADD CONSTRAINT "{name}" UNIQUE (key)'
            )


def test_without_the_unique_key_it_would_be_two(
    ask: Callable[[], RestockRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have written their request before one of them commits."""
    both_wrote, write = Barrier(2), restock.record

    def write_and_wait(*args: Any, **kwargs: Any) -> None:
        write(*args, **kwargs)
        both_wrote.wait(PATIENCE)

    monkeypatch.setattr(restock, "record", write_and_wait)
    with without_the_unique_key():
        first, second = together([ask] * 2)
        assert first != second
        assert RestockRequest.objects.count() == 2
