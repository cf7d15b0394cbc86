"""The Celery app. The broker is a doorbell: what must happen is a row, which a worker closes."""

import os

from celery import Celery

from worker.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

app = Celery("comptoir")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    beat_schedule=SCHEDULE,
    timezone="UTC",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_time_limit=600,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=1,
    broker_transport_options={
        "visibility_timeout": 600,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 1,
        "socket_timeout": 30,
        "socket_keepalive": True,
        "health_check_interval": 10,
    },
    imports=[
        "worker.alerts",
        "worker.mail",
        "worker.operations",
        "worker.reports",
        "worker.restock",
        "worker.rules",
        "worker.shop",
        "worker.suggestions",
    ],
)
