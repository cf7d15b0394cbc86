"""Each audited table: rows that plain SQL changes all at once are all recorded."""

from collections.abc import Iterator
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection, transaction

from backoffice.models import Schedule, ScheduleRecipient
from inventory.models import ApprovalRule, NotificationChoice, TransferReceipt
from stores.audited import AUDITED
from stores.models import AuditEntry, Role
from tests.audit.trail import entries
from tests.factories import make_category, make_policy, make_store, make_user
from tests.matrix.conftest import _django_db_helper as _django_db_helper
from tests.matrix.conftest import world as world
from tests.matrix.world import World

CHANGES = {  # table: a column and what plain SQL writes into it, in every row
    "backoffice_schedule": ("when_empty", "NOT when_empty"),
    "backoffice_schedulerecipient": ("role", "'auditor'"),
    "inventory_approvalrule": ("max_value", "12.50"),
    "inventory_barcode": ("units", "6"),
    "inventory_category": ("position", "77"),
    "inventory_notificationchoice": ("how", "'none'"),
    "inventory_product": ("is_active", "NOT is_active"),
    "inventory_restockline": ("asked", "asked + 1"),
    "inventory_restockrequest": ("note", "'another note'"),
    "inventory_sku": ("price", "price + 1.50"),
    "inventory_stockadjustment": ("note", "'another note'"),
    "inventory_stockadjustmentline": ("quantity", "quantity + 1"),
    "inventory_stockpolicy": ("reorder_point", "71"),
    "inventory_taxrate": ("rate", "7.70"),
    "inventory_transfer": ("note", "'another note'"),
    "inventory_transferline": ("planned", "planned + 1"),
    "inventory_transferreceipt": ("note", "'another note'"),
    "sales_sale": ("units", "units + 1"),
    "sales_saleline": ("name", "'another name'"),
    "sales_tender": ("kind", "'cash'"),
    "shop_order": ("tax", "tax + 1"),
    "shop_orderline": ("name", "'another name'"),
    "shop_payment": ("reference", "'another'"),
    "stores_company": ("order_hold_minutes", "71"),
    "stores_location": ("street", "'another street'"),
    "stores_membership": ("location_id", "(SELECT id FROM stores_location WHERE code = 'new')"),
    "stores_user": ("email", "'new-' || email"),
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_of_everything(world: World) -> Iterator[World]:
    """One world for the file; what a test writes into it is taken back."""
    with transaction.atomic():
        yield fill(world)
        transaction.set_rollback(True)


def fill(world: World) -> World:
    make_store("new")
    make_policy(category=make_category(), location=world.lyon.place, reorder_point=3)
    ApprovalRule.objects.create(location=world.lyon.place)
    schedule = Schedule.objects.create(name="Each week", report="sales")
    ScheduleRecipient.objects.create(schedule=schedule, role=Role.MANAGER)
    NotificationChoice.objects.create(user=make_user(), subject="low", how="digest")
    TransferReceipt.objects.create(
        key=uuid4(), transfer_id=world.lyon.arrival, by=world.lyon.clerk, note="counted"
    )
    return world


def test_no_table_is_forgotten_here() -> None:
    assert set(CHANGES) == AUDITED


@pytest.mark.parametrize("table", sorted(CHANGES))
def test_rows_changed_by_plain_sql_are_all_recorded(table: str) -> None:
    column, value = CHANGES[table]
    seen = AuditEntry.objects.count()
    with connection.cursor() as cursor:
        only = " WHERE role IN ('clerk', 'manager')" if column in ("location_id", "role") else ""
        cursor.execute(f"SELECT count(*) FROM {table}{only}")
        [rows] = cursor.fetchone()
        cursor.execute(f"UPDATE {table} SET {column} = {value}{only}")
    new = list(AuditEntry.objects.order_by("pk")[seen:])
    assert len(new) == rows > 0
    assert {(entry.table, entry.action) for entry in new} == {(table, "changed")}
    assert {(*entry.before, *entry.after) for entry in new} == {(column, column)}
    assert all(entry.before != entry.after for entry in new)


def test_an_amount_is_kept_to_the_cent_and_is_of_the_kind_price(world: World) -> None:
    world.sku.price = Decimal("24.90")
    world.sku.save(update_fields=["price"])
    [*_rest, entry] = entries(table="inventory_sku")
    assert (entry.before, entry.after) == ({"price": Decimal("25.50")}, {"price": Decimal("24.90")})
    assert (entry.kind, entry.label) == ("price", "MOUSE-1 Souris optique")
    assert (entry.about_table, entry.about_id) == ("inventory_product", world.sku.product_id)


def test_an_entry_of_a_place_says_which(world: World) -> None:
    [entry] = entries(table="inventory_stockadjustment", row_id=world.lyon.adjustment)
    assert (entry.location, entry.by, entry.kind) == (world.lyon.place, world.lyon.clerk, "stock")
    assert entry.after["reason"] == "lost"
    [line] = entries(
        about_table="inventory_stockadjustment", table="inventory_stockadjustmentline"
    )[:1]
    assert (line.label, line.after["quantity"]) == (f"A-{world.lyon.adjustment} MOUSE-1", 3)


def test_an_address_of_a_customer_is_not_copied(world: World) -> None:
    texts = [f"{entry.before}{entry.after}" for entry in entries(table="shop_order")]
    assert [text for text in texts if "rue" in text] == []
