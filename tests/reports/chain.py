"""A small chain whose figures are worked out by hand.

Lyon sells 2 mice and 3 chocolates on 1 March, 1 mouse on 7 March, and 1 mouse on 25 February.
Paris sells 4 chocolates on 2 March, and 2 mice on 28 February. The centre sells nothing.
A mouse costs 25.50, a chocolate 8.99; they were bought at 10.00 and 4.00.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import time_machine

from backoffice.reports.periods import Days
from inventory.models import Sku
from sales.actions.sale import Item, Paid, record_sale
from sales.models import Sale, Tender
from shop.models import Order
from stores.models import Location, Role
from tests.factories import (
    make_customer,
    make_level,
    make_sku,
    make_staff,
    make_store,
    make_warehouse,
)

FIRST_WEEK = Days(date(2026, 3, 1), date(2026, 3, 7))


@dataclass(frozen=True)
class Chain:
    lyon: Location
    paris: Location
    central: Location
    mouse: Sku
    chocolate: Sku

    @property
    def places(self) -> list[Location]:
        return [self.lyon, self.paris, self.central]


def sell(store: Location, when: datetime, wanted: dict[Sku, int]) -> Sale:
    with time_machine.travel(when, tick=False):
        return record_sale(
            key=uuid4(),
            location=store,
            items=[Item(sku.pk, units) for sku, units in wanted.items()],
            tenders=[Paid(Tender.Kind.CARD)],
            by=make_staff(Role.CLERK, store),
        )


def make_chain() -> Chain:
    mouse = make_sku("MOUSE", name="Souris optique", price="25.50", cost="10.00")
    chocolate = make_sku("CHOC", name="Chocolat Noir", price="8.99", cost="4.00")
    chain = Chain(
        lyon=make_store("lyon", name="Lyon"),
        paris=make_store("paris", name="Paris"),
        central=make_warehouse("central", name="Central"),
        mouse=mouse,
        chocolate=chocolate,
    )
    for place in chain.places:
        make_level(mouse, place, on_hand=10)
        make_level(chocolate, place, on_hand=20)
    sell(chain.lyon, datetime(2026, 2, 25, 11, tzinfo=UTC), {mouse: 1})
    sell(chain.paris, datetime(2026, 2, 28, 11, tzinfo=UTC), {mouse: 2})
    sell(chain.lyon, datetime(2026, 3, 1, 11, tzinfo=UTC), {mouse: 2, chocolate: 3})
    sell(chain.paris, datetime(2026, 3, 2, 11, tzinfo=UTC), {chocolate: 4})
    sell(chain.lyon, datetime(2026, 3, 7, 11, tzinfo=UTC), {mouse: 1})
    return chain


def promise(place: Location, state: Order.State, total: str) -> Order:
    """An online order of this total that this place fulfils."""
    now = datetime.now(UTC)
    return Order.objects.create(
        key=uuid4(),
        content_hash="",
        number=uuid4().hex[:12],
        customer=make_customer(),
        location=place,
        state=state,
        delivery=Order.Delivery.COLLECT,
        total=Decimal(total),
        tax=Decimal("0.00"),
        pay_until=now + timedelta(hours=1),
    )
