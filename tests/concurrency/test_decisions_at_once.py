"""Page, mail and bulk at the same moment: one decision, and the others are told whose it was."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from inventory.actions import restock, restock_asking
from inventory.actions.bulk_approval import (
    begin_bulk_approval,
    carry_out_bulk_approval,
    decide_item,
)
from inventory.actions.decision_mail import approve_by_link, tell_approvers
from inventory.actions.restock import approve_restock
from inventory.actions.restock_asking import withdraw_restock
from inventory.errors import AlreadyDecided, LinkUsed
from inventory.models import (
    BulkApproval,
    BulkApprovalItem,
    DecisionLink,
    RestockEvent,
    RestockRequest,
)
from stores.models import Location, Mail, Role, User
from tests.concurrency.together import the_one, together
from tests.concurrency.unguarded import read_without_lock
from tests.factories import make_membership, make_restock, make_user

pytestmark = pytest.mark.django_db(transaction=True)
type Decide = Callable[[], Any]


@pytest.fixture
def lea(warehouse: Location) -> User:
    return make_membership(Role.LOGISTICS, warehouse, user=make_user(name="Léa")).user


@pytest.fixture
def marie(warehouse: Location) -> User:
    return make_membership(Role.LOGISTICS, warehouse, user=make_user(name="Marie")).user


@pytest.fixture
def request_of_21(warehouse: Location) -> RestockRequest:
    return make_restock(warehouse=warehouse)


@pytest.fixture
def by_page(request_of_21: RestockRequest, lea: User) -> Decide:
    return partial(approve_restock, request_of_21.pk, by=lea, seen=1)


@pytest.fixture
def by_mail(request_of_21: RestockRequest, marie: User) -> Decide:
    tell_approvers(request_of_21.pk)
    return partial(approve_by_link, DecisionLink.objects.get(reader=marie).pk)


@pytest.fixture
def by_bulk(request_of_21: RestockRequest, marie: User) -> Decide:
    bulk = begin_bulk_approval(uuid4(), shown={request_of_21.pk: 1}, by=marie)
    return partial(decide_item, bulk.items.get().pk)


def approvals() -> list[tuple[int | None, str]]:
    events = RestockEvent.objects.filter(kind="approved").order_by("pk")
    return list(events.values_list("by", "via"))


@pytest.mark.usefixtures("first_waits_for_its_rival")
def test_mail_against_page(by_mail: Decide, by_page: Decide, request_of_21: RestockRequest) -> None:
    outcomes = together([by_mail, by_page])
    decided, told = the_one(outcomes, RestockRequest), the_one(outcomes, AlreadyDecided)
    assert (told.by, told.at) == (decided.decided_by, decided.decided_at)
    via = "mail" if outcomes[0] is decided else ""
    assert approvals() == [(decided.decided_by_id, via)]
    assert DecisionLink.objects.filter(used_at__isnull=False).exists() == (via == "mail")


@pytest.mark.usefixtures("first_waits_for_its_rival")
def test_bulk_against_page(by_bulk: Decide, by_page: Decide, lea: User, marie: User) -> None:
    of_bulk, of_page = together([by_bulk, by_page])
    item = BulkApprovalItem.objects.get()
    assert of_bulk is None
    if isinstance(of_page, RestockRequest):
        assert (item.outcome, "was already approved by Léa" in item.words) == ("not_done", True)
        assert approvals() == [(lea.pk, "")]
    else:
        assert isinstance(of_page, AlreadyDecided)
        assert (item.outcome, of_page.by) == ("approved", marie)
        assert approvals() == [(marie.pk, "bulk")]


@pytest.mark.usefixtures("first_waits_for_its_rival")
def test_the_same_link_twice(by_mail: Decide, marie: User) -> None:
    outcomes = together([by_mail] * 2)
    assert the_one(outcomes, RestockRequest).decided_by == marie
    [told] = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert isinstance(told, AlreadyDecided | LinkUsed)
    assert approvals() == [(marie.pk, "mail")]


@pytest.mark.usefixtures("first_waits_for_its_rival")
def test_mail_against_bulk(by_mail: Decide, by_bulk: Decide, lea: User, marie: User) -> None:
    """Both are Marie's: she is told by the one that the other decided."""
    of_mail, of_bulk = together([by_mail, by_bulk])
    item = BulkApprovalItem.objects.get()
    assert of_bulk is None
    if isinstance(of_mail, RestockRequest):
        assert (item.outcome, "was already approved by Marie" in item.words) == ("not_done", True)
        assert approvals() == [(marie.pk, "mail")]
    else:
        assert isinstance(of_mail, AlreadyDecided)
        assert (item.outcome, of_mail.by) == ("approved", marie)
        assert approvals() == [(marie.pk, "bulk")]


@pytest.mark.parametrize("way", ["by_page", "by_mail", "by_bulk"])
def test_a_decision_against_the_store_that_withdraws(
    way: str, request: pytest.FixtureRequest, request_of_21: RestockRequest
) -> None:
    decide: Decide = request.getfixturevalue(way)
    clerk = request_of_21.asked_by
    of_approver, of_clerk = together(
        [decide, partial(withdraw_restock, request_of_21.pk, by=clerk)]
    )
    request_of_21.refresh_from_db()
    if request_of_21.state == RestockRequest.State.APPROVED:
        assert isinstance(of_clerk, AlreadyDecided)
        assert "was already approved by" in str(of_clerk)
        assert len(approvals()) == 1
        return
    item = BulkApprovalItem.objects.first()
    told = item.words if item else str(of_approver)
    assert f"{request_of_21} was withdrawn by {clerk}" in told
    assert (request_of_21.state, approvals()) == ("cancelled", [])


@pytest.mark.parametrize("way", ["by_mail", "by_bulk"])
def test_without_the_lock_both_would_decide(
    way: str, request: pytest.FixtureRequest, by_page: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    other: Decide = request.getfixturevalue(way)
    monkeypatch.setattr(restock, "lock_request", read_without_lock(2))
    outcomes = together([other, by_page])
    assert [type(one) for one in outcomes if one] == [RestockRequest] * (1 + (way == "by_mail"))
    assert len(approvals()) == 2


@pytest.mark.parametrize("way", ["by_page", "by_bulk"])
def test_without_the_lock_it_would_be_approved_and_withdrawn(
    way: str,
    request: pytest.FixtureRequest,
    request_of_21: RestockRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decide: Decide = request.getfixturevalue(way)
    read = read_without_lock(2)
    monkeypatch.setattr(restock, "lock_request", read)
    monkeypatch.setattr(restock_asking, "lock_request", read)
    together([decide, partial(withdraw_restock, request_of_21.pk, by=request_of_21.asked_by)])
    kinds = request_of_21.events.exclude(kind="asked").values_list("kind", flat=True)
    assert sorted(kinds) == ["approved", "withdrawn"]


def test_two_workers_and_two_people_decide_each_request_once(
    warehouse: Location, lea: User, marie: User
) -> None:
    """Both approve the same forty; each bulk is carried out by a nudge and by a sweep at once."""
    requests = [make_restock(warehouse=warehouse) for _ in range(40)]
    shown = {request.pk: 1 for request in requests}
    bulks = [begin_bulk_approval(uuid4(), shown=shown, by=by) for by in (lea, marie)]
    outcomes = together([partial(carry_out_bulk_approval, bulk.pk) for bulk in bulks * 2])
    assert outcomes == [None] * 4
    for bulk in bulks:  # who came first may have left an item to the other
        carry_out_bulk_approval(bulk.pk)
    done = BulkApprovalItem.objects.filter(outcome="approved")
    assert sorted(done.values_list("request", flat=True)) == sorted(shown)
    assert BulkApprovalItem.objects.filter(outcome="not_done").count() == 40
    assert BulkApproval.objects.filter(done_at=None).count() == 0
    assert len(approvals()) == 40


def test_the_same_confirmation_at_the_same_moment_is_one(
    request_of_21: RestockRequest, lea: User
) -> None:
    begin = partial(begin_bulk_approval, uuid4(), shown={request_of_21.pk: 1}, by=lea)
    outcomes = together([begin] * 4)
    assert set(outcomes) == {BulkApproval.objects.get()}
    assert BulkApprovalItem.objects.count() == 1


def test_two_workers_tell_each_approver_once(
    request_of_21: RestockRequest, lea: User, marie: User
) -> None:
    outcomes = together([partial(tell_approvers, request_of_21.pk)] * 4)
    assert sorted(map(str, outcomes)) == ["0", "0", "0", "2"]
    readers = Mail.objects.order_by("reader").values_list("reader", flat=True)
    assert list(readers) == sorted([lea.pk, marie.pk])
