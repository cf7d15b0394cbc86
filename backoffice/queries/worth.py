"""What the stock is worth, at cost: worked out for all places at once, and remembered for a minute.

To add up every stock level costs more than all the rest of a first page, and grows with the places and
the SKUs. So one page a minute does it, for every reader; the others show what it found, and how old it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from backoffice.lib.money import ZERO
from stores.models import Location

FRESH = timedelta(seconds=60)
KEPT_SECONDS = 3600  # what is older than `FRESH` is shown while another page works it out
CLAIM_SECONDS = 20  # that one page may take for it
EVERYWHERE = "stock-worth"
CLAIM = "stock-worth-claim"
SHOWN_CATEGORIES = 5
WORTH = """
    SELECT level.location_id, category.id, category.slug, category.name,
        sku.is_active AND product.is_active, sum(level.on_hand)::bigint, sum(level.on_hand * sku.cost)
    FROM inventory_stocklevel level
    JOIN stores_location place ON place.id = level.location_id
    JOIN inventory_sku sku ON sku.id = level.sku_id
    JOIN inventory_product product ON product.id = sku.product_id
    JOIN inventory_category category ON category.id = product.category_id
    WHERE level.on_hand > 0 AND place.kind IN ('store', 'warehouse')
    GROUP BY 1, 2, 3, 4, 5
"""


class Goods(NamedTuple):
    """Units, and what they are worth."""

    units: int = 0
    value: Decimal = ZERO

    def plus(self, other: "Goods") -> "Goods":
        return Goods(self.units + other.units, self.value + other.value)


type CategoryKey = tuple[int, str, str]  # id, name in addresses, name


class CategoryWorth(NamedTuple):
    pk: int
    slug: str
    name: str
    goods: Goods
    width: int  # of its bar, in per cent of the longest


@dataclass(frozen=True)
class Worth:
    """What is in stock, as it was at a moment: by category on sale, and what is not on sale any more."""

    at: datetime
    on_sale: Mapping[CategoryKey, Goods]
    not_on_sale: Goods
    units_by_place: Mapping[int, int]

    @property
    def active(self) -> Goods:
        return _added(self.on_sale.values())

    @property
    def total(self) -> Goods:
        return self.active.plus(self.not_on_sale)

    @property
    def top(self) -> Sequence[CategoryWorth]:
        """The categories on sale that are worth most."""
        ranked = self._ranked[:SHOWN_CATEGORIES]
        most = max((goods.value for _category, goods in ranked), default=ZERO)
        return [
            CategoryWorth(*category, goods, round(100 * goods.value / most) if most else 0)
            for category, goods in ranked
        ]

    @property
    def rest(self) -> Goods:
        """The other categories on sale, added up."""
        return _added(goods for _category, goods in self._ranked[SHOWN_CATEGORIES:])

    @property
    def rest_count(self) -> int:
        return len(self._ranked[SHOWN_CATEGORIES:])

    @property
    def _ranked(self) -> list[tuple[CategoryKey, Goods]]:
        return sorted(self.on_sale.items(), key=lambda item: (-item[1].value, item[0][2]))


def stock_worth(place: Location | None = None) -> Worth:
    """What all the stock is worth, or that of one place; at most a minute old, if nobody is just
    working it out."""
    known: Worth | None = cache.get(_key(place.pk if place else None))
    if known and timezone.now() - known.at < FRESH:
        return known
    if known and not cache.add(CLAIM, 1, CLAIM_SECONDS):
        return known
    found = _worked_out()
    wanted = place.pk if place else None
    worth = found.setdefault(
        wanted, Worth(found[None].at, {}, Goods(), {})
    )  # nothing is known, too
    cache.set_many({_key(pk): one for pk, one in found.items()}, KEPT_SECONDS)
    cache.delete(CLAIM)
    return worth


def _worked_out() -> dict[int | None, Worth]:
    """Of each place that has any, and under None of all of them; one query."""
    at = timezone.now()
    on_sale: dict[int | None, dict[CategoryKey, Goods]] = defaultdict(dict)
    others: dict[int | None, Goods] = defaultdict(Goods)
    units: dict[int, int] = defaultdict(int)
    with connection.cursor() as cursor:
        cursor.execute(WORTH.strip())
        for place, pk, slug, name, is_active, count, value in cursor.fetchall():
            goods, category = Goods(count, value), (pk, slug, name)
            units[place] += count
            for counted in (place, None):
                if is_active:
                    sums = on_sale[counted]
                    sums[category] = sums.get(category, Goods()).plus(goods)
                else:
                    others[counted] = others[counted].plus(goods)
    return {
        place: Worth(
            at,
            on_sale[place],
            others[place],
            dict(units) if place is None else {place: units[place]},
        )
        for place in (None, *units)
    }


def _added(goods: Iterable[Goods]) -> Goods:
    total = Goods()
    for one in goods:
        total = total.plus(one)
    return total


def _key(place: int | None) -> str:
    return f"{EVERYWHERE}-{place}" if place else EVERYWHERE
