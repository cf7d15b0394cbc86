"""Several people at one draft and one request: no line is lost, none is sent twice."""

from functools import partial

import pytest
from django.db.models import QuerySet

from inventory.actions.restock import approve_restock
from inventory.actions.restock_asking import Asked, ask_draft, withdraw_restock
from inventory.actions.restock_draft import Added, add_to_draft, scan_into_draft
from inventory.errors import AlreadyDecided, RequestChanged
from inventory.models import RestockEvent, RestockLine, RestockRequest
from stores.models import Location, User
from tests.concurrency.together import together
from tests.factories import make_restock, make_sku

pytestmark = pytest.mark.django_db(transaction=True)


def test_people_who_begin_a_draft_at_once_write_the_same_one(
    store: Location, warehouse: Location, clerk: User
) -> None:
    skus = [make_sku().pk for _ in range(6)]
    outcomes = together(
        [partial(add_to_draft, store, warehouse, {sku: 1}, by=clerk) for sku in skus]
    )
    assert {type(outcome) for outcome in outcomes} == {Added}
    draft = RestockRequest.objects.get()
    assert sorted(draft.lines.values_list("sku_id", flat=True)) == skus


def test_scans_at_once_all_count(store: Location, warehouse: Location, clerk: User) -> None:
    sku = make_sku().pk
    scan = partial(scan_into_draft, store, warehouse, sku, units=6, first=6, by=clerk)
    together([scan] * 6)
    assert RestockLine.objects.get().asked == 36


def test_without_the_lock_scans_would_be_lost(
    store: Location, warehouse: Location, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sku = make_sku().pk
    add_to_draft(store, warehouse, {sku: 6}, by=clerk)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    scan = partial(scan_into_draft, store, warehouse, sku, units=6, first=6, by=clerk)
    for _ in range(20):
        before = RestockLine.objects.get().asked
        together([scan] * 6)
        if RestockLine.objects.get().asked < before + 36:
            return
    pytest.fail("no scan was ever lost: the lock is not what keeps them")


def test_a_line_added_while_a_colleague_sends_is_in_the_request_or_in_a_new_draft(
    store: Location, warehouse: Location, clerk: User
) -> None:
    tea, pen = make_sku().pk, make_sku().pk
    draft = add_to_draft(store, warehouse, {tea: 1}, by=clerk).draft
    outcomes = together(
        [
            partial(ask_draft, draft.key, store=store, by=clerk),
            partial(add_to_draft, store, warehouse, {pen: 1}, by=clerk),
        ]
    )
    assert {type(outcome) for outcome in outcomes} == {Asked, Added}
    assert sorted(RestockLine.objects.values_list("sku_id", flat=True)) == [tea, pen]
    assert RestockRequest.objects.pending().count() == 1


@pytest.mark.parametrize("waits", [False, True])
def test_a_double_click_sends_once(
    store: Location, warehouse: Location, clerk: User, waits: bool
) -> None:
    tea = make_sku()
    if waits:
        make_restock({tea: 5}, store=store, warehouse=warehouse)
    draft = add_to_draft(store, warehouse, {tea.pk: 6}, by=clerk).draft
    outcomes = together([partial(ask_draft, draft.key, store=store, by=clerk)] * 4)
    assert {type(outcome) for outcome in outcomes} == {Asked}
    assert RestockRequest.objects.get().is_waiting
    assert RestockLine.objects.get().asked == (11 if waits else 6)


def test_lines_are_added_before_the_decision_or_go_out_on_their_own(
    store: Location, warehouse: Location, clerk: User, approver: User
) -> None:
    for _ in range(5):
        tea = make_sku()
        waiting = make_restock({tea: 5}, store=store, warehouse=warehouse)
        draft = add_to_draft(store, warehouse, {tea.pk: 6}, by=clerk).draft
        asked, approved = together(
            [
                partial(ask_draft, draft.key, store=store, by=clerk),
                partial(approve_restock, waiting.pk, by=approver, seen=1),
            ]
        )
        assert isinstance(asked, Asked)
        line = waiting.lines.get()
        if asked.collected:
            assert isinstance(approved, RequestChanged)
            assert (line.asked, line.approved) == (11, None)
        else:
            assert isinstance(approved, RestockRequest)
            assert (line.asked, line.approved) == (5, 5)
            assert asked.request.lines.get().asked == 6
        RestockRequest.objects.pending().update(state="cancelled")


def test_withdrawn_or_approved_never_both(
    store: Location, warehouse: Location, clerk: User, approver: User
) -> None:
    for _ in range(5):
        waiting = make_restock({make_sku(): 5}, store=store, warehouse=warehouse)
        outcomes = together(
            [
                partial(withdraw_restock, waiting.pk, by=clerk),
                partial(approve_restock, waiting.pk, by=approver),
            ]
        )
        (done,) = [outcome for outcome in outcomes if isinstance(outcome, RestockRequest)]
        (told,) = [outcome for outcome in outcomes if isinstance(outcome, AlreadyDecided)]
        waiting.refresh_from_db()
        assert waiting.state == done.state
        assert (told.by, told.at) == (waiting.decided_by, waiting.decided_at)
        kinds = set(waiting.events.values_list("kind", flat=True)) - {"asked"}
        assert kinds == ({"approved"} if waiting.state == "approved" else {"withdrawn"})


def test_without_the_lock_both_would_happen(
    store: Location,
    warehouse: Location,
    clerk: User,
    approver: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    for _ in range(20):
        waiting = make_restock({make_sku(): 5}, store=store, warehouse=warehouse)
        together(
            [
                partial(withdraw_restock, waiting.pk, by=clerk),
                partial(approve_restock, waiting.pk, by=approver),
            ]
        )
        if RestockEvent.objects.filter(request=waiting).count() == 3:
            return
    pytest.fail("never both: the lock is not what keeps them apart")
