"""What reports of goods and orders have in common: their groups, their filters, their tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.lib.grouped import Grouped, Row
from backoffice.lib.money import ZERO
from backoffice.reports.query import Query
from backoffice.reports.table import Cell, Chart, Column, Kind, Table, Words, percentage
from inventory.models import Category, Sku
from inventory.queries.report_keys import Chosen
from stores.models import Location

MANY_PLACES = 20
EACH = "each"  # each article in each place: two keys in one
NOTHING: Mapping[Kind, Cell] = {Kind.NUMBER: 0, Kind.MONEY: ZERO}  # of what is no longer there
CHANGING = (Kind.NUMBER, Kind.MONEY, Kind.DECIMAL)
COLUMNS: Mapping[str, tuple[Column, ...]] = {  # that show a key, in the order of its cells
    "store": (
        Column("store", gettext_lazy("Location"), link="store"),
        Column("store_code", "", Kind.REF),
    ),
    "warehouse": (Column("warehouse", gettext_lazy("Logistics centre")),),
    "category": (Column("category", gettext_lazy("Category")),),
    "product": (
        Column("product", gettext_lazy("Product"), link="product"),
        Column("product_id", "", Kind.REF),
    ),
    "article": (
        Column("article", gettext_lazy("Article"), link="sku"),
        Column("code", gettext_lazy("Code"), Kind.CODE),
        Column("sku_id", "", Kind.REF),
    ),
    "person": (Column("person", gettext_lazy("By")),),
    "day": (Column("day", gettext_lazy("Day"), Kind.DAY),),
    "week": (Column("week", gettext_lazy("Week"), Kind.WEEK),),
    "month": (Column("month", gettext_lazy("Month"), Kind.MONTH),),
    "channel": (Column("channel", gettext_lazy("Channel"), Kind.CHANNEL),),
    "clerk": (Column("clerk", gettext_lazy("Clerk")),),
    "hour": (Column("hour", gettext_lazy("Hour"), Kind.HOUR),),
}
GROUPINGS: Mapping[str, Words] = {
    "store": gettext_lazy("location"),
    "warehouse": gettext_lazy("logistics centre"),
    "category": gettext_lazy("category"),
    "product": gettext_lazy("product"),
    "article": gettext_lazy("article"),
    EACH: gettext_lazy("article and location"),
    "person": gettext_lazy("person"),
    "reason": gettext_lazy("reason"),
    "day": gettext_lazy("day"),
    "week": gettext_lazy("week"),
    "month": gettext_lazy("month"),
    "channel": gettext_lazy("channel"),
    "clerk": gettext_lazy("clerk"),
    "hour": gettext_lazy("hour"),
}


def many_places(places: Sequence[Location], query: Query) -> bool:
    """Each place has a level of every article: from so many on, reading them takes a while."""
    return len(places) > MANY_PLACES


def groupings(*names: str) -> dict[str, Words]:
    return {name: GROUPINGS[name] for name in names}


def keys_of(query: Query, usual: str) -> list[str]:
    """What the rows are grouped by; by what is usual where nothing was asked."""
    asked = query.groups or (usual,)
    single = [key for name in asked for key in (("article", "store") if name == EACH else (name,))]
    return list(dict.fromkeys(single))


def chosen(places: Iterable[Location], query: Query) -> Chosen:
    """The goods that the filters ask for; a category or product that doesn't exist has none."""
    slugs, codes = query.wanted("category"), query.wanted("product")
    categories = Category.objects.filter(slug__in=slugs).values_list("pk", flat=True)
    skus = Sku.objects.filter(code__in=codes).values_list("pk", flat=True)
    return Chosen(
        [place.pk for place in places],
        categories=list(categories) if slugs else None,
        skus=list(skus) if codes else None,
    )


@dataclass(frozen=True)
class Layout:
    """The columns of a table: those of its keys and of its figures in the order in which the database
    answers, and which figures stand beside their earlier ones."""

    keys: Sequence[Column]
    figures: Sequence[Column]
    compared: Sequence[str] = ()

    @property
    def columns(self) -> list[Column]:
        shown = [column for figure in self.figures for column in self._shown(figure)]
        return [*self.keys, *shown]

    def _shown(self, figure: Column) -> tuple[Column, ...]:
        """Of a rate or a time, the earlier one says enough."""
        if figure.key not in self.compared:
            return (figure,)
        return figure.compared() if figure.kind in CHANGING else (figure, figure.before())

    def cells(self, now: Row, before: Row | None) -> Row:
        """The figures of one row, and beside them the earlier ones; None: there is nothing to say."""
        cells: Row = []
        for number, figure in enumerate(self.figures):
            shown = self._shown(figure)
            earlier = before[number] if before else None
            beside = [earlier, percentage(now[number], earlier)]
            cells += [now[number], *beside[: len(shown) - 1]]
        return cells

    @property
    def is_by_time(self) -> bool:
        return any(key.kind in (Kind.DAY, Kind.WEEK, Kind.MONTH) for key in self.keys)


def table_of(
    name: str,
    title: Words,
    layout: Layout,
    found: Grouped,
    *,
    earlier: Grouped | None = None,
    chart: Chart | None = None,
) -> Table:
    """The rows of the database as a table. What was only there earlier has a row as well; days and
    months have no earlier ones of their own, their total has."""
    layout = layout if earlier else replace(layout, compared=())
    count = len(layout.keys)
    before = {
        tuple(row[:count]): row[count:]
        for row in (earlier.rows if earlier and not layout.is_by_time else [])
    }
    rows = [
        [*row[:count], *layout.cells(row[count:], before.pop(tuple(row[:count]), None))]
        for row in found.rows
    ]
    nothing = [NOTHING.get(figure.kind) for figure in layout.figures]
    rows += [[*key, *layout.cells(nothing, figures)] for key, figures in before.items()]
    columns = tuple(layout.columns)
    totals = [None] * count + layout.cells(found.total, earlier.total if earlier else None)
    said: list[Cell] = [
        cell if column.totalled else None for cell, column in zip(totals, columns, strict=True)
    ]
    return Table(name, title, columns, rows, said, chart)


def keys_shown(names: Iterable[str]) -> list[Column]:
    return [column for name in names for column in COLUMNS[name]]


def located(figure: str, table: Table) -> str:
    """The figure and where it is, as far as the rows say it: such as `€12.50 in Lyon`."""
    if all(column.key != "store" for column in table.columns):
        return figure
    names = {row[table.index("store")] for row in table.rows}
    if len(names) == 1:
        return _("%(figure)s in %(store)s") % {"figure": figure, "store": names.pop()}
    text = ngettext(
        "%(figure)s in %(count)s location", "%(figure)s in %(count)s locations", len(names)
    )
    return text % {"figure": figure, "count": len(names)}
