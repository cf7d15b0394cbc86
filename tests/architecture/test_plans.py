"""No list reads the whole of a table that grows with the business to show its newest rows."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stores.models import Location, Role
from stores.models.location import outer_place
from tests.factories import make_customer, make_sku, make_staff, make_store
from tests.plans import asks_for_rows, drop_indexes, fill, plan_of, read_whole

LISTS = [
    "/head-office/",
    "/head-office/?sort=-margin&page=2",
    "/stores/lyon/",
    "/stores/lyon/days/2026-03-02/",
    "/head-office/movements/",
    "/head-office/movements/?place=lyon",
    "/head-office/movements/?document=sale",
    "/head-office/movements/?before=5000",
    "/head-office/sales/",
    "/head-office/sales/?channel=till",
    "/stores/lyon/sales/",
    "/stores/lyon/sales/?day=2026-03-02",
    "/head-office/orders/",
    "/stores/lyon/orders/",
    "/stores/lyon/orders/?state=open",
    "/stores/lyon/stock/",
    "/head-office/stock/",
    "/reports/",
    "/reports/?place=lyon&state=done",
    "/reports/?place=paris",
    "/reports/?state=failed",
    f"/reports/?first={timezone.localdate()}",
    "/reports/?who=comptoir.example",
]


def sell(store: Location, sku: int, person: int, customer: int) -> None:
    """Sales of one line, with their movements, and as many orders."""
    now = f"timestamptz '{timezone.now().isoformat()}'"
    sold_at = f"{now} - n * interval '20 minutes'"
    one = {"quantity": 1, "unit_price": 1, "tax_rate": 0, "tax": 0, "total": 1}
    told = {"code": "''", "name": "''", "sku_id": sku}
    who = {"key": "gen_random_uuid()", "content_hash": "''", "location_id": store.pk}
    fill(
        "inventory_stockmovement",
        sku_id=sku,
        source_id=store.pk,
        destination_id=outer_place(Location.Kind.CUSTOMER).pk,
        quantity=1,
        document="'sale'",
        document_id="n",
        occurred_at=sold_at,
        recorded_at=sold_at,
    )
    fill(
        "sales_sale",
        **who,
        id="1000000 + n",
        year=2026,
        number="n",
        channel="'till'",
        order_number="''",
        sold_at=sold_at,
        sold_on=f"({sold_at})::date",
        sold_hour=12,
        by_id=person,
        units=1,
        total=1,
        tax=0,
    )
    fill("sales_saleline", **one, **told, sale_id="1000000 + n", unit_cost=1)
    paid = {"amount": 1, "given": 1, "change": 0}
    fill("sales_tender", **paid, sale_id="1000000 + n", kind="'card'")
    fill(
        "shop_order",
        **who,
        id="1000000 + n",
        number="'W-' || n",
        customer_id=customer,
        state="'done'",
        delivery="'home'",
        ship_to="''",
        language="'fr'",
        total=1,
        tax=0,
        placed_at=sold_at,
        pay_until=sold_at,
        cancel_cause="''",
    )
    fill("shop_orderline", **one, **told, order_id="1000000 + n")


def run_reports(store: Location, other: Location, person: int) -> None:
    """Runs of one store that schedules made; a few failed, or are another's, or somebody's."""
    few = "n % 500 = 0"
    fill(
        "backoffice_snapshot",
        key="'run ' || n",
        report="'consolidated'",
        query="""'{"first": "2026-03-01", "last": "2026-03-07"}'""",
        locations=f"CASE WHEN {few} THEN '[{other.pk}]' ELSE '[{store.pk}]' END::jsonb",
        place_names="""'["Lyon"]'""",
        state=f"CASE WHEN {few} THEN 'failed' ELSE 'done' END",
        made_by_id=f"CASE WHEN {few} THEN {person} END",
        tries=0,
        words="''",
        asked_at="now() - n * interval '20 minutes'",
        made_at="now() - n * interval '20 minutes'",
    )


@pytest.fixture
def office(db: None) -> Iterator[Client]:
    """Head office, in a chain that has sold much; nothing of it stays."""
    store, person, client = make_store("lyon"), make_staff(Role.HEAD_OFFICE), Client()
    other = make_store("paris")
    with transaction.atomic():
        run_reports(store, other, person.pk)
        sell(store, make_sku().pk, person.pk, make_customer().pk)
        client.force_login(person)
        yield client
        transaction.set_rollback(True)


def tables_read_whole(office: Client, address: str) -> list[set[str]]:
    """For each query of the page that asks for rows."""
    with CaptureQueriesContext(connection) as queries:
        assert office.get(address).status_code == 200
    asked = [query["sql"] for query in queries.captured_queries if asks_for_rows(query["sql"])]
    return [read_whole(plan_of(sql)) for sql in asked]


def test_lists_are_read_through_indexes(office: Client) -> None:
    """Counting rows is another matter: pages of receipts count 10,000 at most."""
    read = {address: tables_read_whole(office, address) for address in LISTS}
    whole = {address: union for address, tables in read.items() if (union := set().union(*tables))}
    assert whole == {}
    assert all(read.values())


@pytest.mark.parametrize(
    ("address", "table"),
    [
        ("/head-office/sales/", "sales_sale"),
        ("/stores/lyon/sales/", "sales_sale"),
        ("/head-office/movements/", "inventory_stockmovement"),
        ("/head-office/movements/?place=lyon", "inventory_stockmovement"),
        ("/reports/?place=paris", "backoffice_snapshot"),
        ("/reports/?state=failed", "backoffice_snapshot"),
    ],
)
def test_without_its_indexes_a_list_reads_the_whole_table(
    office: Client, address: str, table: str
) -> None:
    drop_indexes(table)
    assert table in set().union(*tables_read_whole(office, address))


def test_the_measure_sees_a_table_that_is_read_whole(office: Client) -> None:
    sql = "SELECT * FROM sales_saleline WHERE quantity > 2 ORDER BY quantity LIMIT 25"
    assert read_whole(plan_of(sql)) == {"sales_saleline"}
