"""Two people, products or places of one name stay two: in rows, beside earlier days, in charts and runs."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from backoffice.reports import consolidated, losses, sales, stock
from backoffice.reports.about import about
from backoffice.reports.definition import Definition
from backoffice.reports.definitions import REPORTS
from backoffice.reports.drawing import drawing_of
from backoffice.reports.mail import Sending, previewed
from backoffice.reports.names import told_apart
from backoffice.reports.periods import Days
from backoffice.reports.query import Compare, Query
from backoffice.reports.stored import load
from backoffice.reports.table import Cell, Column, Kind, Table, column_called
from inventory.models import Product
from sales.actions.sale import Item, Paid, record_sale
from sales.models import Tender
from stores.models import Location, Role, User
from tests.factories import make_level, make_membership, make_sku, make_staff, make_store, make_user
from tests.reports.chain import FIRST_WEEK
from tests.reports.goods import lose
from tests.reports.runs import cells, run

pytestmark = pytest.mark.django_db

BEFORE, NOW = datetime(2026, 2, 24, 11, tzinfo=UTC), datetime(2026, 3, 3, 11, tzinfo=UTC)


class Twins:
    """Two clerks called Ana, two mice and two stores called Lyon. The first of each did something in
    both weeks (10.00 before, 20.00 now), the second in this week alone (50.00)."""

    def __init__(self) -> None:
        self.places = [make_store("lyon", name="Lyon"), make_store("lyon-2", name="Lyon")]
        self.skus = [
            make_sku("MOUSE-A", name="Mouse", price="10.00", cost="6.00"),
            make_sku("MOUSE-B", name="Mouse", price="50.00", cost="30.00"),
        ]
        self.clerks = [self.clerk(f"ana{n}@x.example", self.places[n]) for n in (0, 1)]
        for sku, place in zip(self.skus, self.places, strict=True):
            make_level(sku, place, on_hand=50)
        for n, units, when in ((0, 1, BEFORE), (0, 2, NOW), (1, 1, NOW)):
            self.sold(n, units, when)
            lose(self.places[n], self.skus[n], units, when, by=self.clerks[n])

    def clerk(self, email: str, place: Location) -> User:
        return make_membership(Role.MANAGER, place, user=make_user(email, name="Ana")).user

    def sold(self, n: int, units: int, when: datetime) -> None:
        with time_machine.travel(when, tick=False):
            record_sale(
                key=uuid4(),
                location=self.places[n],
                items=[Item(self.skus[n].pk, units)],
                tenders=[Paid(Tender.Kind.CARD)],
                by=self.clerks[n],
            )


@pytest.fixture
def twins() -> Twins:
    return Twins()


def by(group: str) -> Query:
    return Query.of(FIRST_WEEK, compare=Compare.BEFORE, group_by=group)


def rows(table: Table, *keys: str) -> list[tuple[str, ...]]:
    found = [[row[table.index(key)] for key in keys] for row in table.rows]
    return sorted(tuple(str(cell) for cell in row) for row in found)


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("store", ["Lyon (lyon)", "Lyon (lyon-2)"]),
        ("article", ["Mouse (MOUSE-A)", "Mouse (MOUSE-B)"]),
        ("product", ["Mouse ({0})", "Mouse ({1})"]),
        ("clerk", ["Ana (ana0@x.example)", "Ana (ana1@x.example)"]),
    ],
)
def test_sales_of_two_of_one_name_are_two_rows(twins: Twins, group: str, names: list[str]) -> None:
    [table] = sales.run(twins.places, by(group))
    first, second = (name.format(*addresses(twins)) for name in names)
    assert rows(table, group, "revenue", "revenue_before") == [
        (first, "20.00", "10.00"),
        (second, "50.00", "0.00"),
    ]


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("store", ["Lyon (lyon)", "Lyon (lyon-2)"]),
        ("article", ["Mouse (MOUSE-A)", "Mouse (MOUSE-B)"]),
        ("person", ["Ana (ana0@x.example)", "Ana (ana1@x.example)"]),
    ],
)
def test_losses_of_two_of_one_name_are_two_rows(twins: Twins, group: str, names: list[str]) -> None:
    [table] = losses.run(twins.places, by(group))
    first, second = names
    assert rows(table, group, "cost", "cost_before", "cost_change") == [
        (first, "12.00", "6.00", "100.0"),
        (second, "30.00", "None", "None"),
    ]
    assert table.total("cost_before") == Decimal("6.00")
    drawing = drawing_of(table)
    assert drawing
    assert sorted(drawing.names) == [first, second]


def test_stock_of_two_products_of_one_name_is_two_rows(twins: Twins) -> None:
    [table] = stock.run(twins.places, by("product"))
    first, second = (f"Mouse ({address})" for address in addresses(twins))
    assert rows(table, "product", "units") == [(first, "44"), (second, "48")]
    with translation.override("en"):
        [of_stores] = stock.run(twins.places, by("store"))
        assert stock.headline([of_stores], by("store")).endswith("in 2 locations")


def test_the_chain_at_a_glance_tells_stores_and_products_apart(twins: Twins) -> None:
    stores, products, best = consolidated.run(twins.places, by(""))
    assert rows(stores, "store", "store_code", "revenue") == [
        ("Lyon (lyon)", "lyon", "20.00"),
        ("Lyon (lyon-2)", "lyon-2", "50.00"),
    ]
    assert rows(products, "product_code", "sold") == [("MOUSE-A", "2"), ("MOUSE-B", "1")]
    drawing = drawing_of(best)
    assert drawing
    assert drawing.names == ["Mouse (MOUSE-A)", "Mouse (MOUSE-B)"]


def test_two_runs_match_rows_by_who_it_is(twins: Twins, client: Client) -> None:
    """The first run knows one Ana, the second both."""
    client.force_login(make_staff(Role.HEAD_OFFICE))
    earlier = run(twins.places, FIRST_WEEK.before, report="sales", group_by="clerk")
    later = run(twins.places, report="sales", group_by="clerk")
    page = client.get(f"/reports/{later.pk}/compare/?other={earlier.pk}&figure=groups.revenue").text
    assert sorted(cells(page, "comparison")[:-1]) == [
        ["Ana (ana0@x.example)", "20.00", "10.00", "+10.00", "+100.0%"],
        ["Ana (ana1@x.example)", "50.00", "–", "+50.00", ""],
    ]
    page = client.get(f"/reports/{earlier.pk}/compare/?other={later.pk}&figure=groups.revenue").text
    assert [row[:3] for row in cells(page, "comparison")[:-1]] == [
        ["Ana", "10.00", "20.00"],
        ["Ana (ana1@x.example)", "–", "50.00"],
    ]


def test_a_person_who_took_another_name_is_the_same_row(twins: Twins, client: Client) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    earlier = run(twins.places[:1], report="sales", group_by="clerk")
    User.objects.filter(pk=twins.clerks[0].pk).update(name="Ana Martin")
    later = run(twins.places[:1], report="sales", group_by="clerk")
    page = client.get(f"/reports/{later.pk}/compare/?other={earlier.pk}&figure=groups.revenue").text
    assert cells(page, "comparison")[:-1] == [["Ana Martin", "20.00", "20.00", "0.00", "0.0%"]]


def test_runs_of_different_things_share_their_totals_alone(twins: Twins, client: Client) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    clerks = run(twins.places, report="sales", group_by="clerk")
    stores = run(twins.places, report="sales", group_by="store")
    page = client.get(f"/reports/{clerks.pk}/compare/?other={stores.pk}&figure=groups.revenue").text
    assert "The rows of these two runs are about different things" in page
    assert cells(page, "comparison") == [["Total", "70.00", "70.00", "0.00", "0.0%"]]


@pytest.mark.parametrize("definition", REPORTS.values(), ids=list(REPORTS))
def test_every_row_has_a_key_that_is_no_name(definition: Definition, twins: Twins) -> None:
    """A name is known by another column; what knows itself is a time, a code or a word of a list."""
    for group in ["", *definition.groupings]:
        for table in definition.run(twins.places, by(group)):
            assert table.keys, table.name
            for column in table.keys:
                assert table.has(column.known_by), (table.name, column.key)
                assert column_called(column.known_by, definition.columns)
                assert column.known_by != column.key or column.kind != Kind.TEXT
            known = [[row[table.index(c.known_by)] for c in table.keys] for row in table.rows]
            assert len({tuple(key) for key in known}) == len(table.rows)
            said = [tuple(row[table.index(c.key)] for c in table.names) for row in table.rows]
            assert len(set(said)) == len(said)  # told apart by what a reader sees


def test_names_that_nobody_shares_stay_as_they_are() -> None:
    columns = [
        Column("who", "Who", known_by="id", beside="mail"),
        Column("id", ""),
        Column("mail", ""),
    ]
    found: list[list[Cell]] = [
        ["Ana", 1, "a@x"],
        ["Bea", 2, "b@x"],
        ["Ana", 3, "c@x"],
        ["Ana", 1, "a@x"],
    ]
    assert [row[0] for row in told_apart(columns, found)] == [
        "Ana (a@x)",
        "Bea",
        "Ana (c@x)",
        "Ana (a@x)",
    ]
    assert found[0][0] == "Ana"


def addresses(twins: Twins) -> list[str]:
    products = Product.objects.filter(skus__in=twins.skus).order_by("skus__code")
    return list(products.values_list("slug", flat=True))


@pytest.mark.parametrize(
    ("group", "there", "row"),
    [
        ("day", FIRST_WEEK.before, ["3 Mar 2026", "70.00", "10.00"]),
        ("month", Days(date(2025, 3, 1), date(2025, 3, 7)), ["March 2026", "70.00", "30.00"]),
    ],
)
def test_runs_of_other_days_stand_side_by_side_from_the_first_on(
    twins: Twins, client: Client, group: str, there: Days, row: list[str]
) -> None:
    """24 February is the third of its days, as 3 March is."""
    twins.sold(0, 3, datetime(2025, 3, 5, 11, tzinfo=UTC))
    client.force_login(make_staff(Role.HEAD_OFFICE))
    earlier = run(twins.places, there, report="sales", group_by=group)
    later = run(twins.places, report="sales", group_by=group)
    page = client.get(f"/reports/{later.pk}/compare/?other={earlier.pk}&figure=groups.revenue").text
    assert row in [shown[:3] for shown in cells(page, "comparison")]


def test_runs_with_days_in_common_match_by_the_day(twins: Twins, client: Client) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    days = Days(date(2026, 3, 2), date(2026, 3, 8))
    other = run(twins.places, days, report="sales", group_by="day")
    this = run(twins.places, report="sales", group_by="day")
    page = client.get(f"/reports/{this.pk}/compare/?other={other.pk}&figure=groups.revenue").text
    assert ["3 Mar 2026", "70.00", "70.00"] in [row[:3] for row in cells(page, "comparison")]


def test_a_run_tells_places_of_one_name_apart(twins: Twins, client: Client) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    both, one = run(twins.places), run(twins.places[:1])
    assert both.place_names == ["Lyon (lyon)", "Lyon (lyon-2)"]
    assert one.place_names == ["Lyon"]
    assert "Lyon (lyon), Lyon (lyon-2)" in client.get("/reports/").text
    assert dict(about(both))["Places"] == "Lyon (lyon), Lyon (lyon-2)"


def test_the_report_of_one_store_bears_its_name(twins: Twins, client: Client) -> None:
    office = make_staff(Role.HEAD_OFFICE)
    client.force_login(office)
    chain, one = run(twins.places), run(twins.places[:1])
    for page in (f"/reports/{one.pk}/", "/stores/lyon/reports/consolidated/"):
        assert "<h1>Lyon at a glance" in client.get(page).text
    assert "Lyon at a glance" in client.get("/stores/lyon/reports/").text
    for page in (f"/reports/{chain.pk}/", "/head-office/reports/consolidated/"):
        assert "<h1>The chain at a glance" in client.get(page).text
    assert previewed(load(one), office, Sending()).text.startswith("Lyon at a glance,")
    assert [one.title, chain.title] == ["Lyon at a glance", "The chain at a glance"]
    assert run(twins.places[:1], report="sales").title == REPORTS["sales"].title
