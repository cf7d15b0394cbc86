"""The report of what lies in stores and centres now, and for how long it lasts."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.queries.stock_value import stock_value
from backoffice.reports.definition import Definition, OneClick
from backoffice.reports.goods import (
    chosen,
    groupings,
    keys_of,
    keys_shown,
    located,
    many_places,
)
from backoffice.reports.layout import Found, Layout, table_of
from backoffice.reports.query import Query
from backoffice.reports.table import Column, Kind, Table
from backoffice.templatetags.comptoir import money
from stores.models import Location, Role

GROUPINGS = ("store", "category", "product", "article")
COLUMNS = (
    Column("articles", gettext_lazy("Articles"), Kind.NUMBER, totalled=True),
    Column("units", gettext_lazy("On hand"), Kind.NUMBER, totalled=True),
    Column("incoming", gettext_lazy("On the way"), Kind.NUMBER, totalled=True),
    Column("cost", gettext_lazy("Value at cost"), Kind.MONEY, totalled=True),
    Column("price", gettext_lazy("Value at price"), Kind.MONEY, totalled=True),
    Column("active", gettext_lazy("On sale, at cost"), Kind.MONEY, totalled=True),
    Column("inactive", gettext_lazy("Not on sale, at cost"), Kind.MONEY, totalled=True),
    Column("sold", gettext_lazy("Sold in 28 days"), Kind.NUMBER, totalled=True),
    Column("cover", gettext_lazy("Cover in days"), Kind.DAYS, totalled=True),
)
TITLE = gettext_lazy("Stock now")


def run(places: Sequence[Location], query: Query) -> list[Table]:
    names = keys_of(query, "store")
    layout = Layout(keys_shown(names), COLUMNS)
    found = Found(stock_value(chosen(places, query), by=names))
    return [table_of("stock", TITLE, layout, found, drawn=("cost", "price"))]


def headline(tables: list[Table], query: Query) -> str:
    """Such as `€12,345.67 of stock in 5 places`."""
    amount = {"amount": money(tables[0].amount("cost"))}
    return located(_("%(amount)s of stock") % amount, tables[0])


DEFINITION = Definition(
    name="stock",
    title=gettext_lazy("Stock"),
    description=gettext_lazy(
        "What lies where, what is it worth, and for how many days does it last?"
    ),
    icon="packages",
    roles=(Role.MANAGER, Role.LOGISTICS),
    run=run,
    headline=headline,
    columns=(*keys_shown(GROUPINGS), *COLUMNS),
    titles={"stock": TITLE},
    groupings=groupings(*GROUPINGS),
    filters=("store", "category", "product"),
    has_period=False,
    compares=False,
    one_clicks=(OneClick(gettext_lazy("by category"), group_by="category"),),
    is_long=many_places,
    explanation=gettext_lazy(
        "As it is at the moment of the report, at today's cost and price. Cover is what is on hand"
        " against what sold per day in the last 28 days, today included; what has not sold has none."
    ),
)
