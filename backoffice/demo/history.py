"""The past of the demo chain: opening stock, deliveries and sales, day by day.

Stock is followed unit by unit while the sales are drawn, so that no level is ever below 0 at any
moment of the past: a customer who wants more than there is buys what is left, or something else.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate

from django.utils import timezone

from backoffice.demo.chain import DemoChain
from backoffice.demo.writer import PastWriter, Receipt
from backoffice.lib.bulk import copy_rows
from inventory.models import StockAdjustment, StockLevel
from stores.models import Location, User

WEEK = (80, 85, 95, 90, 120, 160, 40)  # tickets on Monday … Sunday, in per cent of an average day
HOURS = (9, 10, 10, 11, 11, 12, 14, 15, 15, 16, 16, 17, 17, 17, 18, 18)  # when they are rung up
LINES = (1, 1, 1, 2, 2, 2, 3, 3, 4)  # SKUs on a ticket
UNITS = (1, 1, 1, 1, 2, 3)  # of each
QUIET_END = 2  # days before today without a delivery, so that some levels have run low


@dataclass(frozen=True)
class Pace:
    """How much is sold: tickets per store on an average day, and online orders in all."""

    days: int
    tickets: int
    orders: int


@dataclass(frozen=True)
class Scene:
    """One SKU, of the first store and the warehouse, with figures that are easy to follow."""

    sku: int
    store_has: int
    warehouse_has: int
    reorder_point: int
    target: int


SCENE = Scene(sku=0, store_has=22, warehouse_has=100, reorder_point=20, target=41)


@dataclass
class Shelf:
    """One place while its past is drawn: what is there, by SKU index, and what it should be."""

    place: Location
    by: User
    share: int  # of the average store's tickets, in per cent
    on_hand: list[int]
    reorder_point: list[int]
    target: list[int]
    kept: list[int]  # units of each SKU that customers leave
    to_order: set[int] = field(default_factory=set)  # SKUs at or under the point


class Past:
    """Draws the past of a chain; `progress` is called with the days done."""

    def __init__(
        self, chain: DemoChain, pace: Pace, rng: random.Random, progress: Callable[[int], None]
    ) -> None:
        self.chain, self.pace, self.rng, self.progress = chain, pace, rng, progress
        self.now = timezone.now()
        self.first_day = chain.warehouse.local_day(self.now) - timedelta(days=pace.days)
        self.choice = list(accumulate(chain.appeal))
        self.writer = PastWriter(chain, rng)
        self.warehouse = self._warehouse()
        self.stores = [self._store(index) for index in range(len(chain.stores))]

    def write(self) -> None:
        """Write every level, movement, sale, request and order up to now."""
        self._write_levels()
        at = self._moment(self.first_day, self.chain.warehouse, hour=5)
        for shelf in (self.warehouse, *self.stores):
            self.writer.open_with(shelf.place, dict(enumerate(shelf.on_hand)), at)
        for number in range(self.pace.days + 1):
            day = self.first_day + timedelta(days=number)
            for index, shelf in enumerate(self.stores):
                if day.weekday() % 3 == index % 3 and number < self.pace.days - QUIET_END:
                    self._restock(shelf, day)
                self._sell(shelf, day)
            self._ship(number, day)
            self.writer.flush_when_large()
            self.progress(1)
        self._set_the_scene()
        self.writer.finish()

    def _warehouse(self) -> Shelf:
        skus = len(self.chain.skus)
        return Shelf(
            place=self.chain.warehouse,
            by=self.chain.logistics,
            share=100,
            on_hand=[self._spare(index) for index in range(skus)],
            reorder_point=[0] * skus,
            target=[0] * skus,
            kept=[0] * skus,
        )

    def _store(self, index: int) -> Shelf:
        """Levels that fit what the store will sell: reorder after 4 days' sales, up to 14 days'."""
        share = 130 - 60 * index // max(1, len(self.chain.stores) - 1)
        lines_a_day = self.pace.tickets * share * sum(LINES) // (100 * len(LINES))
        total = self.choice[-1]
        four_days = [lines_a_day * 4 * appeal // total + 2 for appeal in self.chain.appeal]
        target = [point * 3 + 4 for point in four_days]
        shelf = Shelf(
            place=self.chain.stores[index],
            by=self.chain.clerks[index],
            share=share,
            on_hand=list(target),
            reorder_point=four_days,
            target=target,
            kept=[0] * len(target),
        )
        if index == 0:
            shelf.on_hand[SCENE.sku] = SCENE.store_has + self.pace.days // 8
            shelf.kept[SCENE.sku] = SCENE.store_has
            shelf.reorder_point[SCENE.sku] = SCENE.reorder_point
            shelf.target[SCENE.sku] = SCENE.target
        return shelf

    def _write_levels(self) -> None:
        rows = [
            (shelf.place.pk, sku.pk, 0, 0, point, target)
            for shelf in (self.warehouse, *self.stores)
            for sku, point, target in zip(
                self.chain.skus, shelf.reorder_point, shelf.target, strict=True
            )
        ]
        fields = ("location", "sku", "on_hand", "reserved", "reorder_point", "target")
        copy_rows(StockLevel, fields, rows)

    def _restock(self, shelf: Shelf, day: date) -> None:
        """One request for everything that is under its point, received before opening."""
        wanted = {index: self._packs(shelf, index) for index in sorted(shelf.to_order)}
        shelf.to_order.clear()
        if wanted:
            self._receive(wanted, self._moment(day, shelf.place, hour=6))
            self.writer.restock(shelf.place, wanted, self._moment(day, shelf.place, hour=8))
            for index, units in wanted.items():
                shelf.on_hand[index] += units
                self.warehouse.on_hand[index] -= units

    def _packs(self, shelf: Shelf, index: int) -> int:
        pack = self.chain.skus[index].pack_size
        return max(1, -(-(shelf.target[index] - shelf.on_hand[index]) // pack)) * pack

    def _receive(self, wanted: Mapping[int, int], at: datetime) -> None:
        """Let the supplier bring to the warehouse what it lacks, and some more."""
        lacking = {
            index: units + self._spare(index)
            for index, units in wanted.items()
            if self.warehouse.on_hand[index] < units
        }
        if lacking:
            reason = StockAdjustment.Reason.RECEIVED
            self.writer.adjust(self.chain.warehouse, reason, lacking, at)
            for index, units in lacking.items():
                self.warehouse.on_hand[index] += units

    def _spare(self, index: int) -> int:
        return self.rng.randint(2, 8) * max(self.chain.skus[index].pack_size, 5)

    def _sell(self, shelf: Shelf, day: date) -> None:
        tickets = self.pace.tickets * shelf.share * WEEK[day.weekday()] // 10_000
        tickets = max(1, tickets + self.rng.randint(-tickets // 5 - 1, tickets // 5 + 1))
        for at in self._moments(shelf, day, tickets):
            if basket := self._basket(shelf):
                self.writer.sell(Receipt(shelf.place, day, at, shelf.by, basket))

    def _ship(self, number: int, day: date) -> None:
        """The online orders that leave the warehouse on this day."""
        days = self.pace.days + 1
        due = self.pace.orders * (number + 1) // days - self.pace.orders * number // days
        for at in self._moments(self.warehouse, day, due):
            if basket := self._basket(self.warehouse):
                self.writer.sell_online(
                    Receipt(self.warehouse.place, day, at, self.warehouse.by, basket)
                )

    def _moments(self, shelf: Shelf, day: date, count: int) -> list[datetime]:
        """So many moments of a day between opening and closing, of those that are past."""
        midnight = datetime.combine(day, time(), shelf.place.zone).astimezone(UTC)
        moments = sorted(
            midnight
            + timedelta(
                hours=self.rng.choice(HOURS),
                minutes=self.rng.randrange(60),
                seconds=self.rng.randrange(60),
            )
            for _number in range(count)
        )
        return [moment for moment in moments if moment < self.now]

    def _basket(self, shelf: Shelf) -> dict[int, int]:
        """SKU indexes and quantities that one customer takes from the shelf."""
        wanted = self.rng.choices(
            range(len(self.choice)), cum_weights=self.choice, k=self.rng.choice(LINES)
        )
        basket: dict[int, int] = {}
        for index in sorted(set(wanted)):
            left = shelf.on_hand[index] - shelf.kept[index]
            if units := min(self.rng.choice(UNITS), left):
                basket[index] = units
                shelf.on_hand[index] -= units
                if shelf.on_hand[index] <= shelf.reorder_point[index] and not shelf.kept[index]:
                    shelf.to_order.add(index)
        return basket

    def _set_the_scene(self) -> None:
        """Leave the keyboards of the first store as the walk through the README finds them."""
        reasons = StockAdjustment.Reason
        for shelf, wanted in (
            (self.stores[0], SCENE.store_has),
            (self.warehouse, SCENE.warehouse_has),
        ):
            units = wanted - shelf.on_hand[SCENE.sku]
            reason = reasons.RECEIVED if units > 0 else reasons.DAMAGED
            if units:
                self.writer.adjust(shelf.place, reason, {SCENE.sku: abs(units)}, self.now)

    def _moment(self, day: date, place: Location, *, hour: int) -> datetime:
        return datetime.combine(day, time(hour), place.zone)
