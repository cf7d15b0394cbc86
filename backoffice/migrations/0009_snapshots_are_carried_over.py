from decimal import ROUND_HALF_UP, Decimal

from django.db import migrations

CHUNK = 200
FIGURES = [
    ["revenue", "money"],
    ["revenue_before", "money"],
    ["revenue_change", "percent"],
    ["tickets", "number"],
    ["tickets_before", "number"],
    ["tickets_change", "percent"],
    ["average_ticket", "money"],
    ["units", "number"],
    ["units_before", "number"],
    ["units_change", "percent"],
    ["stock_units", "number"],
    ["stock_value", "money"],
    ["open_orders", "number"],
    ["orders_value", "money"],
]
AMOUNTS = ("revenue", "revenue_before", "stock_value", "open_orders_value")
SUMMED = (
    *AMOUNTS,
    "tickets",
    "tickets_before",
    "units",
    "units_before",
    "stock_units",
    "open_orders",
)
NAMED = [["product", "text"], ["product_code", "code"], ["product_id", "ref"]]


def carry_over(apps, schema_editor):
    """Give each snapshot of the consolidated report the form that every report has."""
    Snapshot = apps.get_model("backoffice", "Snapshot")
    Sku = apps.get_model("inventory", "Sku")
    products = dict(Sku.objects.values_list("pk", "product_id"))
    empty = Snapshot.objects.filter(locations=[])  # of a chain without places: they say nothing
    apps.get_model("backoffice", "ReportDelivery").objects.filter(snapshot__in=empty).update(
        snapshot=None
    )
    empty.delete()
    for snapshot in Snapshot.objects.all().iterator(chunk_size=50):
        data = snapshot.data or {}
        stores = data.get("stores", [])
        snapshot.query = {
            "first": snapshot.first_day.isoformat(),
            "last": snapshot.last_day.isoformat(),
            "preset": "",
            "compare": "before",
            "group_by": "",
            "then_by": "",
            "filters": {},
        }
        snapshot.place_names = sorted((row["name"] for row in stores), key=str.casefold)
        snapshot.asked_at = snapshot.made_at
        snapshot.save(update_fields=["query", "place_names", "asked_at"])
        keep_stores(apps, snapshot, stores)
        keep_products(apps, snapshot, data.get("products", []), stores, products)
        keep_best(apps, snapshot, data.get("best", []), products)


def keep_stores(apps, snapshot, stores):
    totals = {
        name: sum((number(row["figures"][name], name) for row in stores), number("0", name))
        for name in SUMMED
    }
    keep(
        apps,
        snapshot,
        "stores",
        0,
        [["store", "text"], ["store_code", "code"], ["is_warehouse", "ref"], *FIGURES],
        [
            [row["name"], row["code"], int(not row["is_store"]), *figures(row["figures"])]
            for row in stores
        ],
        [None, None, None, *figures(totals)],
        ["bars", "store", ["revenue", "revenue_before"]],
    )


def keep_products(apps, snapshot, rows, stores, products):
    units = sum(row["figures"]["units"] for row in stores)
    revenue = sum((Decimal(row["figures"]["revenue"]) for row in stores), Decimal("0.00"))
    keep(
        apps,
        snapshot,
        "products",
        1,
        [*NAMED, ["sku_id", "ref"], ["sold", "number"], ["revenue", "money"], ["stock", "number"]],
        [
            [
                row["name"],
                row["code"],
                products.get(row["sku_id"]),
                row["sku_id"],
                row["units"],
                row["revenue"],
                row["stock"],
            ]
            for row in rows
        ],
        [None, None, None, None, units, str(revenue), None],
        None,
    )


def keep_best(apps, snapshot, rows, products):
    keep(
        apps,
        snapshot,
        "best",
        2,
        [["rank", "number"], *NAMED, ["best_sold", "number"], ["revenue", "money"]],
        [
            [
                row["rank"],
                row["name"],
                row["code"],
                products.get(row["sku_id"]),
                row["units"],
                row["revenue"],
            ]
            for row in rows
        ],
        None,
        ["bars", "product", ["best_sold"]],
    )


def keep(apps, snapshot, name, position, columns, rows, totals, chart):
    table = apps.get_model("backoffice", "SnapshotTable").objects.create(
        snapshot=snapshot,
        name=name,
        position=position,
        columns=columns,
        totals=totals,
        chart=chart,
        row_count=len(rows),
    )
    Rows = apps.get_model("backoffice", "SnapshotRows")
    Rows.objects.bulk_create(
        Rows(table=table, number=number, rows=rows[start : start + CHUNK])
        for number, start in enumerate(range(0, len(rows), CHUNK))
    )


def number(value, name):
    return Decimal(value) if name in AMOUNTS else int(value)


def figures(found):
    cells = []
    for key, _kind in FIGURES:
        base, _mark, end = key.rpartition("_")
        if end == "change":
            cells.append(change(found[base], found[f"{base}_before"]))
        elif key == "average_ticket":
            cells.append(average(found["revenue"], found["tickets"]))
        else:
            value = found["open_orders_value" if key == "orders_value" else key]
            cells.append(str(value) if isinstance(value, Decimal) else value)
    return cells


def change(now, before):
    now, before = Decimal(now), Decimal(before)
    if not before:
        return None
    return str(((now - before) * 100 / before).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def average(revenue, tickets):
    if not tickets:
        return None
    return str((Decimal(revenue) / tickets).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0008_snapshots_of_any_report"),
        ("inventory", "0001_initial"),
    ]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
