from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("backoffice", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="snapshot",
            name="key",
            field=models.CharField(default="", max_length=120, unique=True),
            preserve_default=False,
        ),
    ]
