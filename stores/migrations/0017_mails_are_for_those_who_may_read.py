import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("stores", "0016_usual_language"),
    ]

    operations = [
        migrations.AddField(
            model_name="mail",
            name="only_owner",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="mail",
            name="only_places",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), db_default=[], default=list
            ),
        ),
        migrations.AddField(
            model_name="mail",
            name="only_roles",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=12), db_default=[], default=list
            ),
        ),
        migrations.AddField(
            model_name="mail",
            name="withheld",
            field=models.CharField(
                blank=True,
                choices=[
                    ("reader-closed", "The reader's account is closed."),
                    ("reader-right", "The reader may not see these figures any more."),
                    (
                        "second-factor",
                        "The reader has not set up the second factor that their role asks for.",
                    ),
                    (
                        "owner-right",
                        "The person whom the schedule belongs to may not see these figures any more.",
                    ),
                    ("stopped", "The schedule was stopped or deleted before the mail left."),
                ],
                db_default="",
                max_length=14,
            ),
        ),
    ]
