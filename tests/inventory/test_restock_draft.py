"""A draft is rows: lines are added, changed and taken off one by one, and sent once."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from inventory.actions.restock import approve_restock, ask_restock
from inventory.actions.restock_asking import ask_draft
from inventory.actions.restock_draft import (
    MOST_LINES,
    add_to_draft,
    change_draft,
    empty_draft,
    remove_from_draft,
    scan_into_draft,
)
from inventory.errors import (
    ClosedPlace,
    DraftFull,
    DraftSent,
    EmptyRequest,
    NotOnSale,
    OwnRequest,
    RequestChanged,
)
from inventory.models import RestockEvent, RestockLine, RestockRequest, Sku
from stores.models import Location, Role, User
from tests.factories import (
    make_location,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_warehouse,
)

pytestmark = pytest.mark.django_db


def lines(request: RestockRequest) -> list[tuple[int, int, int | None]]:
    return list(request.lines.values_list("sku_id", "asked", "suggested"))


def draft_with(
    wanted: dict[Sku, int], store: Location, warehouse: Location, by: User
) -> RestockRequest:
    return add_to_draft(
        store, warehouse, {sku.pk: units for sku, units in wanted.items()}, by=by
    ).draft


def test_a_store_has_one_draft_for_each_warehouse(
    store: Location, warehouse: Location, clerk: User
) -> None:
    mouse, tea, north = make_sku(), make_sku(), make_warehouse()
    first = draft_with({mouse: 2}, store, warehouse, clerk)
    colleague = make_staff(location=store)
    again = draft_with({tea: 3}, store, warehouse, colleague)
    other = draft_with({tea: 4}, store, north, clerk)
    assert (again, first.state, first.asked_by) == (first, "draft", clerk)
    assert lines(first) == [(mouse.pk, 2, None), (tea.pk, 3, None)]
    assert (other != first, lines(other)) == (True, [(tea.pk, 4, None)])
    assert not RestockEvent.objects.exists()


def test_what_is_in_the_draft_already_stays_as_it_is(
    store: Location, warehouse: Location, clerk: User
) -> None:
    mouse, tea = make_sku(), make_sku()
    draft_with({mouse: 2}, store, warehouse, clerk)
    added = add_to_draft(
        store, warehouse, {mouse.pk: 9, tea.pk: 6}, by=clerk, suggested={mouse.pk: 9, tea.pk: 6}
    )
    assert (added.added, added.there, added.left_out) == (1, 1, 0)
    assert lines(added.draft) == [(mouse.pk, 2, None), (tea.pk, 6, 6)]


def test_a_draft_holds_so_many_lines_and_no_more(
    store: Location, warehouse: Location, clerk: User
) -> None:
    skus = [make_sku() for _ in range(MOST_LINES + 2)]
    added = add_to_draft(store, warehouse, dict.fromkeys([sku.pk for sku in skus], 1), by=clerk)
    assert (added.added, added.left_out) == (MOST_LINES, 2)
    with pytest.raises(DraftFull):
        scan_into_draft(store, warehouse, skus[-1].pk, units=1, first=1, by=clerk)
    scan_into_draft(store, warehouse, skus[0].pk, units=1, first=1, by=clerk)
    assert added.draft.lines.count() == MOST_LINES
    assert added.draft.lines.get(sku=skus[0]).asked == 2


def test_scans_of_a_product_add_up(store: Location, warehouse: Location, clerk: User) -> None:
    sku = make_sku()
    for units in (6, 6, 12):
        line = scan_into_draft(
            store, warehouse, sku.pk, units=units, first=18, suggested=18, by=clerk
        )
    assert lines(line.request) == [(sku.pk, 36, 18)]


def test_nobody_drafts_what_is_off_sale_or_for_a_closed_place(
    store: Location, warehouse: Location, clerk: User
) -> None:
    old, sku = make_sku(is_active=False), make_sku()
    with pytest.raises(NotOnSale):
        add_to_draft(store, warehouse, {old.pk: 1, sku.pk: 1}, by=clerk)
    with pytest.raises(NotOnSale):
        scan_into_draft(store, warehouse, old.pk, units=1, first=1, by=clerk)
    with pytest.raises(EmptyRequest):
        add_to_draft(store, warehouse, {}, by=clerk)
    closed = make_location(Location.Kind.WAREHOUSE, is_active=False)
    for places in ((store, closed), (store, make_store()), (warehouse, warehouse)):
        with pytest.raises(ClosedPlace):
            add_to_draft(*places, {sku.pk: 1}, by=clerk)
    assert not RestockRequest.objects.exists()


def test_a_change_leaves_the_other_lines_alone(
    store: Location, warehouse: Location, clerk: User
) -> None:
    mouse, tea, pen = make_sku(), make_sku(), make_sku()
    draft = draft_with({mouse: 2, tea: 3, pen: 4}, store, warehouse, clerk)
    remove_from_draft(draft.key, pen.pk, store=store)
    change_draft(draft.key, {tea.pk: 30, pen.pk: 40}, store=store, note="For Saturday")
    draft.refresh_from_db()
    assert lines(draft) == [(mouse.pk, 2, None), (tea.pk, 30, None)]
    assert draft.note == "For Saturday"
    change_draft(draft.key, {}, store=store)
    draft.refresh_from_db()
    assert draft.note == "For Saturday"


def test_a_draft_of_another_store_or_one_that_is_gone_is_not_changed(
    store: Location, warehouse: Location, clerk: User
) -> None:
    mouse = make_sku()
    draft = draft_with({mouse: 2}, store, warehouse, clerk)
    for key, place in ((draft.key, make_store()), (uuid4(), store)):
        with pytest.raises(DraftSent):
            change_draft(key, {mouse.pk: 9}, store=place)
        with pytest.raises(DraftSent):
            remove_from_draft(key, mouse.pk, store=place)
        with pytest.raises(DraftSent):
            empty_draft(key, store=place)
        with pytest.raises(DraftSent):
            ask_draft(key, store=place, by=clerk)
    assert lines(draft) == [(mouse.pk, 2, None)]
    empty_draft(draft.key, store=store)
    assert not RestockRequest.objects.exists()
    assert not RestockLine.objects.exists()


def test_a_draft_becomes_a_request_with_its_last_changes(
    store: Location, warehouse: Location, clerk: User
) -> None:
    mouse, tea = make_sku(cost="2.50"), make_sku(cost="1.00")
    draft = draft_with({mouse: 2, tea: 3}, store, warehouse, make_staff(location=store))
    begun_at = draft.asked_at
    asked = ask_draft(draft.key, store=store, by=clerk, changed={mouse.pk: 21}, note="For Saturday")
    request = RestockRequest.objects.get()
    assert (asked.request, asked.collected, request.pk) == (request, False, draft.pk)
    assert (request.state, request.asked_by, request.note) == ("waiting", clerk, "For Saturday")
    assert request.value == Decimal("55.50")
    assert request.asked_at > begun_at
    assert lines(request) == [(mouse.pk, 21, None), (tea.pk, 3, None)]
    assert list(request.events.values_list("kind", "by", "note")) == [
        ("asked", clerk.pk, "For Saturday")
    ]


def test_a_draft_sent_twice_is_one_request(
    store: Location, warehouse: Location, clerk: User
) -> None:
    mouse = make_sku()
    draft = draft_with({mouse: 2}, store, warehouse, clerk)
    first = ask_draft(draft.key, store=store, by=clerk)
    again = ask_draft(draft.key, store=store, by=clerk, changed={mouse.pk: 50})
    assert (again.request, RestockRequest.objects.count()) == (first.request, 1)
    assert lines(first.request) == [(mouse.pk, 2, None)]

    more = draft_with({mouse: 3}, store, warehouse, clerk)
    collected = ask_draft(more.key, store=store, by=clerk)
    again = ask_draft(more.key, store=store, by=clerk)
    assert again.request == collected.request == first.request
    assert lines(first.request) == [(mouse.pk, 5, None)]


def test_the_request_that_waits_collects_the_lines(
    store: Location, warehouse: Location, clerk: User
) -> None:
    mouse, tea, pen = make_sku(cost="2.00"), make_sku(cost="1.00"), make_sku(cost="3.00")
    waiting = make_restock({mouse: 10, tea: 5}, store=store, warehouse=warehouse)
    RestockLine.objects.filter(sku=tea).update(suggested=5)
    draft = add_to_draft(
        store, warehouse, {tea.pk: 6, pen.pk: 2}, by=clerk, suggested={tea.pk: 6, pen.pk: 2}
    ).draft
    asked = ask_draft(draft.key, store=store, by=clerk, note="More tea")
    assert (asked.request, asked.collected) == (waiting, True)
    waiting.refresh_from_db()
    assert lines(waiting) == [(mouse.pk, 10, None), (tea.pk, 11, 11), (pen.pk, 2, 2)]
    assert (waiting.version, waiting.value) == (2, Decimal("37.00"))
    assert RestockRequest.objects.count() == 1
    assert list(waiting.events.values_list("kind", "by", "note"))[1:] == [
        ("added", clerk.pk, "More tea")
    ]


def test_who_decides_is_told_of_lines_that_join(
    store: Location, warehouse: Location, clerk: User, django_capture_on_commit_callbacks: Any
) -> None:
    draft = draft_with({make_sku(): 1}, store, warehouse, clerk)
    with django_capture_on_commit_callbacks() as asked:
        ask_draft(draft.key, store=store, by=clerk)
    more = draft_with({make_sku(): 1}, store, warehouse, clerk)
    with django_capture_on_commit_callbacks() as added:
        assert ask_draft(more.key, store=store, by=clerk).collected
    assert (len(asked), len(added)) == (2, 2)  # the approvers, and the rules


def test_by_hand_and_suggested_together_are_by_hand(
    store: Location, warehouse: Location, clerk: User
) -> None:
    tea = make_sku()
    waiting = make_restock({tea: 5}, store=store, warehouse=warehouse)
    draft = add_to_draft(store, warehouse, {tea.pk: 6}, by=clerk, suggested={tea.pk: 6}).draft
    ask_draft(draft.key, store=store, by=clerk)
    assert lines(waiting) == [(tea.pk, 11, None)]


def test_a_person_may_want_a_request_of_its_own(
    store: Location, warehouse: Location, clerk: User
) -> None:
    tea = make_sku()
    waiting = make_restock({tea: 5}, store=store, warehouse=warehouse)
    draft = draft_with({tea: 6}, store, warehouse, clerk)
    asked = ask_draft(draft.key, store=store, by=clerk, alone=True)
    assert (asked.request, asked.collected) == (draft, False)
    assert (lines(waiting), lines(draft)) == ([(tea.pk, 5, None)], [(tea.pk, 6, None)])


def test_only_what_waits_at_the_same_place_collects(
    store: Location, warehouse: Location, clerk: User
) -> None:
    tea, office = make_sku(), make_staff(Role.HEAD_OFFICE)
    decided = make_restock({tea: 5}, store=store, warehouse=warehouse)
    approve_restock(decided.pk, by=office)
    make_restock({tea: 5}, store=store)
    make_restock({tea: 5}, warehouse=warehouse)
    draft = draft_with({tea: 6}, store, warehouse, clerk)
    assert not ask_draft(draft.key, store=store, by=clerk).collected


def test_a_request_that_would_grow_too_long_collects_nothing(
    store: Location, warehouse: Location, clerk: User
) -> None:
    waiting = make_restock({make_sku(): 1}, store=store, warehouse=warehouse)
    skus = {make_sku(): 1 for _ in range(MOST_LINES)}
    draft = draft_with(skus, store, warehouse, clerk)
    assert not ask_draft(draft.key, store=store, by=clerk).collected
    assert waiting.lines.count() == 1


def test_an_approver_who_saw_less_is_told(
    store: Location, warehouse: Location, clerk: User
) -> None:
    waiting = make_restock({make_sku(): 5}, store=store, warehouse=warehouse)
    draft = draft_with({make_sku(): 6}, store, warehouse, clerk)
    ask_draft(draft.key, store=store, by=clerk)
    with pytest.raises(RequestChanged):
        approve_restock(waiting.pk, by=make_staff(Role.LOGISTICS, warehouse), seen=1)


def test_who_added_lines_does_not_decide_them(store: Location, warehouse: Location) -> None:
    waiting = make_restock({make_sku(): 5}, store=store, warehouse=warehouse)
    office = make_staff(Role.HEAD_OFFICE)
    draft = draft_with({make_sku(): 6}, store, warehouse, office)
    ask_draft(draft.key, store=store, by=office)
    with pytest.raises(OwnRequest):
        approve_restock(waiting.pk, by=office)


def test_what_went_off_sale_is_named_and_nothing_is_sent(
    store: Location, warehouse: Location, clerk: User
) -> None:
    old, tea = make_sku(name="Old Mouse"), make_sku()
    draft = draft_with({old: 2, tea: 3}, store, warehouse, clerk)
    Sku.objects.filter(pk=old.pk).update(is_active=False)
    with pytest.raises(NotOnSale, match="Old Mouse"):
        ask_draft(draft.key, store=store, by=clerk, changed={tea.pk: 9})
    remove_from_draft(draft.key, old.pk, store=store)
    change_draft(draft.key, {}, store=store)
    draft.refresh_from_db()
    assert (draft.state, lines(draft)) == ("draft", [(tea.pk, 3, None)])


def test_an_empty_draft_is_not_sent(store: Location, warehouse: Location, clerk: User) -> None:
    tea = make_sku()
    draft = draft_with({tea: 3}, store, warehouse, clerk)
    remove_from_draft(draft.key, tea.pk, store=store)
    with pytest.raises(EmptyRequest):
        ask_draft(draft.key, store=store, by=clerk)


def test_asking_keeps_the_value_at_cost(store: Location, warehouse: Location, clerk: User) -> None:
    dear = make_sku(cost="9999999999.99")
    wanted = {make_sku(cost="1.25").pk: 4}
    asked = ask_restock(uuid4(), store=store, warehouse=warehouse, wanted=wanted, by=clerk)
    assert asked.value == Decimal("5.00")
    many = {dear.pk: 1_000_000}
    asked = ask_restock(UUID(int=1), store=store, warehouse=warehouse, wanted=many, by=clerk)
    assert asked.value == Decimal("9999999999.00")
