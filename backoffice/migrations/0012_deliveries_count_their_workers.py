from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("backoffice", "0011_schedules_have_a_key")]

    operations = [
        migrations.AddField(
            model_name="reportdelivery",
            name="tries",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
