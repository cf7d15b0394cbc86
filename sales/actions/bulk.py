"""Loading past sales into empty tables; their movements and summaries are loaded beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from backoffice.lib.bulk import copy_rows
from sales.models import Sale, SaleLine, Tender

SALE_FIELDS = (
    "id",
    "key",
    "content_hash",
    "location",
    "year",
    "number",
    "channel",
    "order_number",
    "sold_at",
    "sold_on",
    "sold_hour",
    "by",
    "units",
    "total",
    "tax",
)
LINE_FIELDS = (
    "sale",
    "sku",
    "name",
    "code",
    "quantity",
    "unit_price",
    "unit_cost",
    "tax_rate",
    "tax",
    "total",
)
TENDER_FIELDS = ("sale", "kind", "amount", "given", "change")


@dataclass
class PastSales:
    """Rows of sales, lines and tenders, each a tuple of the fields above."""

    sales: list[Sequence[Any]] = field(default_factory=list)
    lines: list[Sequence[Any]] = field(default_factory=list)
    tenders: list[Sequence[Any]] = field(default_factory=list)


def copy_sales(past: PastSales) -> None:
    copy_rows(Sale, SALE_FIELDS, past.sales)
    copy_rows(SaleLine, LINE_FIELDS, past.lines)
    copy_rows(Tender, TENDER_FIELDS, past.tenders)
