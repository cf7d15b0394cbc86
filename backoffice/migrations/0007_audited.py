from django.db import migrations

from stores.audited import audited


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0006_deliveries_belong_to_schedules"),
        ("stores", "0011_audit_trail"),
    ]
    operations = [
        audited(
            "backoffice_schedule",
            "setting",
            label="coalesce(nullif(r.name, ''), r.report)",
            skip=["failures", "active_since", "planned_until", "next_run_at", "created_at"],
        ),
        audited(
            "backoffice_schedulerecipient",
            "setting",
            label="SELECT coalesce(nullif(s.name, ''), s.report)"
            " FROM backoffice_schedule s WHERE s.id = r.schedule_id",
            about=("backoffice_schedule", "r.schedule_id"),
        ),
    ]
