import django.db.models.deletion
from django.db import migrations, models

import backoffice.lib.money

FILL = """
    INSERT INTO sales_monthlyskusales (location_id, month, sku_id, units, revenue)
    SELECT location_id, date_trunc('month', day)::date AS month, sku_id, sum(units), sum(revenue)
    FROM sales_dailyskusales GROUP BY location_id, month, sku_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0005_catalogue_history_and_leaner_ledger"),
        ("sales", "0002_receipts_add_up"),
        ("stores", "0003_mails_name_their_template"),
    ]

    operations = [
        migrations.CreateModel(
            name="MonthlySkuSales",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("units", models.PositiveIntegerField()),
                ("revenue", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.location",
                    ),
                ),
                (
                    "sku",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.sku",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("location", "month", "sku"), name="one_summary_per_month_and_sku"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="a_month_is_its_first_day"
                    ),
                ],
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
