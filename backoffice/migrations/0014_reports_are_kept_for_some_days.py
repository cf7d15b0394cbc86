import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0013_deliveries_know_a_missing_factor"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="reportdelivery",
            name="snapshot",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="deliveries",
                to="backoffice.snapshot",
            ),
        ),
        migrations.AddIndex(
            model_name="snapshot",
            index=models.Index(
                django.db.models.functions.comparison.Cast(
                    django.db.models.fields.json.KeyTextTransform("0", "locations"),
                    models.BigIntegerField(),
                ),
                django.db.models.functions.comparison.Cast(
                    django.db.models.fields.json.KeyTextTransform("-1", "locations"),
                    models.BigIntegerField(),
                ),
                models.OrderBy(models.F("id"), descending=True),
                name="snapshots_of_few_places",
            ),
        ),
        migrations.AddIndex(
            model_name="snapshot",
            index=models.Index(fields=["made_at"], name="snapshots_by_age"),
        ),
    ]
