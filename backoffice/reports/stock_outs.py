"""The report of what was out of stock, and of the sales that it cost."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.reports.definition import Definition, OneClick
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
from backoffice.reports.periods import Preset
from backoffice.reports.query import Compare, Query
from backoffice.reports.table import Column, Kind, Table
from backoffice.templatetags.comptoir import money
from inventory.queries.stock_outs import stock_outs
from stores.models import Location, Role

SHOWN = ("article", "store", "category")
COLUMNS = (
    Column("times", gettext_lazy("Stock-outs"), Kind.NUMBER, totalled=True),
    Column("lasting", gettext_lazy("Still out"), Kind.NUMBER, totalled=True),
    Column("days", gettext_lazy("Days out of stock"), Kind.DAYS, totalled=True),
    Column("per_day", gettext_lazy("Sold per day before"), Kind.DECIMAL),
    Column("units", gettext_lazy("Units lost, estimated"), Kind.DECIMAL, totalled=True),
    Column("value", gettext_lazy("Sales lost, estimated"), Kind.MONEY, totalled=True),
)
TITLE = gettext_lazy("Out of stock")


def run(places: Sequence[Location], query: Query) -> list[Table]:
    names, goods = keys_of(query, EACH), chosen(places, query)
    layout = Layout(keys_shown(names), COLUMNS, compared=("times", "value"))
    days, before = query.days, query.days_before
    earlier = stock_outs(goods, before.first, before.last, by=names) if before else None
    found = Found(stock_outs(goods, days.first, days.last, by=names), earlier)
    return [table_of("stock_outs", TITLE, layout, found, drawn=("value",))]


def headline(tables: list[Table], query: Query) -> str:
    """Such as `€456.00 of sales lost in 5 locations`."""
    amount = {"amount": money(tables[0].amount("value"))}
    return located(_("%(amount)s of sales lost") % amount, tables[0])


DEFINITION = Definition(
    name="stock-outs",
    title=gettext_lazy("Stock-outs and lost sales"),
    description=gettext_lazy("What was out of stock, for how long, and which sales did it cost?"),
    icon="basket-off",
    roles=(Role.MANAGER, Role.LOGISTICS),
    run=run,
    headline=headline,
    columns=(*keys_shown(SHOWN), *COLUMNS),
    titles={"stock_outs": TITLE},
    groupings=groupings(EACH, "article", "store", "category"),
    filters=("store", "category", "product"),
    one_clicks=(
        OneClick(gettext_lazy("last week"), Preset.LAST_WEEK, Compare.BEFORE),
        OneClick(gettext_lazy("last month by location"), Preset.LAST_MONTH, group_by="store"),
    ),
    is_long=many_places,
    explanation=gettext_lazy(
        "Lost sales are an estimate: the time between the alert “out of stock” and its end, to the"
        " minute and as far as it lies in the period, times what sold there per day in the 28 days"
        " before it ran out, at today's price. What had not sold in these days loses nothing."
    ),
)
