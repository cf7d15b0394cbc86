from django.db import migrations

from stores.audited import AFTERWARDS, audited

NUMBER = "SELECT o.number FROM shop_order o WHERE o.id = r.order_id"
PLACE = "SELECT o.location_id FROM shop_order o WHERE o.id = r.order_id"
ORDER = ("shop_order", "r.order_id")


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0004_orders_as_listed"),
        ("stores", "0011_audit_trail"),
    ]
    operations = [
        audited(
            "shop_order",
            "document",
            label="r.number",
            place="r.location_id",
            skip=["key", "content_hash", "language"],
            secret=["ship_to"],
        ),
        audited(
            "shop_orderline",
            "document",
            label=f"concat_ws(' ', ({NUMBER}), r.code)",
            place=PLACE,
            about=ORDER,
            on=AFTERWARDS,
        ),
        audited("shop_payment", "document", label=NUMBER, place=PLACE, about=ORDER, skip=["key"]),
    ]
