from django.db import migrations

OUTER_PLACES = [
    ("supplier", "Supplier"),
    ("customer", "Customer"),
    ("transit", "In transit"),
    ("lost", "Lost"),
    ("opening", "Opening stock"),
]


def make_rows(apps, schema_editor):
    location = apps.get_model("stores", "Location")
    for kind, name in OUTER_PLACES:
        location.objects.create(kind=kind, code=kind, name=name)
    apps.get_model("stores", "Company").objects.create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("stores", "0001_initial")]
    operations = [migrations.RunPython(make_rows, migrations.RunPython.noop)]
