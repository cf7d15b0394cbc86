"""A board against a single approver, against another board, and a rule against a person: one decision,
told to the other."""

from decimal import Decimal
from functools import partial
from threading import Barrier

import pytest

from inventory.actions import approval_rules, restock, share
from inventory.actions.approval_rules import approve_by_rule, set_approval_rule
from inventory.actions.restock import Less, approve_restock
from inventory.actions.share import Shared, approve_shares
from inventory.actions.stock import Move, move_stock
from inventory.errors import AlreadyDecided
from inventory.models import Cause, Document, RestockEvent, RestockLine, RestockRequest, Sku
from inventory.share_errors import BoardChanged, SharedTooMuch
from stores.models import Location, Role, User
from tests.concurrency.together import PATIENCE, the_one, together
from tests.concurrency.unguarded import read_without_lock
from tests.factories import make_level, make_restock, make_sku, make_staff, make_warehouse
from tests.inventory.scarcity import make_claim

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4


@pytest.fixture
def central() -> Location:
    return make_warehouse("central")


@pytest.fixture
def approvers(central: Location) -> list[User]:
    return [make_staff(Role.LOGISTICS, central) for _ in range(2)]


@pytest.fixture
def coffee(central: Location) -> Sku:
    sku = make_sku()
    make_level(sku, central, on_hand=30)
    return sku


def three(coffee: Sku, central: Location) -> list[RestockRequest]:
    return [make_claim(coffee, 20, warehouse=central, sold=28) for _ in range(3)]


def shares_of(requests: list[RestockRequest], units: int) -> dict[int, Less]:
    return {request.lines.get().pk: Less(units, "no_stock") for request in requests}


def seen(requests: list[RestockRequest]) -> dict[int, int]:
    return {request.pk: 1 for request in requests}


def approvals() -> int:
    return RestockEvent.objects.filter(kind="approved").count()


def promised() -> int:
    return sum(line.approved or 0 for line in RestockLine.objects.all())


def test_a_board_and_a_single_approver_decide_once(
    coffee: Sku, central: Location, approvers: list[User]
) -> None:
    for _round in range(ROUNDS):
        RestockRequest.objects.all().delete()
        requests = three(coffee, central)
        board = partial(
            approve_shares, seen=seen(requests), shares=shares_of(requests, 10), by=approvers[0]
        )
        single = partial(approve_restock, requests[2].pk, by=approvers[1])
        outcomes = together([board, single])
        if isinstance(outcomes[0], Shared):
            assert the_one(outcomes, AlreadyDecided).by == approvers[0]
            assert (approvals(), promised()) == (3, 30)
        else:
            told = the_one(outcomes, BoardChanged)
            assert f"already approved by {approvers[1]}" in str(told)
            assert (approvals(), promised()) == (1, 20)


def test_without_the_lock_a_board_and_a_single_approver_would_both_decide(
    coffee: Sku, central: Location, approvers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = three(coffee, central)[:1]
    read = read_without_lock(2)
    monkeypatch.setattr(restock, "lock_request", read)
    monkeypatch.setattr(share, "_lock_all", lambda seen, by: [read(pk) for pk in seen])
    shares = shares_of(requests, 10)
    board = partial(approve_shares, seen=seen(requests), shares=shares, by=approvers[0])
    together([board, partial(approve_restock, requests[0].pk, by=approvers[1])])
    assert approvals() == 2


def test_two_boards_of_the_same_requests_share_once(
    coffee: Sku, central: Location, approvers: list[User]
) -> None:
    requests = three(coffee, central)
    boards = [
        partial(approve_shares, seen=seen(order), shares=shares_of(requests, 10), by=by)
        for order, by in ((requests, approvers[0]), (requests[::-1], approvers[1]))
    ]
    outcomes = together(boards)
    shared, told = the_one(outcomes, Shared), the_one(outcomes, BoardChanged)
    assert (len(shared.approved), len(told.reasons)) == (3, 3)
    assert (approvals(), promised()) == (3, 30)


def test_two_boards_of_other_requests_do_not_promise_the_same_goods(
    coffee: Sku, central: Location, approvers: list[User]
) -> None:
    requests = three(coffee, central)
    boards = [
        partial(approve_shares, seen=seen([one]), shares=shares_of([one], 20), by=by)
        for one, by in zip(requests, approvers, strict=False)
    ]
    outcomes = together(boards)
    assert the_one(outcomes, Shared).units == 20
    assert the_one(outcomes, SharedTooMuch).free == 10
    assert (approvals(), promised()) == (1, 20)


def test_without_the_lock_two_boards_promise_more_than_there_is(
    coffee: Sku, central: Location, approvers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The levels stay unlocked, and each board has looked before either writes."""
    looked = Barrier(2)
    refuse = share._refuse_too_much

    def refuse_when_both_looked(*args: object) -> None:
        refuse(*args)  # type: ignore[arg-type]
        looked.wait(PATIENCE)

    monkeypatch.setattr(share, "lock_levels", lambda _keys: {})
    monkeypatch.setattr(share, "_refuse_too_much", refuse_when_both_looked)
    requests = three(coffee, central)
    together(
        [
            partial(approve_shares, seen=seen([one]), shares=shares_of([one], 20), by=by)
            for one, by in zip(requests, approvers, strict=False)
        ]
    )
    assert promised() == 40


def suggested(sku: Sku, units: int, central: Location) -> RestockRequest:
    request = make_restock({sku: units}, warehouse=central)
    request.lines.update(suggested=units)
    return request


def test_a_rule_and_a_person_decide_once(
    coffee: Sku, central: Location, approvers: list[User]
) -> None:
    boss = make_staff(Role.HEAD_OFFICE)
    rule = set_approval_rule(None, is_on=True, max_value=Decimal(1000), min_cover_days=0, by=boss)
    for _round in range(ROUNDS):
        RestockRequest.objects.all().delete()
        request = suggested(coffee, 5, central)
        by_rule = partial(approve_by_rule, request.pk)
        by_person = partial(approve_restock, request.pk, by=approvers[0])
        ruled, decided = together([by_rule, by_person])
        request.refresh_from_db()
        assert (request.state, approvals(), promised()) == ("approved", 1, 5)
        if ruled is None:
            assert (request.decided_by, request.by_rule) == (approvers[0], False)
        else:
            assert (request.rule, request.decided_by) == (rule, None)
            assert isinstance(decided, AlreadyDecided)
            assert "a rule of automatic approval" in str(decided)


def test_a_rule_does_not_give_the_same_cover_twice(
    coffee: Sku, central: Location, approvers: list[User]
) -> None:
    """Each of two requests alone leaves the days of cover that the rule asks for, both don't."""
    boss = make_staff(Role.HEAD_OFFICE)
    first = make_restock({coffee: 1}, warehouse=central)
    approve_restock(first.pk, by=approvers[0])
    requests = [suggested(coffee, 10, central) for _ in range(2)]
    make_level(coffee, central, on_hand=28)
    cause = Cause(Document.ORDER, 1)
    move_stock([Move(coffee.pk, central, first.store, 28)], cause=cause, by=None)
    set_approval_rule(None, is_on=True, max_value=Decimal(1000), min_cover_days=15, by=boss)
    outcomes = together([partial(approve_by_rule, request.pk) for request in requests])
    assert sorted(map(str, (type(outcome).__name__ for outcome in outcomes))) == [
        "NoneType",
        "RestockRequest",
    ]
    assert promised() == 11


def test_without_the_lock_both_would_decide(
    coffee: Sku, central: Location, approvers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard taken out: the rule and the person have both read the request before either writes."""
    boss = make_staff(Role.HEAD_OFFICE)
    set_approval_rule(None, is_on=True, max_value=Decimal(1000), min_cover_days=0, by=boss)
    read = read_without_lock(2)
    monkeypatch.setattr(restock, "lock_request", read)
    monkeypatch.setattr(approval_rules, "lock_request", read)
    request = suggested(coffee, 5, central)
    together(
        [
            partial(approve_by_rule, request.pk),
            partial(approve_restock, request.pk, by=approvers[0]),
        ]
    )
    assert approvals() == 2
