"""Writes the demo chain's past with COPY and bulk inserts, in the order in which it happened."""

import random
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from backoffice.demo.chain import DemoChain
from backoffice.lib.bulk import check_constraints_now, restart_ids
from inventory.actions.bulk import MovementRow, copy_movements, settle_levels, state_what_levels_say
from inventory.models import (
    Cause,
    Document,
    RestockEvent,
    RestockLine,
    RestockRequest,
    StockAdjustment,
    StockAdjustmentLine,
)
from sales.actions.bulk import PastSales, copy_sales
from sales.amounts import line_amounts
from sales.models import ReceiptSeries, Sale, Tender
from shop.actions.order import new_order_ids, order_number
from shop.models import Order, OrderEvent, OrderLine, Payment
from stores.models import Location, User
from stores.models.location import outer_place

FLUSH = 40_000  # lines kept in memory before they are copied

type Units = Mapping[int, int]  # units by the index of a SKU in the chain


@dataclass(frozen=True)
class Receipt:
    """Who sold what, where and when."""

    place: Location
    day: date
    at: datetime
    by: User
    units: Units


class PastWriter:
    """Takes what happened, moment after moment, and writes it in large steps."""

    def __init__(self, chain: DemoChain, rng: random.Random) -> None:
        self.chain, self.rng = chain, rng
        self.outer = {kind: outer_place(kind) for kind in OUTER_KINDS}
        self.receipts: Counter[tuple[int, int]] = Counter()  # last number by place and year
        self.sale_id = self.restock_id = 0
        self.movements: list[MovementRow] = []
        self.sales = PastSales()
        self.requests: list[RestockRequest] = []
        self.request_lines: list[RestockLine] = []
        self.orders: list[Order] = []
        self.order_lines: list[OrderLine] = []

    def open_with(self, place: Location, units: Units, at: datetime) -> None:
        """The stock that a place began with."""
        opening = self.outer[Location.Kind.OPENING]
        self._move(opening, place, units, Cause(Document.OPENING, 0), None, at)

    def adjust(
        self, place: Location, reason: StockAdjustment.Reason, units: Units, at: datetime
    ) -> None:
        """A delivery of the supplier, or a correction."""
        by = self.chain.logistics
        adjustment = StockAdjustment.objects.create(
            key=self.uuid(), location=place, reason=reason, by=by, at=at
        )
        StockAdjustmentLine.objects.bulk_create(
            StockAdjustmentLine(adjustment=adjustment, sku=self.chain.skus[index], quantity=count)
            for index, count in units.items()
        )
        ends = (self.outer[Location.Kind.SUPPLIER], place)
        if reason not in StockAdjustment.ADDS:
            ends = (place, self.outer[Location.Kind.LOST])
        self._move(*ends, units, Cause(Document.ADJUSTMENT, adjustment.pk), by, at)

    def restock(self, store: Location, units: Units, at: datetime) -> None:
        """A request that was asked the evening before, approved, and received at `at`."""
        self.restock_id += 1
        by = self.chain.logistics
        self.requests.append(
            RestockRequest(
                pk=self.restock_id,
                key=self.uuid(),
                store=store,
                warehouse=self.chain.warehouse,
                state=RestockRequest.State.DONE,
                asked_by=self.chain.clerks[self.chain.stores.index(store)],
                asked_at=at - timedelta(hours=13),
                decided_by=by,
                decided_at=at - timedelta(minutes=20),
                done_at=at,
            )
        )
        for index, count in units.items():
            line = RestockLine(request_id=self.restock_id, sku=self.chain.skus[index], asked=count)
            line.approved = line.sent = line.received = count
            self.request_lines.append(line)
        cause = Cause(Document.RESTOCK, self.restock_id)
        self._move(self.chain.warehouse, store, units, cause, by, at)

    def sell(self, receipt: Receipt) -> None:
        """A sale at a till, paid in cash or by card."""
        total = self._record_sale(receipt, Sale.Channel.STORE, "")
        if self.rng.random() < 0.3:
            given = (total / 5).to_integral_value(ROUND_CEILING) * 5  # the next note
            self._tender(Tender.Kind.CASH, total, given)
        else:
            self._tender(Tender.Kind.CARD, total, total)

    def sell_online(self, receipt: Receipt) -> None:
        """An order of the day before that was shipped at the receipt's moment."""
        order = self._order(receipt)
        order.total = self._record_sale(receipt, Sale.Channel.ONLINE, order.number)
        self._tender(Tender.Kind.ONLINE, order.total, order.total)
        frozen = self.sales.lines[-len(receipt.units) :]
        for _sale, sku, name, code, units, price, _cost, rate, tax, total in frozen:
            line = OrderLine(order=order, sku_id=sku, name=name, code=code, quantity=units)
            line.unit_price, line.tax_rate, line.tax, line.total = price, rate, tax, total
            self.order_lines.append(line)
        order.tax = self.sales.sales[-1][-1]
        self.orders.append(order)

    def flush_when_large(self) -> None:
        if len(self.sales.lines) > FLUSH:
            self._flush()

    def finish(self) -> None:
        """Write what is left, and set every level to what the ledger adds up to."""
        self._flush()
        settle_levels()
        state_what_levels_say()
        RestockRequest.objects.bulk_create(self.requests, batch_size=5000)
        RestockLine.objects.bulk_create(self.request_lines, batch_size=5000)
        RestockEvent.objects.bulk_create(events_of(self.requests), batch_size=5000)
        Order.objects.bulk_create(self.orders, batch_size=5000)
        OrderLine.objects.bulk_create(self.order_lines, batch_size=5000)
        OrderEvent.objects.bulk_create(steps_of(self.orders), batch_size=5000)
        Payment.objects.bulk_create(map(self._payment, self.orders), batch_size=5000)
        ReceiptSeries.objects.bulk_create(
            ReceiptSeries(location_id=place, year=year, last_number=number)
            for (place, year), number in self.receipts.items()
        )
        for model in (Sale, RestockRequest):
            restart_ids(model)

    def uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

    def _record_sale(self, receipt: Receipt, channel: Sale.Channel, order_number: str) -> Decimal:
        self.sale_id += 1
        place, year = receipt.place, receipt.day.year
        self.receipts[place.pk, year] += 1
        total = tax = Decimal(0)
        for index, units in receipt.units.items():
            sku = self.chain.skus[index]
            rate = sku.product.tax_rate.rate
            amounts = line_amounts(sku.price, units, tax_rate=rate, prices_include_tax=True)
            total, tax = total + amounts.total, tax + amounts.tax
            what = (sku.pk, sku.full_name, sku.code, units, sku.price, sku.cost, rate)
            self.sales.lines.append((self.sale_id, *what, amounts.tax, amounts.total))
        number = (year, self.receipts[place.pk, year], channel, order_number)
        when = (receipt.at, receipt.day, place.local_time(receipt.at).hour, receipt.by.pk)
        units = sum(receipt.units.values())
        self.sales.sales.append(
            (self.sale_id, self.uuid(), "", place.pk, *number, *when, units, total, tax)
        )
        cause = Cause(Document.SALE, self.sale_id)
        customer = self.outer[Location.Kind.CUSTOMER]
        self._move(place, customer, receipt.units, cause, receipt.by, receipt.at)
        return total

    def _tender(self, kind: Tender.Kind, amount: Decimal, given: Decimal) -> None:
        self.sales.tenders.append((self.sale_id, kind, amount, given, given - amount))

    def _order(self, receipt: Receipt) -> Order:
        placed_at = receipt.at - timedelta(hours=20)
        order_id = new_order_ids()[0]
        address = self.chain.customer.addresses.all()[0]
        return Order(
            pk=order_id,
            key=self.uuid(),
            content_hash="",
            number=order_number(order_id, placed_at.year),
            customer=self.chain.customer,
            location=receipt.place,
            state=Order.State.SHIPPED,
            delivery=Order.Delivery.HOME,
            ship_to=address.as_lines,
            language="fr",
            placed_at=placed_at,
            pay_until=placed_at + timedelta(minutes=30),
        )

    def _payment(self, order: Order) -> Payment:
        return Payment(
            key=self.uuid(),
            order=order,
            amount=order.total,
            state=Payment.State.PAID,
            asked_at=order.placed_at,
            settled_at=order.placed_at,
        )

    def _move(
        self,
        source: Location,
        destination: Location,
        units: Units,
        cause: Cause,
        by: User | None,
        at: datetime,
    ) -> None:
        who = by.pk if by else None
        for index, count in units.items():
            if count:
                ends = (self.chain.skus[index].pk, source.pk, destination.pk, count)
                self.movements.append((*ends, cause.document, cause.document_id, who, at, at))

    def _flush(self) -> None:
        copy_sales(self.sales)
        copy_movements(self.movements)
        check_constraints_now()
        self.sales, self.movements = PastSales(), []


OUTER_KINDS = (
    Location.Kind.OPENING,
    Location.Kind.SUPPLIER,
    Location.Kind.CUSTOMER,
    Location.Kind.LOST,
)


def events_of(requests: list[RestockRequest]) -> list[RestockEvent]:
    """The history of requests that were received."""
    kinds = RestockEvent.Kind
    return [
        RestockEvent(request=request, kind=kind, by=by, at=at or request.asked_at)
        for request in requests
        for kind, by, at in (
            (kinds.ASKED, request.asked_by, request.asked_at),
            (kinds.APPROVED, request.decided_by, request.decided_at),
            (kinds.DONE, None, request.done_at),
        )
    ]


def steps_of(orders: list[Order]) -> list[OrderEvent]:
    """The history of orders that were shipped the day after."""
    states = Order.State
    return [
        OrderEvent(order=order, state=state, at=order.placed_at + timedelta(minutes=minutes))
        for order in orders
        for state, minutes in (
            (states.CREATED, 0),
            (states.RESERVED, 0),
            (states.PAID, 2),
            (states.CONFIRMED, 3),
            (states.SHIPPED, 20 * 60),
        )
    ]
