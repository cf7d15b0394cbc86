"""Goods that are sold and brought back, without a till."""

from datetime import timedelta
from itertools import count

from django.utils import timezone

from inventory.actions.stock import Move, move_stock
from inventory.models import Cause, Document, StockLevel
from stores.models import Location
from stores.models.location import outer_place

documents = count(1)


def sell(level: StockLevel, units: int, number: int = 0, *, days_ago: int = 0) -> None:
    """Under a receipt with this number, else one of its own."""
    buyer = outer_place(Location.Kind.CUSTOMER)
    when = timezone.now() - timedelta(days=days_ago)
    cause = Cause(Document.SALE, number or next(documents))
    move_stock(
        [Move(level.sku_id, level.location, buyer, units)], cause=cause, by=None, occurred_at=when
    )


def bring_back(level: StockLevel, units: int) -> None:
    buyer = outer_place(Location.Kind.CUSTOMER)
    cause = Cause(Document.SALE, next(documents))
    move_stock([Move(level.sku_id, buyer, level.location, units)], cause=cause, by=None)
