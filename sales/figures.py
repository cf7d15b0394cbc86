"""What was sold, by whatever is asked: one statement over the narrowest summary that knows it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection

from backoffice.lib.days import SHORTER_THAN_MONTHS, later
from backoffice.lib.grouped import MOST_ROWS, refuse_too_many_rows
from backoffice.lib.money import average, percent
from sales.summaries import DAILY, MONTHLY

ONE_DAY = timedelta(days=1)


class Dimension(StrEnum):
    """What sales are told apart by, and what stands for it in a row's keys."""

    STORE = "store"  # its id
    CATEGORY = "category"  # its id, as the product belongs to it now
    PRODUCT = "product"  # its id
    SKU = "sku"  # its id
    DAY = "day"  # the date at the store
    WEEK = "week"  # its Monday
    MONTH = "month"  # its first day
    CHANNEL = "channel"  # its code
    CLERK = "clerk"  # the id of who rang it up
    HOUR = "hour"  # 0 to 23 at the store


ARTICLES = {Dimension.PRODUCT, Dimension.SKU}
GOODS = {Dimension.CATEGORY, *ARTICLES}  # of which a ticket has several
COLUMNS = {  # which a source needs for each dimension; {day} is the day or month of its row
    Dimension.STORE: "location_id",
    Dimension.CATEGORY: "sku_id",
    Dimension.PRODUCT: "sku_id",
    Dimension.SKU: "sku_id",
    Dimension.DAY: "{day} AS day",
    Dimension.WEEK: "date_trunc('week', {day}::timestamp)::date AS week",
    Dimension.MONTH: "date_trunc('month', {day}::timestamp)::date AS month",
    Dimension.CHANNEL: "channel",
    Dimension.CLERK: "clerk_id",
    Dimension.HOUR: "hour",
}
KEYS = {  # what each dimension is told apart by
    **{dimension: f"sold.{column.split()[-1]}" for dimension, column in COLUMNS.items()},
    Dimension.CATEGORY: "product.category_id",
    Dimension.PRODUCT: "sku.product_id",
}
LINES = """(
    SELECT sale.location_id, sale.sold_on AS day, sale.channel, sale.by_id AS clerk_id,
        sale.sold_hour AS hour, line.sku_id, line.quantity AS units, line.total AS revenue,
        line.tax, line.unit_cost * line.quantity AS cost
    FROM sales_sale sale JOIN sales_saleline line ON line.sale_id = sale.id
) line"""
TICKETS = """(
    SELECT location_id, sold_on AS day, channel, by_id AS clerk_id, sold_hour AS hour, 1 AS tickets,
        units, total AS revenue, tax, (
            SELECT sum(unit_cost * quantity) FROM sales_saleline WHERE sale_id = sale.id
        ) AS cost
    FROM sales_sale sale
) ticket"""
GOODS_SUMS = ("units", "revenue", "tax", "cost")
TICKET_SUMS = ("tickets", *GOODS_SUMS)
PART = """
    SELECT {columns} FROM {table}
    WHERE location_id = ANY(%(places)s) AND {period} BETWEEN %(first{number})s AND %(last{number})s
"""
ONLY = {
    "skus": " AND sku_id = ANY(%(skus)s)",
    "categories": """ AND sku_id IN (
        SELECT sku.id FROM inventory_sku sku
        JOIN inventory_product product ON product.id = sku.product_id
        WHERE product.category_id = ANY(%(categories)s)
    )""",
    "channel": " AND channel = %(channel)s",
    "clerk": " AND clerk_id = %(clerk)s",
}
PRODUCTS = """
    JOIN inventory_sku sku ON sku.id = sold.sku_id
    JOIN inventory_product product ON product.id = sku.product_id
"""
# First the sums, which several processes can share, then the names, the groups and the total.
FIGURES = """
    SELECT {selected}
    FROM (SELECT {added} FROM ({parts}) part {grouped}) sold {products}
    GROUP BY GROUPING SETS ({sets}) ORDER BY {order} LIMIT {limit}
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What was sold of one group. `revenue` is with tax, `cost` as it was at the moment of each sale;
    tickets are not counted where articles are told apart: one ticket has many."""

    keys: tuple[Any, ...]
    tickets: int | None
    units: int
    revenue: Decimal
    tax: Decimal
    cost: Decimal

    @property
    def net(self) -> Decimal:
        """The revenue without tax."""
        return self.revenue - self.tax

    @property
    def margin(self) -> Decimal:
        return self.net - self.cost

    @property
    def margin_rate(self) -> Decimal | None:
        """The margin in per cent of the revenue without tax."""
        return percent(self.margin, self.net)

    @property
    def average_ticket(self) -> Decimal | None:
        return average(self.revenue, self.tickets) if self.tickets else None


@dataclass(frozen=True)
class SalesFigures:
    """The groups that sold something, in the order of their keys, and all of them together."""

    rows: list[Row]
    total: Row


@dataclass(frozen=True)
class _Source:
    """How what is asked is told to a source, by dimension and by filter."""

    columns: Mapping[Dimension, str]
    keys: Mapping[Dimension, str]
    only: Mapping[str, str]
    products: str = ""  # joined to, where a row is of a SKU


PLAIN = _Source(COLUMNS, KEYS, ONLY)
OF_SKUS = replace(PLAIN, products=PRODUCTS)
OF_CATEGORIES = _Source(
    {**COLUMNS, Dimension.CATEGORY: "category_id"},
    {**KEYS, Dimension.CATEGORY: "sold.category_id"},
    {**ONLY, "categories": " AND category_id = ANY(%(categories)s)"},
)


@dataclass(frozen=True)
class _Part:
    """Some days of one table."""

    table: str
    period: str  # its column
    first: date
    last: date
    later: str = ""  # by how much its days are told later than they were

    @property
    def day(self) -> str:
        """The day or month as it is told."""
        return f"({self.period} + interval '{self.later}')::date" if self.later else self.period


def sales_figures(
    places: Collection[int],
    first: date,
    last: date,
    *,
    by: Sequence[Dimension] = (),
    categories: Collection[int] | None = None,
    skus: Collection[int] | None = None,
    channel: str = "",
    clerk: int | None = None,
    told_from: date | None = None,
) -> SalesFigures:
    """What these places sold from one of their days to another, by any of the dimensions.

    A filter that is left out takes everything. The total is the database's, of the same statement.
    With `told_from`, days, weeks and months are told as if the first day had been that one: so the
    figures of an earlier period stand under the keys of a later one.
    """
    filters = {
        "categories": None if categories is None else list(categories),
        "skus": None if skus is None else list(skus),
        "channel": channel or None,
        "clerk": clerk,
    }
    given = {name: value for name, value in filters.items() if value is not None}
    parts = _parts(by, given, first, last, later(by, first, told_from))
    values: dict[str, Any] = {**given, "places": list(places)}
    for number, part in enumerate(parts):
        values |= {f"first{number}": part.first, f"last{number}": part.last}
    sums = GOODS_SUMS if is_of_goods(by, given) else TICKET_SUMS
    with connection.cursor() as cursor:
        cursor.execute(_statement(parts, by, given, sums), values)
        answer = cursor.fetchall()
    refuse_too_many_rows(len(answer) - 1)
    *rows, total = [_row(found, len(by)) for found in answer]
    return SalesFigures(rows, replace(total, keys=()))


def reads_lines(by: Collection[Dimension], filters: Collection[str] = ()) -> bool:
    """Whether no summary knows this mix, so that the sales of all these days are read one by one.
    `filters` are the names of those that are set, such as `skus` or `clerk`."""
    return _knows(by, filters) is None


def reads_days_of_articles(by: Collection[Dimension], filters: Collection[str] = ()) -> bool:
    """Whether a row per article or category and day is read, which a year has very many of."""
    return is_of_goods(by, filters) and bool(SHORTER_THAN_MONTHS & set(by))


def is_of_goods(by: Collection[Dimension], filters: Collection[str] = ()) -> bool:
    """Whether lines are added up, not tickets."""
    return bool(GOODS & set(by)) or not {"skus", "categories"}.isdisjoint(filters)


def _knows(by: Collection[Dimension], filters: Collection[str]) -> str | None:
    """The column of the summary that knows these; None if none does."""
    of_articles = bool(ARTICLES & set(by)) or "skus" in filters
    needs = {
        "sku_id": of_articles,
        "category_id": is_of_goods(by, filters) and not of_articles,
        "clerk_id": Dimension.CLERK in by or "clerk" in filters,
        "hour": Dimension.HOUR in by,
    }
    needed = [column for column, is_needed in needs.items() if is_needed]
    if len(needed) > 1:
        return None
    return needed[0] if needed else ""


def _parts(
    by: Collection[Dimension], filters: Collection[str], first: date, last: date, shift: str
) -> list[_Part]:
    """What adds up to these days: the whole months in them, if they stay some, and the days around."""
    key = _knows(by, filters)
    if key is None:
        table = LINES if is_of_goods(by, filters) else TICKETS
        return [_Part(table, "day", first, last, shift)]
    days = DAILY[key].table
    has_days = SHORTER_THAN_MONTHS & set(by) or (Dimension.MONTH in by and shift.endswith("days"))
    months = None if has_days else whole_months(first, last)
    if months is None:
        return [_Part(days, "day", first, last, shift)]
    parts = [
        _Part(MONTHLY[key].table, "month", *months, shift),
        _Part(days, "day", first, months[0] - ONE_DAY, shift),
        _Part(days, "day", months[1] + ONE_DAY, last, shift),
    ]
    return [part for part in parts if part.first <= part.last]


def whole_months(first: date, last: date) -> tuple[date, date] | None:
    """The first and the last day of the whole months from one day to another, if there is one."""
    begin = first if first.day == 1 else _next_month(first)
    end = _next_month(last) - ONE_DAY
    if end > last:
        end = last.replace(day=1) - ONE_DAY
    return (begin, end) if begin < end else None


def _next_month(day: date) -> date:
    return (day.replace(day=28) + 4 * ONE_DAY).replace(day=1)


def _source(by: Collection[Dimension], filters: Collection[str]) -> _Source:
    if _knows(by, filters) == "category_id":
        return OF_CATEGORIES
    return OF_SKUS if GOODS & set(by) else PLAIN


def _statement(
    parts: Sequence[_Part], by: Sequence[Dimension], filters: Collection[str], sums: Sequence[str]
) -> str:
    source = _source(by, filters)
    keys = [source.keys[dimension] for dimension in by]
    columns = list(dict.fromkeys(source.columns[dimension].split()[-1] for dimension in by))
    groups = ", ".join(keys)
    figures = [f"coalesce(sum(sold.{name}), 0.00)" for name in sums]
    only = "".join(source.only[name] for name in filters)
    return FIGURES.format(
        selected=", ".join([f"GROUPING({groups})" if by else "0", *keys, *figures]),
        added=", ".join([*columns, *(f"sum({name}) AS {name}" for name in sums)]),
        parts=" UNION ALL ".join(
            _select(part, number, [source.columns[dimension] for dimension in by], sums) + only
            for number, part in enumerate(parts)
        ),
        grouped=f"GROUP BY {', '.join(columns)}" if columns else "",
        products=source.products,
        sets=f"({groups}), ()" if by else "()",
        order=", ".join(str(number + 1) for number in range(len(by) + 1)),
        limit=MOST_ROWS + 2,
    )


def _select(part: _Part, number: int, columns: Iterable[str], sums: Sequence[str]) -> str:
    known = dict.fromkeys(column.format(day=part.day) for column in columns)
    return PART.format(
        columns=", ".join([*known, *sums]), table=part.table, period=part.period, number=number
    )


def _row(found: Sequence[Any], width: int) -> Row:
    """A row of the statement: whether it is the total, keys, and tickets where they are counted."""
    keys, sums = tuple(found[1 : width + 1]), found[width + 1 :]
    *tickets, units, revenue, tax, cost = sums
    return Row(keys, int(tickets[0]) if tickets else None, int(units), revenue, tax, cost)
