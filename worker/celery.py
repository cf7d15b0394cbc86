"""The Celery app. The broker is a doorbell: what must happen is a row, which a worker closes."""

import os
from typing import Any

from celery import Celery, Task

from backoffice.lib.acting import at_work, nobody
from worker.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")


class Work(Task):  # type: ignore[misc]
    """A task: what it writes is the worker's, unless an action is done in somebody's name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with at_work(nobody, way="worker", request=self.request.id or ""):
            return super().__call__(*args, **kwargs)


app = Celery("comptoir", task_cls=Work)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    beat_schedule=SCHEDULE,
    beat_scheduler="celery.beat:Scheduler",
    beat_enable_remote_control=True,
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
        "worker.places",
        "worker.reports",
        "worker.restock",
        "worker.rules",
        "worker.shop",
        "worker.suggestions",
    ],
)
