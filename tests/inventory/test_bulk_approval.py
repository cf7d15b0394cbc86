"""Many requests approved at a stroke: what is promised, and what a worker makes of it."""

from datetime import datetime
from uuid import uuid4

import pytest

from inventory.actions import bulk_approval
from inventory.actions.bulk_approval import (
    begin_bulk_approval,
    carry_out_bulk_approval,
    carry_out_due_bulk_approvals,
)
from inventory.actions.restock import approve_restock, refuse_restock
from inventory.actions.restock_asking import withdraw_restock
from inventory.errors import KeyUsedBefore, NothingChosen
from inventory.models import BulkApproval, BulkApprovalItem, RestockEvent, RestockRequest
from stores.models import Location, Role, User
from tests.factories import make_membership, make_restock, make_staff, make_user

pytestmark = pytest.mark.django_db


def begin(requests: list[RestockRequest], by: User, version: int = 1) -> BulkApproval:
    return begin_bulk_approval(uuid4(), shown={r.pk: version for r in requests}, by=by)


def outcomes(bulk: BulkApproval) -> list[tuple[str, str]]:
    return list(bulk.items.order_by("pk").values_list("outcome", "words"))


def states(requests: list[RestockRequest]) -> list[str]:
    return [RestockRequest.objects.get(pk=request.pk).state for request in requests]


def test_each_request_is_approved_as_asked_and_says_the_way(
    warehouse: Location, approver: User
) -> None:
    requests = [make_restock(warehouse=warehouse) for _ in range(3)]
    bulk = begin(requests, approver)
    assert (outcomes(bulk), states(requests)) == ([("waiting", "")] * 3, ["waiting"] * 3)
    carry_out_bulk_approval(bulk.pk)
    bulk.refresh_from_db()
    assert bulk.done_at is not None
    assert (outcomes(bulk), states(requests)) == ([("approved", "")] * 3, ["approved"] * 3)
    approved = RestockEvent.objects.filter(kind="approved").values_list("by_id", "via")
    assert list(approved) == [(approver.pk, "bulk")] * 3


def test_what_is_not_approved_says_why_and_stays_as_it_is(
    warehouse: Location, approver: User
) -> None:
    marie = make_membership(Role.LOGISTICS, warehouse, user=make_user(name="Marie Curie")).user
    requests = [
        make_restock(warehouse=warehouse, by=approver if i == 4 else None) for i in range(6)
    ]
    taken, refused, withdrawn, changed = requests[:4]
    bulk = begin(requests, approver)
    approve_restock(taken.pk, by=marie)
    refuse_restock(refused.pk, reason="No", by=marie)
    withdraw_restock(withdrawn.pk, by=withdrawn.asked_by)
    at = datetime.fromisoformat("2026-03-01T09:30Z")
    RestockRequest.objects.exclude(decided_at=None).update(decided_at=at)
    RestockRequest.objects.filter(pk=changed.pk).update(version=2)
    carry_out_bulk_approval(bulk.pk)
    assert outcomes(bulk) == [
        ("not_done", f"{taken} was already approved by Marie Curie, 1 Mar 2026, 10:30."),
        ("not_done", f"{refused} was already refused by Marie Curie, 1 Mar 2026, 10:30."),
        ("not_done", f"{withdrawn} was withdrawn by {withdrawn.asked_by}, 1 Mar 2026, 10:30."),
        (
            "not_done",
            f"{changed} has changed since this page was shown. Look again, then decide.",
        ),
        ("not_done", "You made this request yourself: somebody else decides it."),
        ("approved", ""),
    ]
    assert states(requests) == [
        "approved",
        "refused",
        "cancelled",
        "waiting",
        "waiting",
        "approved",
    ]
    assert RestockEvent.objects.filter(via="bulk").count() == 1


def test_a_right_lost_meanwhile_is_no_right(warehouse: Location, approver: User) -> None:
    request = make_restock(warehouse=warehouse)
    bulk = begin([request], approver)
    approver.memberships.all().delete()
    carry_out_bulk_approval(bulk.pk)
    assert outcomes(bulk) == [("not_done", "You no longer decide for Central.")]
    assert states([request]) == ["waiting"]


def test_the_reasons_are_in_the_language_of_who_asked_for_them(warehouse: Location) -> None:
    pierre = make_membership(Role.LOGISTICS, warehouse, user=make_user(language="fr")).user
    bulk = begin([make_restock(warehouse=warehouse, by=pierre)], pierre)
    carry_out_bulk_approval(bulk.pk)
    assert "vous-même" in bulk.items.get().words


def test_the_same_form_twice_is_one_promise(warehouse: Location, approver: User) -> None:
    key, request, other = uuid4(), make_restock(warehouse=warehouse), make_restock()
    first = begin_bulk_approval(key, shown={request.pk: 1}, by=approver)
    assert begin_bulk_approval(key, shown={request.pk: 1, other.pk: 1}, by=approver) == first
    for shown, by in (
        ({request.pk: 2}, approver),
        ({request.pk: 1}, make_staff(Role.HEAD_OFFICE)),
    ):
        with pytest.raises(KeyUsedBefore):
            begin_bulk_approval(key, shown=shown, by=by)
    assert BulkApprovalItem.objects.count() == 1


def test_requests_of_other_places_are_not_among_them(approver: User) -> None:
    with pytest.raises(NothingChosen):
        begin([make_restock()], approver)
    with pytest.raises(NothingChosen):
        begin([], approver)
    assert not BulkApproval.objects.exists()


def test_what_stopped_in_the_middle_goes_on_and_decides_nothing_twice(
    warehouse: Location, approver: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [make_restock(warehouse=warehouse) for _ in range(4)]
    bulk = begin(requests, approver)
    decide = bulk_approval.decide_item
    third = bulk.items.order_by("pk")[2].pk

    def die_at_the_third(item_id: int) -> None:
        if item_id == third:
            raise KeyboardInterrupt
        decide(item_id)

    monkeypatch.setattr(bulk_approval, "decide_item", die_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        carry_out_bulk_approval(bulk.pk)
    assert states(requests) == ["approved"] * 2 + ["waiting"] * 2
    bulk.refresh_from_db()
    assert bulk.done_at is None
    monkeypatch.undo()
    carry_out_due_bulk_approvals()
    bulk.refresh_from_db()
    assert bulk.done_at is not None
    assert states(requests) == ["approved"] * 4
    assert RestockEvent.objects.filter(kind="approved").count() == 4
    ended = bulk.done_at
    carry_out_bulk_approval(bulk.pk)
    bulk.refresh_from_db()
    assert bulk.done_at == ended
