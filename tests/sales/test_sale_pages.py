import csv
from decimal import Decimal
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from sales.actions.sale import Item, Paid, record_sale
from sales.models import Sale, Tender
from stores.models import Company, Location, Role, User
from tests.factories import (
    make_level,
    make_product,
    make_sku,
    make_staff,
    make_store,
    make_tax_rate,
)
from tests.queries import queries_of

pytestmark = pytest.mark.django_db


def signed_in(role: Role, store: Location | None = None) -> Client:
    client = Client()
    client.force_login(make_staff(role, store))
    return client


def make_sales(store: Location, count: int) -> list[Sale]:
    sku = make_sku(price="12.00")
    make_level(sku, store, on_hand=count)
    return [sell(store, [Item(sku.pk, 1)], make_staff(Role.CLERK, store)) for _ in range(count)]


def sell(store: Location, items: list[Item], by: User, *tenders: Paid) -> Sale:
    return record_sale(
        key=uuid4(),
        location=store,
        items=items,
        tenders=tenders or [Paid(Tender.Kind.CARD)],
        by=by,
    )


def numbers(response: HttpResponse) -> list[str]:
    return [row.record.receipt_number for row in response.context["table"].paginated_rows]


@pytest.mark.parametrize("role", [Role.CLERK, Role.MANAGER, Role.HEAD_OFFICE, Role.AUDITOR])
def test_a_receipt_shows_what_was_sold(role: Role) -> None:
    store = make_store("lyon", name="Lyon")
    low = make_product("Chocolat", tax_rate=make_tax_rate("5.50"))
    mouse, choc = make_sku(name="Souris", price="25.50"), make_sku(product=low, price="8.99")
    for sku in (mouse, choc):
        make_level(sku, store, on_hand=5)
    clerk = make_staff(Role.CLERK, store)
    paid = Paid(Tender.Kind.CASH, Decimal("50.00"))
    sale = sell(store, [Item(mouse.pk, 1), Item(choc.pk, 2)], clerk, paid)
    client = signed_in(role, store if role in (Role.CLERK, Role.MANAGER) else None)
    response = client.get(f"/stores/lyon/sales/{sale.pk}/receipt/")
    content = response.content.decode()
    assert all(amount in content for amount in ("€43.48", "€50.00", "€6.52", "€25.50", "€17.98"))
    assert all(words in content for words in (str(sale), "Souris", "Chocolat", str(clerk)))
    shares = [(share.rate, share.net, share.tax) for share in response.context["taxes"]]
    assert shares == [
        (Decimal("5.50"), Decimal("17.04"), Decimal("0.94")),
        (Decimal("20.00"), Decimal("21.25"), Decimal("4.25")),
    ]
    assert ("New sale" in content) == (role != Role.AUDITOR)


def test_a_receipt_is_of_its_own_store_only() -> None:
    lyon, paris = make_store("lyon"), make_store("paris")
    (sale,) = make_sales(paris, 1)
    here = signed_in(Role.CLERK, lyon)
    assert here.get(f"/stores/lyon/sales/{sale.pk}/receipt/").status_code == 404
    assert here.get(f"/stores/paris/sales/{sale.pk}/receipt/").status_code == 404
    assert here.get("/stores/paris/sales/").status_code == 404
    assert Client().get(f"/stores/paris/sales/{sale.pk}/receipt/").status_code == 302
    assert signed_in(Role.LOGISTICS).get("/stores/paris/sales/").status_code == 403


def test_a_store_lists_its_receipts_newest_first() -> None:
    lyon, paris = make_store("lyon"), make_store("paris")
    mine = make_sales(lyon, 3)
    make_sales(paris, 1)
    response = signed_in(Role.CLERK, lyon).get("/stores/lyon/sales/")
    assert numbers(response) == [sale.receipt_number for sale in reversed(mine)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "2"}, [2]),
        ({"q": "000002"}, [2]),
        ({"q": "LYON-{year}-000003"}, [3]),
        ({"q": "PARIS-{year}-000001"}, []),
        ({"q": "what"}, []),
        ({"channel": "online"}, []),
        ({"channel": "store"}, [3, 2, 1]),
        ({"day": "{day}"}, [3, 2, 1]),
        ({"day": "2001-01-01"}, []),
        ({"q": "9" * 60}, []),
    ],
)
def test_receipts_are_found_by_number_day_and_channel(
    query: dict[str, str], found: list[int]
) -> None:
    lyon = make_store("lyon")
    sale = make_sales(lyon, 3)[0]
    asked = {name: text.format(year=sale.year, day=sale.sold_on) for name, text in query.items()}
    response = signed_in(Role.CLERK, lyon).get("/stores/lyon/sales/", asked)
    assert [row.record.number for row in response.context["table"].paginated_rows] == found


def test_head_office_lists_all_places_and_narrows_to_one() -> None:
    lyon, paris = make_store("lyon"), make_store("paris")
    (first,), (second,) = make_sales(lyon, 1), make_sales(paris, 1)
    office = signed_in(Role.HEAD_OFFICE)
    assert numbers(office.get("/head-office/sales/")) == [str(second), str(first)]
    assert numbers(office.get("/head-office/sales/", {"location": lyon.pk})) == [str(first)]
    assert numbers(signed_in(Role.AUDITOR).get("/head-office/sales/")) == [str(second), str(first)]
    for role, place in ((Role.CLERK, lyon), (Role.MANAGER, lyon), (Role.LOGISTICS, None)):
        assert signed_in(role, place).get("/head-office/sales/").status_code == 403
    assert Client().get("/head-office/sales/").status_code == 302


@pytest.mark.parametrize("address", ["/stores/lyon/sales/", "/head-office/sales/"])
def test_the_number_of_queries_does_not_grow_with_the_receipts(address: str) -> None:
    lyon = make_store("lyon")
    office = signed_in(Role.HEAD_OFFICE)
    counts: list[int] = []
    for more in (2, 20):
        make_sales(lyon, more)
        counts += queries_of(office, address)
    assert counts[0] == counts[1] <= 8


@pytest.mark.parametrize(
    "query",
    [
        "sort=-receipt",
        "sort=receipt",
        "sort=nonsense",
        "page=999",
        "page=abc",
        "location=abc",
        "day=x",
    ],
)
def test_odd_addresses_answer(query: str) -> None:
    make_sales(make_store("lyon"), 2)
    assert signed_in(Role.HEAD_OFFICE).get(f"/head-office/sales/?{query}").status_code == 200


def test_a_receipt_without_tax_in_its_prices_says_both() -> None:
    Company.objects.update(prices_include_tax=False)
    lyon = make_store("lyon")
    (sale,) = make_sales(lyon, 1)
    content = signed_in(Role.CLERK, lyon).get(f"/stores/lyon/sales/{sale.pk}/receipt/").content
    assert all(amount in content.decode() for amount in ("€12.00", "€14.40", "€2.40"))


def test_the_file_holds_exactly_what_is_filtered() -> None:
    lyon, paris = make_store("lyon", name="Lyon"), make_store("paris")
    first, second = make_sales(lyon, 2)
    make_sales(paris, 1)
    office = signed_in(Role.HEAD_OFFICE)
    response = office.get("/head-office/sales/", {"location": lyon.pk, "export": "csv"})
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    heading, *rows = csv.reader(content.splitlines())
    assert heading == ["Receipt", "Store", "When", "By", "Channel", "Units", "Total (€)"]
    assert [row[0] for row in rows] == [str(second), str(first)]
    assert rows[0][1] == "Lyon"
    assert rows[0][4:] == ["in store", "1", "12.00"]
    workbook = office.get("/head-office/sales/", {"export": "xlsx"})
    assert workbook["Content-Disposition"] == 'attachment; filename="sale_list.xlsx"'
    here = signed_in(Role.CLERK, lyon).get("/stores/lyon/sales/", {"export": "csv"})
    assert "PARIS" not in b"".join(here.streaming_content).decode()
