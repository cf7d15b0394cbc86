"""Runs of reports are kept for as long as the company says, and then deleted, some at a time."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from backoffice.lib.retry import retrying
from backoffice.models import ReportDelivery, Snapshot, SnapshotQuerySet
from stores.models import Company

AT_ONCE = 50  # in one transaction


def sweep_old_snapshots() -> int:
    """Delete what is older than the company keeps; return how many."""
    before = timezone.now() - timedelta(days=Company.current().report_days)
    gone = 0
    while some := _forget_some(before):
        gone += some
    return gone


@retrying
@transaction.atomic
def _forget_some(before: datetime) -> int:
    locked = old_snapshots(before).select_for_update(of=("self",), skip_locked=True)
    ids = list(locked.values_list("pk", flat=True)[:AT_ONCE])
    Snapshot.objects.filter(pk__in=ids).delete()
    return len(ids)


def old_snapshots(before: datetime) -> SnapshotQuerySet:
    """Runs from before that moment, oldest first, but those that a schedule sent last."""
    later = ReportDelivery.objects.filter(
        schedule=OuterRef("schedule"), day__gt=OuterRef("day"), snapshot__isnull=False
    )
    sent_last = ReportDelivery.objects.filter(snapshot=OuterRef("pk"), schedule__isnull=False)
    runs = Snapshot.objects.filter(made_at__lt=before).exclude(state=Snapshot.State.WAITING)
    return runs.exclude(Exists(sent_last.exclude(Exists(later)))).order_by("made_at")
