"""What the reports of sales have in common: figures by one or two groups, beside those of earlier days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from backoffice.reports.goods import chosen, keys_of, keys_shown
from backoffice.reports.layout import Layout
from backoffice.reports.names import told_apart
from backoffice.reports.periods import Days
from backoffice.reports.progress import tell
from backoffice.reports.query import Query
from backoffice.reports.table import Cell, Column, Kind, Table, Words
from backoffice.reports.times import had_counterpart, steps
from inventory.models import Category, Product, Sku
from sales.figures import (
    ARTICLES,
    Dimension,
    Row,
    SalesFigures,
    is_of_goods,
    reads_days_of_articles,
    reads_lines,
    sales_figures,
)
from stores.models import Location, User

MANY_DAYS = 1_500  # of one place each: about a month of 50 places
DIMENSIONS = {
    "store": Dimension.STORE,
    "category": Dimension.CATEGORY,
    "product": Dimension.PRODUCT,
    "article": Dimension.SKU,
    "day": Dimension.DAY,
    "week": Dimension.WEEK,
    "month": Dimension.MONTH,
    "channel": Dimension.CHANNEL,
    "clerk": Dimension.CLERK,
    "hour": Dimension.HOUR,
}
FILTERS = ("store", "category", "product", "channel", "clerk")
OF_TICKETS = ("tickets", "average_ticket")
TIMES = {
    Dimension.DAY: Kind.DAY,
    Dimension.WEEK: Kind.WEEK,
    Dimension.MONTH: Kind.MONTH,
}
IN_TIME = {*TIMES, Dimension.HOUR}
NOTHING = Row((), 0, 0, Decimal("0.00"), Decimal("0.00"), Decimal("0.00"))

type Keys = tuple[Any, ...]
type Both = tuple[Row, Row | None]  # what was sold, and in the earlier days; None: there were none


@dataclass(frozen=True)
class Shape:
    """Which figures of what was sold a report shows: columns named after those of a `Row`, which of
    them are compared (`compared_goods`, where no tickets are counted), and the one that ranks and is
    drawn."""

    figures: Sequence[Column]
    compared: Sequence[str]
    compared_goods: Sequence[str]
    leading: str
    titles: Mapping[str, Words]  # of the table of groups, and of the second group inside the first


class SoldTables:
    """The tables of one run: by the first group, with a chart, and by both where two were asked."""

    def __init__(self, shape: Shape, places: Sequence[Location], query: Query) -> None:
        self.shape, self.places, self.query = shape, places, query
        self.by = _dimensions(query)
        self.filters = _filters(places, query)
        self.total: Both = (NOTHING, NOTHING)

    def made(self) -> list[Table]:
        tell(0, len(self.by))
        first = self._sold(self.by[:1])
        groups = sorted(first, key=lambda keys: self._place_of(keys, first[keys]))
        tables = [self._table("groups", self.by[:1], {keys: first[keys] for keys in groups})]
        tell(1, len(self.by))
        if len(self.by) > 1:
            ranks = {keys[0]: rank for rank, keys in enumerate(groups)}
            both = self._sold(self.by)
            order = sorted(both, key=lambda k: (ranks[k[0]], self._place_of(k, both[k])))
            tables.append(self._table("detail", self.by, {keys: both[keys] for keys in order}))
            tell(2, 2)
        return tables

    def _sold(self, by: Sequence[Dimension]) -> dict[Keys, Both]:
        """What was sold of each group, and in the days to compare with, under the same keys."""
        now = self._figures(self.query.days, by)
        days_before = self.query.days_before
        before = self._figures(days_before, by) if days_before else SalesFigures([], NOTHING)
        earlier = {row.keys: row for row in before.rows}
        sold: dict[Keys, Both] = {
            row.keys: (row, earlier.pop(row.keys, self._nothing_before(by, row.keys)))
            for row in now.rows
        }
        sold |= {keys: (NOTHING, row) for keys, row in earlier.items()}
        self.total = (now.total, before.total)
        return self._gaps(by, sold) | sold

    def _gaps(self, by: Sequence[Dimension], sold: Iterable[Keys]) -> dict[Keys, Both]:
        """Every day, week or month until the last one that sold something, so that a line falls to
        nothing where nothing was sold."""
        last = max((keys[0] for keys in sold), default=None)
        if len(by) > 1 or by[0] not in TIMES or last is None:
            return {}
        whole = steps(TIMES[by[0]], self.query.days.first, last)
        return {(day,): (NOTHING, self._nothing_before(by, (day,))) for day in whole}

    def _nothing_before(self, by: Sequence[Dimension], keys: Keys) -> Row | None:
        """Nothing was sold there earlier; None where there was no such day."""
        days = [key for dimension, key in zip(by, keys, strict=True) if dimension == Dimension.DAY]
        return NOTHING if all(had_counterpart(day, self.query) for day in days) else None

    def _figures(self, days: Days, by: Sequence[Dimension]) -> SalesFigures:
        return sales_figures(
            [place.pk for place in self.places],
            days.first,
            days.last,
            by=by,
            told_from=self.query.days.first,
            **self.filters,
        )

    def _place_of(self, keys: Keys, sold: Both) -> tuple[Any, ...]:
        """Times in their order, anything else by its leading figure, the largest first."""
        if self.by[len(keys) - 1] in IN_TIME:
            return (keys[-1],)
        return (*[-getattr(row or NOTHING, self.shape.leading) for row in sold], keys[-1])

    def _table(self, name: str, by: Sequence[Dimension], sold: Mapping[Keys, Both]) -> Table:
        layout = self._layout(by)
        cells = [_cells_of(dimension, self.places, sold, n) for n, dimension in enumerate(by)]
        rows = [
            [cell for n, key in enumerate(keys) for cell in cells[n][key]]
            + _figure_cells(layout, both)
            for keys, both in sold.items()
        ]
        columns = tuple(layout.columns)
        return Table(
            name=name,
            title=self.shape.titles[name],
            columns=columns,
            rows=told_apart(columns, rows),
            totals=[*[None] * len(layout.keys), *_figure_cells(layout, self.total)],
            chart=layout.chart(self.shape.leading) if len(by) == 1 else None,
        )

    def _layout(self, by: Sequence[Dimension]) -> Layout:
        names = {dimension: name for name, dimension in DIMENSIONS.items()}
        counts_tickets = not is_of_goods(self.by, self.filters)
        figures = [
            column
            for column in self.shape.figures
            if counts_tickets or column.key not in OF_TICKETS
        ]
        compared = self.shape.compared if counts_tickets else self.shape.compared_goods
        return Layout(
            keys_shown(names[dimension] for dimension in by),
            figures,
            compared if self.query.days_before else (),
        )


def is_long(places: Sequence[Location], query: Query) -> bool:
    """Whether sales are read one by one, or a row per article and day of very many days."""
    by, filters = _dimensions(query), _set_filters(query)
    many = len(places) * len(query.days) > MANY_DAYS
    if len(by) > 1 and ARTICLES & set(by) and many:
        return True
    return reads_lines(by, filters) or (many and reads_days_of_articles(by, filters))


def _dimensions(query: Query) -> list[Dimension]:
    return [DIMENSIONS[name] for name in keys_of(query, "store")]


def _set_filters(query: Query) -> set[str]:
    names = {"category": "categories", "product": "skus", "channel": "channel", "clerk": "clerk"}
    return {name for asked, name in names.items() if query.wanted(asked)}


def _filters(places: Sequence[Location], query: Query) -> dict[str, Any]:
    """Only those that are set; a clerk whom nobody knows sold nothing."""
    goods = chosen(places, query)
    email = query.only("clerk")
    clerk = User.objects.filter(email=email).values_list("pk", flat=True).first() if email else None
    values = {
        "categories": goods.categories,
        "skus": goods.skus,
        "channel": query.only("channel"),
        "clerk": clerk or 0,
    }
    return {name: value for name, value in values.items() if name in _set_filters(query)}


def _figure_cells(layout: Layout, both: Both) -> list[Cell]:
    now, before = both
    return layout.cells(_figures(layout, now), _figures(layout, before) if before else None)


def _figures(layout: Layout, row: Row) -> list[Cell]:
    return [getattr(row, column.key) for column in layout.figures]


def _cells_of(
    dimension: Dimension, places: Sequence[Location], sold: Iterable[Keys], number: int
) -> Mapping[Any, list[Cell]]:
    """What stands for each key in a row, in the order of the columns of `keys_shown`."""
    wanted = {keys[number] for keys in sold}
    if dimension == Dimension.STORE:
        return {place.pk: [place.name, place.code] for place in places}
    if dimension == Dimension.CATEGORY:
        found = Category.objects.filter(pk__in=wanted)
        return {category.pk: [category.name, category.pk] for category in found}
    if dimension == Dimension.PRODUCT:
        products = Product.objects.filter(pk__in=wanted)
        return {product.pk: [product.name, product.pk, product.slug] for product in products}
    if dimension == Dimension.SKU:
        skus = Sku.objects.select_related("product").filter(pk__in=wanted)
        return {sku.pk: [sku.full_name, sku.code, sku.pk] for sku in skus}
    if dimension == Dimension.CLERK:
        people = User.objects.filter(pk__in=wanted)
        return {
            person.pk: [person.name or person.email, person.pk, person.email] for person in people
        }
    return {key: [key] for key in wanted}
