"""The ledger against a plain model: all of its functions, with good and bad arguments, in any order."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from backoffice.lib.errors import DomainError
from inventory.actions.policy import set_thresholds
from inventory.actions.stock import (
    Move,
    end_reservations,
    hand_over_reserved,
    move_stock,
    reserve_stock,
)
from inventory.models import Alert, Cause, Document, Reservation, StockLevel
from inventory.queries.check import ledger_drift
from stores.models import Location, User

type Key = tuple[int, int]  # a place and a SKU, by their numbers in the machine
PLACES, SKUS = st.integers(0, 1), st.integers(0, 1)
UNITS = st.integers(-1, 12)
NUMBERS = st.integers(1, 6)


class Ledger(RuleBasedStateMachine):
    """Two stores, two SKUs; what the model says is what the tables hold."""

    places: list[Location]
    skus: list[Any]
    outside: list[Location]
    person: User

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.on_hand: Counter[Key] = Counter()
        self.held: dict[int, dict[Key, int]] = {}  # by the number of the order
        self.ever_held: set[tuple[int, Key]] = set()
        self.moved: set[tuple[int, int, int, int]] = set()
        self.reorder: Counter[Key] = Counter()

    def teardown(self) -> None:
        try:
            connection.check_constraints()
            assert [drift for drift in ledger_drift() if "restock" not in drift.what] == []
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    def reserved(self, key: Key) -> int:
        return sum(lines.get(key, 0) for lines in self.held.values())

    def available(self, key: Key) -> int:
        return self.on_hand[key] - self.reserved(key)

    def outcome(self, act: Callable[[], object]) -> str:
        try:
            with transaction.atomic():
                act()
        except (DomainError, IntegrityError) as error:
            return type(error).__name__
        return "done"

    def expected(self, sound: bool, enough: bool) -> str:
        if not enough:
            return "OutOfStock"
        return "done" if sound else "IntegrityError"

    @rule(place=PLACES, sku=SKUS, units=UNITS, number=NUMBERS)
    def receive(self, place: int, sku: int, units: int, number: int) -> None:
        move = Move(self.skus[sku].pk, self.outside[0], self.places[place], units)
        cause = Cause(Document.ADJUSTMENT, number)
        fact = (number, sku, -1, place)
        came = self.outcome(lambda: move_stock([move], cause=cause, by=self.person))
        # Taking back more than there is runs into the constraint, whatever else is wrong with it.
        assert came == self.expected(units > 0 and fact not in self.moved, enough=True)
        if came == "done":
            self.moved.add(fact)
            self.on_hand[place, sku] += units

    @rule(place=PLACES, sku=SKUS, units=UNITS, number=NUMBERS)
    def sell(self, place: int, sku: int, units: int, number: int) -> None:
        move = Move(self.skus[sku].pk, self.places[place], self.outside[1], units)
        fact = (number, sku, place, -1)
        enough = self.available((place, sku)) >= units
        cause = Cause(Document.SALE, number)
        came = self.outcome(lambda: move_stock([move], cause=cause, by=self.person))
        assert came == self.expected(units > 0 and fact not in self.moved, enough)
        if came == "done":
            self.moved.add(fact)
            self.on_hand[place, sku] -= units

    @rule(source=PLACES, units=st.lists(UNITS, min_size=2, max_size=2), number=NUMBERS)
    def send(self, source: int, units: list[int], number: int) -> None:
        destination = 1 - source
        moves = [
            Move(self.skus[sku].pk, self.places[source], self.places[destination], wanted)
            for sku, wanted in enumerate(units)
        ]
        enough = all(self.available((source, sku)) >= units[sku] for sku in (0, 1))
        fact = (100 + number, 2, source, destination)
        cause = Cause(Document.OPENING, number)
        came = self.outcome(lambda: move_stock(moves, cause=cause, by=None))
        assert came == self.expected(min(units) > 0 and fact not in self.moved, enough)
        if came == "done":
            self.moved.add(fact)
            for sku, wanted in enumerate(units):
                self.on_hand[source, sku] -= wanted
                self.on_hand[destination, sku] += wanted

    @rule(place=PLACES, units=st.dictionaries(SKUS, UNITS, min_size=1), number=NUMBERS)
    def reserve(self, place: int, units: dict[int, int], number: int) -> None:
        keys = {(place, sku): wanted for sku, wanted in units.items()}
        enough = all(self.available(key) >= wanted for key, wanted in keys.items())
        once = all((number, key) not in self.ever_held for key in keys)
        wanted = {self.skus[sku].pk: want for sku, want in units.items()}
        cause = Cause(Document.ORDER, number)
        came = self.outcome(
            lambda: reserve_stock(self.places[place], wanted, cause=cause, until=None)
        )
        assert came == self.expected(once and min(units.values()) > 0, enough)
        if came == "done":
            self.held.setdefault(number, {}).update(keys)
            self.ever_held |= {(number, key) for key in keys}

    @rule(number=NUMBERS, state=st.sampled_from(["released", "expired"]))
    def release(self, number: int, state: str) -> None:
        ended = end_reservations(Cause(Document.ORDER, number), state=Reservation.State(state))
        assert len(ended) == len(self.held.pop(number, {}))

    @rule(number=NUMBERS)
    def hand_over(self, number: int) -> None:
        holder = Cause(Document.ORDER, number)
        facts = {(1000 + number, sku, place, -1) for place, sku in self.held.get(number, {})}
        came = self.outcome(
            lambda: hand_over_reserved(
                holder,
                destination=self.outside[1],
                cause=Cause(Document.SALE, 1000 + number),
                by=self.person,
            )
        )
        assert came == self.expected(not facts & self.moved, enough=True)
        if came == "done":
            self.moved |= facts
            for key, units in self.held.pop(number, {}).items():
                self.on_hand[key] -= units

    @rule(place=PLACES, sku=SKUS, point=st.integers(0, 6))
    def set_reorder_point(self, place: int, sku: int, point: int) -> None:
        set_thresholds(
            self.places[place], self.skus[sku].pk, reorder_point=point, target=9, by=self.person
        )
        self.reorder[place, sku] = point

    @invariant()
    def the_tables_hold_what_the_model_says(self) -> None:
        keys = {
            (place.pk, sku.pk): (p, s)
            for p, place in enumerate(self.places)
            for s, sku in enumerate(self.skus)
        }
        figures = StockLevel.objects.values_list("location_id", "sku_id", "on_hand", "reserved")
        for place, sku, on_hand, reserved in figures:
            key = keys[place, sku]
            assert (on_hand, reserved) == (self.on_hand[key], self.reserved(key))

    @invariant()
    def low_is_open_exactly_while_it_is_low(self) -> None:
        numbers = {place.pk: p for p, place in enumerate(self.places)}
        skus = {sku.pk: s for s, sku in enumerate(self.skus)}
        low = Alert.objects.open().filter(kind=Alert.Kind.LOW).values_list("location_id", "sku_id")
        open_now = {(numbers[place], skus[sku]) for place, sku in low}
        due = {key for key, point in self.reorder.items() if self.available(key) <= point > 0}
        assert open_now == due
