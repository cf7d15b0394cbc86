"""The ledger and the transfers on it against a plain model: drafts, sendings, receipts in parts and
settlements, whole and wrong, among sales, reservations and corrections, in any order."""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from inventory.actions.arrival import Counted, Fate, receive_transfer, settle_rest
from inventory.actions.transfer import cancel_draft, change_draft, draft_transfer, send_transfer
from inventory.models import StockLevel, Transfer, TransferLine
from stores.models import Location, Role
from stores.models.location import outer_place
from tests.factories import make_sku, make_staff, make_store
from tests.inventory.ledger_machine import NUMBERS, Key, Ledger

STEPS = 50  # of an example
EXAMPLES = int(os.environ.get("LEDGER_STEPS", "4000")) // STEPS
PAIR = st.lists(st.integers(0, 6), min_size=2, max_size=2)  # units of the one SKU and the other
KEYS = st.integers(1, 30)
SOURCES = st.sampled_from([0, 0, 0, 1])  # most goods go where they are counted in
BY_HAND = 1  # the number of the place that receives by hand
type Fates = tuple[int, int, int, int]  # received, rejected, came back, written off


@dataclass
class Goods:
    """A transfer as the model has it; `went` says what became of each SKU's units."""

    source: int
    planned: dict[int, int]
    state: str = "draft"

    def __post_init__(self) -> None:
        self.sent: Counter[int] = Counter()
        self.went: dict[int, Fates] = {}

    def in_transit(self, sku: int) -> int:
        return self.sent[sku] - sum(self.went.get(sku, (0, 0, 0, 0)))

    @property
    def is_on_the_road(self) -> bool:
        return self.state in ("in_transit", "partly")


class Chain(Ledger):
    """The second store receives by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.goods: dict[int, Goods] = {}
        self.pks: dict[int, int] = {}
        self.receipts: dict[int, tuple[int, dict[int, Fates]]] = {}
        for place in (0, 1):
            for sku in (0, 1):
                self.receive(place, sku, 12, 100)  # so that there is something to send

    def wanted(self, units: list[int]) -> dict[int, int]:
        return {sku: wanted for sku, wanted in enumerate(units) if wanted}

    def by_pk(self, units: dict[int, int]) -> dict[int, int]:
        return {self.skus[sku].pk: wanted for sku, wanted in units.items()}

    @rule(source=SOURCES, units=PAIR, number=NUMBERS)
    def draft(self, source: int, units: list[int], number: int) -> None:
        wanted, known = self.wanted(units), self.goods.get(number)

        def act() -> None:
            made = draft_transfer(
                UUID(int=number),
                source=self.places[source],
                destination=self.places[1 - source],
                wanted=self.by_pk(wanted),
                by=self.person,
            )
            assert self.pks.setdefault(number, made.pk) == made.pk

        came = self.outcome(act)
        if not wanted:
            assert came == "EmptyTransfer"
        elif known is None:
            assert came == "done"
            self.goods[number] = Goods(source, wanted)
        else:
            is_same = (known.source, known.planned) == (source, wanted)
            assert came == ("done" if is_same else "KeyUsedBefore")

    @rule(units=PAIR, number=NUMBERS)
    def change(self, units: list[int], number: int) -> None:
        if number not in self.goods:
            return
        goods, wanted = self.goods[number], self.wanted(units)
        came = self.outcome(
            lambda: change_draft(
                self.pks[number], wanted=self.by_pk(wanted), note="", by=self.person
            )
        )
        if goods.state != "draft":
            assert came == "NoDraft"
        elif not wanted:
            assert came == "EmptyTransfer"
        else:
            assert came == "done"
            goods.planned = wanted

    @rule(number=NUMBERS)
    def cancel(self, number: int) -> None:
        if number not in self.goods or number % 3:  # most drafts are for sending
            return
        came = self.outcome(lambda: cancel_draft(self.pks[number], by=self.person))
        assert came == ("done" if self.goods[number].state == "draft" else "NoDraft")
        if came == "done":
            self.goods[number].state = "cancelled"

    @rule(number=NUMBERS, less=st.integers(0, 2))
    def send_off(self, number: int, less: int) -> None:
        if number not in self.goods:
            return
        goods = self.goods[number]
        sent = {sku: max(units - less, 0) for sku, units in goods.planned.items()}
        enough = all(self.available((goods.source, sku)) >= units for sku, units in sent.items())
        came = self.outcome(
            lambda: send_transfer(self.pks[number], by=self.person, sent=self.by_pk(sent))
        )
        if goods.state != "draft":
            assert came == "NoDraft"
        elif not any(sent.values()):
            assert came == "NothingSent"
        else:
            assert came == ("done" if enough else "OutOfStock")
        if came == "done":
            self.go(goods, sent)

    def go(self, goods: Goods, sent: dict[int, int]) -> None:
        by_hand = 1 - goods.source == BY_HAND
        goods.sent, goods.state = Counter(sent), "in_transit" if by_hand else "closed"
        for sku, units in sent.items():
            self.on_hand[goods.source, sku] -= units
            if not by_hand:
                self.on_hand[1 - goods.source, sku] += units
                goods.went[sku] = (units, 0, 0, 0)

    def two_parts(self, number: int, units: list[int], rest: list[int]) -> dict[int, list[int]]:
        """Of each SKU two figures: as they come, or (where the first is even) such as can be."""
        goods, parts = self.goods[number], {}
        for sku in goods.planned:
            one, other = units[sku], rest[sku] // 3
            if one % 2 == 0:
                one = min(one, goods.in_transit(sku))
                other = min(other, goods.in_transit(sku) - one)
            parts[sku] = [one, other]
        return parts

    @rule(number=NUMBERS, received=PAIR, rejected=PAIR, key=KEYS)
    def count_in(self, number: int, received: list[int], rejected: list[int], key: int) -> None:
        if number not in self.goods:
            return
        parts = self.two_parts(number, received, rejected)
        counted = {
            self.skus[s].pk: Counted(kept, rejected=bad, reason="other")
            for s, (kept, bad) in parts.items()
        }
        fates: dict[int, Fates] = {s: (kept, bad, 0, 0) for s, (kept, bad) in parts.items()}
        self.arrive(
            number,
            key,
            fates,
            lambda: receive_transfer(
                self.pks[number], key=UUID(int=key), counted=counted, by=self.person
            ),
        )

    @rule(number=NUMBERS, back=PAIR, off=PAIR, key=KEYS)
    def settle(self, number: int, back: list[int], off: list[int], key: int) -> None:
        if number not in self.goods:
            return
        parts = self.two_parts(number, back, off)
        said = {
            self.skus[s].pk: Fate(came_back=units, written_off=lost, reason="other")
            for s, (units, lost) in parts.items()
        }
        fates: dict[int, Fates] = {s: (0, 0, units, lost) for s, (units, lost) in parts.items()}
        self.arrive(
            number,
            key,
            fates,
            lambda: settle_rest(self.pks[number], key=UUID(int=key), fates=said, by=self.person),
        )

    def arrive(
        self, number: int, key: int, fates: dict[int, Fates], act: Callable[[], object]
    ) -> None:
        goods, fates = self.goods[number], {s: fate for s, fate in fates.items() if any(fate)}
        came = self.outcome(act)
        if key in self.receipts:
            is_same = self.receipts[key] == (number, fates)
            assert came == ("done" if is_same else "KeyUsedBefore")
        elif not goods.is_on_the_road:
            assert came == "NotOnTheRoad"
        elif not fates:
            assert came == "NothingCounted"
        elif any(sum(fate) > goods.in_transit(s) for s, fate in fates.items()):
            assert came == "MoreThanInTransit"
        else:
            assert came == "done"
            self.receipts[key] = (number, fates)
            self.arrived(goods, fates)

    def arrived(self, goods: Goods, fates: dict[int, Fates]) -> None:
        for sku, fate in fates.items():
            before = goods.went.get(sku, (0, 0, 0, 0))
            went: Fates = tuple(map(sum, zip(before, fate, strict=True)))  # type: ignore[assignment]
            goods.went[sku] = went
            self.on_hand[1 - goods.source, sku] += fate[0]
            self.on_hand[goods.source, sku] += fate[2]
        rest = any(goods.in_transit(sku) for sku in goods.sent)
        goods.state = "partly" if rest else "closed"

    def incoming(self, key: Key) -> int:
        place, sku = key
        road = [g for g in self.goods.values() if g.is_on_the_road and 1 - g.source == place]
        return sum(goods.in_transit(sku) for goods in road)

    @invariant()
    def what_comes_is_what_is_on_the_road(self) -> None:
        figures = StockLevel.objects.values_list("location_id", "sku_id", "incoming")
        coming = {(place, sku): units for place, sku, units in figures if units}
        assert coming == {
            (self.places[p].pk, self.skus[s].pk): units
            for p in (0, 1)
            for s in (0, 1)
            if (units := self.incoming((p, s)))
        }

    @invariant()
    def each_line_says_what_became_of_its_units(self) -> None:
        figures = ("sent", "received", "rejected", "came_back", "written_off")
        lines = TransferLine.objects.values_list("transfer_id", "sku_id", "planned", *figures)
        assert {row[:2]: row[2:] for row in lines} == {
            (self.pks[number], self.skus[sku].pk): (
                planned,
                goods.sent[sku],
                *goods.went.get(sku, (0, 0, 0, 0)),
            )
            for number, goods in self.goods.items()
            for sku, planned in goods.planned.items()
        }
        states = dict(Transfer.objects.values_list("pk", "state"))
        assert states == {self.pks[number]: goods.state for number, goods in self.goods.items()}


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_the_ledger_follows_a_plain_model() -> None:
    Ledger.places = [make_store(), make_store(receives_by_hand=True)]
    Ledger.skus = [make_sku(), make_sku()]
    Ledger.outside = [
        outer_place(kind) for kind in (Location.Kind.SUPPLIER, Location.Kind.CUSTOMER)
    ]
    Ledger.person = make_staff(Role.HEAD_OFFICE)
    budget = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Chain, settings=budget)
