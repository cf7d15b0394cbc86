"""What a line of a sale or an order costs; computed here, once, in cents."""

from dataclasses import dataclass
from decimal import Decimal

from backoffice.lib.money import tax_included, tax_on_top


@dataclass(frozen=True)
class LineAmounts:
    """The amounts of one line: `total` is what is paid, `tax` the part of it that is tax."""

    tax: Decimal
    total: Decimal


def line_amounts(
    unit_price: Decimal, quantity: int, *, tax_rate: Decimal, prices_include_tax: bool
) -> LineAmounts:
    """The amounts of `quantity` units; `tax_rate` in per cent. Tax is rounded once per line."""
    goods = unit_price * quantity
    if prices_include_tax:
        return LineAmounts(tax=tax_included(goods, tax_rate), total=goods)
    tax = tax_on_top(goods, tax_rate)
    return LineAmounts(tax=tax, total=goods + tax)
