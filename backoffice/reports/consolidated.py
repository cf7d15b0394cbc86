"""The consolidated report: sales of a period, stock now and open orders, per store and product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.lib.money import average
from backoffice.reports.definition import Definition, OneClick
from backoffice.reports.names import told_apart
from backoffice.reports.periods import ONE_DAY, Days, Preset
from backoffice.reports.query import Compare, Query
from backoffice.reports.sold import EVERYWHERE, SalesByPlace, SoldSkus, Sums, ended, sold_by_sku
from backoffice.reports.stock_now import NamedSku, Now, named_skus, now_at
from backoffice.reports.table import Cell, Chart, Column, Kind, Table, Words, percentage
from backoffice.reports.words import change_in_words
from backoffice.templatetags.comptoir import money
from stores.models import Location

BEST = 10
BEST_DAYS = 30
STORE = Column(
    "store", gettext_lazy("Store"), link="store", known_by="store_code", beside="store_code"
)
STORE_CODE = Column("store_code", gettext_lazy("Code"), Kind.CODE)
WAREHOUSE = Column("is_warehouse", "", Kind.REF)  # 1 for a logistics centre
REVENUE = Column("revenue", gettext_lazy("Revenue"), Kind.MONEY, totalled=True)
TICKETS = Column("tickets", gettext_lazy("Tickets"), Kind.NUMBER, totalled=True, link="receipts")
AVERAGE = Column("average_ticket", gettext_lazy("Average ticket"), Kind.MONEY, totalled=True)
UNITS = Column("units", gettext_lazy("Units"), Kind.NUMBER, totalled=True)
NOW = (
    Column(
        "stock_units", gettext_lazy("Stock now, units"), Kind.NUMBER, totalled=True, link="stock"
    ),
    Column("stock_value", gettext_lazy("Stock now, at cost"), Kind.MONEY, totalled=True),
    Column("open_orders", gettext_lazy("Open orders"), Kind.NUMBER, totalled=True, link="orders"),
    Column("orders_value", gettext_lazy("Open orders, value"), Kind.MONEY, totalled=True),
)
RANK = Column("rank", gettext_lazy("Rank"), Kind.NUMBER)
PRODUCT = Column(
    "product",
    gettext_lazy("Product"),
    link="product",
    known_by="product_code",
    beside="product_code",
)
PRODUCT_CODE = Column("product_code", gettext_lazy("Code"), Kind.CODE)
PRODUCT_ID = Column("product_id", "", Kind.REF)
SKU_ID = Column("sku_id", "", Kind.REF)
SOLD = Column("sold", gettext_lazy("Units"), Kind.NUMBER, totalled=True, link="sold")
BEST_SOLD = Column("best_sold", gettext_lazy("Units in 30 days"), Kind.NUMBER)
LEFT = Column("stock", gettext_lazy("Stock now, units"), Kind.NUMBER)
COMPARED = (REVENUE, TICKETS, UNITS)


def run(places: Sequence[Location], query: Query) -> list[Table]:
    """The stores, every product that was sold, most units first, and the best of 30 days."""
    counted = _Counted(places, query)
    return [counted.stores(), counted.products(), counted.best()]


@dataclass(frozen=True)
class Place:
    """What one place sold and has, or all of them together."""

    sold: Sums
    before: Sums
    now: Now

    def figures(self, *, compared: bool) -> list[Cell]:
        earlier: dict[str, Cell] = {"revenue": self.before.revenue, "tickets": self.before.tickets}
        earlier["units"] = self.before.units
        cells: list[Cell] = []
        for name in ("revenue", "tickets", "average_ticket", "units"):
            value = self.average_ticket if name == "average_ticket" else getattr(self.sold, name)
            cells.append(value)
            if compared and name in earlier:
                cells += [earlier[name], percentage(value, earlier[name])]
        return [*cells, *self.now]

    @property
    def average_ticket(self) -> Cell:
        return average(self.sold.revenue, self.sold.tickets)


class _Counted:
    """What the queries over whole stores found; `sold` is every SKU sold, most units first."""

    def __init__(self, places: Sequence[Location], query: Query) -> None:
        self.days, self.before = query.days, query.days_before
        self.places = {place.pk: place for place in places}
        best_days = Days(self.days.last - (BEST_DAYS - 1) * ONE_DAY, self.days.last)
        ranges = [self.days, best_days, ended(self.days), ended(best_days)]
        sales = SalesByPlace(self.places, [*ranges, *filter(None, [self.before])])
        self.sold, self.best_sold = sold_by_sku(self.places, [self.days, best_days], sales)
        self.sales = sales.over(self.days)
        self.sales_before = sales.over(self.before) if self.before else {}
        now = now_at(self.places)
        self.now = now.places
        self.skus = named_skus({*self.sold.sku_ids, *self.best_sold.sku_ids[:BEST]}, now.units)

    def at(self, place_id: int) -> Place:
        return Place(
            self.sales.get(place_id, Sums()),
            self.sales_before.get(place_id, Sums()),
            self.now.get(place_id, Now()),
        )

    def stores(self) -> Table:
        """A closed place that neither sold nor has anything is left out."""
        shown = [
            (place, figures)
            for place in sorted(self.places.values(), key=_stores_first)
            if (figures := self.at(place.pk)) != Place(Sums(), Sums(), Now()) or place.is_active
        ]
        compared = self.before is not None
        rows: list[list[Cell]] = [
            [place.name, place.code, int(_is_warehouse(place)), *figures.figures(compared=compared)]
            for place, figures in shown
        ]
        revenue = ("revenue", "revenue_before") if compared else ("revenue",)
        columns = (STORE, STORE_CODE, WAREHOUSE, *_figure_columns(compared=compared), *NOW)
        return Table(
            name="stores",
            title=TITLES["stores"],
            columns=columns,
            rows=told_apart(columns, rows),
            totals=[None, None, None, *self.at(EVERYWHERE).figures(compared=compared)],
            chart=Chart("bars", "store", revenue),
        )

    def products(self) -> Table:
        total = self.at(EVERYWHERE).sold
        return Table(
            name="products",
            title=TITLES["products"],
            columns=(PRODUCT, PRODUCT_CODE, PRODUCT_ID, SKU_ID, SOLD, REVENUE, LEFT),
            rows=[
                [sku.name, sku.code, sku.product_id, sku.pk, units, revenue, sku.stock]
                for sku, units, revenue in self._named(self.sold, len(self.sold))
            ],
            totals=[None, None, None, None, total.units, total.revenue, None],
        )

    def best(self) -> Table:
        """The best products of the thirty days that end with the period."""
        columns = (RANK, PRODUCT, PRODUCT_CODE, PRODUCT_ID, BEST_SOLD, REVENUE)
        rows: list[list[Cell]] = [
            [rank, sku.name, sku.code, sku.product_id, units, revenue]
            for rank, (sku, units, revenue) in enumerate(self._named(self.best_sold, BEST), 1)
        ]
        return Table(
            name="best",
            title=TITLES["best"],
            columns=columns,
            rows=told_apart(columns, rows),
            chart=Chart("bars", "product", ("best_sold",)),
        )

    def _named(self, sold: SoldSkus, most: int) -> list[tuple[NamedSku, Cell, Cell]]:
        rows = [sold[rank] for rank in range(min(most, len(sold)))]
        return [(self.skus[row.sku_id], row.units, row.revenue) for row in rows]


def _figure_columns(*, compared: bool) -> list[Column]:
    columns: list[Column] = []
    for column in (REVENUE, TICKETS, AVERAGE, UNITS):
        columns += column.compared() if compared and column in COMPARED else (column,)
    return columns


def _is_warehouse(place: Location) -> bool:
    return place.kind != Location.Kind.STORE


def _stores_first(place: Location) -> tuple[bool, str]:
    return (_is_warehouse(place), place.name.casefold())


def headline(tables: list[Table], query: Query) -> str:
    """The revenue and whose it is, such as `€12,345.67 in 5 stores (+4%)`."""
    stores = tables[0]
    place, warehouse, revenue = (stores.index(key) for key in ("store", "is_warehouse", "revenue"))
    names: dict[str, Any] = {"revenue": money(stores.amount("revenue"))}
    count = sum(not row[warehouse] for row in stores.rows)
    if len(stores.rows) == 1:
        text = _("%(revenue)s in %(store)s") % (names | {"store": stores.rows[0][place]})
    elif any(row[warehouse] and row[revenue] for row in stores.rows):
        text = ngettext(
            "%(revenue)s in %(count)s store and online",
            "%(revenue)s in %(count)s stores and online",
            count,
        ) % (names | {"count": count})
    else:
        text = ngettext(
            "%(revenue)s in %(count)s store", "%(revenue)s in %(count)s stores", count
        ) % (names | {"count": count})
    return text + change_in_words(stores, "revenue")


TITLES: dict[str, Words] = {
    "stores": gettext_lazy("Stores"),
    "products": gettext_lazy("Products"),
    "best": gettext_lazy("Best products"),
}
DEFINITION = Definition(
    name="consolidated",
    title=gettext_lazy("The chain at a glance"),
    title_of_one=gettext_lazy("%(place)s at a glance"),
    description=gettext_lazy(
        "What did each store sell, what does it have now, which products went best?"
    ),
    icon="building-store",
    run=run,
    headline=headline,
    columns=(
        STORE,
        STORE_CODE,
        WAREHOUSE,
        REVENUE,
        TICKETS,
        AVERAGE,
        UNITS,
        *NOW,
        RANK,
        PRODUCT,
        PRODUCT_CODE,
        PRODUCT_ID,
        SKU_ID,
        SOLD,
        BEST_SOLD,
        LEFT,
    ),
    titles=TITLES,
    one_clicks=(
        OneClick(gettext_lazy("Yesterday"), Preset.YESTERDAY, Compare.BEFORE),
        OneClick(gettext_lazy("Last week"), Preset.LAST_WEEK, Compare.BEFORE),
        OneClick(gettext_lazy("Last month"), Preset.LAST_MONTH, Compare.LAST_YEAR),
    ),
    explanation=gettext_lazy(
        "An order that is paid and not handed over yet is a promise: it stands beside the sales, and"
        " is not part of them. The best products are those of the 30 days that end with the period."
    ),
)
