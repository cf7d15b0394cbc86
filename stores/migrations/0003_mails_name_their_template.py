from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("stores", "0002_company_and_outer_places"),
    ]

    operations = [
        migrations.AddField(
            model_name="mail",
            name="template",
            field=models.CharField(default="", max_length=60),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(fields=["state", "-id"], name="mails_by_state"),
        ),
    ]
