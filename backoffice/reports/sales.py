"""The report of sales: revenue, tax, tickets, units and average ticket, by whatever tells them apart."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy

from backoffice.reports.definition import Definition, OneClick
from backoffice.reports.goods import groupings, keys_shown, located
from backoffice.reports.periods import Preset
from backoffice.reports.query import Compare, Query
from backoffice.reports.sold_tables import DIMENSIONS, FILTERS, Shape, SoldTables, is_long
from backoffice.reports.table import Column, Kind, Table, Words
from backoffice.reports.words import change_in_words
from backoffice.templatetags.comptoir import money
from stores.models import Location

FIGURES = (
    Column("revenue", gettext_lazy("Revenue"), Kind.MONEY, totalled=True),
    Column("tickets", gettext_lazy("Tickets"), Kind.NUMBER, totalled=True, link="receipts"),
    Column("average_ticket", gettext_lazy("Average ticket"), Kind.MONEY, totalled=True),
    Column("units", gettext_lazy("Units"), Kind.NUMBER, totalled=True),
    Column("tax", gettext_lazy("Tax"), Kind.MONEY, totalled=True),
)
TITLES: dict[str, Words] = {
    "groups": gettext_lazy("Sales"),
    "detail": gettext_lazy("Sales in detail"),
}
SHAPE = Shape(FIGURES, ("revenue", "tickets"), ("revenue", "units"), "revenue", TITLES)


def run(places: Sequence[Location], query: Query) -> list[Table]:
    return SoldTables(SHAPE, places, query).made()


def headline(tables: list[Table], query: Query) -> str:
    """Such as `€12,345.67 in 5 locations (+4.2%)`."""
    figure = located(money(tables[0].amount("revenue")), tables[0])
    return figure + change_in_words(tables[0], "revenue")


DEFINITION = Definition(
    name="sales",
    title=gettext_lazy("Sales"),
    description=gettext_lazy(
        "What was sold: where, when, what, by whom and through which channel?"
    ),
    icon="cash-register",
    run=run,
    headline=headline,
    columns=(*keys_shown(DIMENSIONS), *FIGURES),
    titles=TITLES,
    groupings=groupings(*DIMENSIONS),
    filters=FILTERS,
    one_clicks=(
        OneClick(gettext_lazy("last week by location"), Preset.LAST_WEEK, Compare.BEFORE),
        OneClick(gettext_lazy("this month by day"), Preset.THIS_MONTH, Compare.LAST_YEAR, "day"),
        OneClick(gettext_lazy("last 30 days by hour"), Preset.LAST_30_DAYS, group_by="hour"),
    ),
    is_long=is_long,
    explanation=gettext_lazy(
        "Revenue is with tax. A sale counts on the day and in the hour at its store; an online order"
        " counts when it is handed over. Tickets are not counted where articles are told apart,"
        " because one ticket has several. Days to compare with stand beside the day they are"
        " compared with."
    ),
)
