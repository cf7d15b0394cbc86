from backoffice.models.operations import Heartbeat, LedgerCheck
from backoffice.models.schedules import (
    ReportDelivery,
    Schedule,
    ScheduleRecipient,
    ScheduleRefusal,
)
from backoffice.models.snapshots import Snapshot, SnapshotQuerySet, SnapshotRows, SnapshotTable

__all__ = [
    "Heartbeat",
    "LedgerCheck",
    "ReportDelivery",
    "Schedule",
    "ScheduleRecipient",
    "ScheduleRefusal",
    "Snapshot",
    "SnapshotQuerySet",
    "SnapshotRows",
    "SnapshotTable",
]
