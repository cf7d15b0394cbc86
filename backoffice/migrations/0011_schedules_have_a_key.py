from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0010_snapshots_have_a_query"),
    ]

    operations = [
        migrations.AddField(
            model_name="schedule",
            name="key",
            field=models.UUIDField(null=True, unique=True),
        ),
    ]
