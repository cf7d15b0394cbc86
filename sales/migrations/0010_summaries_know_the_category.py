import django.db.models.deletion
from django.db import migrations, models

import backoffice.lib.money

TABLES = (
    ("sales_dailycategorysales", "sales_dailyskusales", "day"),
    ("sales_monthlycategorysales", "sales_monthlyskusales", "month"),
)
SOLD = """
    SELECT location_id, {period}, %s AS category_id, channel, sum(units) AS units,
        sum(revenue) AS revenue, sum(tax) AS tax, sum(sold.cost) AS cost
    FROM {skus} sold JOIN inventory_sku sku ON sku.id = sold.sku_id %s
    GROUP BY 1, 2, 3, 4
"""
INTO = """
    INSERT INTO {categories} AS kept
        (location_id, {period}, category_id, channel, units, revenue, tax, cost)
"""
OF_ALL = SOLD % ("category_id", "JOIN inventory_product product ON product.id = product_id")
OF_PRODUCT = SOLD % ("of_category", "WHERE product_id = of_product")
FILL = INTO + OF_ALL + ";"
ADD = f"""
    {INTO} {OF_PRODUCT} ORDER BY 1, 2, 4
    ON CONFLICT (location_id, {{period}}, category_id, channel) DO UPDATE SET
        units = kept.units + excluded.units, revenue = kept.revenue + excluded.revenue,
        tax = kept.tax + excluded.tax, cost = kept.cost + excluded.cost;
"""
TAKE = """
    UPDATE {categories} kept SET
        units = kept.units - sold.units, revenue = kept.revenue - sold.revenue,
        tax = kept.tax - sold.tax, cost = kept.cost - sold.cost
    FROM ({sold}) sold
    WHERE (kept.location_id, kept.{period}, kept.category_id, kept.channel)
        = (sold.location_id, sold.{period}, sold.category_id, sold.channel);
    DELETE FROM {categories} WHERE category_id = of_category AND units = 0;
"""


def of_days_and_months(statement: str) -> str:
    return "".join(
        statement.format(
            sold=OF_PRODUCT.format(skus=skus, period=period),
            categories=categories,
            skus=skus,
            period=period,
        )
        for categories, skus, period in TABLES
    )


# What is sold meanwhile waits: a sale holds its products in their categories until it is committed. The
# sums of the category with the lower id come first, as in a sale, so that nobody waits in a circle.
FOLLOW = f"""
CREATE FUNCTION add_sales_to_category(of_product bigint, of_category bigint) RETURNS void
LANGUAGE plpgsql AS $$ BEGIN {of_days_and_months(ADD)} END $$;
CREATE FUNCTION take_sales_from_category(of_product bigint, of_category bigint) RETURNS void
LANGUAGE plpgsql AS $$ BEGIN {of_days_and_months(TAKE)} END $$;
CREATE FUNCTION sales_follow_their_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.category_id < NEW.category_id THEN
        PERFORM take_sales_from_category(NEW.id, OLD.category_id);
        PERFORM add_sales_to_category(NEW.id, NEW.category_id);
    ELSE
        PERFORM add_sales_to_category(NEW.id, NEW.category_id);
        PERFORM take_sales_from_category(NEW.id, OLD.category_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER sales_follow_their_product AFTER UPDATE OF category_id ON inventory_product
FOR EACH ROW WHEN (OLD.category_id IS DISTINCT FROM NEW.category_id)
EXECUTE FUNCTION sales_follow_their_product();
"""
STAY = """
DROP TRIGGER sales_follow_their_product ON inventory_product;
DROP FUNCTION sales_follow_their_product();
DROP FUNCTION take_sales_from_category(bigint, bigint);
DROP FUNCTION add_sales_to_category(bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0021_reports_by_day"),
        ("sales", "0009_receipts_of_a_store_by_moment"),
        ("stores", "0016_usual_language"),
    ]

    operations = [
        migrations.CreateModel(
            name="DailyCategorySales",
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
                ("day", models.DateField()),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.category",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.location",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("location", "day", "category", "channel"),
                        name="one_summary_per_day_category_and_channel",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthlyCategorySales",
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
                ("month", models.DateField()),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.category",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.location",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("location", "month", "category", "channel"),
                        name="one_summary_per_month_category_and_channel",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)),
                        name="a_month_of_a_category_is_its_first_day",
                    ),
                ],
            },
        ),
        migrations.RunSQL(of_days_and_months(FILL), migrations.RunSQL.noop),
        migrations.RunSQL(FOLLOW, STAY),
    ]
