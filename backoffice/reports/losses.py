"""The report of what went without being sold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.reports.definition import Definition, OneClick
from backoffice.reports.goods import (
    COLUMNS as KEY_COLUMNS,
)
from backoffice.reports.goods import (
    chosen,
    groupings,
    itself,
    keys_of,
    located,
)
from backoffice.reports.layout import Layout, found_in, table_of
from backoffice.reports.periods import Preset
from backoffice.reports.query import Compare, Query
from backoffice.reports.table import Column, Kind, Table, Words
from backoffice.templatetags.comptoir import money
from inventory.models import RestockLine, StockAdjustment
from inventory.queries.losses import losses
from stores.models import Location, Role

SHOWN = ("reason", "store", "article", "category", "person", "day", "week", "month")
OF_TRANSFERS = {
    "rejected": gettext_lazy("rejected on arrival: {reason}"),
    "written_off": gettext_lazy("never arrived: {reason}"),
}
REASONS: dict[str, Words] = {
    **{code: StockAdjustment.Reason(code).label for code in ("lost", "damaged", "found")},
    **{
        f"{fate}_{code}": format_lazy(words, reason=label)
        for fate, words in OF_TRANSFERS.items()
        for code, label in RestockLine.Reason.choices
    },
}
KEYS = {
    **KEY_COLUMNS,
    "reason": itself("reason", gettext_lazy("Reason"), Kind.WORD, words=REASONS),
}
COLUMNS = (
    Column("lost", gettext_lazy("Units lost"), Kind.NUMBER, totalled=True),
    Column("lost_cost", gettext_lazy("Lost, at cost"), Kind.MONEY, totalled=True),
    Column("found", gettext_lazy("Units found"), Kind.NUMBER, totalled=True),
    Column("found_cost", gettext_lazy("Found, at cost"), Kind.MONEY, totalled=True),
    Column("cost", gettext_lazy("Lost in all, at cost"), Kind.MONEY, totalled=True),
)
TITLE = gettext_lazy("Losses")


def run(places: Sequence[Location], query: Query) -> list[Table]:
    names = keys_of(query, "reason")
    keys = [column for name in names for column in KEYS[name]]
    layout = Layout(keys, COLUMNS, compared=("cost",))
    found = found_in(query, partial(losses, chosen(places, query), by=names))
    return [table_of("losses", TITLE, layout, found, drawn=("cost",))]


def headline(tables: list[Table], query: Query) -> str:
    """Such as `€123.40 lost in 5 locations`."""
    amount = {"amount": money(tables[0].amount("cost"))}
    return located(_("%(amount)s lost") % amount, tables[0])


DEFINITION = Definition(
    name="losses",
    title=gettext_lazy("Losses"),
    description=gettext_lazy("What was lost, damaged or never arrived, why, and who said so?"),
    icon="package-off",
    roles=(Role.MANAGER, Role.LOGISTICS),
    run=run,
    headline=headline,
    columns=(*(column for name in SHOWN for column in KEYS[name]), *COLUMNS),
    titles={"losses": TITLE},
    groupings=groupings(*SHOWN),
    filters=("store", "category", "product"),
    one_clicks=(
        OneClick(gettext_lazy("last month"), Preset.LAST_MONTH, Compare.BEFORE),
        OneClick(
            gettext_lazy("last month by location"),
            Preset.LAST_MONTH,
            group_by="store",
            then_by="reason",
        ),
    ),
    explanation=gettext_lazy(
        "Adjustments by hand but for goods received, and what transfers lost on their way to the"
        " location where it was expected, on the day it was written down, at today's cost."
    ),
)
