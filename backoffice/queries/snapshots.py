"""The reports that were mailed."""

from django.db.models import Prefetch

from backoffice.models import ReportDelivery, Snapshot, SnapshotQuerySet
from stores.models.location import LocationQuerySet


def sent_snapshots(locations: LocationQuerySet) -> SnapshotQuerySet:
    """The snapshots that count none but these places, newest first, without their figures; two
    queries with `deliveries`, the copies of their readers."""
    deliveries = ReportDelivery.objects.select_related("reader").order_by("pk")
    return (
        Snapshot.objects.within(locations)
        .defer("data")
        .select_related("made_by")
        .prefetch_related(Prefetch("deliveries", queryset=deliveries))
    )
