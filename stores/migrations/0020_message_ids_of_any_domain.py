from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("stores", "0019_unused_sessions_end"),
    ]

    operations = [
        migrations.AlterField(
            model_name="mail",
            name="message_id",
            field=models.CharField(max_length=320, unique=True),
        ),
    ]
