from django.db import migrations

from stores.audited import never_emptied


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0015_papers_and_asked_letters"),
        ("inventory", "0020_audited"),
        ("sales", "0008_audited"),
        ("shop", "0005_audited"),
        ("stores", "0011_audit_trail"),
    ]

    operations = [
        never_emptied(
            "backoffice_schedule",
            "backoffice_schedulerecipient",
            "inventory_approvalrule",
            "inventory_barcode",
            "inventory_category",
            "inventory_notificationchoice",
            "inventory_product",
            "inventory_restockline",
            "inventory_restockrequest",
            "inventory_sku",
            "inventory_stockadjustment",
            "inventory_stockadjustmentline",
            "inventory_stockpolicy",
            "inventory_taxrate",
            "inventory_transfer",
            "inventory_transferline",
            "inventory_transferreceipt",
            "sales_sale",
            "sales_saleline",
            "sales_tender",
            "shop_order",
            "shop_orderline",
            "shop_payment",
            "stores_company",
            "stores_location",
            "stores_membership",
            "stores_user",
        ),
    ]
