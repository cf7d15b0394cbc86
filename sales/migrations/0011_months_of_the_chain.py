import django.db.models.deletion
from django.db import migrations, models

import backoffice.lib.money


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0021_reports_by_day"),
        ("sales", "0010_summaries_know_the_category"),
        ("stores", "0020_message_ids_of_any_domain"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChainMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(unique=True)),
                ("tickets", models.PositiveBigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="ChainSkuSales",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                (
                    "channel",
                    models.CharField(
                        choices=[("store", "in store"), ("online", "online")], max_length=6
                    ),
                ),
                ("units", models.PositiveBigIntegerField()),
                ("revenue", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("tax", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("cost", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
            ],
        ),
        migrations.AddIndex(
            model_name="monthlysales",
            index=models.Index(fields=["month"], name="months_of_all_places"),
        ),
        migrations.AddConstraint(
            model_name="chainmonth",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__day", 1)), name="a_month_of_the_chain_is_its_first_day"
            ),
        ),
        migrations.AddField(
            model_name="chainskusales",
            name="sku",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.sku"
            ),
        ),
        migrations.AddConstraint(
            model_name="chainskusales",
            constraint=models.UniqueConstraint(
                fields=("month", "sku", "channel"), name="one_chain_summary_per_month_and_sku"
            ),
        ),
    ]
