import datetime

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0003_ledger_checks"),
        ("stores", "0008_rights_have_a_history"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Schedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=80, verbose_name="name")),
                ("report", models.CharField(max_length=40, verbose_name="report")),
                ("query", models.JSONField(default=dict)),
                ("rule", models.CharField(max_length=120)),
                ("at", models.TimeField(default=datetime.time(6, 0), verbose_name="time of day")),
                ("formats", models.JSONField(default=list)),
                (
                    "when_empty",
                    models.BooleanField(
                        default=False, verbose_name="also when there is nothing to report"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "active"),
                            ("paused", "paused"),
                            ("stopped", "stopped"),
                        ],
                        db_index=True,
                        default="active",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "stopped_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("person", "Somebody stopped it."),
                            ("failures", "It failed five times in a row."),
                            ("owner-closed", "The account of the person it belongs to is closed."),
                            (
                                "owner-right",
                                "The person it belongs to may not see this report any more.",
                            ),
                        ],
                        max_length=12,
                    ),
                ),
                ("stopped_at", models.DateTimeField(null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("active_since", models.DateTimeField(default=django.utils.timezone.now)),
                ("planned_until", models.DateTimeField(default=django.utils.timezone.now)),
                ("next_run_at", models.DateTimeField(null=True, verbose_name="next run")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ScheduleRecipient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("clerk", "clerk"),
                            ("manager", "manager"),
                            ("logistics", "logistics"),
                            ("head_office", "head office"),
                            ("auditor", "auditor"),
                            ("admin", "administrator"),
                        ],
                        max_length=12,
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ScheduleRefusal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="reportdelivery",
            name="one_report_per_day_and_reader",
        ),
        migrations.RemoveIndex(
            model_name="reportdelivery",
            name="report_deliveries_due",
        ),
        migrations.AddField(
            model_name="reportdelivery",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="reportdelivery",
            name="last_error",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="reportdelivery",
            name="mail",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="stores.mail",
            ),
        ),
        migrations.AddField(
            model_name="reportdelivery",
            name="next_attempt_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="reportdelivery",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "waiting"),
                    ("sent", "mailed"),
                    ("empty", "nothing to report"),
                    ("no-right", "no right to see it"),
                    ("failed", "failed"),
                ],
                default="waiting",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="schedule",
            name="owner",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reportdelivery",
            name="schedule",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="deliveries",
                to="backoffice.schedule",
            ),
        ),
        migrations.AddIndex(
            model_name="reportdelivery",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["next_attempt_at"],
                name="report_deliveries_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportdelivery",
            constraint=models.UniqueConstraint(
                fields=("schedule", "day", "reader"), name="one_report_per_schedule_day_and_reader"
            ),
        ),
        migrations.AddField(
            model_name="schedulerecipient",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="schedulerecipient",
            name="schedule",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="recipients",
                to="backoffice.schedule",
            ),
        ),
        migrations.AddField(
            model_name="schedulerefusal",
            name="reader",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="schedulerefusal",
            name="schedule",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="refusals",
                to="backoffice.schedule",
            ),
        ),
        migrations.AddConstraint(
            model_name="schedulerecipient",
            constraint=models.UniqueConstraint(
                fields=("schedule", "person", "role"),
                name="a_recipient_stands_once_in_a_schedule",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="schedulerecipient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("person", None), ("role__gt", "")),
                    models.Q(("person__isnull", False), ("role", "")),
                    _connector="OR",
                ),
                name="a_recipient_is_a_person_or_a_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="schedulerefusal",
            constraint=models.UniqueConstraint(
                fields=("schedule", "reader"), name="a_reader_refuses_a_schedule_once"
            ),
        ),
    ]
