"""The report of margin: what is left of the revenue after tax and the cost of the goods."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
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
    Column("net", gettext_lazy("Revenue without tax"), Kind.MONEY, totalled=True),
    Column("cost", gettext_lazy("Cost"), Kind.MONEY, totalled=True),
    Column("margin", gettext_lazy("Margin"), Kind.MONEY, totalled=True),
    Column("margin_rate", gettext_lazy("Margin rate"), Kind.PERCENT, totalled=True),
    Column("units", gettext_lazy("Units"), Kind.NUMBER, totalled=True),
)
TITLES: dict[str, Words] = {
    "groups": gettext_lazy("Margin"),
    "detail": gettext_lazy("Margin in detail"),
}
COMPARED = ("margin", "margin_rate")
SHAPE = Shape(FIGURES, COMPARED, COMPARED, "margin", TITLES)


def run(places: Sequence[Location], query: Query) -> list[Table]:
    return SoldTables(SHAPE, places, query).made()


def headline(tables: list[Table], query: Query) -> str:
    """Such as `€4,321.00 of margin in 5 locations (+4.2%)`."""
    amount = {"amount": money(tables[0].amount("margin"))}
    figure = located(_("%(amount)s of margin") % amount, tables[0])
    return figure + change_in_words(tables[0], "margin")


DEFINITION = Definition(
    name="margin",
    title=gettext_lazy("Margin"),
    description=gettext_lazy("What is left of the revenue after tax and the cost of the goods?"),
    icon="percentage",
    run=run,
    headline=headline,
    columns=(*keys_shown(DIMENSIONS), *FIGURES),
    titles=TITLES,
    groupings=groupings(*DIMENSIONS),
    filters=FILTERS,
    one_clicks=(
        OneClick(gettext_lazy("last month by category"), Preset.LAST_MONTH, group_by="category"),
        OneClick(gettext_lazy("this year by month"), Preset.THIS_YEAR, Compare.LAST_YEAR, "month"),
    ),
    is_long=is_long,
    explanation=gettext_lazy(
        "Margin is the revenue without tax, less what the goods cost; the cost of each line is that"
        " of the moment of its sale. The rate is the margin in per cent of the revenue without tax."
    ),
)
