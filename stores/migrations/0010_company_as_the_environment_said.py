from django.conf import settings
from django.db import migrations


def copy_environment(apps, schema_editor):
    """What the environment said so far, the company's row says from now on."""
    apps.get_model("stores", "Company").objects.filter(pk=1).update(**settings.FIRST_COMPANY)


class Migration(migrations.Migration):
    dependencies = [("stores", "0009_company_settings")]
    operations = [migrations.RunPython(copy_environment, migrations.RunPython.noop)]
