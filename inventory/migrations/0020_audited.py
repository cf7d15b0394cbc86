from django.db import migrations

from stores.audited import AFTERWARDS, audited

CODE_AND_NAME = (
    "SELECT concat_ws(' ', s.code, p.name, nullif(s.variant, ''))"
    " FROM inventory_sku s JOIN inventory_product p ON p.id = s.product_id WHERE s.id = r.sku_id"
)
CODE = "(SELECT s.code FROM inventory_sku s WHERE s.id = r.sku_id)"
CATEGORY = "SELECT c.name FROM inventory_category c WHERE c.id = r.category_id"


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0019_tax_rates_end"),
        ("stores", "0011_audit_trail"),
    ]
    operations = [
        audited("inventory_category", "product", label="r.name"),
        audited("inventory_taxrate", "price", label="r.name"),
        audited("inventory_product", "product", label="r.name", prices=["tax_rate_id"]),
        audited(
            "inventory_sku",
            "product",
            label="SELECT concat_ws(' ', r.code, p.name, nullif(r.variant, ''))"
            " FROM inventory_product p WHERE p.id = r.product_id",
            about=("inventory_product", "r.product_id"),
            skip=["search_text", "search_vector"],
            prices=["price", "cost"],
        ),
        audited(
            "inventory_barcode",
            "product",
            label=CODE_AND_NAME,
            about=(
                "inventory_product",
                "SELECT s.product_id FROM inventory_sku s WHERE s.id = r.sku_id",
            ),
        ),
        audited(
            "inventory_stockpolicy",
            "threshold",
            label=f"coalesce(({CODE_AND_NAME}), ({CATEGORY}))",
            place="r.location_id",
            about=(
                "CASE WHEN r.sku_id IS NOT NULL THEN 'inventory_sku'"
                " WHEN r.category_id IS NOT NULL THEN 'inventory_category'"
                " ELSE 'inventory_stockpolicy' END",
                "coalesce(r.sku_id, r.category_id, r.id)",
            ),
        ),
        audited(
            "inventory_approvalrule",
            "setting",
            label="SELECT l.name FROM stores_location l WHERE l.id = r.location_id",
            place="r.location_id",
        ),
        audited(
            "inventory_notificationchoice",
            "setting",
            label="SELECT coalesce(nullif(u.name, ''), u.email)"
            " FROM stores_user u WHERE u.id = r.user_id",
            about=("stores_user", "r.user_id"),
        ),
        audited(
            "inventory_stockadjustment",
            "stock",
            label="'A-' || r.id",
            place="r.location_id",
            skip=["key", "at"],
        ),
        audited(
            "inventory_stockadjustmentline",
            "stock",
            label=f"concat_ws(' ', 'A-' || r.adjustment_id, {CODE})",
            place="SELECT a.location_id FROM inventory_stockadjustment a"
            " WHERE a.id = r.adjustment_id",
            about=("inventory_stockadjustment", "r.adjustment_id"),
        ),
        audited(
            "inventory_restockrequest",
            "document",
            label="'R-' || r.id",
            place="r.store_id",
            skip=["key", "version", "told_version"],
        ),
        audited(
            "inventory_restockline",
            "document",
            label=f"concat_ws(' ', 'R-' || r.request_id, {CODE})",
            place="SELECT q.store_id FROM inventory_restockrequest q WHERE q.id = r.request_id",
            about=("inventory_restockrequest", "r.request_id"),
            skip=[
                *("sent", "received", "received_reason"),  # the transfer's figures
                *("suggested", "lacking", "warehouse_had", "store_had"),
            ],
            on=AFTERWARDS,
        ),
        audited(
            "inventory_transfer",
            "document",
            label="'T-' || r.id",
            place="r.destination_id",
            skip=["key", "version"],
        ),
        audited(
            "inventory_transferline",
            "document",
            label=f"concat_ws(' ', 'T-' || r.transfer_id, {CODE})",
            place="SELECT t.destination_id FROM inventory_transfer t WHERE t.id = r.transfer_id",
            about=("inventory_transfer", "r.transfer_id"),
            skip=["sent", "received", "request_line_id"],  # what the ledger tells
            on=AFTERWARDS,
        ),
        audited(
            "inventory_transferreceipt",
            "document",
            label="'T-' || r.transfer_id",
            place="SELECT t.destination_id FROM inventory_transfer t WHERE t.id = r.transfer_id",
            about=("inventory_transfer", "r.transfer_id"),
            skip=["key", "at"],
        ),
    ]
