from datetime import timedelta

from django.utils import timezone

from backoffice.models import Heartbeat, LedgerCheck
from inventory.queries.check import ledger_drift, ledger_is_guarded

CHECKS_KEPT = timedelta(days=30)


def beat_heart(name: str) -> None:
    """Write down that a process of this name did some work just now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beaten_at": timezone.now()})


def check_ledger() -> LedgerCheck:
    """Recompute every stock figure from the ledger and write down how many differ."""
    check = LedgerCheck.objects.create(drift=len(ledger_drift()), guarded=ledger_is_guarded())
    LedgerCheck.objects.filter(checked_at__lt=check.checked_at - CHECKS_KEPT).delete()
    return check
