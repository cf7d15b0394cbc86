"""What a cart costs: computed on the server, by the one rule that tills use too."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from backoffice.lib.money import ZERO
from inventory.models import Sku
from sales.amounts import line_amounts
from shop.models import Cart, CartLine
from stores.models import Company


@dataclass(frozen=True)
class PricedLine:
    """A line at the price and tax of this moment; `total` is with tax."""

    sku: Sku
    quantity: int
    tax: Decimal
    total: Decimal

    @property
    def shown(self) -> Decimal:
        """Price × quantity, as the shop shows prices: with or without tax."""
        price: Decimal = self.sku.price
        return price * self.quantity


@dataclass(frozen=True)
class PricedCart:
    lines: Sequence[PricedLine]

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def tax(self) -> Decimal:
        return sum((line.tax for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        return sum((line.total for line in self.lines), ZERO)

    @property
    def net(self) -> Decimal:
        return self.total - self.tax

    @property
    def fingerprint(self) -> str:
        """What a page showed: it differs as soon as a product, a quantity or an amount does."""
        shown = ";".join(
            f"{line.sku.pk}×{line.quantity}={line.total}"
            for line in sorted(self.lines, key=lambda line: line.sku.pk)
        )
        return hashlib.sha256(shown.encode()).hexdigest()[:32]

    @property
    def wanted(self) -> dict[int, int]:
        """Units by SKU."""
        return {line.sku.pk: line.quantity for line in self.lines}


def price_lines(lines: Iterable[CartLine], company: Company) -> PricedCart:
    return PricedCart([_price_line(line, company) for line in lines])


def price_cart(cart: Cart, company: Company) -> PricedCart:
    """The cart's lines, in the order in which they were put into it."""
    products = "sku__product__tax_rate", "sku__product__category"
    return price_lines(cart.lines.select_related(*products), company)


def _price_line(line: CartLine, company: Company) -> PricedLine:
    amounts = line_amounts(
        line.sku.price,
        line.quantity,
        tax_rate=line.sku.product.tax_rate.rate,
        prices_include_tax=company.prices_include_tax,
    )
    return PricedLine(line.sku, line.quantity, amounts.tax, amounts.total)
