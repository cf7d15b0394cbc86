from backoffice.models.operations import Heartbeat, LedgerCheck
from backoffice.models.schedules import ReportDelivery
from backoffice.models.snapshots import Snapshot, SnapshotQuerySet

__all__ = ["Heartbeat", "LedgerCheck", "ReportDelivery", "Snapshot", "SnapshotQuerySet"]
