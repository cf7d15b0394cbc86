"""Lists of stored reports."""

from django.db.models import Prefetch

from backoffice.models import ReportDelivery, Snapshot, SnapshotQuerySet
from stores.models import User


def with_readers(reader: User) -> SnapshotQuerySet:
    """The snapshots that this person may see, newest first; two queries with `deliveries`, the copies
    that were mailed."""
    deliveries = ReportDelivery.objects.select_related("reader").order_by("pk")
    return (
        Snapshot.objects.visible_to(reader)
        .select_related("made_by")
        .prefetch_related(Prefetch("deliveries", queryset=deliveries))
    )
