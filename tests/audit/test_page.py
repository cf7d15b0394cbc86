"""The page of the trail: found by what one knows, in words, as fast at the millionth entry."""

import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.functional import Promise

from backoffice.audit.labels import COLUMNS, THINGS, UNTOLD
from backoffice.audit.words import field_of, label_of, told
from inventory.actions.adjustments import adjust_stock
from inventory.actions.catalogue import change_sku
from inventory.actions.policy import set_thresholds
from inventory.models import StockAdjustment
from shop.actions.order import Delivery
from stores.actions.people import give_role
from stores.audited import AUDITED
from stores.models import AuditEntry, Company, Role, User
from tests.factories import make_level, make_sku, make_staff, make_store, make_user
from tests.matrix.test_matrix import body_of
from tests.plans import asks_for_rows, plan_of, read_whole
from tests.queries import queries_of
from tests.shop.orders import place_and_pay

pytestmark = pytest.mark.django_db
PAGE = "/head-office/audit/"
NEVER_RECORDED = {"id", "password", "search_text", "search_vector", "version", "told_version"}
NEVER_RECORDED |= {"seen_language", "suggested", "lacking", "warehouse_had", "store_had"}
NEVER_RECORDED |= {"received_reason", "failures", "active_since", "planned_until", "language"}


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    return client


def shown(client: Client, query: str = "") -> str:
    answer = client.get(f"{PAGE}{query}")
    assert answer.status_code == 200
    [part] = re.findall(r'<div id="audit-table".*', answer.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def test_every_table_and_column_has_a_name_in_every_language() -> None:
    assert set(THINGS) >= AUDITED
    silent = [
        f"{model._meta.db_table}.{field.attname}"
        for model in apps.get_models()
        if model._meta.db_table in AUDITED
        for field in model._meta.concrete_fields
        if not isinstance(field.verbose_name, Promise)
        and field.attname not in COLUMNS.keys() | UNTOLD | NEVER_RECORDED
    ]
    assert silent == []


def test_a_price_is_told_with_currency_before_and_after(office: Client) -> None:
    manager = make_user("ana@x.example", name="Ana")
    sku = make_sku("MOUSE-1", name="Souris", price="25.50")
    change_sku(sku.pk, price=Decimal("24.90"), by=manager)
    text = shown(office, "?kind=price")
    assert "MOUSE-1 Souris price · SKU" in text
    assert "Ana" in text
    assert "Price: €25.50 → now €24.90" in text
    with translation.override("fr"):
        [entry] = told(list(AuditEntry.objects.filter(kind="price", action="changed")), manager)
        assert entry.changes[0].after == "24,90\xa0€"


def test_a_right_is_told_with_names_instead_of_ids(office: Client) -> None:
    store, person = make_store("lyon", name="Lyon"), make_user("ben@x.example", name="Ben")
    give_role(person.pk, role=Role.MANAGER, location=store, by=make_staff(Role.ADMIN))
    text = shown(office, f"?thing=stores_user-{person.pk}")
    assert "Person: Ben" in text
    assert "Location: Lyon" in text
    assert "Role: manager" in text
    assert f"stores_user-{person.pk}" not in text


def test_entries_are_found_by_who_where_when_and_what(office: Client) -> None:
    lyon, paris = make_store("lyon", name="Lyon"), make_store("paris", name="Paris")
    ana, ben = make_user("ana@x.example", name="Ana"), make_user("ben@x.example", name="Ben")
    sku = make_sku("MOUSE-1", name="Souris")
    for place, by in ((lyon, ana), (paris, ben)):
        make_level(sku, place, on_hand=9)
        lost = StockAdjustment.Reason.LOST
        adjust_stock(place, {sku.pk: 1}, key=uuid4(), reason=lost, note="window smashed", by=by)
    asked = {
        "?place=lyon&kind=stock": ("Ana", "Ben"),
        "?who=ben&kind=stock": ("Ben", "Ana"),
        "?q=smash+wind": ("Ana", "nothing like it"),
        "?q=MOUSE-1&kind=stock&place=paris": ("Ben", "Ana"),
    }
    for query, (there, absent) in asked.items():
        assert there in shown(office, query), query
        assert absent not in shown(office, query).replace("Remove the filter", ""), query
    assert "No entry matches" in shown(office, "?last=2020-01-01")
    assert "No entry matches" in shown(office, "?way=database")
    assert "No entry matches" in shown(office, "?q='")
    assert "Ana" in shown(office, "?first=2020-01-01&last=9999-12-31")
    assert "From: 1 Jan 2020" in shown(office, "?first=2020-01-01")
    assert "From: 2020" in shown(office, "?first=2020")


def test_pages_follow_each_other_without_counting(office: Client) -> None:
    for minutes in range(31, 31 + 60):
        Company.objects.update(order_hold_minutes=minutes)
    first = shown(office, "?kind=setting")
    assert first.count("Minutes an unpaid order") == 50
    assert "now 90" in first
    older = re.search(r"before=(\d+)", office.get(f"{PAGE}?kind=setting").text)
    assert older
    second = shown(office, f"?kind=setting&before={older[1]}")
    assert "now 40" in second
    assert "now 41" not in second


def test_queries_do_not_grow_with_entries(office: Client) -> None:
    store, skus = make_store("lyon"), [make_sku() for _number in range(40)]
    manager = make_staff(Role.MANAGER, store)
    counts = []
    for some in (skus[:10], skus[10:]):
        for sku in some:
            make_level(sku, store)
            set_thresholds(store, sku.pk, reorder_point=3, target=5, maximum=9, by=manager)
            change_sku(sku.pk, cost=Decimal(3), by=manager)
        counts += queries_of(office, f"{PAGE}?kind=threshold", f"{PAGE}?kind=price")
    assert counts[:2] == counts[2:]


@pytest.fixture
def long_trail(db: None) -> User:
    """Entries of a person among many of others; nothing of it stays."""
    person = make_staff(Role.HEAD_OFFICE)
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO stores_auditentry (at, by_id, way, request, kind, action, "table", row_id,'
            " about_table, about_id, location_id, label, before, after)"
            " SELECT now() - n * interval '1 minute', n % 500, 'page', '', 'price', 'changed',"
            " 'inventory_sku', n, 'inventory_product', n, n % 40, 'Thing ' || n, '{}',"
            " jsonb_build_object('price', n) FROM generate_series(1, 20000) AS n"
        )
        cursor.execute("ANALYZE stores_auditentry")
    return person


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?kind=price",
        "?place=lyon",
        "?q=19999",
        "?thing=inventory_product-77",
        "?first=2020-01-01",
        "?before=1",
    ],
)
def test_a_long_trail_is_read_by_index(client: Client, long_trail: User, query: str) -> None:
    make_store("lyon")
    client.force_login(long_trail)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"{PAGE}{query}").status_code == 200
    asked = [q["sql"] for q in queries.captured_queries if "stores_auditentry" in q["sql"]]
    plans = [plan_of(sql) for sql in asked if asks_for_rows(sql)]
    assert plans
    assert set().union(*(read_whole(plan) for plan in plans)) == set()
    assert not any("COUNT(" in sql for sql in asked)


@pytest.mark.parametrize("wanted", ["csv", "xlsx"])
def test_the_file_holds_what_is_filtered_and_is_an_entry_itself(
    office: Client, wanted: str
) -> None:
    Company.objects.update(order_hold_minutes=45)
    answer = office.get(f"{PAGE}?kind=setting&export={wanted}")
    body = body_of(answer)
    if wanted == "csv":
        text = body.decode()
        assert "Minutes an unpaid order keeps its goods: 30 → 45" in text
        assert "right" not in text
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.action, entry.by_id) == ("read", int(office.session["_auth_user_id"]))
    assert entry.after == {"file": wanted, "filters": "Kind: setting"}
    assert "File: " + wanted in shown(office)


def test_who_takes_orders_with_customers_away_is_written_down(office: Client) -> None:
    store, sku = make_store(), make_sku()
    make_level(sku, store, on_hand=3)
    order = place_and_pay({sku: 1}, delivery=Delivery(store=store))
    body_of(office.get(f"/head-office/orders/?state={order.state}&export=csv"))
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.kind, entry.action, entry.table) == ("customer", "read", "shop_order")
    assert entry.after["rows"] == 1
    assert entry.after["file"] == "csv"
    assert "Rows: 1" in shown(office, "?kind=customer")


def test_nobody_below_head_office_reads_it(client: Client) -> None:
    for role, status in {
        Role.ADMIN: 200,
        Role.HEAD_OFFICE: 200,
        Role.AUDITOR: 200,
        Role.LOGISTICS: 403,
        Role.MANAGER: 403,
        Role.CLERK: 403,
    }.items():
        client.force_login(make_staff(role))
        assert client.get(PAGE).status_code == status


def test_a_column_that_is_gone_keeps_its_name() -> None:
    assert field_of("stores_company", "no_more") is None
    assert label_of("stores_company", "no_more") == "No_more"
