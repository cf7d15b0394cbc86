from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from backoffice.models import Heartbeat, LedgerCheck
from inventory.models import Sku
from inventory.queries.check import Drift, ledger_drift, ledger_is_guarded
from stores.models import Location

CHECKS_KEPT = timedelta(days=30)
MOST_FOUND = 20  # figures that a check names


def beat_heart(name: str) -> None:
    """Write down that a process of this name did some work just now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beaten_at": timezone.now()})


def check_ledger() -> LedgerCheck:
    """Recompute every stock figure from the ledger and write down how many differ."""
    drift, guarded = ledger_drift(), ledger_is_guarded()
    found = _told(drift[:MOST_FOUND])
    check = LedgerCheck.objects.create(drift=len(drift), found=found, guarded=guarded)
    LedgerCheck.objects.filter(checked_at__lt=check.checked_at - CHECKS_KEPT).delete()
    return check


def _told(drift: Sequence[Drift]) -> list[dict[str, str | int]]:
    """Each figure as a page names it: where, of what, what it says and what its rows say."""
    places = Location.objects.in_bulk({one.location_id for one in drift})
    skus = Sku.objects.in_bulk({one.sku_id for one in drift})
    return [
        {
            "place": places[one.location_id].name,
            "place_code": places[one.location_id].code,
            "sku": skus[one.sku_id].code,
            "says": one.says,
            "rows_say": one.rows_say,
        }
        for one in drift
        if one.location_id in places and one.sku_id in skus
    ]
