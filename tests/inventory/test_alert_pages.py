"""The lists of alerts: of every place, and of one."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inventory.actions.stock import Move, move_stock
from inventory.models import Cause, Document, StockLevel
from stores.models import Location, Role
from stores.models.location import outer_place
from tests.factories import make_level, make_sku, make_staff, make_store, make_warehouse

LIST = "/head-office/alerts/"


def run_out(store: Location, name: str, *, left: int = 0) -> StockLevel:
    level = make_level(make_sku(f"C-{name}", name=name), store, on_hand=10, reorder_point=4)
    customer = outer_place(Location.Kind.CUSTOMER)
    moves = [Move(level.sku_id, store, customer, 10 - left)]
    move_stock(moves, cause=Cause(Document.SALE, level.pk), by=None)
    return level


def bring_back(level: StockLevel) -> None:
    supplier = outer_place(Location.Kind.SUPPLIER)
    moves = [Move(level.sku_id, supplier, level.location, 20)]
    move_stock(moves, cause=Cause(Document.ADJUSTMENT, level.pk), by=None)


@pytest.mark.django_db
@pytest.mark.parametrize("page", [LIST, "/stores/lyon/alerts/"])
def test_a_stranger_signs_in_first(client: Client, page: str) -> None:
    make_store("lyon")
    assert client.get(page)["Location"] == f"/accounts/login/?next={page}"


@pytest.mark.django_db
def test_store_people_see_their_store_alone(client: Client) -> None:
    lyon, paris = make_store("lyon"), make_store("paris")
    level = run_out(lyon, "canary-lyon")
    run_out(paris, "canary-paris")
    client.force_login(make_staff(Role.MANAGER, lyon))
    assert client.get(LIST).status_code == 403
    assert client.get("/stores/paris/alerts/").status_code == 404
    assert client.get("/stores/nowhere/alerts/").status_code == 404
    page = client.get("/stores/lyon/alerts/").content.decode()
    assert "canary-lyon" in page
    assert f'href="/stores/lyon/stock/{level.sku_id}/movements/"' in page
    assert f'href="/stores/lyon/restock/new/?sku={level.sku_id}"' in page
    assert "canary-paris" not in page


@pytest.mark.django_db
def test_logistics_of_one_warehouse_sees_that_warehouse_alone(client: Client) -> None:
    central, other = make_warehouse("central"), make_warehouse("south")
    run_out(central, "in-central")
    run_out(other, "in-south")
    client.force_login(make_staff(Role.LOGISTICS, central))
    page = client.get(LIST).content.decode()
    assert "in-central" in page
    assert "in-south" not in page
    page = client.get(f"{LIST}?location=south").content.decode()
    assert "in-south" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.LOGISTICS, Role.HEAD_OFFICE, Role.AUDITOR])
def test_one_row_per_product_worst_first_and_filters(client: Client, role: Role) -> None:
    lyon, paris = make_store("lyon", name="Lyon"), make_store("paris", name="Paris")
    run_out(lyon, "Souris", left=3)
    run_out(lyon, "Café")
    run_out(paris, "Clavier")
    client.force_login(make_staff(role))
    page = client.get(LIST).content.decode()
    assert page.index("C-Café") < page.index("C-Clavier") < page.index("C-Souris")
    assert "3 rows" in page  # what is out isn't low besides
    page = client.get(f"{LIST}?kind=low").content.decode()
    assert "C-Souris" in page
    assert "C-Café" not in page
    page = client.get(f"{LIST}?location=paris").content.decode()
    assert "C-Clavier" in page
    assert "C-Café" not in page
    page = client.get(f"{LIST}?q=souris").content.decode()
    assert "C-Souris" in page
    assert "C-Clavier" not in page


@pytest.mark.django_db
def test_what_ended_stands_behind_a_filter_with_its_cause(client: Client) -> None:
    lyon = make_store("lyon")
    bring_back(run_out(lyon, "Souris"))
    client.force_login(make_staff(Role.CLERK, lyon))
    page = client.get("/stores/lyon/alerts/").content.decode()
    assert "C-Souris" not in page
    assert "Nothing is low or out of stock." in page
    page = client.get("/stores/lyon/alerts/?show=closed").content.decode()
    assert "C-Souris" in page
    assert "stock adjustment" in page


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["kind=nothing", "location=-1", "told=yesterday", "show=x&q=%20"])
def test_filters_that_make_no_sense_are_ignored(client: Client, query: str) -> None:
    run_out(make_store("lyon"), "Souris")
    client.force_login(make_staff(Role.HEAD_OFFICE))
    assert client.get(f"{LIST}?{query}").status_code == 200


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    store = make_store("lyon")
    for number in range(30):
        run_out(store, f"n{number}")
    client.force_login(make_staff(Role.HEAD_OFFICE))
    client.get(LIST)
    with django_assert_max_num_queries(6):
        client.get(LIST)
    with django_assert_max_num_queries(8):
        client.get("/stores/lyon/alerts/")


@pytest.mark.django_db
def test_what_is_filtered_comes_as_a_file(client: Client) -> None:
    lyon = make_store("lyon", name="Lyon")
    run_out(lyon, "gone")
    run_out(lyon, "low", left=2)
    client.force_login(make_staff(Role.HEAD_OFFICE))
    file = client.get(LIST, {"kind": "out", "export": "csv"})
    assert file["Content-Disposition"] == 'attachment; filename="alert_list.csv"'
    heading, *rows = file.getvalue().decode("utf-8-sig").splitlines()
    assert heading == "Product,Code,State,Place,Available,Reorder point,Since"
    assert [row.rsplit(",", 1)[0] for row in rows] == ["gone,C-gone,out of stock,Lyon,0,4"]
