"""Snapshots that were stored before there were reports of many kinds: carried over cell by cell."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from backoffice.models import ReportDelivery, Snapshot
from backoffice.reports.stored import load
from stores.models import Role, User
from tests.factories import make_sku, make_staff

pytestmark = pytest.mark.django_db
BEFORE = "0007_audited"
STEPS = (
    "0008_snapshots_of_any_report",
    "0009_snapshots_are_carried_over",
    "0010_snapshots_have_a_query",
)
MADE = datetime(2026, 3, 2, 6, tzinfo=UTC)


def migrate(name: str) -> Apps:
    """The models as they were then, or are then, in the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    executor = MigrationExecutor(connection)
    return executor.migrate([("backoffice", name)]).apps


def to_now() -> None:
    """All that was migrated since; the test's transaction takes it back."""
    for name in STEPS:
        migrate(name)
    [(_app, last)] = MigrationExecutor(connection).loader.graph.leaf_nodes("backoffice")
    migrate(last)


def figures(**given: Any) -> dict[str, Any]:
    return {
        "revenue": "77.97",
        "revenue_before": "51.00",
        "tickets": 2,
        "tickets_before": 0,
        "units": 5,
        "units_before": 4,
        "stock_units": 12,
        "stock_value": "120.00",
        "open_orders": 1,
        "open_orders_value": "25.50",
    } | given


def kept(apps: Apps, person: User, **given: Any) -> Any:
    """A snapshot of the chain's report as it was stored."""
    row = {
        "name": "Chocolat",
        "code": "CHOC",
        "sku_id": 0,
        "units": 3,
        "revenue": "26.97",
        "stock": 7,
    }
    lyon = {"name": "Lyon", "code": "lyon", "is_store": True, "figures": figures()}
    centre = {
        "name": "Central",
        "code": "central",
        "is_store": False,
        "figures": figures(
            revenue="0.00", revenue_before="0.00", tickets=0, units=0, units_before=0
        ),
    }
    data = {"stores": [lyon, centre], "products": [row], "best": [row | {"rank": 1}]}
    asked = {
        "key": "old",
        "report": "consolidated",
        "first_day": date(2026, 3, 1),
        "last_day": date(2026, 3, 1),
        "locations": [5, 7],
        "data": data,
        "made_at": MADE,
        "made_by_id": person.pk,
    }
    return apps.get_model("backoffice", "Snapshot").objects.create(**asked | given)


def test_an_old_snapshot_is_read_as_any_other() -> None:
    person, sku = make_staff(Role.HEAD_OFFICE), make_sku("CHOC")
    apps = migrate(BEFORE)
    snapshot = kept(apps, person)
    for row in (snapshot.data["products"][0], snapshot.data["best"][0]):
        row["sku_id"] = sku.pk
    snapshot.save()
    to_now()
    stored = load(Snapshot.objects.get())
    assert stored.snapshot.query == {
        "first": "2026-03-01",
        "last": "2026-03-01",
        "preset": "",
        "compare": "before",
        "group_by": "",
        "then_by": "",
        "filters": {},
    }
    assert (stored.places, stored.snapshot.locations) == (["Central", "Lyon"], [5, 7])
    assert (stored.snapshot.state, stored.snapshot.asked_at) == ("done", MADE)
    assert (stored.snapshot.made_at, stored.snapshot.made_by) == (MADE, person)
    stores, products, best = stored.tables
    money = Decimal
    assert stores.rows[0] == [
        *("Lyon", "lyon", 0),
        *(money("77.97"), money("51.00"), money("52.9"), 2, 0, None, money("38.99")),
        *(5, 4, money("25.0"), 12, money("120.00"), 1, money("25.50")),
    ]
    assert stores.rows[1][:6] == ["Central", "central", 1, money("0.00"), money("0.00"), None]
    assert stores.totals is not None
    assert stores.totals[3:6] == [money("77.97"), money("51.00"), money("52.9")]
    assert stores.totals[-4:] == [24, money("240.00"), 2, money("51.00")]
    assert products.rows == [["Chocolat", "CHOC", sku.product_id, sku.pk, 3, money("26.97"), 7]]
    assert products.totals == [None, None, None, None, 5, money("77.97"), None]
    assert best.rows == [[1, "Chocolat", "CHOC", sku.product_id, 3, money("26.97")]]
    assert stored.headline() == "€77.97 in 1 store (+52.9%)"


def test_more_rows_than_a_chunk_holds_keep_their_order() -> None:
    person = make_staff(Role.HEAD_OFFICE)
    snapshot = kept(migrate(BEFORE), person)
    [row] = snapshot.data["products"]
    snapshot.data["products"] = [row | {"code": f"C{number}"} for number in range(450)]
    snapshot.save()
    to_now()
    table = Snapshot.objects.get().tables.get(name="products")
    assert (table.row_count, table.chunks.count()) == (450, 3)
    [products] = [one for one in load(Snapshot.objects.get()).tables if one.name == "products"]
    assert [cells[1] for cells in products.rows] == [f"C{number}" for number in range(450)]


def test_one_that_counted_no_place_goes_and_who_got_it_stays_known() -> None:
    reader = make_staff(Role.HEAD_OFFICE)
    apps = migrate(BEFORE)
    empty = kept(apps, reader, locations=[], data={"stores": []})
    deliveries = apps.get_model("backoffice", "ReportDelivery").objects
    sent = deliveries.create(
        day=date(2026, 3, 2), reader_id=reader.pk, state="sent", snapshot=empty
    )
    to_now()
    assert not Snapshot.objects.exists()
    delivery = ReportDelivery.objects.get(pk=sent.pk)
    assert (delivery.snapshot, delivery.reader, delivery.state) == (None, reader, "sent")
