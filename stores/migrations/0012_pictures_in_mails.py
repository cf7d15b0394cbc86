from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("stores", "0011_audit_trail"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailattachment",
            name="content_id",
            field=models.CharField(blank=True, db_default="", max_length=60),
        ),
    ]
