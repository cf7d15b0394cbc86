"""A small chain that sold for half a year, over New Year and both nights when clocks change, in three
zones and both channels; and a calculator that adds up its lines one by one."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import uuid4
from zoneinfo import ZoneInfo

import time_machine

from inventory.actions.stock import reserve_stock
from inventory.models import Cause, Document, Sku
from sales.actions.sale import FrozenLine, Item, Paid, record_online_sale, record_sale
from sales.amounts import line_amounts
from sales.figures import Dimension
from sales.models import Sale, SaleLine, Tender
from stores.models import Location, Role, User
from tests.factories import (
    make_category,
    make_level,
    make_product,
    make_sku,
    make_staff,
    make_store,
    make_tax_rate,
    make_warehouse,
    numbers,
)

FIRST, LAST = date(2025, 10, 20), date(2026, 4, 2)
AWKWARD = [  # both hours that the clocks repeat, those around the one they skip, midnights, New Year
    "2025-10-26T00:30",
    "2025-10-26T01:30",
    "2025-11-02T05:30",
    "2025-11-02T06:30",
    "2025-12-31T14:59",
    "2025-12-31T15:00",
    "2025-12-31T22:59",
    "2025-12-31T23:00",
    "2026-01-01T04:59",
    "2026-01-01T05:00",
    "2026-03-08T06:59",
    "2026-03-08T07:00",
    "2026-03-29T00:59",
    "2026-03-29T01:00",
]
PRICES = (("12.00", "7.50", "20.00"), ("1.35", "0.40", "5.50"), ("0.99", "0.98", "10.00"))

type Figures = tuple[int, int, Decimal, Decimal, Decimal]  # tickets, units, revenue, tax, cost


class ChainThatSold:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.skus = self._range()
        self.stores = [
            make_store("lyon"),
            make_store("tokyo", time_zone="Asia/Tokyo"),
            make_store("york", time_zone="America/New_York"),
        ]
        self.central = make_warehouse("central")
        self.places = [*self.stores, self.central]
        self.clerks = {
            place.pk: [make_staff(Role.ADMIN), make_staff(Role.ADMIN)] for place in self.places
        }
        for place in self.places:
            for sku in self.skus:
                make_level(sku, place, on_hand=5_000)

    def _range(self) -> list[Sku]:
        """Six SKUs of five products in two categories."""
        categories, skus = [make_category(), make_category()], []
        for number in range(5):
            price, cost, rate = PRICES[number % 3]
            product = make_product(category=categories[number % 2], tax_rate=make_tax_rate(rate))
            skus.append(make_sku(product=product, price=price, cost=cost))
        return [*skus, make_sku(product=skus[0].product, variant="red", price="13.00", cost="8.01")]

    def live(self, sales: int) -> None:
        """Sell at awkward moments and at random ones; prices of purchase change in between."""
        moments = [datetime.fromisoformat(f"{text}Z") for text in AWKWARD] * 2
        start = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
        minutes = (LAST - FIRST).days * 24 * 60
        for _sale in range(sales):
            moments.append(start + timedelta(minutes=self.random.randrange(minutes)))
        for number, moment in enumerate(sorted(moments)):
            with time_machine.travel(moment, tick=False):
                self.sell()
            if number % 20 == 0:
                sku = self.random.choice(self.skus)
                Sku.objects.filter(pk=sku.pk).update(cost=Decimal(self.random.randrange(900)) / 100)

    def sell(self) -> Sale:
        """At a till, or online from the centre or from a store."""
        place = self.random.choice(self.places)
        skus = self.random.sample(self.skus, self.random.randint(1, 3))
        wanted = {sku: self.random.randint(1, 4) for sku in skus}
        by = self.random.choice(self.clerks[place.pk])
        if place == self.central or self.random.random() < 0.2:
            return sell_online(place, wanted, by=by)
        return record_sale(
            key=uuid4(),
            location=place,
            items=[Item(sku.pk, units) for sku, units in wanted.items()],
            tenders=[Paid(Tender.Kind.CARD)],
            by=by,
        )


def sell_online(place: Location, wanted: dict[Sku, int], *, by: User) -> Sale:
    """Hand an order over whose goods are reserved there."""
    holder = Cause(Document.ORDER, 2_000_000 + next(numbers))
    reserve_stock(place, {sku.pk: n for sku, n in wanted.items()}, cause=holder, until=None)
    lines = [_promised(sku, units) for sku, units in wanted.items()]
    return record_online_sale(
        key=uuid4(),
        location=place,
        lines=lines,
        paid=sum((line.total for line in lines), Decimal(0)),
        order_number=f"W-{holder.document_id}",
        holder=holder,
        by=by,
    )


def _promised(sku: Sku, units: int) -> FrozenLine:
    rate = sku.product.tax_rate.rate
    amounts = line_amounts(sku.price, units, tax_rate=rate, prices_include_tax=True)
    return FrozenLine(
        sku_id=sku.pk,
        name=sku.full_name,
        code=sku.code,
        quantity=units,
        unit_price=sku.price,
        tax_rate=rate,
        tax=amounts.tax,
        total=amounts.total,
    )


def all_lines() -> list[SaleLine]:
    return list(SaleLine.objects.select_related("sale__location", "sku__product"))


def _moment(line: SaleLine) -> datetime:
    return line.sale.sold_at.astimezone(ZoneInfo(line.sale.location.time_zone))


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


TOLD_APART: dict[Dimension, Callable[[SaleLine], object]] = {
    Dimension.STORE: lambda line: line.sale.location_id,
    Dimension.CATEGORY: lambda line: line.sku.product.category_id,
    Dimension.PRODUCT: lambda line: line.sku.product_id,
    Dimension.SKU: lambda line: line.sku_id,
    Dimension.DAY: lambda line: _moment(line).date(),
    Dimension.WEEK: lambda line: monday(_moment(line).date()),
    Dimension.MONTH: lambda line: _moment(line).date().replace(day=1),
    Dimension.CHANNEL: lambda line: line.sale.channel,
    Dimension.CLERK: lambda line: line.sale.by_id,
    Dimension.HOUR: lambda line: _moment(line).hour,
}


def added_up(
    lines: Iterable[SaleLine], by: Sequence[Dimension]
) -> tuple[dict[tuple, Figures], Figures]:
    """The figures of each group and of all, line by line; tickets are counted as whole receipts."""
    groups: dict[tuple, list[SaleLine]] = {}
    for line in lines:
        groups.setdefault(tuple(TOLD_APART[name](line) for name in by), []).append(line)
    return (
        {keys: _sums(group) for keys, group in groups.items()},
        _sums([line for group in groups.values() for line in group]),
    )


def _sums(lines: list[SaleLine]) -> Figures:
    return (
        len({line.sale_id for line in lines}),
        sum(line.quantity for line in lines),
        sum((line.total for line in lines), Decimal(0)),
        sum((line.tax for line in lines), Decimal(0)),
        sum((line.unit_cost * line.quantity for line in lines), Decimal(0)),
    )


def sold_between(lines: Iterable[SaleLine], first: date, last: date) -> list[SaleLine]:
    return [line for line in lines if first <= _moment(line).date() <= last]
