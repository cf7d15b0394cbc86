import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import backoffice.lib.money

# The sums are stated here once more, as they were when the tables were made: what `sales/actions/summary.py`
# reads from its models may change, and this must not change with it.
FORGET = "TRUNCATE sales_dailysales, sales_dailyskusales, sales_monthlyskusales"
FILL = """
    INSERT INTO sales_dailyskusales
        (location_id, day, channel, sku_id, units, revenue, tax, cost)
    SELECT sale.location_id, sale.sold_on, sale.channel, line.sku_id, sum(line.quantity),
        sum(line.total), sum(line.tax), sum(line.unit_cost * line.quantity)
    FROM sales_saleline line JOIN sales_sale sale ON sale.id = line.sale_id
    GROUP BY 1, 2, 3, 4;
    INSERT INTO sales_monthlyskusales
        (location_id, month, channel, sku_id, units, revenue, tax, cost)
    SELECT location_id, date_trunc('month', day)::date, channel, sku_id, sum(units), sum(revenue),
        sum(tax), sum(cost)
    FROM sales_dailyskusales GROUP BY 1, 2, 3, 4;

    INSERT INTO sales_dailyhoursales
        (location_id, day, channel, hour, tickets, units, revenue, tax, cost)
    SELECT location_id, sold_on, channel, sold_hour, count(*), sum(units), sum(total), sum(tax),
        sum(goods.cost)
    FROM sales_sale sale JOIN (
        SELECT sale_id, sum(unit_cost * quantity) AS cost FROM sales_saleline GROUP BY sale_id
    ) goods ON goods.sale_id = sale.id
    GROUP BY 1, 2, 3, 4;
    INSERT INTO sales_monthlyhoursales
        (location_id, month, channel, hour, tickets, units, revenue, tax, cost)
    SELECT location_id, date_trunc('month', day)::date, channel, hour, sum(tickets), sum(units),
        sum(revenue), sum(tax), sum(cost)
    FROM sales_dailyhoursales GROUP BY 1, 2, 3, 4;
    INSERT INTO sales_dailysales
        (location_id, day, channel, tickets, units, revenue, tax, cost)
    SELECT location_id, day, channel, sum(tickets), sum(units), sum(revenue), sum(tax), sum(cost)
    FROM sales_dailyhoursales GROUP BY 1, 2, 3;
    INSERT INTO sales_monthlysales
        (location_id, month, channel, tickets, units, revenue, tax, cost)
    SELECT location_id, month, channel, sum(tickets), sum(units), sum(revenue), sum(tax), sum(cost)
    FROM sales_monthlyhoursales GROUP BY 1, 2, 3;

    INSERT INTO sales_dailyclerksales
        (location_id, day, channel, clerk_id, tickets, units, revenue, tax, cost)
    SELECT location_id, sold_on, channel, by_id, count(*), sum(units), sum(total), sum(tax),
        sum(goods.cost)
    FROM sales_sale sale JOIN (
        SELECT sale_id, sum(unit_cost * quantity) AS cost FROM sales_saleline GROUP BY sale_id
    ) goods ON goods.sale_id = sale.id
    GROUP BY 1, 2, 3, 4;
    INSERT INTO sales_monthlyclerksales
        (location_id, month, channel, clerk_id, tickets, units, revenue, tax, cost)
    SELECT location_id, date_trunc('month', day)::date, channel, clerk_id, sum(tickets), sum(units),
        sum(revenue), sum(tax), sum(cost)
    FROM sales_dailyclerksales GROUP BY 1, 2, 3, 4;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0017_late_and_waiting_alerts_name_their_document"),
        ("sales", "0006_sales_know_their_hour"),
        ("stores", "0008_rights_have_a_history"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="DailyClerkSales",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("store", "in store"), ("online", "online")], max_length=6
                    ),
                ),
                ("units", models.PositiveIntegerField()),
                ("revenue", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("tax", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("cost", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("tickets", models.PositiveIntegerField()),
                ("day", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="DailyHourSales",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("store", "in store"), ("online", "online")], max_length=6
                    ),
                ),
                ("units", models.PositiveIntegerField()),
                ("revenue", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("tax", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("cost", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("tickets", models.PositiveIntegerField()),
                ("day", models.DateField()),
                ("hour", models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="MonthlyClerkSales",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("store", "in store"), ("online", "online")], max_length=6
                    ),
                ),
                ("units", models.PositiveIntegerField()),
                ("revenue", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("tax", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("cost", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("tickets", models.PositiveIntegerField()),
                ("month", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="MonthlyHourSales",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("store", "in store"), ("online", "online")], max_length=6
                    ),
                ),
                ("units", models.PositiveIntegerField()),
                ("revenue", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("tax", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("cost", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("tickets", models.PositiveIntegerField()),
                ("month", models.DateField()),
                ("hour", models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="MonthlySales",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("store", "in store"), ("online", "online")], max_length=6
                    ),
                ),
                ("units", models.PositiveIntegerField()),
                ("revenue", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("tax", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("cost", backoffice.lib.money.MoneyField(decimal_places=2, max_digits=12)),
                ("tickets", models.PositiveIntegerField()),
                ("month", models.DateField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="dailyskusales",
            name="one_summary_per_day_and_sku",
        ),
        migrations.RemoveConstraint(
            model_name="monthlyskusales",
            name="one_summary_per_month_and_sku",
        ),
        migrations.AddField(
            model_name="dailysales",
            name="cost",
            field=backoffice.lib.money.MoneyField(decimal_places=2, default=0, max_digits=12),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="dailyskusales",
            name="channel",
            field=models.CharField(
                choices=[("store", "in store"), ("online", "online")], default="", max_length=6
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="dailyskusales",
            name="cost",
            field=backoffice.lib.money.MoneyField(decimal_places=2, default=0, max_digits=12),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="dailyskusales",
            name="tax",
            field=backoffice.lib.money.MoneyField(decimal_places=2, default=0, max_digits=12),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="monthlyskusales",
            name="channel",
            field=models.CharField(
                choices=[("store", "in store"), ("online", "online")], default="", max_length=6
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="monthlyskusales",
            name="cost",
            field=backoffice.lib.money.MoneyField(decimal_places=2, default=0, max_digits=12),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="monthlyskusales",
            name="tax",
            field=backoffice.lib.money.MoneyField(decimal_places=2, default=0, max_digits=12),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="dailyskusales",
            constraint=models.UniqueConstraint(
                fields=("location", "day", "sku", "channel"),
                name="one_summary_per_day_sku_and_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="monthlyskusales",
            constraint=models.UniqueConstraint(
                fields=("location", "month", "sku", "channel"),
                name="one_summary_per_month_sku_and_channel",
            ),
        ),
        migrations.AddField(
            model_name="dailyclerksales",
            name="clerk",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="dailyclerksales",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stores.location"
            ),
        ),
        migrations.AddField(
            model_name="dailyhoursales",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stores.location"
            ),
        ),
        migrations.AddField(
            model_name="monthlyclerksales",
            name="clerk",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="monthlyclerksales",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stores.location"
            ),
        ),
        migrations.AddField(
            model_name="monthlyhoursales",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stores.location"
            ),
        ),
        migrations.AddField(
            model_name="monthlysales",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stores.location"
            ),
        ),
        migrations.AddConstraint(
            model_name="dailyclerksales",
            constraint=models.UniqueConstraint(
                fields=("location", "day", "clerk", "channel"),
                name="one_summary_per_day_clerk_and_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="dailyhoursales",
            constraint=models.UniqueConstraint(
                fields=("location", "day", "hour", "channel"),
                name="one_summary_per_day_hour_and_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="monthlyclerksales",
            constraint=models.UniqueConstraint(
                fields=("location", "month", "clerk", "channel"),
                name="one_summary_per_month_clerk_and_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="monthlyclerksales",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__day", 1)), name="a_month_of_a_clerk_is_its_first_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="monthlyhoursales",
            constraint=models.UniqueConstraint(
                fields=("location", "month", "hour", "channel"),
                name="one_summary_per_month_hour_and_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="monthlyhoursales",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__day", 1)), name="a_month_of_an_hour_is_its_first_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="monthlysales",
            constraint=models.UniqueConstraint(
                fields=("location", "month", "channel"), name="one_summary_per_month_and_channel"
            ),
        ),
        migrations.AddConstraint(
            model_name="monthlysales",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__day", 1)), name="a_month_of_sales_is_its_first_day"
            ),
        ),
        migrations.RunSQL(FILL, FORGET),
    ]
