from django.db import migrations, models

# A sale of the past doesn't change, so the trigger that adds up its lines need not read them again.
FILL = """
    ALTER TABLE sales_sale DISABLE TRIGGER a_receipt_adds_up;
    UPDATE sales_sale sale
    SET sold_hour = extract(hour FROM sale.sold_at AT TIME ZONE place.time_zone)
    FROM stores_location place WHERE place.id = sale.location_id;
    ALTER TABLE sales_sale ENABLE TRIGGER a_receipt_adds_up;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sales", "0005_change_is_not_negative"),
        ("stores", "0008_rights_have_a_history"),
    ]

    operations = [
        migrations.AddField(
            model_name="sale",
            name="sold_hour",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="sale",
            name="sold_hour",
            field=models.PositiveSmallIntegerField(),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.CheckConstraint(
                condition=models.Q(("sold_hour__lte", 23)), name="a_sale_has_an_hour_of_the_day"
            ),
        ),
    ]
