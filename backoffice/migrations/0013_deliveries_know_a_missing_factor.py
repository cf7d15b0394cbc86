from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0012_deliveries_count_their_workers"),
    ]

    operations = [
        migrations.AlterField(
            model_name="reportdelivery",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "waiting"),
                    ("sent", "mailed"),
                    ("empty", "nothing to report"),
                    ("no-right", "no right to see it"),
                    ("no-factor", "second factor not set up"),
                    ("failed", "failed"),
                ],
                default="waiting",
                max_length=9,
            ),
        ),
    ]
