"""The report of online orders: promises that were made, paid, kept or cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from backoffice.reports.definition import Definition, OneClick
from backoffice.reports.goods import groupings, itself, keys_of, keys_shown, located
from backoffice.reports.layout import Found, Layout, found_in, table_of
from backoffice.reports.periods import Preset
from backoffice.reports.query import Compare, Query
from backoffice.reports.table import Column, Kind, Table, Words
from backoffice.templatetags.comptoir import money
from shop.figures import cancelled_orders, open_orders, order_figures
from shop.models import Order
from stores.models import Location

GROUPINGS = ("store", "day", "week", "month")
COLUMNS = (
    Column("placed", pgettext_lazy("orders", "Placed"), Kind.NUMBER, totalled=True),
    Column("placed_value", pgettext_lazy("orders", "Placed, value"), Kind.MONEY, totalled=True),
    Column("paid", pgettext_lazy("orders", "Paid"), Kind.NUMBER, totalled=True),
    Column("paid_value", pgettext_lazy("orders", "Paid, value"), Kind.MONEY, totalled=True),
    Column("handed", gettext_lazy("Handed over"), Kind.NUMBER, totalled=True),
    Column("handed_value", gettext_lazy("Handed over, value"), Kind.MONEY, totalled=True),
    Column("cancelled", pgettext_lazy("orders", "Cancelled"), Kind.NUMBER, totalled=True),
    Column(
        "cancelled_value", pgettext_lazy("orders", "Cancelled, value"), Kind.MONEY, totalled=True
    ),
    Column("median", gettext_lazy("Usual hours to hand over"), Kind.DECIMAL, totalled=True),
    Column("most", gettext_lazy("Hours for 9 in 10"), Kind.DECIMAL, totalled=True),
)
OPEN_COLUMNS = (
    Column("open", gettext_lazy("To hand over"), Kind.NUMBER, totalled=True),
    Column("open_value", gettext_lazy("To hand over, value"), Kind.MONEY, totalled=True),
    Column("unpaid", gettext_lazy("Not paid yet"), Kind.NUMBER, totalled=True),
    Column("unpaid_value", gettext_lazy("Not paid yet, value"), Kind.MONEY, totalled=True),
    Column("since", gettext_lazy("Oldest paid on"), Kind.DAY, totalled=True),
)
CAUSE = itself(
    "cause", gettext_lazy("Why it was cancelled"), Kind.WORD, words=dict(Order.Cause.choices)
)
CAUSE_COLUMNS = (
    Column("orders", gettext_lazy("Orders"), Kind.NUMBER, totalled=True),
    Column("value", gettext_lazy("Value"), Kind.MONEY, totalled=True),
)
COMPARED = ("placed", "placed_value", "handed_value", "median")
TITLES: dict[str, Words] = {
    "orders": gettext_lazy("What became of orders"),
    "open": gettext_lazy("Open orders now"),
    "causes": gettext_lazy("Cancelled orders"),
}


def run(places: Sequence[Location], query: Query) -> list[Table]:
    ids, names, days = [place.pk for place in places], keys_of(query, "store"), query.days
    layout = Layout(keys_shown(names), COLUMNS, compared=COMPARED)
    found = found_in(query, partial(order_figures, ids, by=names))
    drawn = ("placed_value", "handed_value")
    still_open = Layout(keys_shown(["store"]), OPEN_COLUMNS)
    causes = Found(cancelled_orders(ids, days.first, days.last))
    return [
        table_of("orders", TITLES["orders"], layout, found, drawn=drawn),
        table_of("open", TITLES["open"], still_open, Found(open_orders(ids))),
        table_of("causes", TITLES["causes"], Layout(CAUSE, CAUSE_COLUMNS), causes),
    ]


def headline(tables: list[Table], query: Query) -> str:
    """Such as `€1,234.00 handed over in 5 locations`."""
    amount = {"amount": money(tables[0].amount("handed_value"))}
    return located(_("%(amount)s handed over") % amount, tables[0])


DEFINITION = Definition(
    name="orders",
    title=gettext_lazy("Online orders"),
    description=gettext_lazy("What was ordered, paid, handed over, cancelled, and how soon?"),
    icon="world-www",
    run=run,
    headline=headline,
    columns=(*keys_shown(GROUPINGS), *COLUMNS, *OPEN_COLUMNS, *CAUSE, *CAUSE_COLUMNS),
    titles=TITLES,
    groupings=groupings(*GROUPINGS),
    one_clicks=(
        OneClick(gettext_lazy("last week"), Preset.LAST_WEEK, Compare.BEFORE),
        OneClick(gettext_lazy("this month by day"), Preset.THIS_MONTH, group_by="day"),
    ),
    explanation=gettext_lazy(
        "An order is a promise, a sale is a fact: each step counts on the day it was taken, and what"
        " was handed over in the period is what the sales report calls online sales. Open orders are"
        " as they are at the moment of the report."
    ),
)
