"""Reports of goods and orders find what they count through indexes, however long the ledger is."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.queries.dead_stock import dead_stock
from backoffice.queries.stock_value import stock_value
from inventory.models import StockLevel
from inventory.queries.losses import losses
from inventory.queries.report_keys import Chosen
from inventory.queries.restock_service import restock_cuts, restock_service
from inventory.queries.stock_outs import stock_outs
from shop.figures import cancelled_orders, order_figures
from stores.models import Location
from stores.models.location import outer_place
from tests.factories import make_customer, make_sku, make_staff, make_store, make_warehouse
from tests.plans import drop_indexes, fill, plan_of, read_whole

pytestmark = pytest.mark.django_db

SKUS = 40
PLACES = 20
TODAY = timezone.localdate()
WEEK = (TODAY - timedelta(days=7), TODAY - timedelta(days=1))
GROWING = {
    "inventory_alert",
    "inventory_restockline",
    "inventory_restockrequest",
    "inventory_stockadjustment",
    "inventory_stockadjustmentline",
    "inventory_stockmovement",
    "inventory_transfer",
    "inventory_transferline",
    "inventory_transferreceipt",
    "inventory_transferreceiptline",
    "sales_dailyskusales",
    "shop_order",
    "shop_orderevent",
}


class LongAgo:
    """Ten thousand of everything in nine months, in twenty stores; one of them is looked at."""

    def __init__(self) -> None:
        self.stores = [make_store() for _number in range(PLACES)]
        self.skus = [make_sku().pk for _number in range(SKUS)]
        self.person, self.central = make_staff().pk, make_warehouse()
        self.chosen = Chosen([self.stores[0].pk])
        self.then = f"timestamptz '{timezone.now().isoformat()}' - n * interval '40 minutes'"
        self.somewhere = f"(ARRAY{[place.pk for place in self.stores]})[1 + n % {PLACES}]"
        self.something = f"(ARRAY{self.skus})[1 + n / {PLACES} % {SKUS}]"
        StockLevel.objects.bulk_create(
            StockLevel(location=store, sku_id=sku, on_hand=5)
            for store in self.stores
            for sku in self.skus
        )
        self.ledger()
        self.requests()
        self.gaps()
        self.orders()

    def ledger(self) -> None:
        where = {"location_id": self.somewhere, "sku_id": self.something}
        moved = {"sku_id": self.something, "quantity": 1, "document": "'sale'", "document_id": "n"}
        fill(
            "inventory_stockmovement",
            **moved,
            source_id=self.somewhere,
            destination_id=outer_place(Location.Kind.CUSTOMER).pk,
            occurred_at=self.then,
            recorded_at=self.then,
        )
        fill(
            "inventory_alert",
            **where,
            kind="'out'",
            available=0,
            opened_at=f"{self.then} - interval '1 day'",
            closed_at=self.then,
            closing_document="''",
        )
        by_hand = {"key": "gen_random_uuid()", "reason": "'lost'", "note": "''", "at": self.then}
        fill(
            "inventory_stockadjustment",
            id="1000000 + n",
            location_id=self.somewhere,
            by_id=self.person,
            **by_hand,
        )
        fill(
            "inventory_stockadjustmentline",
            adjustment_id="1000000 + n",
            sku_id=self.something,
            quantity=1,
        )
        fill(
            "sales_dailyskusales",
            **where,
            day=f"date '{TODAY}' - n / {PLACES}",
            channel="'store'",
            units=1,
            revenue=1,
            tax=0,
            cost=1,
        )

    def requests(self) -> None:
        fill(
            "inventory_restockrequest",
            id="1000000 + n",
            key="gen_random_uuid()",
            store_id=self.somewhere,
            warehouse_id=self.central.pk,
            state="'done'",
            note="''",
            asked_by_id=self.person,
            asked_at=self.then,
            decided_by_id=self.person,
            decided_at=self.then,
            by_rule="FALSE",
            value=1,
            refusal="''",
            done_at=self.then,
            version=3,
            told_version=1,
        )
        fill(
            "inventory_restockline",
            request_id="1000000 + n",
            sku_id=self.something,
            asked=2,
            approved=2,
            sent=2,
            received=2,
            reason="''",
            received_reason="''",
            lacking=0,
        )

    def gaps(self) -> None:
        """One transfer in a thousand lost something."""
        fill(
            "inventory_transfer",
            id="1000000 + n",
            key="gen_random_uuid()",
            source_id=self.central.pk,
            destination_id=self.somewhere,
            request_id="1000000 + n",
            state="'closed'",
            note="''",
            made_at=self.then,
            sent_at=self.then,
            due_at=self.then,
            closed_at=self.then,
            version=3,
        )
        gone = "CASE n % 1000 WHEN 0 THEN 1 ELSE 0 END"
        fates = {"received": f"2 - {gone}", "rejected": gone, "came_back": 0, "written_off": 0}
        fill(
            "inventory_transferline",
            id="1000000 + n",
            transfer_id="1000000 + n",
            sku_id=self.something,
            planned=2,
            sent=2,
            **fates,
        )
        fill(
            "inventory_transferreceipt",
            id="1000000 + n",
            key="gen_random_uuid()",
            transfer_id="1000000 + n",
            note="''",
            by_id=self.person,
            at=self.then,
        )
        fill(
            "inventory_transferreceiptline",
            receipt_id="1000000 + n",
            line_id="1000000 + n",
            reason="'expired'",
            **fates,
        )

    def orders(self) -> None:
        fill(
            "shop_order",
            id="1000000 + n",
            key="gen_random_uuid()",
            content_hash="''",
            number="'W-' || n",
            customer_id=make_customer().pk,
            location_id=self.somewhere,
            state="'done'",
            delivery="'collect'",
            ship_to="''",
            language="'fr'",
            total=1,
            tax=0,
            placed_at=self.then,
            pay_until=self.then,
            cancel_cause="''",
        )
        for state in ("created", "paid", "done"):
            fill(
                "shop_orderevent",
                order_id="1000000 + n",
                state=f"'{state}'",
                at=self.then,
                note="''",
            )


type Report = Callable[[Chosen], Any]
REPORTS: dict[str, Report] = {
    "stock": lambda chosen: stock_value(chosen, by=["article"]),
    "dead stock": lambda chosen: dead_stock(chosen, 30, by=["article"]),
    "stock-outs": lambda chosen: stock_outs(chosen, *WEEK, by=["article"]),
    "losses": lambda chosen: losses(chosen, *WEEK, by=["reason"]),
    "restock service": lambda chosen: restock_service(chosen, *WEEK, by=["store"]),
    "restock cuts": lambda chosen: restock_cuts(chosen, *WEEK),
    "orders": lambda chosen: order_figures(chosen.places, *WEEK, by=["day"]),
    "cancelled orders": lambda chosen: cancelled_orders(chosen.places, *WEEK),
}


@pytest.fixture(scope="module")
def long_ago(django_db_setup: None, django_db_blocker: Any) -> Iterator[LongAgo]:
    """For all tests of the file; nothing of it stays."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield LongAgo()
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper(long_ago: LongAgo) -> None:
    """In place of pytest-django's transaction per test, after which it closes the connection."""


def tables_read_whole(report: Report, chosen: Chosen) -> set[str]:
    with CaptureQueriesContext(connection) as queries:
        report(chosen)
    [asked] = queries.captured_queries
    return read_whole(plan_of(asked["sql"]), GROWING)


@pytest.mark.parametrize("name", REPORTS)
def test_a_week_of_one_store_reads_no_table_from_end_to_end(long_ago: LongAgo, name: str) -> None:
    assert tables_read_whole(REPORTS[name], long_ago.chosen) == set()


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("dead stock", "inventory_stockmovement"),
        ("stock-outs", "inventory_stockmovement"),
        ("losses", "inventory_transferreceiptline"),
        ("restock service", "inventory_restockrequest"),
        ("orders", "shop_orderevent"),
    ],
)
def test_without_indexes_it_would(long_ago: LongAgo, name: str, table: str) -> None:
    with transaction.atomic():
        drop_indexes(table)
        assert table in tables_read_whole(REPORTS[name], long_ago.chosen)
        transaction.set_rollback(True)
