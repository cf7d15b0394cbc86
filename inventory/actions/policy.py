"""Stating how much of what a place should have: for the company, places, categories, SKUs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.db import transaction
from django.db.models import Q

from backoffice.lib.retry import retrying
from inventory.actions.locks import hold_new_levels
from inventory.actions.settle import FIELDS, Settled, foresee_policies, settle_policies
from inventory.errors import PoliciesContradict, TooManyPolicies
from inventory.models import PolicyChange, Sku, StockLevel, StockPolicy
from stores.models import Location, User

type Stated = Mapping[str, int | str | None]

MOST_SCOPES = 20_000  # rows that one change states
AT_ONCE = 2_000


@dataclass(frozen=True)
class Scope:
    """What a policy is of: a SKU, a category or everything, at one place or at every one."""

    location_id: int | None = None
    category_id: int | None = None
    sku_id: int | None = None


@retrying
@transaction.atomic
def state_policies(scopes: Collection[Scope], stated: Stated, *, by: User) -> int:
    """State these fields for each scope (`None`: inherit again); how many stock levels changed."""
    _refuse_too_many(scopes)
    hold_new_levels()
    rows = _rows_of(scopes)
    changes = [change for row in rows for change in _apply(row, stated, by)]
    _write(rows)
    PolicyChange.objects.bulk_create(changes, batch_size=AT_ONCE)
    settled = settle_policies(**_covered(scopes))
    _refuse_contradiction(settled)
    return settled.levels


def foresee(scopes: Collection[Scope], stated: Stated) -> int:
    """How many stock levels `state_policies` would change; it refuses what that would refuse."""
    _refuse_too_many(scopes)
    rows = _rows_of(scopes)
    for row in rows:
        for name, value in stated.items():
            setattr(row, name, _written(name, value))
    foreseen = foresee_policies(rows, **_covered(scopes))
    _refuse_contradiction(foreseen)
    return foreseen.levels


@retrying
@transaction.atomic
def set_thresholds(
    location: Location,
    sku_id: int,
    *,
    reorder_point: int | None,
    target: int | None,
    maximum: int | None = None,
    by: User,
) -> StockLevel:
    """Set when a place runs low of a SKU, and how much it wants and may have; `None` is inherited."""
    hold_new_levels()
    StockLevel.objects.get_or_create(location=location, sku_id=sku_id)
    here = [Scope(location_id=location.pk, sku_id=sku_id)]
    stated = {"reorder_point": reorder_point, "target": target, "maximum": maximum}
    state_policies(here, stated, by=by)
    return StockLevel.objects.get(location=location, sku_id=sku_id)


def _refuse_too_many(scopes: Collection[Scope]) -> None:
    if len(scopes) > MOST_SCOPES:
        raise TooManyPolicies(len(scopes), MOST_SCOPES)


def _refuse_contradiction(settled: Settled) -> None:
    if settled.contradictions:
        raise PoliciesContradict(settled.contradictions)


def _rows_of(scopes: Collection[Scope]) -> list[StockPolicy]:
    """The policy of each scope, a new one where there is none yet."""
    found: dict[Scope, StockPolicy] = {}
    for some in batched(sorted(set(scopes), key=str), AT_ONCE, strict=False):
        rows = StockPolicy.objects.filter(
            _one_of("location", some), _one_of("category", some), _one_of("sku", some)
        )
        found |= {Scope(row.location_id, row.category_id, row.sku_id): row for row in rows}
    return [
        found.get(scope)
        or StockPolicy(
            location_id=scope.location_id, category_id=scope.category_id, sku_id=scope.sku_id
        )
        for scope in dict.fromkeys(scopes)
    ]


def _one_of(name: str, scopes: Sequence[Scope]) -> Q:
    ids = {getattr(scope, f"{name}_id") for scope in scopes}
    named = Q(**{f"{name}__in": ids - {None}})
    return named | Q(**{name: None}) if None in ids else named


def _apply(row: StockPolicy, stated: Stated, by: User) -> list[PolicyChange]:
    """Write into the row what is stated; the history of what differs."""
    changes = []
    for name, value in stated.items():
        before, after = getattr(row, name), _written(name, value)
        if before != after:
            setattr(row, name, after)
            changes.append(
                PolicyChange(
                    location_id=row.location_id,
                    category_id=row.category_id,
                    sku_id=row.sku_id,
                    what=PolicyChange.What(name),
                    before=_in_words(before),
                    after=_in_words(after),
                    by=by,
                )
            )
    return changes


def _written(name: str, value: int | str | None) -> int | str | None:
    return value or "" if name == "basis" else value


def _in_words(value: int | str | None) -> str:
    return "" if value is None else str(value)


def _write(rows: Sequence[StockPolicy]) -> None:
    """Save the rows that state something, and take away those that don't."""
    full = [row for row in rows if any(getattr(row, name) not in (None, "") for name in FIELDS)]
    empty = {row.pk for row in rows if row.pk} - {row.pk for row in full}
    StockPolicy.objects.bulk_create([row for row in full if not row.pk], batch_size=AT_ONCE)
    StockPolicy.objects.bulk_update([row for row in full if row.pk], _columns(), batch_size=AT_ONCE)
    StockPolicy.objects.filter(pk__in=empty).delete()


def _columns() -> list[str]:
    return [name.removesuffix("_id") for name in FIELDS]


def _covered(scopes: Collection[Scope]) -> dict[str, Any]:
    """The SKUs and places whose levels these scopes can change; `None`: all."""
    skus: set[int] | None = {scope.sku_id for scope in scopes if scope.sku_id}
    categories = {scope.category_id for scope in scopes if scope.category_id}
    if any(scope.sku_id is None and scope.category_id is None for scope in scopes):
        skus = None
    elif categories:
        of_categories = Sku.objects.filter(product__category__in=categories).order_by()
        skus = (skus or set()) | set(of_categories.values_list("pk", flat=True))
    places = {scope.location_id for scope in scopes}
    return {"sku_ids": skus, "location_ids": None if None in places else places}
