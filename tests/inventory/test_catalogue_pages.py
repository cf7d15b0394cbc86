import io
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from inventory.actions.catalogue import NewSku, add_sku
from inventory.models import Category, Product, Sku, StockLevel
from stores.models import Role, User
from tests.factories import (
    make_category,
    make_level,
    make_product,
    make_sku,
    make_staff,
    make_store,
    make_tax_rate,
    make_user,
    make_warehouse,
)
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
PAGES = ["product_list", "product_new", "category_list", "category_new"]


@pytest.fixture
def office(client: Client) -> User:
    person = make_staff(Role.HEAD_OFFICE)
    client.force_login(person)
    return person


def pages_of(sku: Sku) -> list[str]:
    """Every page of the catalogue."""
    product = sku.product
    of_product = ["product_detail", "product_edit", "product_name", "product_description"]
    return [
        *(reverse(f"inventory:{name}") for name in PAGES),
        *(reverse(f"inventory:{name}", args=[product.pk]) for name in [*of_product, "sku_new"]),
        *(reverse(f"inventory:{name}", args=[sku.pk]) for name in ["sku_edit", "sku_price"]),
        reverse("inventory:category_edit", args=[product.category_id]),
    ]


def test_a_stranger_is_led_to_the_sign_in_page(client: Client) -> None:
    for address in pages_of(make_sku()):
        response = client.get(address)
        assert (response.status_code, response["Location"].split("?")[0]) == (
            302,
            reverse("account_login"),
        )


@pytest.mark.parametrize("role", [Role.CLERK, Role.MANAGER, None])
def test_store_people_and_customers_are_refused(client: Client, role: Role | None) -> None:
    client.force_login(make_staff(role) if role else make_user())
    assert {client.get(address).status_code for address in pages_of(make_sku())} == {403}


def test_logistics_reads_products_and_changes_none(client: Client) -> None:
    client.force_login(make_staff(Role.LOGISTICS, make_warehouse()))
    sku = make_sku(price="10.00")
    detail = reverse("inventory:product_detail", args=[sku.product_id])
    assert client.get(reverse("inventory:product_list")).status_code == 200
    assert b"Change the price" not in client.get(detail).content
    price = reverse("inventory:sku_price", args=[sku.pk])
    assert client.post(price, {"price": "1"}).status_code == 403
    sku.refresh_from_db()
    assert sku.price == Decimal("10.00")


def test_an_auditor_reads_the_catalogue_and_opens_no_form(client: Client) -> None:
    client.force_login(make_staff(Role.AUDITOR))
    sku = make_sku()
    detail = reverse("inventory:product_detail", args=[sku.product_id])
    lists = {reverse("inventory:product_list"), reverse("inventory:category_list"), detail}
    assert {address for address in pages_of(sku) if client.get(address).status_code == 200} == lists
    for address in lists:
        page = client.get(address).text
        assert not any(form in page for form in set(pages_of(sku)) - lists)
    posted = {address: client.post(address, {}).status_code for address in pages_of(sku)}
    assert set(posted.values()) == {403, 405}


@pytest.mark.usefixtures("office")
def test_the_list_finds_by_name_code_and_barcode(client: Client) -> None:
    make_sku("CAF-1", name="Café", barcode="37600011", price="15.99")
    make_sku("TEA-1", name="Thé", barcode="99900011", price="5.00")
    for words in ("cafe", "CAF-1", "376"):
        page = client.get(reverse("inventory:product_list"), {"q": words}).content.decode()
        assert "Café" in page
        assert "Thé" not in page


@pytest.mark.usefixtures("office")
def test_the_list_filters_and_sorts(client: Client) -> None:
    drinks = make_category("Boissons")
    dear = make_sku(name="Aaa", price="9.00", product=make_product("Dear", category=drinks))
    make_sku(price="2.00", product=make_product("Cheap", category=drinks))
    make_sku(price="1.00", product=make_product("Gone", category=drinks, is_active=False))
    make_sku(name="Elsewhere")
    make_level(dear, make_store(), on_hand=5)
    address = reverse("inventory:product_list")

    def names(**query: str) -> list[str]:
        table = client.get(address, query).context["table"]
        return [row.record.name for row in table.rows]

    by_price = names(category=str(drinks.pk), is_active="1", sort="-price_from")
    assert by_price == ["Dear", "Cheap"]
    assert names(is_active="0") == ["Gone"]
    assert names(sort="-available_now")[0] == "Dear"
    assert names(sort="password", page="x", is_active="?", category="abc") == [
        "Cheap",
        "Dear",
        "Elsewhere",
        "Gone",
    ]


@pytest.mark.usefixtures("office")
def test_the_files_hold_exactly_what_is_filtered(client: Client) -> None:
    sku = make_sku("=CAF", name="=Café", price="15.99")
    make_level(sku, make_store(), on_hand=7)
    make_sku(name="Thé")
    address = reverse("inventory:product_list")

    response = client.get(address, {"q": "café", "export": "csv"})
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    assert response["Content-Disposition"] == 'attachment; filename="product_list.csv"'
    category = sku.product.category
    assert text == (
        "\ufeffProduct,Code,Category,Price (€),Available,On sale\r\n"
        f"'=Café,'=CAF,{category},15.99,7,on sale\r\n"
    )

    book = load_workbook(io.BytesIO(client.get(address, {"q": "café", "export": "xlsx"}).content))
    rows = list(book.worksheets[0].values)
    assert rows[1:] == [("'=Café", "'=CAF", str(category), 15.99, 7, "on sale")]


@pytest.mark.usefixtures("office")
def test_a_product_is_created_with_its_first_sku(client: Client) -> None:
    store = make_store()
    form = {
        "name": "Cafe\u0301 Premium Bio",
        "category": make_category().pk,
        "tax_rate": make_tax_rate().pk,
        "price": "15,99",
        "code": "CAF-1",
        "barcode": "3760001",
        "pack_size": "6",
    }
    response = client.post(reverse("inventory:product_new"), form)

    product = Product.objects.get()
    assert response["Location"] == reverse("inventory:product_detail", args=[product.pk])
    sku = product.skus.get()
    assert (product.name, sku.price, sku.cost, sku.pack_size) == (
        "Café Premium Bio",
        Decimal("15.99"),
        Decimal(0),
        6,
    )
    assert StockLevel.objects.get(sku=sku).location == store
    again = client.post(reverse("inventory:product_new"), form)
    assert again.status_code == 422
    assert "Another SKU has this code" in again.content.decode()
    assert Product.objects.count() == 1


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "x" * 10_000}, "at most 200 characters"),
        ({"name": "Caf\x00é"}, "Remove the invisible characters"),
        ({"name": "Caf\u200bé"}, "Remove the invisible characters"),
        ({"price": "abc"}, "Type an amount, such as 12.50"),
        ({"price": "-1"}, "greater than or equal to 0"),
        ({"price": "10000000000000"}, "no more than 12 digits"),
        ({"price": "1.999"}, "no more than 2 decimal places"),
        ({"pack_size": "0"}, "Type at least 1"),
        ({"pack_size": str(10**12)}, "Type at most"),
        ({"pack_size": "abc"}, "Type a whole number"),
        ({"category": "999999"}, "Select a valid choice"),
        ({"category": str(2**70)}, "Select a valid choice"),
        ({"code": "x" * 10_000}, "at most 40 characters"),
    ],
)
def test_bad_input_is_answered_in_words_and_makes_nothing(
    client: Client, wrong: dict[str, str], words: str
) -> None:
    form = {
        "name": "Café",
        "category": str(make_category().pk),
        "tax_rate": str(make_tax_rate().pk),
        "price": "15.99",
        "code": "CAF-1",
        "pack_size": "1",
    }
    response = client.post(reverse("inventory:product_new"), form | wrong)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Product.objects.exists()


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("typed", ["12,5", "12.5"])
@pytest.mark.parametrize(("language", "shown"), [("en", "15.99"), ("fr", "15,99")])
def test_a_price_is_typed_with_a_comma_or_a_point(
    client: Client, typed: str, language: str, shown: str
) -> None:
    User.objects.update(language=language)
    sku = make_sku(price="15.99")
    address = reverse("inventory:sku_price", args=[sku.pk])
    assert f'value="{shown}"' in client.get(address).content.decode()
    assert client.post(address, {"price": typed}).status_code == 302
    sku.refresh_from_db()
    assert sku.price == Decimal("12.50")


@pytest.mark.usefixtures("office")
def test_name_price_and_description_change_in_their_place(client: Client) -> None:
    sku = make_sku(name="Café", price="15.99")
    product = sku.product
    detail = reverse("inventory:product_detail", args=[product.pk])
    changes = [
        (reverse("inventory:product_name", args=[product.pk]), {"name": "Café noir"}),
        (reverse("inventory:product_description", args=[product.pk]), {"description": "Fort."}),
        (reverse("inventory:sku_price", args=[sku.pk]), {"price": "14,50"}),
    ]
    for address, form in changes:
        assert client.get(address).status_code == 200
        assert client.post(address, form)["Location"] == detail
    product.refresh_from_db()
    sku.refresh_from_db()
    assert (product.name, product.description, sku.price) == (
        "Café noir",
        "Fort.",
        Decimal("14.50"),
    )
    history = client.get(detail).content.decode()
    assert "15.99" in history


@pytest.mark.usefixtures("office")
def test_over_htmx_only_the_part_that_changes_travels(client: Client) -> None:
    sku = make_sku(name="Café", price="15.99")
    address = reverse("inventory:sku_price", args=[sku.pk])
    htmx = {"HX-Request": "true", "HX-Target": "product-skus"}

    part = client.get(address, headers=htmx).content.decode()
    assert part.strip().startswith('<section id="product-skus"')
    assert 'name="price"' in part
    refused = client.post(address, {"price": "abc"}, headers=htmx)
    assert refused.status_code == 422
    assert "Type an amount" in refused.content.decode()
    done = client.post(address, {"price": "12"}, headers=htmx, follow=True)
    text = done.content.decode()
    assert "€12.00" in text
    assert "The price of Café is changed." in text
    assert "product-changed" in done["HX-Trigger"]


@pytest.mark.usefixtures("office")
def test_skus_and_barcodes_are_added_changed_and_removed(client: Client) -> None:
    product = make_product("T-shirt")
    new = reverse("inventory:sku_new", args=[product.pk])
    form = {"code": "TS-R", "variant": "rouge", "price": "12.00", "pack_size": "1"}
    assert client.post(new, form).status_code == 302
    sku = product.skus.get()
    edit = reverse("inventory:sku_edit", args=[sku.pk])
    assert client.post(edit, form | {"cost": "5", "pack_size": "10"}).status_code == 302
    sku.refresh_from_db()
    assert (sku.cost, sku.pack_size, sku.is_active) == (Decimal(5), 10, False)

    barcodes = reverse("inventory:barcode_new", args=[sku.pk])
    assert client.post(barcodes, {"code": "376", "units": "6"})["Location"] == edit
    assert client.post(barcodes, {"code": "376", "units": "6"}).status_code == 422
    assert "× 6" in client.get(edit).content.decode()
    barcode = sku.barcodes.get()
    client.post(reverse("inventory:barcode_remove", args=[barcode.pk]))
    assert not sku.barcodes.exists()


@pytest.mark.usefixtures("office")
def test_categories_are_added_and_renamed(client: Client) -> None:
    assert client.post(reverse("inventory:category_new"), {"name": "Thés", "position": "2"})
    category = Category.objects.get()
    assert (category.name, category.slug, category.position) == ("Thés", "thes", 2)
    edit = reverse("inventory:category_edit", args=[category.pk])
    client.post(edit, {"name": "Infusions", "position": "0"})
    category.refresh_from_db()
    assert (category.name, category.slug, category.position) == ("Infusions", "thes", 0)
    twice = client.post(reverse("inventory:category_new"), {"name": "Infusions", "position": "1"})
    assert twice.status_code == 422


@pytest.mark.usefixtures("office")
def test_queries_do_not_grow_with_products_skus_or_places(client: Client, office: User) -> None:
    product = make_sku().product
    addresses = [
        reverse("inventory:product_list"),
        reverse("inventory:category_list"),
        reverse("inventory:product_detail", args=[product.pk]),
    ]

    make_level(product.skus.get(), make_store(), on_hand=1)
    few = queries_of(client, *addresses)
    for number in range(30):
        make_sku(barcode=f"20{number}")
        make_level(product.skus.get(), make_store(), on_hand=1)
    for number in range(10):
        new = NewSku(code=f"V{number}", variant=str(number), price=Decimal(1))
        add_sku(product, new, by=office)
    assert queries_of(client, *addresses) == few
    assert max(few) <= 12
