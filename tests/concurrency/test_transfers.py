"""One transfer, several people at the same moment: sent once, counted once, never both lost and here."""

from collections.abc import Callable, Sequence
from functools import partial
from threading import Barrier, Lock
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from inventory.actions import arrival
from inventory.actions import transfer as transfers
from inventory.actions.arrival import Counted, Fate, receive_transfer, settle_rest
from inventory.actions.transfer import cancel_draft, draft_transfer, send_transfer
from inventory.models import Sku, StockLevel, StockMovement, Transfer, TransferReceipt
from inventory.queries.check import ledger_drift
from inventory.transfer_errors import MoreThanInTransit, NoDraft, NotOnTheRoad
from stores.models import Location, Role, User
from tests.concurrency.together import PATIENCE, together, wait_for_a_rival
from tests.factories import make_level, make_sku, make_staff, make_store, make_transfer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sku() -> Sku:
    return make_sku()


@pytest.fixture
def draft(sku: Sku) -> Transfer:
    """Four units for Paris, which receives by hand, out of ten in Lyon."""
    lyon, paris = make_store("lyon"), make_store("paris", receives_by_hand=True)
    make_level(sku, lyon, on_hand=10)
    make_level(sku, paris)
    return make_transfer({sku: 4}, source=lyon, destination=paris)


@pytest.fixture
def people() -> list[User]:
    return [make_staff(Role.HEAD_OFFICE) for _ in range(2)]


@pytest.fixture
def on_the_road(draft: Transfer, people: list[User]) -> Transfer:
    return send_transfer(draft.pk, by=people[0])


def let_the_first_wait(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> None:
    """Who holds the transfer's lock goes on only when the other one stands before it."""
    check, first = module.holds_now, Lock()

    def check_with_the_rival_at_the_door(*args: Any, **kwargs: Any) -> bool:
        if first.acquire(blocking=False):
            wait_for_a_rival()
        return bool(check(*args, **kwargs))

    monkeypatch.setattr(module, "holds_now", check_with_the_rival_at_the_door)


def take_the_lock_away(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> None:
    """Both read the transfer before either writes it."""
    both_read = Barrier(2)

    def read(transfer_id: int) -> Transfer:
        transfer = Transfer.objects.get(pk=transfer_id)
        both_read.wait(PATIENCE)
        return transfer

    monkeypatch.setattr(module, "lock_transfer", read)


def receive(transfer: Transfer, units: int, by: User) -> Callable[[], TransferReceipt]:
    (sku_id,) = transfer.lines.values_list("sku", flat=True)
    counted = {sku_id: Counted(units)}
    return partial(receive_transfer, transfer.pk, key=uuid4(), counted=counted, by=by)


def settle(transfer: Transfer, units: int, by: User) -> Callable[[], TransferReceipt]:
    (sku_id,) = transfer.lines.values_list("sku", flat=True)
    fates = {sku_id: Fate(written_off=units, reason="other")}
    return partial(settle_rest, transfer.pk, key=uuid4(), fates=fates, by=by)


def names(outcomes: Sequence[object]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def on_hand() -> dict[str, tuple[int, int]]:
    levels = StockLevel.objects.values_list("location__code", "on_hand", "incoming")
    return {code: (here, coming) for code, here, coming in levels}


def moved(document: str) -> list[int]:
    movements = StockMovement.objects.filter(document=document).order_by("quantity")
    return list(movements.values_list("quantity", flat=True))


def test_two_people_count_the_same_goods_and_one_is_told(
    on_the_road: Transfer, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    let_the_first_wait(monkeypatch, arrival)
    outcomes = together([receive(on_the_road, 4, by) for by in people])
    assert names(outcomes) == ["NotOnTheRoad", "TransferReceipt"]
    assert on_hand() == {"lyon": (6, 0), "paris": (4, 0)}
    assert moved("receipt") == [4]
    assert ledger_drift() == []


def test_two_people_count_a_part_each_and_both_count(
    on_the_road: Transfer, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    let_the_first_wait(monkeypatch, arrival)
    outcomes = together([receive(on_the_road, 2, by) for by in people])
    assert names(outcomes) == ["TransferReceipt", "TransferReceipt"]
    assert on_hand()["paris"] == (4, 0)
    on_the_road.refresh_from_db()
    assert (on_the_road.state, on_the_road.lines.get().received) == ("closed", 4)
    assert ledger_drift() == []


def test_without_the_lock_one_part_would_be_forgotten(
    on_the_road: Transfer, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_lock_away(monkeypatch, arrival)
    together([receive(on_the_road, 2, by) for by in people])
    on_the_road.refresh_from_db()
    assert (on_the_road.state, on_the_road.lines.get().received) == ("partly", 2)
    assert on_hand()["paris"] == (4, 0)
    assert {drift.what for drift in ledger_drift()} == {
        "incoming (I7)",
        "moved by transfers (I8)",
        "counted on arrival (I8)",
    }


def test_without_the_lock_the_database_refuses_what_was_never_sent(
    on_the_road: Transfer, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_lock_away(monkeypatch, arrival)
    outcomes = together([receive(on_the_road, 4, by) for by in people])
    assert names(outcomes) == ["IntegrityError", "TransferReceipt"]
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, IntegrityError)]
    assert "incoming_not_negative" in str(refused)
    assert on_hand()["paris"] == (4, 0)


def test_a_double_click_is_one_receipt(on_the_road: Transfer, people: list[User]) -> None:
    click = receive(on_the_road, 3, people[0])
    outcomes = together([click] * 4)
    assert set(outcomes) == {TransferReceipt.objects.get()}
    assert on_hand()["paris"] == (3, 1)
    assert moved("receipt") == [3]


def test_goods_are_not_received_and_written_off_at_once(
    on_the_road: Transfer, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    let_the_first_wait(monkeypatch, arrival)
    one, other = people
    outcomes = together([receive(on_the_road, 3, one), settle(on_the_road, 2, other)])
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, MoreThanInTransit)]
    line = on_the_road.lines.get()
    assert (line.received, line.written_off) in {(3, 0), (0, 2)}
    assert refused.in_transit == line.in_transit == 4 - line.received - line.written_off
    assert on_hand()["paris"] == (line.received, line.in_transit)
    assert ledger_drift() == []


def test_who_settles_the_rest_while_it_is_received_is_told(
    on_the_road: Transfer, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    let_the_first_wait(monkeypatch, arrival)
    one, other = people
    outcomes = together([receive(on_the_road, 4, one), settle(on_the_road, 4, other)])
    assert [type(outcome) for outcome in outcomes].count(NotOnTheRoad) == 1
    assert moved("receipt") == [4]
    assert ledger_drift() == []


@pytest.mark.parametrize("second", [send_transfer, cancel_draft])
def test_it_is_sent_once(
    draft: Transfer, people: list[User], second: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_the_first_wait(monkeypatch, transfers)
    one, other = people
    outcomes = together(
        [partial(send_transfer, draft.pk, by=one), partial(second, draft.pk, by=other)]
    )
    assert names(outcomes) == ["NoDraft", "Transfer"]
    draft.refresh_from_db()
    sent = draft.state == "in_transit"
    assert second is cancel_draft or sent
    assert on_hand() == (
        {"lyon": (6, 0), "paris": (0, 4)} if sent else {"lyon": (10, 0), "paris": (0, 0)}
    )
    assert moved("transfer") == [4] * sent
    assert ledger_drift() == []


def test_without_the_lock_the_ledger_itself_refuses_the_second_sending(
    draft: Transfer, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_lock_away(monkeypatch, transfers)
    outcomes = together([partial(send_transfer, draft.pk, by=by) for by in people])
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, IntegrityError)]
    assert "a_document_moves_stock_once" in str(refused)
    assert on_hand() == {"lyon": (6, 0), "paris": (0, 4)}


def test_two_transfers_want_the_same_last_units(
    draft: Transfer, sku: Sku, people: list[User]
) -> None:
    """Of six drafts of four units out of ten, two go, whatever crosses."""
    drafts = [draft] + [
        make_transfer({sku: 4}, source=draft.source, destination=draft.destination)
        for _ in range(5)
    ]
    outcomes = together([partial(send_transfer, one.pk, by=people[0]) for one in drafts])
    assert names(outcomes) == ["OutOfStock"] * 4 + ["Transfer"] * 2
    assert on_hand() == {"lyon": (2, 0), "paris": (0, 8)}
    assert ledger_drift() == []


def test_goods_that_cross_meet_no_deadlock(people: list[User]) -> None:
    """Two places send to and receive from each other at the same moment, in any order of SKUs."""
    places = [make_store(receives_by_hand=True) for _ in range(2)]
    skus = [make_sku() for _ in range(4)]
    for place in places:
        for sku in skus:
            make_level(sku, place, on_hand=50)
    sent = [crossing(places[n % 2], places[1 - n % 2], skus[:: 1 - 2 * (n % 2)]) for n in range(6)]
    for one in sent:
        send_transfer(one.pk, by=people[0])
    drafts = [crossing(places[n % 2], places[1 - n % 2], skus) for n in range(4)]
    counted = {sku.pk: Counted(5) for sku in skus}
    acts: list[Callable[[], object]] = [
        *(partial(send_transfer, one.pk, by=people[0]) for one in drafts),
        *(
            partial(receive_transfer, one.pk, key=uuid4(), counted=counted, by=people[1])
            for one in sent
        ),
    ]
    assert names(together(acts)) == ["Transfer"] * 4 + ["TransferReceipt"] * 6
    assert ledger_drift() == []


def crossing(source: Location, destination: Location, skus: Sequence[Sku]) -> Transfer:
    return make_transfer(dict.fromkeys(skus, 5), source=source, destination=destination)


def test_the_same_draft_at_the_same_moment_is_one_transfer(sku: Sku, people: list[User]) -> None:
    draft = partial(
        draft_transfer,
        uuid4(),
        source=make_store(),
        destination=make_store(),
        wanted={sku.pk: 4},
        by=people[0],
    )
    assert set(together([draft] * 4)) == {Transfer.objects.get()}
    assert Transfer.objects.get().lines.count() == 1


def test_who_is_late_is_told_who_sent_it(
    draft: Transfer, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    let_the_first_wait(monkeypatch, transfers)
    outcomes = together([partial(send_transfer, draft.pk, by=by) for by in people])
    (sent,) = [outcome for outcome in outcomes if isinstance(outcome, Transfer)]
    (told,) = [outcome for outcome in outcomes if isinstance(outcome, NoDraft)]
    assert (told.by, told.at) == (sent.sent_by, sent.sent_at)
