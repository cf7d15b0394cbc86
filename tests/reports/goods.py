"""What tests of reports of goods begin with: a moment, goods that lie somewhere, and sales."""

from datetime import UTC, datetime
from uuid import uuid4

import time_machine

from backoffice.lib.grouped import Grouped
from inventory.actions.adjustments import adjust_stock
from inventory.models import Sku, StockAdjustment
from sales.actions.sale import Item, Paid, record_sale
from sales.models import Tender
from stores.models import Location, Role, User
from tests.factories import make_level, make_staff


def at(month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment of 2026, in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def stock(place: Location, sku: Sku, units: int, when: datetime) -> None:
    """Units that came to a place at a moment."""
    with time_machine.travel(when, tick=False):
        make_level(sku, place, on_hand=units)


def sell(place: Location, sku: Sku, units: int, when: datetime) -> None:
    with time_machine.travel(when, tick=False):
        record_sale(
            key=uuid4(),
            location=place,
            items=[Item(sku.pk, units)],
            tenders=[Paid(Tender.Kind.CARD)],
            by=make_staff(Role.CLERK, place),
        )


def by_name(found: Grouped, names: int = 1) -> dict[object, list[object]]:
    """The figures of each row by its first cell."""
    return {row[0]: row[names:] for row in found.rows}


def lose(
    place: Location,
    sku: Sku,
    units: int,
    when: datetime,
    *,
    reason: StockAdjustment.Reason = StockAdjustment.Reason.LOST,
    by: User | None = None,
) -> None:
    with time_machine.travel(when, tick=False):
        adjust_stock(
            place,
            {sku.pk: units},
            key=uuid4(),
            reason=reason,
            note="",
            by=by or make_staff(Role.MANAGER, place),
        )
