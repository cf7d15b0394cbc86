from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0009_snapshots_are_carried_over"),
    ]

    operations = [
        migrations.RemoveField(model_name="snapshot", name="data"),
        migrations.RemoveField(model_name="snapshot", name="first_day"),
        migrations.RemoveField(model_name="snapshot", name="last_day"),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.CheckConstraint(
                condition=models.Q(("locations", []), _negated=True),
                name="a_snapshot_counts_at_least_one_place",
            ),
        ),
    ]
