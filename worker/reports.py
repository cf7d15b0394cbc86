from celery import shared_task

from backoffice.actions import reports


@shared_task(name="reports.plan_daily_reports")
def plan_daily_reports() -> None:
    reports.plan_daily_reports()


@shared_task(name="reports.make_report")
def make_report(delivery_id: int) -> None:
    reports.make_report(delivery_id)


@shared_task(name="reports.sweep_reports")
def sweep_reports() -> None:
    reports.sweep_reports()
