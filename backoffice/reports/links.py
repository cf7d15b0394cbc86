"""Where the cells of a report lead: to the page that makes the figure, for those who may read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import reverse

from backoffice.reports.periods import ONE_DAY, Days
from backoffice.reports.query import Query
from backoffice.reports.table import Cell
from stores.models import Role, User
from stores.rights import holds, holds_company_wide

type Row = Mapping[str, Cell]


@dataclass(frozen=True)
class Reader:
    """Whom a link is for, and what the figures around it were asked for."""

    report: str
    query: Query
    code: str  # of the one place that is counted; empty for several
    reads_products: bool
    reads_movements: bool

    @classmethod
    def of(cls, user: User, report: str, query: Query, code: str) -> Reader:
        office = (Role.HEAD_OFFICE, Role.LOGISTICS)
        return cls(
            report=report,
            query=query,
            code=code,
            reads_products=holds(user, *office, reading=True),
            reads_movements=holds_company_wide(user, *office, reading=True),
        )


@lru_cache(maxsize=4096)
def _path(name: str, *args: Cell) -> str:
    """The address of a page, worked out once: many cells of a column lead to few pages."""
    return reverse(name, args=args)


def _store(reader: Reader, row: Row) -> str:
    code = row.get("store_code")
    if not code or code == reader.code:
        return ""
    asked = _period(reader.query.days) | {"compare": str(reader.query.compare)}
    return f"{_path('backoffice:store_report', code, reader.report)}?{urlencode(asked)}"


def _receipts(reader: Reader, row: Row) -> str:
    code = row.get("store_code") or reader.code
    days = urlencode(_period(_days(reader, row)))
    return f"{_path('sales:store_sales', code)}?{days}" if code else ""


def _stock(reader: Reader, row: Row) -> str:
    code = row.get("store_code") or reader.code
    return _path("inventory:store_stock", code) if code else ""


def _orders(reader: Reader, row: Row) -> str:
    code = row.get("store_code") or reader.code
    return f"{_path('shop:store_orders', code)}?state=open" if code else ""


def _product(reader: Reader, row: Row) -> str:
    pk = row.get("product_id")
    return _path("inventory:product_detail", pk) if pk and reader.reads_products else ""


def _sku(reader: Reader, row: Row) -> str:
    """The SKU's movements at the place, or its product."""
    code, pk = row.get("store_code") or reader.code, row.get("sku_id")
    if code and pk:
        return _path("inventory:stock_movements", code, pk)
    return _product(reader, row)


def _sold(reader: Reader, row: Row) -> str:
    """The movements that add up to the units sold."""
    if reader.code and row.get("sku_id"):
        return _path("inventory:stock_movements", reader.code, row["sku_id"])
    if not reader.reads_movements or not row.get("product_code"):
        return ""
    asked = {"q": row["product_code"], "document": "sale"} | _period(_days(reader, row))
    return f"{_path('inventory:movement_list')}?{urlencode(asked)}"


LINKS: dict[str, Callable[[Reader, Row], str]] = {
    "store": _store,
    "receipts": _receipts,
    "stock": _stock,
    "orders": _orders,
    "product": _product,
    "sku": _sku,
    "sold": _sold,
}


def link_of(name: str, reader: Reader, row: Row) -> str:
    """The address that a cell with this link leads to; empty, if it leads nowhere for this reader."""
    return LINKS[name](reader, row) if name in LINKS else ""


def _days(reader: Reader, row: Row) -> Days:
    """The days that a row is about: its own day, week or month, else those of the query."""
    whole = reader.query.days
    for key in ("day", "week", "month"):
        first = row.get(key)
        if isinstance(first, date):
            return Days(max(first, whole.first), min(_last_day(key, first), whole.last))
    return whole


def _last_day(key: str, first: date) -> date:
    if key == "day":
        return first
    if key == "week":
        return first + 6 * ONE_DAY
    return (first + timedelta(days=31)).replace(day=1) - ONE_DAY


def _period(days: Days) -> dict[str, str]:
    return {"first": days.first.isoformat(), "last": days.last.isoformat()}
