from celery import shared_task

from backoffice.actions import deliveries, old_snapshots, snapshots


@shared_task(name="reports.plan_reports")
def plan_reports() -> None:
    deliveries.plan_reports()


@shared_task(name="reports.deliver_report")
def deliver_report(delivery_id: int) -> None:
    deliveries.deliver_report(delivery_id)


@shared_task(name="reports.sweep_reports")
def sweep_reports() -> None:
    deliveries.sweep_reports()


@shared_task(name="reports.make_snapshot")
def make_snapshot(snapshot_id: int) -> None:
    snapshots.make_snapshot(snapshot_id)


@shared_task(name="reports.sweep_snapshots")
def sweep_snapshots() -> None:
    snapshots.sweep_snapshots()


@shared_task(name="reports.sweep_old_snapshots")
def sweep_old_snapshots() -> None:
    old_snapshots.sweep_old_snapshots()
