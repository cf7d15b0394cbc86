"""Stock that is put right by hand: received, found, lost or damaged, with its reason."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from backoffice.lib.retry import retrying
from backoffice.lib.text import normal
from inventory.actions.stock import Move, Quantity, SkuId, move_stock
from inventory.errors import ClosedPlace, KeyUsedBefore
from inventory.models import Cause, Document, StockAdjustment, StockAdjustmentLine
from stores.actions.places import hold_place
from stores.models import Location, User
from stores.models.location import outer_place

Reason = StockAdjustment.Reason
OTHER_PLACE = {  # where the goods come from, or go to
    Reason.RECEIVED: Location.Kind.SUPPLIER,
    Reason.FOUND: Location.Kind.LOST,
    Reason.LOST: Location.Kind.LOST,
    Reason.DAMAGED: Location.Kind.LOST,
}


@retrying
@transaction.atomic
def adjust_stock(
    location: Location,
    quantities: Mapping[SkuId, Quantity],
    *,
    key: UUID,
    reason: Reason,
    note: str,
    by: User,
) -> StockAdjustment:
    """Put several SKUs of a place right at once; raise `OutOfStock`, and move nothing, if more would
    go than is available. The same key again gives the first adjustment."""
    if not hold_place(location):
        raise ClosedPlace(location)
    adjustment, made = StockAdjustment.objects.get_or_create(
        key=key,
        defaults={"location": location, "reason": reason, "note": normal(note), "by": by},
    )
    if not made:
        return _same(adjustment, quantities, (location.pk, reason, normal(note), by.pk))
    StockAdjustmentLine.objects.bulk_create(
        StockAdjustmentLine(adjustment=adjustment, sku_id=sku_id, quantity=units)
        for sku_id, units in sorted(quantities.items())
    )
    other = outer_place(OTHER_PLACE[reason])
    source, destination = (other, location) if reason in StockAdjustment.ADDS else (location, other)
    moves = [Move(sku_id, source, destination, units) for sku_id, units in quantities.items()]
    move_stock(moves, cause=Cause(Document.ADJUSTMENT, adjustment.pk), by=by)
    return adjustment


def _same(
    adjustment: StockAdjustment,
    quantities: Mapping[SkuId, Quantity],
    head: tuple[int, Reason, str, int],
) -> StockAdjustment:
    """The adjustment that the key stands for, if it is the one that is asked for again."""
    recorded = dict(adjustment.lines.values_list("sku_id", "quantity"))
    recorded_head = (
        adjustment.location_id,
        adjustment.reason,
        adjustment.note,
        adjustment.by_id,
    )
    if recorded_head != head or recorded != dict(quantities):
        raise KeyUsedBefore
    return adjustment
