from celery import shared_task

from inventory.actions import alert_sweep, alerts, daily_digest, digest


@shared_task(name="inventory.review_alerts")
def review_alerts() -> None:
    alerts.review_all_alerts()


@shared_task(name="inventory.sweep_alerts")
def sweep_alerts() -> None:
    alert_sweep.sweep_alerts()


@shared_task(name="inventory.tell_alerts")
def tell_alerts() -> None:
    digest.tell_alerts()


@shared_task(name="inventory.send_daily_digests")
def send_daily_digests() -> None:
    daily_digest.send_daily_digests()
