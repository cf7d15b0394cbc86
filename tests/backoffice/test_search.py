"""The search over everything: what it finds, and what it never tells."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client

from inventory.models import RestockRequest, Sku
from sales.actions.sale import Item, Paid, record_sale
from sales.models import Sale, Tender
from shop.actions.order import Delivery
from shop.models import Order
from stores.models import Location, Role
from tests.factories import (
    make_arrival,
    make_level,
    make_online_location,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_user,
    make_warehouse,
)
from tests.queries import queries_of
from tests.shop.orders import place_and_pay

pytestmark = pytest.mark.django_db
OFFICE = "/head-office/search/"
AT_LYON = "/stores/lyon/search/"
TRANSFERS = "/head-office/transfers/"


@pytest.fixture
def paris() -> Location:
    return make_store("paris", name="Paris")


@pytest.fixture
def coffee(lyon: Location, paris: Location) -> Sku:
    sku = make_sku("CAF-1", name="Café Premium", barcode="3760001", price="15.99")
    make_level(sku, lyon, on_hand=12)
    make_level(sku, paris, on_hand=30)
    return sku


def sell(sku: Sku, store: Location) -> Sale:
    paid = [Paid(Tender.Kind.CARD, sku.price)]
    return record_sale(
        key=uuid4(), location=store, items=[Item(sku.pk, 1)], tenders=paid, by=make_user()
    )


def order_from(sku: Sku, store: Location) -> Order:
    make_online_location()
    return place_and_pay({sku: 1}, delivery=Delivery(store=store))


@pytest.mark.parametrize("words", ["cafe prem", "caf-1", "CAF-1", "3760001"])
def test_a_product_is_found_by_name_code_and_barcode(
    client: Client, coffee: Sku, words: str
) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    page = client.get(OFFICE, {"q": words}).text
    assert f'href="/head-office/products/{coffee.product_id}/"' in page
    assert "42 available" in page
    assert "€15.99" in page


def test_in_a_store_a_product_leads_to_the_stock_there(
    client: Client, coffee: Sku, lyon: Location
) -> None:
    client.force_login(make_staff(Role.CLERK, lyon))
    page = client.get(AT_LYON, {"q": "café"}).text
    assert f'href="/stores/lyon/stock/{coffee.pk}/movements/"' in page
    assert "12 available" in page
    assert "/head-office/" not in page


def test_numbers_find_receipts_orders_and_requests(
    client: Client, coffee: Sku, lyon: Location
) -> None:
    sale, order = sell(coffee, lyon), order_from(coffee, lyon)
    request = make_restock(store=lyon)
    client.force_login(make_staff(Role.HEAD_OFFICE))
    receipt = f'href="/stores/lyon/sales/{sale.pk}/receipt/"'
    assert receipt in client.get(OFFICE, {"q": sale.receipt_number}).text
    assert receipt in client.get(OFFICE, {"q": sale.receipt_number.lower()}).text
    assert receipt in client.get(OFFICE, {"q": str(sale.number)}).text
    ordered = f'href="/stores/lyon/orders/{order.number}/"'
    assert ordered in client.get(OFFICE, {"q": order.number}).text
    assert ordered in client.get(OFFICE, {"q": order.number[-6:]}).text
    assert ordered in client.get(OFFICE, {"q": order.customer.user.email}).text
    for words in (str(request), str(request).lower(), str(request.pk)):
        assert f'href="/head-office/restock/{request.pk}/"' in client.get(OFFICE, {"q": words}).text


def test_the_number_of_a_transfer_finds_it_on_the_page_of_the_reader(
    client: Client, lyon: Location, paris: Location
) -> None:
    transfer = make_arrival(source=paris, destination=lyon)
    at_lyon, at_office = f"/stores/lyon/transfers/{transfer.pk}/", f"{TRANSFERS}{transfer.pk}/"
    live = {"HX-Request": "true", "HX-Target": "found"}
    client.force_login(make_staff(Role.LOGISTICS))
    for words in (f"t-{transfer.pk}", str(transfer.pk)):
        page = client.get(OFFICE, {"q": words}, headers=live).text
        assert f'<a href="{at_office}">{transfer}</a>' in page
        assert "Paris → Lyon · in transit" in page
    client.force_login(make_staff(Role.CLERK, lyon))
    page = client.get(AT_LYON, {"q": str(transfer)}, headers=live).text
    assert f'<a href="{at_lyon}">{transfer}</a>' in page
    client.force_login(make_staff(Role.CLERK, make_store("nice")))
    page = client.get("/stores/nice/search/", {"q": str(transfer)}).text
    assert "Nothing that you may see" in page


def test_a_scanned_paper_opens_its_transfer(client: Client, lyon: Location) -> None:
    """A scanner ends in Enter: from the head of any page, and from the search page itself."""
    transfer = make_arrival(destination=lyon)
    opened = f"/stores/lyon/transfers/{transfer.pk}/"
    client.force_login(make_staff(Role.CLERK, lyon))
    for words in (str(transfer), f"t{transfer.pk}", f" T-00{transfer.pk} "):
        answer = client.get(AT_LYON, {"q": words})
        assert (answer.status_code, answer["Location"]) == (302, opened)
    live = {"HX-Request": "true", "HX-Target": "found"}
    answer = client.get(AT_LYON, {"q": str(transfer), "sent": "1"}, headers=live)
    assert answer["HX-Redirect"] == opened
    assert client.get(AT_LYON, {"q": str(transfer.pk)}).status_code == 200  # any number is no scan
    other = client.get(AT_LYON, {"q": "café noir", "sent": "1"}, headers=live)
    assert other["HX-Push-Url"] == f"{AT_LYON}?q=caf%C3%A9+noir"


def test_places_and_people_are_found_by_head_office(client: Client, lyon: Location) -> None:
    ana = make_user("ana@comptoir.example", name="Ana Petit")
    client.force_login(make_staff(Role.AUDITOR))
    assert 'href="/stores/lyon/"' in client.get(OFFICE, {"q": "lyo"}).text
    assert f'href="/head-office/people/{ana.pk}/"' in client.get(OFFICE, {"q": "petit"}).text


def test_a_clerk_of_lyon_finds_nothing_of_paris(
    client: Client, coffee: Sku, lyon: Location, paris: Location
) -> None:
    sale, order = sell(coffee, paris), order_from(coffee, paris)
    request: RestockRequest = make_restock(store=paris)
    transfer = make_arrival(destination=paris)
    make_user("canary@comptoir.example", name="Canary")
    client.force_login(make_staff(Role.CLERK, lyon))
    customer = order.customer.user
    numbers = [sale.receipt_number, str(sale.number), order.number, str(request), str(request.pk)]
    numbers += [str(transfer), str(transfer.pk)]
    for words in [*numbers, customer.email, "paris", "canary"]:
        page = client.get(AT_LYON, {"q": words})
        found = [group.label for group in page.context["groups"]]
        assert found in ([], ["Products"])  # a number may begin a barcode
        assert "/stores/paris/" not in page.text
    assert client.get("/stores/paris/search/", {"q": "café"}).status_code == 404
    assert client.get(OFFICE, {"q": "café"}).status_code == 403


def test_logistics_of_one_warehouse_finds_what_it_decides(client: Client, lyon: Location) -> None:
    central, other = make_warehouse("central"), make_warehouse("south")
    mine = make_restock(store=lyon, warehouse=central)
    theirs = make_restock(store=lyon, warehouse=other)
    client.force_login(make_staff(Role.LOGISTICS, central))
    assert (
        f'href="/head-office/restock/{mine.pk}/"' in client.get(OFFICE, {"q": f"R-{mine.pk}"}).text
    )
    assert "Nothing that you may see" in client.get(OFFICE, {"q": f"R-{theirs.pk}"}).text


def test_strangers_and_customers_do_not_search(client: Client, lyon: Location) -> None:
    assert client.get(OFFICE)["Location"] == f"/accounts/login/?next={OFFICE}"
    client.force_login(make_user())
    assert client.get(OFFICE).status_code == 403
    assert client.get(AT_LYON).status_code == 404


@pytest.mark.parametrize(
    "words", ["", "  ", "9" * 400, "é" * 5000, "' OR 1=1", "%", "R-", "T-", "()&|!"]
)
def test_senseless_words_find_nothing_and_break_nothing(
    client: Client, coffee: Sku, words: str
) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    page = client.get(OFFICE, {"q": words})
    assert page.status_code == 200
    assert "Café Premium" not in page.text


def test_many_are_cut_with_the_way_to_all_of_them(client: Client) -> None:
    for number in range(9):
        make_sku(f"TEA-{number}", name=f"Tea {number}", price=Decimal(1))
    client.force_login(make_staff(Role.HEAD_OFFICE))
    page = client.get(OFFICE, {"q": "tea"}, headers={"HX-Request": "true", "HX-Target": "found"})
    assert "8 things found" in page.text
    assert 'href="/head-office/products/?q=tea"' in page.text
    assert "<html" not in page.text


def test_a_search_costs_the_same_whatever_it_finds(
    client: Client,
    coffee: Sku,
    lyon: Location,
) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    few = queries_of(client, f"{OFFICE}?q=1")
    for number in range(10):
        make_sku(f"{number}", name=f"1{number}", price=Decimal(1))
        make_restock(store=lyon)
        make_arrival(destination=lyon)
        sell(coffee, lyon)
    assert queries_of(client, f"{OFFICE}?q=1") == few <= [12]
