from django.db import migrations, models
from django.db.models import DecimalField, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce


def value_what_was_asked(apps, schema_editor):
    """Give the requests of before their value, at the cost of today."""
    line = apps.get_model("inventory", "RestockLine")
    asked = (
        line.objects.filter(request=OuterRef("pk"))
        .order_by()
        .values("request")
        .annotate(value=Sum(F("asked") * F("sku__cost"), output_field=DecimalField()))
        .values("value")
    )
    apps.get_model("inventory", "RestockRequest").objects.filter(value=0).update(
        value=Coalesce(
            Subquery(asked), 0, output_field=DecimalField(max_digits=12, decimal_places=2)
        )
    )


def tell_nobody_of_the_past(apps, schema_editor):
    """Requests of before this version are no news to their approvers."""
    request = apps.get_model("inventory", "RestockRequest")
    request.objects.update(told_version=F("version"))


class Migration(migrations.Migration):
    dependencies = [("inventory", "0011_alerts_say_why_they_ended")]

    operations = [
        migrations.AddField(
            model_name="restockevent",
            name="via",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", ""),
                    ("mail", "from the mail"),
                    ("bulk", "with others, in one go"),
                    ("board", "on the fair-share board"),
                    ("rule", "by an approval rule"),
                ],
                db_default="",
                max_length=5,
            ),
        ),
        migrations.AddField(
            model_name="restockrequest",
            name="told_version",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunPython(value_what_was_asked, migrations.RunPython.noop),
        migrations.RunPython(tell_nobody_of_the_past, migrations.RunPython.noop),
    ]
