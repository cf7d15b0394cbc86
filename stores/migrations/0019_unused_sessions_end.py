import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("stores", "0018_reports_are_kept_for_some_days"),
    ]

    operations = [
        migrations.AddField(
            model_name="company",
            name="idle_hours",
            field=models.PositiveSmallIntegerField(
                db_default=12,
                default=12,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(336),
                ],
                verbose_name="hours without a click after which the staff sign in again",
            ),
        ),
    ]
