"""Reads of policies: what each states, what it inherits, and from where."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from inventory.actions.policy import Scope
from inventory.actions.settle import FIELDS
from inventory.models import Category, Sku, StockPolicy
from stores.models import Location

STANDARD: dict[str, int | str | None] = {
    "reorder_point": 0,
    "target": 0,
    "maximum": 0,
    "basis": StockPolicy.Basis.LEVEL,
    "warehouse_id": None,
    "lead_days": 2,
    "review_days": 7,
}


@dataclass(frozen=True)
class Figure:
    """One field of a policy: its value, and the words of where it comes from (empty: stated here)."""

    label: str
    value: int | str | None
    shown: str
    origin: str

    @property
    def is_stated(self) -> bool:
        return not self.origin


type Figures = dict[str, Figure]


def labels() -> dict[str, str]:
    """The name of each field on the screen."""
    fields = {field.attname: field for field in StockPolicy._meta.concrete_fields}
    return {name: capfirst(str(fields[name].verbose_name)) for name in FIELDS}


def figures_of(rows: Sequence[StockPolicy]) -> list[Figures]:
    """What each of these policies states and inherits, in two queries for all of them."""
    chains = [_chain(Scope(row.location_id, row.category_id, row.sku_id), row.sku) for row in rows]
    known = _policies({scope for chain in chains for scope in chain})
    return [_resolve(chain, known) for chain in chains]


def figures_at(sku: Sku, place: Location) -> Figures:
    """What is stated for a SKU at a place, and what it inherits there."""
    chain = _chain(Scope(location_id=place.pk, sku_id=sku.pk), sku)
    return _resolve(chain, _policies(set(chain)))


def scope_in_words(
    place: Location | None, category: Category | None, sku: Sku | None
) -> tuple[str, str]:
    """What a policy is of, and where."""
    what = str(sku or category or _("Everything"))
    return what, place.name if place else _("every place")


def _chain(scope: Scope, sku: Sku | None) -> list[Scope]:
    """The scope itself and those that it inherits from, from narrow to wide."""
    category = sku.product.category_id if sku else scope.category_id
    whats: list[tuple[int | None, int | None]] = [(None, scope.sku_id)] if sku else []
    whats += [(category, None)] if category else []
    whats += [(None, None)]
    places = [scope.location_id, None] if scope.location_id else [None]
    return [Scope(place, of, one) for of, one in whats for place in places]


def _policies(scopes: set[Scope]) -> dict[Scope, StockPolicy]:
    skus = {scope.sku_id for scope in scopes} - {None}
    categories = {scope.category_id for scope in scopes} - {None}
    places = {scope.location_id for scope in scopes} - {None}
    rows = StockPolicy.objects.filter(
        Q(sku__in=skus) | Q(sku=None, category__in=categories) | Q(sku=None, category=None),
        Q(location__in=places) | Q(location=None),
    ).select_related("location", "category", "warehouse")
    return {Scope(row.location_id, row.category_id, row.sku_id): row for row in rows}


def _resolve(chain: Sequence[Scope], known: dict[Scope, StockPolicy]) -> Figures:
    names = labels()
    found = [(scope, known[scope]) for scope in chain if scope in known]
    return {name: _figure(name, names[name], chain[0], found) for name in FIELDS}


def _figure(
    name: str, label: str, here: Scope, found: Iterable[tuple[Scope, StockPolicy]]
) -> Figure:
    for scope, row in found:
        value = getattr(row, name)
        if value not in (None, ""):
            return Figure(label, value, _shown(name, value, row), _origin(scope, here, row))
    value = STANDARD[name]
    return Figure(label, value, _shown(name, value, None), _("standard"))


def _shown(name: str, value: Any, row: StockPolicy | None) -> str:
    shown: dict[str, Callable[[], str]] = {
        "basis": lambda: str(StockPolicy.Basis(value).label),
        "warehouse_id": lambda: str(row.warehouse) if row else _("the first one"),
        "maximum": lambda: str(value) if value else _("none"),
    }
    return shown.get(name, lambda: str(value))()


def _origin(scope: Scope, here: Scope, row: StockPolicy) -> str:
    if scope == here:
        return ""
    if scope.sku_id:
        return _("this SKU")
    if row.category and row.location:
        return _("%(category)s in %(place)s") % {"category": row.category, "place": row.location}
    return str(row.category or row.location or _("company"))
