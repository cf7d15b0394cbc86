"""What holds for everything that a store asks for, and what follows when it has asked."""

from collections.abc import Collection

from django.db.models import F, Sum
from django.db.models.functions import Coalesce, Least

from backoffice.lib.money import ZERO, MoneyField
from inventory.actions.marks import mark_request
from inventory.actions.stock import SkuId
from inventory.errors import ClosedPlace, EmptyRequest, NotOnSale
from inventory.models import RestockRequest, Sku
from stores.actions.places import hold_open
from stores.models import Location

HIGHEST = 9_999_999_999  # whole units of money that a column holds


def refuse_places(store: Location, warehouse: Location) -> None:
    for place, kind in ((store, Location.Kind.STORE), (warehouse, Location.Kind.WAREHOUSE)):
        if place.kind != kind or not hold_open(place):
            raise ClosedPlace(place)


def refuse_skus(sku_ids: Collection[SkuId]) -> None:
    """Say no to nothing at all, and to what is no longer on sale."""
    if not sku_ids:
        raise EmptyRequest
    on_sale = set(Sku.objects.active().filter(pk__in=sku_ids).values_list("pk", flat=True))
    if gone := set(sku_ids) - on_sale:
        raise NotOnSale(Sku.objects.filter(pk__in=gone).select_related("product"))


def settle_asked(request: RestockRequest) -> None:
    """Keep the value of what the request asks for, at today's cost; what it asks is not suggested again."""
    money = MoneyField()
    cost = Sum(F("asked") * F("sku__cost"), output_field=money)
    worth = Coalesce(Least(cost, HIGHEST, output_field=money), ZERO, output_field=money)
    request.value = request.lines.aggregate(worth=worth)["worth"]
    request.save(update_fields=["value"])
    mark_request(request)
