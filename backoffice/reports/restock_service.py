"""The report of how well stores are served: asked against approved, sent and received."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from backoffice.reports.definition import Definition, OneClick
from backoffice.reports.goods import chosen, groupings, itself, keys_of, keys_shown
from backoffice.reports.layout import Found, Layout, found_in, table_of
from backoffice.reports.periods import Preset
from backoffice.reports.query import Compare, Query
from backoffice.reports.table import Column, Kind, Table, Words
from backoffice.templatetags.figures import figure
from inventory.models import RestockLine
from inventory.queries.restock_service import OF_LINES, restock_cuts, restock_service
from stores.models import Location, Role

GROUPINGS = ("store", "warehouse", "category", "article", "day", "week", "month")
OF_EACH_LINE = (
    Column("lines", gettext_lazy("Lines"), Kind.NUMBER, totalled=True),
    Column("asked", gettext_lazy("Asked"), Kind.NUMBER, totalled=True),
    Column("approved", gettext_lazy("Approved"), Kind.NUMBER, totalled=True),
    Column("sent", pgettext_lazy("units", "Sent"), Kind.NUMBER, totalled=True),
    Column("received", pgettext_lazy("units", "Received"), Kind.NUMBER, totalled=True),
    Column("open", gettext_lazy("Still to come"), Kind.NUMBER, totalled=True),
    Column("fill", gettext_lazy("Received of asked"), Kind.PERCENT, totalled=True),
    Column("whole", gettext_lazy("Lines received whole"), Kind.NUMBER, totalled=True),
    Column("line_fill", gettext_lazy("Whole lines"), Kind.PERCENT, totalled=True),
)
OF_REQUESTS = (
    Column("requests", gettext_lazy("Requests"), Kind.NUMBER, totalled=True),
    Column("late", gettext_lazy("Late"), Kind.NUMBER, totalled=True),
    Column("median", gettext_lazy("Usual wait in days"), Kind.DAYS, totalled=True),
    Column("most", gettext_lazy("Days for 9 in 10"), Kind.DAYS, totalled=True),
)
STEPS: dict[str, Words] = {
    "refused": gettext_lazy("refused"),
    "approved": gettext_lazy("less approved than asked"),
    "received": gettext_lazy("less received than sent"),
}
REASONS: dict[str, Words] = dict(RestockLine.Reason.choices)
LESS_KEYS = (
    *itself("step", gettext_lazy("What happened"), Kind.WORD, words=STEPS),
    *itself("reason", gettext_lazy("Reason"), Kind.WORD, words=REASONS),
)
LESS_FIGURES = (
    Column("less_lines", gettext_lazy("Lines"), Kind.NUMBER, totalled=True),
    Column("less_units", gettext_lazy("Units less"), Kind.NUMBER, totalled=True),
    Column("less_cost", gettext_lazy("Value at cost"), Kind.MONEY, totalled=True),
)
COMPARED = ("asked", "fill", "median")
TITLES: dict[str, Words] = {
    "service": gettext_lazy("Asked against received"),
    "less": gettext_lazy("Why it was less"),
}


def run(places: Sequence[Location], query: Query) -> list[Table]:
    names, goods = keys_of(query, "store"), chosen(places, query)
    figures = OF_EACH_LINE if set(names) & set(OF_LINES) else (*OF_EACH_LINE, *OF_REQUESTS)
    layout = Layout(keys_shown(names), figures, compared=COMPARED)
    found = found_in(query, partial(restock_service, goods, by=names))
    less = Found(restock_cuts(goods, query.days.first, query.days.last))
    return [
        table_of("service", TITLES["service"], layout, found, drawn=("asked", "received")),
        table_of("less", TITLES["less"], Layout(LESS_KEYS, LESS_FIGURES), less),
    ]


def headline(tables: list[Table], query: Query) -> str:
    """Such as `96.5% of 1,200 units received`."""
    asked, fill = (tables[0].total(key) for key in ("asked", "fill"))
    if not isinstance(asked, int) or not isinstance(fill, Decimal):
        return _("nothing asked")
    return _("%(percent)s%% of %(asked)s units received") % {
        "percent": figure(fill),
        "asked": figure(asked),
    }


DEFINITION = Definition(
    name="restock-service",
    title=gettext_lazy("Restock service"),
    description=gettext_lazy("How much of what stores ask for do they get, and how soon?"),
    icon="truck-delivery",
    roles=(Role.MANAGER, Role.LOGISTICS),
    run=run,
    headline=headline,
    columns=(
        *keys_shown(GROUPINGS),
        *OF_EACH_LINE,
        *OF_REQUESTS,
        *LESS_KEYS,
        *LESS_FIGURES,
    ),
    titles=TITLES,
    groupings=groupings(*GROUPINGS),
    filters=("store", "category", "product"),
    one_clicks=(
        OneClick(gettext_lazy("last week"), Preset.LAST_WEEK, Compare.BEFORE),
        OneClick(gettext_lazy("last month by article"), Preset.LAST_MONTH, group_by="article"),
    ),
    explanation=gettext_lazy(
        "Requests count on the day they were asked; those that were withdrawn are left out. The"
        " wait is from asked to received, of what has arrived: the usual one is the median. Late is"
        " what came after its transfer expected it, or should be here by now."
    ),
)
