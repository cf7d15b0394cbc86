from celery import shared_task

from backoffice.actions import asked_letters, deliveries, old_snapshots, papers, snapshots


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


@shared_task(name="reports.draw_paper")
def draw_paper(paper_id: int) -> None:
    papers.draw_paper(paper_id)


@shared_task(name="reports.sweep_papers")
def sweep_papers() -> None:
    papers.sweep_papers()


@shared_task(name="reports.write_letter")
def write_letter(letter_id: int) -> None:
    asked_letters.write_letter(letter_id)


@shared_task(name="reports.sweep_letters")
def sweep_letters() -> None:
    asked_letters.sweep_letters()
