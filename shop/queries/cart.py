from dataclasses import dataclass
from decimal import Decimal

from shop.pricing import PricedCart
from shop.queries.availability import FEW, left_online, stores_with_each
from shop.queries.storefront import tint_of
from stores.models import Company


@dataclass(frozen=True)
class CartRow:
    """A line of the cart as its page shows it; `left` is what can be sent home."""

    sku_id: int
    name: str
    slug: str
    icon: str
    tint: int
    unit_price: Decimal
    quantity: int
    shown: Decimal
    sold: bool
    left: int
    in_stores: int

    @property
    def few(self) -> bool:
        return self.quantity <= self.left <= FEW


def cart_rows(priced: PricedCart, company: Company) -> list[CartRow]:
    """The lines of a cart with where they can be had."""
    wanted = priced.wanted
    left = left_online(wanted, company)
    stores = stores_with_each(wanted)
    return [
        CartRow(
            sku_id=line.sku.pk,
            name=line.sku.full_name,
            slug=line.sku.product.slug,
            icon=line.sku.product.category.icon,
            tint=tint_of(line.sku.product.category_id),
            unit_price=line.sku.price,
            quantity=line.quantity,
            shown=line.shown,
            sold=line.sku.is_active and line.sku.product.is_active,
            left=left.get(line.sku.pk, 0),
            in_stores=stores.get(line.sku.pk, 0),
        )
        for line in priced.lines
    ]
