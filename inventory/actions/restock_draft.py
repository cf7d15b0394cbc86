"""What a store is about to ask for: a draft that several people may write, one line at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID, uuid4

from django.db import transaction

from backoffice.lib.errors import Busy
from backoffice.lib.fields import MAX_QUANTITY
from backoffice.lib.retry import retrying
from inventory.actions.asked import refuse_places, refuse_skus
from inventory.actions.stock import Quantity, SkuId
from inventory.errors import DraftFull, DraftSent
from inventory.models import RestockLine, RestockRequest
from stores.models import Location, User

MOST_LINES = 200
TRIES = 3
BY_HAND: Mapping[SkuId, Quantity] = MappingProxyType({})


@dataclass(frozen=True)
class Added:
    """How many lines were added to a draft, were there before, or found no room."""

    draft: RestockRequest
    added: int
    there: int
    left_out: int


@retrying
@transaction.atomic
def add_to_draft(
    store: Location,
    warehouse: Location,
    wanted: Mapping[SkuId, Quantity],
    *,
    by: User,
    suggested: Mapping[SkuId, Quantity] = BY_HAND,
) -> Added:
    """Add lines; a line that is there already stays as it is. `suggested` says what Comptoir proposed."""
    refuse_skus(wanted)
    draft = _open_draft(store, warehouse, by=by)
    there = set(draft.lines.values_list("sku_id", flat=True))
    fresh = [sku_id for sku_id in wanted if sku_id not in there]
    fits = fresh[: max(MOST_LINES - len(there), 0)]
    RestockLine.objects.bulk_create(
        RestockLine(
            request=draft, sku_id=sku_id, asked=wanted[sku_id], suggested=suggested.get(sku_id)
        )
        for sku_id in fits
    )
    return Added(draft, len(fits), len(wanted) - len(fresh), len(fresh) - len(fits))


@retrying
@transaction.atomic
def scan_into_draft(
    store: Location,
    warehouse: Location,
    sku_id: SkuId,
    *,
    units: Quantity,
    first: Quantity,
    by: User,
    suggested: Quantity | None = None,
) -> RestockLine:
    """Count one scan: the first of a SKU asks for `first`, each further one for `units` more."""
    refuse_skus([sku_id])
    draft = _open_draft(store, warehouse, by=by)
    line = draft.lines.filter(sku=sku_id).first()
    if line is None:
        if draft.lines.count() >= MOST_LINES:
            raise DraftFull(MOST_LINES)
        return draft.lines.create(sku_id=sku_id, asked=first, suggested=suggested)
    line.asked = min(line.asked + units, MAX_QUANTITY)
    line.save(update_fields=["asked"])
    return line


@retrying
@transaction.atomic
def change_draft(
    key: UUID, changed: Mapping[SkuId, Quantity], *, store: Location, note: str | None = None
) -> RestockRequest:
    """Write what a person changed of the draft that they saw: of each line its units; of what they
    left alone, a colleague's change stays."""
    draft = lock_draft(key, store=store)
    write_changes(draft, changed, note=note)
    return draft


@retrying
@transaction.atomic
def remove_from_draft(key: UUID, sku_id: SkuId, *, store: Location) -> RestockRequest:
    """Take a line off; taken off before, it stays off."""
    draft = lock_draft(key, store=store)
    draft.lines.filter(sku=sku_id).delete()
    return draft


@retrying
@transaction.atomic
def empty_draft(key: UUID, *, store: Location) -> None:
    """Throw the draft away."""
    lock_draft(key, store=store).delete()


def lock_draft(key: UUID, *, store: Location) -> RestockRequest:
    """The draft that a page showed, locked, if it is one still."""
    drafts = RestockRequest.objects.drafts().filter(key=key, store=store)
    draft = drafts.select_for_update(no_key=True).first()
    if draft is None:
        raise DraftSent
    return draft


def write_changes(
    draft: RestockRequest, changed: Mapping[SkuId, Quantity], *, note: str | None
) -> None:
    """Under the draft's lock: a line that a colleague took off meanwhile stays off."""
    lines = list(draft.lines.filter(sku__in=changed))
    for line in lines:
        line.asked = changed[line.sku_id]
    RestockLine.objects.bulk_update(lines, ["asked"])
    if note is not None and note != draft.note:
        draft.note = note
        draft.save(update_fields=["note"])


def _open_draft(store: Location, warehouse: Location, *, by: User) -> RestockRequest:
    """The draft of this store for this warehouse, locked; begun here, where there is none."""
    refuse_places(store, warehouse)
    drafts = RestockRequest.objects.drafts().filter(store=store, warehouse=warehouse)
    for _ in range(TRIES):
        if draft := drafts.select_for_update(no_key=True).first():
            return draft
        begun = RestockRequest(key=uuid4(), store=store, warehouse=warehouse, asked_by=by)
        begun.state = RestockRequest.State.DRAFT
        RestockRequest.objects.bulk_create([begun], ignore_conflicts=True)
    raise Busy
