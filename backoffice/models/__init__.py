from backoffice.models.operations import Heartbeat, LedgerCheck
from backoffice.models.schedules import (
    AskedLetter,
    ReportDelivery,
    Schedule,
    ScheduleRecipient,
    ScheduleRefusal,
)
from backoffice.models.snapshots import (
    Snapshot,
    SnapshotPaper,
    SnapshotQuerySet,
    SnapshotRows,
    SnapshotTable,
)

__all__ = [
    "AskedLetter",
    "Heartbeat",
    "LedgerCheck",
    "ReportDelivery",
    "Schedule",
    "ScheduleRecipient",
    "ScheduleRefusal",
    "Snapshot",
    "SnapshotPaper",
    "SnapshotQuerySet",
    "SnapshotRows",
    "SnapshotTable",
]
