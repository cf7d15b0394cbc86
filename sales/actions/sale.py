"""Recording a sale: receipt, lines, tenders, stock and daily figures in one transaction.

The lock order is that of every document: the number of the receipt series first (one row per place and
year, held until the commit, so that numbers have no gaps), stock levels after it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from backoffice.lib.fields import MAX_QUANTITY
from backoffice.lib.money import ZERO
from backoffice.lib.retry import retrying
from inventory.actions.stock import Move, hand_over_reserved, move_stock
from inventory.models import Cause, Document, Sku
from sales.actions.summary import add_to_summaries
from sales.amounts import line_amounts
from sales.errors import (
    EmptyTicket,
    KeyReused,
    NotEnoughGiven,
    NoTillHere,
    NotOnSale,
    TooMuchGiven,
    TooMuchOnCard,
    TotalTooLarge,
    WrongQuantity,
)
from sales.models import Sale, SaleLine, Tender
from stores.actions.places import hold_open
from stores.models import Company, Location, User
from stores.models.location import outer_place

MAX_TOTAL = Decimal("9999999999.99")
NEXT_NUMBER = """
    INSERT INTO sales_receiptseries AS series (location_id, year, last_number) VALUES (%s, %s, 1)
    ON CONFLICT (location_id, year) DO UPDATE SET last_number = series.last_number + 1
    RETURNING last_number
"""


@dataclass(frozen=True)
class Item:
    """What a till asks for: units of one SKU; the price is the server's."""

    sku_id: int
    quantity: int


@dataclass(frozen=True)
class Paid:
    """One means of payment and what was handed over; None is exactly what is owed."""

    kind: Tender.Kind
    given: Decimal | None = None


@dataclass(frozen=True)
class FrozenLine:
    """A line whose price and tax were promised earlier, by an order."""

    sku_id: int
    name: str
    code: str
    quantity: int
    unit_price: Decimal
    tax_rate: Decimal
    tax: Decimal
    total: Decimal


@retrying
def record_sale(
    *, key: UUID, location: Location, items: Sequence[Item], tenders: Sequence[Paid], by: User
) -> Sale:
    """Sell at a till and return the receipt; items of the same SKU become one line.

    The same key with the same content returns the first receipt. Raises a `DomainError` such as
    `KeyReused`, `OutOfStock`, `NotOnSale` or `NotEnoughGiven`: then nothing is sold, and no number
    is used up.
    """
    wanted = Counter[int]()
    for item in items:
        _refuse_quantity(item)
        wanted[item.sku_id] += item.quantity
    content = _content_hash(
        location.pk, sorted(wanted.items()), [(p.kind, p.given) for p in tenders]
    )

    def sell() -> Sale:
        if location.kind != Location.Kind.STORE or not hold_open(location):
            raise NoTillHere
        company = Company.current()
        lines = _priced_lines(wanted, company)
        payments = _settled(_total(lines), tenders, company)
        customer = outer_place(Location.Kind.CUSTOMER)
        sale = _new_sale(location, lines, payments, key=key, content_hash=content, by=by)
        moves = [Move(sku_id, location, customer, units) for sku_id, units in wanted.items()]
        move_stock(moves, cause=Cause(Document.SALE, sale.pk), by=by)
        return sale

    return _once(key, content, sell)


@retrying
def record_online_sale(
    *,
    key: UUID,
    location: Location,
    lines: Sequence[FrozenLine],
    paid: Decimal,
    order_number: str,
    holder: Cause,
    by: User,
) -> Sale:
    """Record an order that is handed over: its lines as promised, the goods that `holder` reserved.

    `paid` is the total of the lines. The same key with the same content returns the first sale.
    """
    frozen = [(line.sku_id, line.quantity, line.unit_price, line.total) for line in lines]
    content = _content_hash(location.pk, order_number, frozen, paid)

    def hand_over() -> Sale:
        sold = _promised_lines(lines)
        if _total(sold) != paid:
            raise RuntimeError(f"order {order_number}: {paid} paid of {_total(sold)}")
        payments = [Tender(kind=Tender.Kind.ONLINE, amount=paid, given=paid)]
        origin = {"channel": Sale.Channel.ONLINE, "order_number": order_number}
        sale = _new_sale(location, sold, payments, key=key, content_hash=content, by=by, **origin)
        customer = outer_place(Location.Kind.CUSTOMER)
        cause = Cause(Document.SALE, sale.pk)
        hand_over_reserved(holder, destination=customer, cause=cause, by=by)
        return sale

    return _once(key, content, hand_over)


def _once(key: UUID, content: str, record: Callable[[], Sale]) -> Sale:
    """The sale that this key made, or the one that `record` makes now."""
    if first := _sale_under(key, content):
        return first
    try:
        with transaction.atomic():
            return record()
    except IntegrityError:  # the rival with the same key committed while we waited for a number
        if first := _sale_under(key, content):
            return first
        raise


def _sale_under(key: UUID, content: str) -> Sale | None:
    sale = Sale.objects.select_related("location").filter(key=key).first()
    if sale and sale.content_hash != content:
        raise KeyReused(sale)
    return sale


def _content_hash(*content: Any) -> str:
    return hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()


def _refuse_quantity(item: Item) -> None:
    if not 1 <= item.quantity <= MAX_QUANTITY:
        raise WrongQuantity(item.sku_id, MAX_QUANTITY)


def _priced_lines(wanted: Mapping[int, int], company: Company) -> list[SaleLine]:
    """The lines in SKU order, at the prices, costs and taxes of now."""
    if not wanted:
        raise EmptyTicket
    include_tax = company.prices_include_tax
    skus = Sku.objects.select_related("product__tax_rate").in_bulk(list(wanted))
    unknown = [sku_id for sku_id in wanted if sku_id not in skus]
    retired = [sku for sku in skus.values() if not (sku.is_active and sku.product.is_active)]
    if unknown or retired:
        raise NotOnSale(retired, unknown)
    return [_line(skus[sku_id], wanted[sku_id], include_tax) for sku_id in sorted(wanted)]


def _promised_lines(lines: Sequence[FrozenLine]) -> list[SaleLine]:
    """The lines as they were promised, at the costs of now."""
    skus = Sku.objects.filter(pk__in=[line.sku_id for line in lines])
    costs = dict(skus.values_list("pk", "cost"))
    return [SaleLine(**vars(line), unit_cost=costs[line.sku_id]) for line in lines]


def _line(sku: Sku, quantity: int, prices_include_tax: bool) -> SaleLine:
    rate = sku.product.tax_rate.rate
    amounts = line_amounts(
        sku.price, quantity, tax_rate=rate, prices_include_tax=prices_include_tax
    )
    return SaleLine(
        sku_id=sku.pk,
        name=sku.full_name,
        code=sku.code,
        quantity=quantity,
        unit_price=sku.price,
        unit_cost=sku.cost,
        tax_rate=rate,
        tax=amounts.tax,
        total=amounts.total,
    )


def _total(lines: Sequence[SaleLine]) -> Decimal:
    total = sum((line.total for line in lines), ZERO)
    if total > MAX_TOTAL:
        raise TotalTooLarge
    return total


def _settled(total: Decimal, tenders: Sequence[Paid], company: Company) -> list[Tender]:
    """What each means of payment pays of the total; cash comes last and gives the change."""
    owed, rows = total, []
    for paid in sorted(tenders, key=lambda paid: paid.kind == Tender.Kind.CASH):
        given = owed if paid.given is None else paid.given
        if paid.kind != Tender.Kind.CASH and given > owed:
            raise TooMuchOnCard(owed)
        if given > owed + company.most_change:
            raise TooMuchGiven
        amount = min(given, owed)
        rows.append(Tender(kind=paid.kind, amount=amount, given=given, change=given - amount))
        owed -= amount
    if owed or not rows:
        raise NotEnoughGiven(owed)
    return rows


def _new_sale(
    location: Location, lines: Sequence[SaleLine], payments: Sequence[Tender], **fields: Any
) -> Sale:
    """Write the receipt with the next number of its series, which stays locked until the commit."""
    now = timezone.now()
    there = location.local_time(now)
    sale = Sale.objects.create(
        location=location,
        year=there.year,
        number=_next_number(location, there.year),
        sold_at=now,
        sold_on=there.date(),
        sold_hour=there.hour,
        units=sum(line.quantity for line in lines),
        total=_total(lines),
        tax=sum((line.tax for line in lines), ZERO),
        **fields,
    )
    for line in lines:
        line.sale = sale
    for payment in payments:
        payment.sale = sale
    SaleLine.objects.bulk_create(lines)
    Tender.objects.bulk_create(payments)
    add_to_summaries(sale, lines)
    return sale


def _next_number(location: Location, year: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER, [location.pk, year])
        number: int = cursor.fetchone()[0]
    return number
