from django.db import migrations

from stores.audited import AFTERWARDS, audited

NUMBER = (
    "SELECT upper(l.code) || '-' || s.year || '-' || lpad(s.number::text, 6, '0')"
    " FROM sales_sale s JOIN stores_location l ON l.id = s.location_id WHERE s.id = r.sale_id"
)
PLACE = "SELECT s.location_id FROM sales_sale s WHERE s.id = r.sale_id"


class Migration(migrations.Migration):
    """A receipt is never changed by Comptoir: whoever does it is written down."""

    dependencies = [
        ("sales", "0007_summaries_know_channel_cost_clerk_and_hour"),
        ("stores", "0011_audit_trail"),
    ]
    operations = [
        audited(
            "sales_sale",
            "document",
            label="SELECT upper(l.code) || '-' || r.year || '-' || lpad(r.number::text, 6, '0')"
            " FROM stores_location l WHERE l.id = r.location_id",
            place="r.location_id",
            on=AFTERWARDS,
        ),
        *(
            audited(
                table,
                "document",
                label=NUMBER,
                place=PLACE,
                about=("sales_sale", "r.sale_id"),
                on=AFTERWARDS,
            )
            for table in ("sales_saleline", "sales_tender")
        ),
    ]
