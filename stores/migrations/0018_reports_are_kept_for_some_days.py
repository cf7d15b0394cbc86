import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("stores", "0017_mails_are_for_those_who_may_read"),
    ]

    operations = [
        migrations.AddField(
            model_name="company",
            name="report_days",
            field=models.PositiveSmallIntegerField(
                db_default=400,
                default=400,
                validators=[
                    django.core.validators.MinValueValidator(30),
                    django.core.validators.MaxValueValidator(3660),
                ],
                verbose_name="days that runs of reports are kept",
            ),
        ),
    ]
