import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0007_audited"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SnapshotTable",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("position", models.PositiveSmallIntegerField()),
                ("columns", models.JSONField()),
                ("totals", models.JSONField(null=True)),
                ("chart", models.JSONField(null=True)),
                ("row_count", models.PositiveIntegerField()),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tables",
                        to="backoffice.snapshot",
                    ),
                ),
            ],
            options={"ordering": ["position"]},
        ),
        migrations.CreateModel(
            name="SnapshotRows",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("rows", models.JSONField()),
                (
                    "table",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chunks",
                        to="backoffice.snapshottable",
                    ),
                ),
            ],
            options={"ordering": ["number"]},
        ),
        migrations.AddField(
            model_name="snapshot",
            name="asked_at",
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked for"),
        ),
        migrations.AddField(
            model_name="snapshot", name="place_names", field=models.JSONField(default=list)
        ),
        migrations.AddField(
            model_name="snapshot",
            name="query",
            field=models.JSONField(default=dict),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="snapshot",
            name="state",
            field=models.CharField(
                choices=[("waiting", "being made"), ("done", "made"), ("failed", "failed")],
                default="done",
                max_length=7,
                verbose_name="state",
            ),
        ),
        migrations.AddField(
            model_name="snapshot",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="snapshot",
            name="words",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AlterField(
            model_name="snapshot",
            name="report",
            field=models.CharField(max_length=40, verbose_name="report"),
        ),
        migrations.AddIndex(
            model_name="snapshot",
            index=models.Index(fields=["report", "-id"], name="snapshots_of_a_report"),
        ),
        migrations.AddIndex(
            model_name="snapshot",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["asked_at"],
                name="snapshots_to_make",
            ),
        ),
        migrations.AddConstraint(
            model_name="snapshottable",
            constraint=models.UniqueConstraint(
                fields=("snapshot", "name"), name="one_table_per_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="snapshotrows",
            constraint=models.UniqueConstraint(
                fields=("table", "number"), name="one_chunk_per_number"
            ),
        ),
    ]
