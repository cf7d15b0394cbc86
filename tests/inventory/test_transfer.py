"""A transfer is drafted, changed, cancelled and sent."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied

from inventory.actions.transfer import (
    cancel_draft,
    change_draft,
    draft_transfer,
    remark_on_transfer,
    send_transfer,
)
from inventory.errors import KeyUsedBefore, OutOfStock
from inventory.models import Sku, StockLevel, StockMovement, Transfer, TransferEvent, TransferLine
from inventory.queries.check import ledger_drift
from inventory.transfer_errors import (
    EmptyTransfer,
    MoreThanPlanned,
    NoDraft,
    NothingSent,
    NotInTransfer,
    NoTransfersThere,
    SamePlace,
    TransferChanged,
)
from stores.models import Location, Role, User
from tests.factories import make_level, make_sku, make_staff, make_store, make_warehouse

pytestmark = pytest.mark.django_db


@pytest.fixture
def paris() -> Location:
    store = make_store("paris")
    store.receives_by_hand = True
    store.save()
    return store


@pytest.fixture
def manager(lyon: Location) -> User:
    return make_staff(Role.MANAGER, lyon)


@pytest.fixture
def mouse(lyon: Location) -> Sku:
    return make_level(make_sku("MOUSE"), lyon, on_hand=10).sku


@pytest.fixture
def tea(lyon: Location) -> Sku:
    return make_level(make_sku("TEA"), lyon, on_hand=5).sku


type Draft = Callable[..., Transfer]


@pytest.fixture
def draft(lyon: Location, paris: Location, mouse: Sku, tea: Sku, manager: User) -> Draft:
    def draft(key: UUID | None = None, **said: object) -> Transfer:
        content: dict[str, object] = {
            "source": lyon,
            "destination": paris,
            "wanted": {mouse.pk: 4, tea.pk: 2},
            "note": "for Saturday",
            "by": manager,
        }
        return draft_transfer(key or uuid4(), **(content | said))  # type: ignore[arg-type]

    return draft


def figures(place: Location) -> list[tuple[str, int, int]]:
    levels = StockLevel.objects.at(place).order_by("sku__code")
    return list(levels.values_list("sku__code", "on_hand", "incoming"))


def everything() -> list[list[tuple[object, ...]]]:
    tables = (Transfer, TransferLine, TransferEvent, StockLevel, StockMovement)
    return [list(table._default_manager.order_by("pk").values_list()) for table in tables]


def moved() -> list[tuple[object, ...]]:
    movements = StockMovement.objects.exclude(document="opening").order_by("sku__code")
    return list(
        movements.values_list("sku__code", "source__kind", "destination__code", "quantity", "by")
    )


def test_a_draft_moves_nothing(
    draft: Draft, lyon: Location, paris: Location, manager: User
) -> None:
    transfer = draft()
    assert (transfer.state, transfer.note, transfer.made_by) == ("draft", "for Saturday", manager)
    assert (transfer.source, transfer.destination) == (lyon, paris)
    assert list(transfer.lines.values_list("sku__code", "planned", "sent")) == [
        ("MOUSE", 4, 0),
        ("TEA", 2, 0),
    ]
    assert figures(lyon) == [("MOUSE", 10, 0), ("TEA", 5, 0)]
    assert list(transfer.events.values_list("kind", "by")) == [("made", manager.pk)]


def test_the_same_key_is_the_same_transfer(draft: Draft, mouse: Sku) -> None:
    key = uuid4()
    first = draft(key)
    before = everything()
    assert draft(key) == first
    with pytest.raises(KeyUsedBefore):
        draft(key, wanted={mouse.pk: 4})
    with pytest.raises(KeyUsedBefore):
        draft(key, note="for Sunday")
    assert everything() == before


def test_what_no_transfer_can_be(
    draft: Draft, lyon: Location, paris: Location, mouse: Sku, manager: User
) -> None:
    before = everything()
    with pytest.raises(SamePlace):
        draft(destination=lyon)
    with pytest.raises(EmptyTransfer):
        draft(wanted={})
    with pytest.raises(EmptyTransfer):
        draft(wanted={mouse.pk: 0})
    with pytest.raises(NoTransfersThere):
        draft(destination=Location.objects.get(kind="customer"))
    paris.is_active = False
    paris.save()
    with pytest.raises(NoTransfersThere, match="Paris"):
        draft()
    assert everything() == before


@pytest.mark.parametrize(
    ("role", "where", "may"),
    [
        (Role.MANAGER, "lyon", True),
        (Role.LOGISTICS, "", True),
        (Role.HEAD_OFFICE, "", True),
        (Role.CLERK, "lyon", False),
        (Role.MANAGER, "paris", False),
        (Role.LOGISTICS, "central", False),
        (Role.AUDITOR, "", False),
    ],
)
def test_who_sends_from_a_store(draft: Draft, role: Role, where: str, may: bool) -> None:
    make_warehouse("central")
    person = make_staff(role, Location.objects.filter(code=where).first())
    waiting = draft()
    if may:
        assert draft(by=person).made_by == person
        assert send_transfer(waiting.pk, by=person).sent_by == person
        return
    before = everything()
    for act in (
        lambda: draft(by=person),
        lambda: change_draft(waiting.pk, wanted={1: 1}, note="", by=person),
        lambda: cancel_draft(waiting.pk, by=person),
        lambda: send_transfer(waiting.pk, by=person),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert everything() == before


def test_a_right_that_ended_is_asked_again(draft: Draft, manager: User) -> None:
    transfer = draft()
    manager.memberships.all().delete()
    with pytest.raises(PermissionDenied):
        send_transfer(transfer.pk, by=manager)
    assert moved() == []


def test_a_draft_is_changed_as_a_whole(draft: Draft, mouse: Sku, manager: User) -> None:
    transfer = draft()
    pen = make_sku("PEN")
    change_draft(transfer.pk, wanted={mouse.pk: 1, pen.pk: 7}, note=" later ", by=manager, seen=1)
    transfer.refresh_from_db()
    assert (transfer.note, transfer.version) == ("later", 2)
    assert list(transfer.lines.values_list("sku__code", "planned")) == [("MOUSE", 1), ("PEN", 7)]


def test_sending_puts_the_goods_on_the_road(
    draft: Draft, lyon: Location, paris: Location, mouse: Sku, manager: User
) -> None:
    make_level(mouse, paris)
    StockLevel.objects.filter(location=paris, sku=mouse).update(lead_days=3)
    transfer = send_transfer(draft().pk, by=manager, seen=1)
    assert (transfer.state, transfer.sent_by, transfer.closed_at) == ("in_transit", manager, None)
    assert transfer.sent_at is not None
    assert transfer.due_at == transfer.sent_at + timedelta(days=3)
    assert figures(lyon) == [("MOUSE", 6, 0), ("TEA", 3, 0)]
    assert figures(paris) == [("MOUSE", 0, 4), ("TEA", 0, 2)]
    assert moved() == [
        ("MOUSE", "store", "transit", 4, manager.pk),
        ("TEA", "store", "transit", 2, manager.pk),
    ]
    causes = StockMovement.objects.exclude(document="opening")
    assert set(causes.values_list("document", "document_id")) == {("transfer", transfer.pk)}
    assert [line.in_transit for line in transfer.lines.all()] == [4, 2]
    assert list(transfer.events.values_list("kind", flat=True)) == ["made", "sent"]
    assert ledger_drift() == []


def test_a_place_that_receives_automatically_has_the_goods_at_once(
    draft: Draft, lyon: Location, mouse: Sku, manager: User
) -> None:
    nice = make_store("nice")
    transfer = send_transfer(draft(destination=nice).pk, by=manager)
    assert transfer.state == "closed"
    assert transfer.closed_at is not None
    assert figures(nice) == [("MOUSE", 4, 0), ("TEA", 2, 0)]
    assert moved() == [
        ("MOUSE", "store", "nice", 4, manager.pk),
        ("TEA", "store", "nice", 2, manager.pk),
    ]
    lines = transfer.lines.values_list("sent", "received")
    assert list(lines) == [(4, 4), (2, 2)]
    assert list(transfer.events.values_list("kind", flat=True)) == ["made", "sent", "closed"]
    assert ledger_drift() == []


def test_less_than_planned_can_go(draft: Draft, paris: Location, mouse: Sku, tea: Sku) -> None:
    boss = make_staff(Role.HEAD_OFFICE)
    transfer = send_transfer(draft().pk, by=boss, sent={mouse.pk: 3, tea.pk: 0})
    assert list(transfer.lines.values_list("planned", "sent")) == [(4, 3), (2, 0)]
    assert [row for row in figures(paris) if any(row[1:])] == [("MOUSE", 0, 3)]
    assert ledger_drift() == []


def test_what_is_not_sent(draft: Draft, mouse: Sku, tea: Sku, manager: User) -> None:
    transfer = draft()
    before = everything()
    with pytest.raises(MoreThanPlanned, match="4 are planned"):
        send_transfer(transfer.pk, by=manager, sent={mouse.pk: 5})
    with pytest.raises(NothingSent):
        send_transfer(transfer.pk, by=manager, sent={mouse.pk: 0, tea.pk: 0})
    with pytest.raises(NotInTransfer):
        send_transfer(transfer.pk, by=manager, sent={make_sku("PEN").pk: 1})
    with pytest.raises(TransferChanged):
        send_transfer(transfer.pk, by=manager, seen=7)
    assert everything() == before


def test_not_enough_in_stock_sends_nothing(
    draft: Draft, lyon: Location, mouse: Sku, tea: Sku, manager: User
) -> None:
    transfer = draft(wanted={mouse.pk: 4, tea.pk: 6})
    before = everything()
    with pytest.raises(OutOfStock) as refusal:
        send_transfer(transfer.pk, by=manager)
    (short,) = refusal.value.shortages
    assert (short.sku, short.wanted, short.available) == (tea, 6, 5)
    assert everything() == before


def test_a_destination_that_closed_meanwhile_gets_nothing(
    draft: Draft, paris: Location, manager: User
) -> None:
    transfer = draft()
    Location.objects.filter(pk=paris.pk).update(is_active=False)
    with pytest.raises(NoTransfersThere):
        send_transfer(transfer.pk, by=manager)
    assert moved() == []


def test_it_is_sent_once_and_the_second_is_told(draft: Draft, manager: User) -> None:
    transfer = send_transfer(draft().pk, by=manager)
    before = everything()
    for act in (
        lambda: send_transfer(transfer.pk, by=manager),
        lambda: change_draft(transfer.pk, wanted={1: 1}, note="", by=manager),
        lambda: cancel_draft(transfer.pk, by=manager),
    ):
        with pytest.raises(NoDraft, match=f"{transfer} was already sent by {manager}"):
            act()
    assert everything() == before


def test_a_cancelled_draft_goes_nowhere(draft: Draft, manager: User) -> None:
    transfer = draft()
    assert cancel_draft(transfer.pk, by=manager).state == "cancelled"
    with pytest.raises(NoDraft, match="was cancelled"):
        send_transfer(transfer.pk, by=manager)
    assert moved() == []
    assert list(transfer.events.values_list("kind", flat=True)) == ["made", "cancelled"]


def test_both_ends_may_remark_and_nobody_else(draft: Draft, paris: Location, manager: User) -> None:
    transfer = draft()
    clerk = make_staff(Role.CLERK, paris)
    remark_on_transfer(transfer.pk, text=" two boxes ", by=clerk)
    remark_on_transfer(transfer.pk, text="   ", by=manager)
    with pytest.raises(PermissionDenied):
        remark_on_transfer(transfer.pk, text="hello", by=make_staff(Role.CLERK, make_store()))
    said = transfer.events.filter(kind="remark").values_list("note", "by")
    assert list(said) == [("two boxes", clerk.pk)]
    transfer.refresh_from_db()
    assert transfer.version == 1
