"""What reports have in common: by what they group, which goods they count, and where these are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.reports.query import Query
from backoffice.reports.table import Column, Kind, Table, Words
from inventory.models import Category, Sku
from inventory.queries.report_keys import Chosen
from stores.models import Location

MANY_PLACES = 20
EACH = "each"  # each article in each place: two keys in one


def itself(
    key: str, label: Words, kind: Kind, words: Mapping[str, Words] | None = None
) -> tuple[Column]:
    """A key whose words are enough to know it by."""
    return (Column(key, label, kind, words=words, known_by=key),)


def person(key: str, label: Words) -> tuple[Column, ...]:
    """Two people may have one name: their addresses tell them apart."""
    pk, email = f"{key}_id", f"{key}_email"
    named = Column(key, label, known_by=pk, beside=email)
    return named, Column(pk, "", Kind.REF), Column(email, "", Kind.REF)


COLUMNS: Mapping[str, tuple[Column, ...]] = {  # that show a key, in the order of its cells
    "store": (
        Column(
            "store",
            gettext_lazy("Location"),
            link="store",
            known_by="store_code",
            beside="store_code",
        ),
        Column("store_code", "", Kind.REF),
    ),
    "warehouse": (
        Column(
            "warehouse",
            gettext_lazy("Logistics centre"),
            known_by="warehouse_code",
            beside="warehouse_code",
        ),
        Column("warehouse_code", "", Kind.REF),
    ),
    "category": (
        Column("category", gettext_lazy("Category"), known_by="category_id"),
        Column("category_id", "", Kind.REF),
    ),
    "product": (
        Column(
            "product",
            gettext_lazy("Product"),
            link="product",
            known_by="product_id",
            beside="product_address",
        ),
        Column("product_id", "", Kind.REF),
        Column("product_address", "", Kind.REF),
    ),
    "article": (
        Column("article", gettext_lazy("Article"), link="sku", known_by="sku_id", beside="code"),
        Column("code", gettext_lazy("Code"), Kind.CODE),
        Column("sku_id", "", Kind.REF),
    ),
    "person": person("person", gettext_lazy("By")),
    "day": itself("day", gettext_lazy("Day"), Kind.DAY),
    "week": itself("week", gettext_lazy("Week"), Kind.WEEK),
    "month": itself("month", gettext_lazy("Month"), Kind.MONTH),
    "channel": itself("channel", gettext_lazy("Channel"), Kind.CHANNEL),
    "clerk": person("clerk", gettext_lazy("Clerk")),
    "hour": itself("hour", gettext_lazy("Hour"), Kind.HOUR),
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


def keys_shown(names: Iterable[str]) -> list[Column]:
    return [column for name in names for column in COLUMNS[name]]


def located(figure: str, table: Table) -> str:
    """The figure and where it is, as far as the rows say it: such as `€12.50 in Lyon`."""
    if not table.has("store"):
        return figure
    names = {row[table.index("store_code")]: row[table.index("store")] for row in table.rows}
    if len(names) == 1:
        [name] = names.values()
        return _("%(figure)s in %(store)s") % {"figure": figure, "store": name}
    text = ngettext(
        "%(figure)s in %(count)s location", "%(figure)s in %(count)s locations", len(names)
    )
    return text % {"figure": figure, "count": len(names)}
