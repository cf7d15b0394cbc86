from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("backoffice", "0005_morning_report")]

    operations = [migrations.RemoveField(model_name="reportdelivery", name="report")]
