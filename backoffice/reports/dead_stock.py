"""The report of goods that lie and don't sell."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.queries.dead_stock import dead_stock
from backoffice.reports.definition import Choices, Definition, OneClick
from backoffice.reports.goods import (
    EACH,
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

UNSOLD = Choices(
    gettext_lazy("Nothing sold for"),
    {
        "30": gettext_lazy("30 days"),
        "60": gettext_lazy("60 days"),
        "90": gettext_lazy("90 days"),
        "180": gettext_lazy("180 days"),
    },
    default="90",
)
SHOWN = ("article", "store", "category")
COLUMNS = (
    Column("articles", gettext_lazy("Articles"), Kind.NUMBER, totalled=True),
    Column("units", gettext_lazy("On hand"), Kind.NUMBER, totalled=True),
    Column("sold_on", gettext_lazy("Last sold"), Kind.DAY),
    Column("since", gettext_lazy("Lies since"), Kind.DAY),
    Column("days", gettext_lazy("Days"), Kind.DAYS),
    Column("cost", gettext_lazy("Value at cost"), Kind.MONEY, totalled=True),
    Column("price", gettext_lazy("Value at price"), Kind.MONEY, totalled=True),
)
TITLE = gettext_lazy("Dead stock")


def run(places: Sequence[Location], query: Query) -> list[Table]:
    names = keys_of(query, EACH)
    layout = Layout(keys_shown(names), COLUMNS)
    wanted = query.only("unsold")
    days = int(wanted if wanted in UNSOLD.options else UNSOLD.default)
    found = Found(dead_stock(chosen(places, query), days, by=names))
    return [table_of("dead_stock", TITLE, layout, found, drawn=("cost",))]


def headline(tables: list[Table], query: Query) -> str:
    """Such as `€1,234.50 that doesn't sell in 5 locations`."""
    amount = {"amount": money(tables[0].amount("cost"))}
    return located(_("%(amount)s that doesn't sell") % amount, tables[0])


DEFINITION = Definition(
    name="dead-stock",
    title=gettext_lazy("Dead stock"),
    description=gettext_lazy("What lies and doesn't sell, since when, and what is it worth?"),
    icon="zzz",
    roles=(Role.MANAGER, Role.LOGISTICS),
    run=run,
    headline=headline,
    columns=(*keys_shown(SHOWN), *COLUMNS),
    titles={"dead_stock": TITLE},
    groupings=groupings(EACH, "article", "store", "category"),
    filters=("store", "category", "product"),
    choices={"unsold": UNSOLD},
    has_period=False,
    compares=False,
    one_clicks=(OneClick(gettext_lazy("by location"), group_by="store"),),
    is_long=many_places,
    explanation=gettext_lazy(
        "What is on hand now and sold nothing there for so many days. It lies since it last sold or"
        " was last out of stock, whichever is later; what never sold, since it first came. Values"
        " are at today's cost and price."
    ),
)
