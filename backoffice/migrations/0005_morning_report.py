import os
from datetime import time

from django.db import migrations
from django.db.models import F, Max
from django.utils import timezone

HOUR = int(os.environ.get("REPORT_HOUR") or 6)  # as it was set before schedules were rows


def make_morning_report(apps, schema_editor):
    """Yesterday's figures, every morning: to managers those of their stores, to head office all."""
    deliveries = apps.get_model("backoffice", "ReportDelivery").objects
    so_far = deliveries.aggregate(last=Max("due_at"))["last"] or timezone.now()
    schedule = apps.get_model("backoffice", "Schedule").objects.create(
        report="consolidated",
        query={"period": "yesterday", "compare": "before"},
        rule="FREQ=DAILY",
        at=time(HOUR),
        formats=["xlsx", "csv"],
        when_empty=True,
        active_since=so_far,
        planned_until=so_far,
    )
    recipients = apps.get_model("backoffice", "ScheduleRecipient").objects
    for role in ("manager", "head_office"):
        recipients.create(schedule=schedule, role=role)
    deliveries.update(schedule=schedule, next_attempt_at=F("due_at"))
    done = deliveries.exclude(done_at=None)
    done.filter(snapshot=None).update(state="no-right")
    done.exclude(snapshot=None).update(state="sent")


class Migration(migrations.Migration):
    dependencies = [("backoffice", "0004_schedules")]

    operations = [migrations.RunPython(make_morning_report, migrations.RunPython.noop)]
