from decimal import Decimal

import pytest

from inventory.actions.catalogue import (
    NewSku,
    add_barcode,
    add_sku,
    change_category,
    change_product,
    change_sku,
    create_category,
    create_product,
    remove_barcode,
)
from inventory.actions.places import open_location
from inventory.errors import BarcodeTaken, CodeTaken, NameTaken, VariantTaken
from inventory.models import CatalogueChange, Category, Product, Sku, StockLevel
from stores.models import Location, User
from tests.factories import (
    make_category,
    make_sku,
    make_store,
    make_tax_rate,
    make_user,
    make_warehouse,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> User:
    return make_user()


def create_coffee(by: User, **changes: object) -> Product:
    given: dict[str, object] = {
        "name": "Café  Premium Bio",
        "category": Category.objects.filter(name="Boissons").first() or make_category("Boissons"),
        "tax_rate": make_tax_rate("5.50"),
        "sku": NewSku(code="CAF-1", price=Decimal("15.99"), barcode="3760001"),
        "by": by,
    }
    return create_product(**(given | changes))  # type: ignore[arg-type]


def test_a_new_product_has_its_sku_and_a_level_of_0_at_every_store_and_warehouse(by: User) -> None:
    places = {make_store().pk, make_warehouse().pk}

    product = create_coffee(by)

    sku = product.skus.get()
    assert (product.name, product.slug, product.is_active) == (
        "Café  Premium Bio",
        "cafe-premium-bio",
        True,
    )
    assert (sku.code, sku.price, sku.cost, sku.pack_size) == ("CAF-1", Decimal("15.99"), 0, 1)
    assert [barcode.code for barcode in sku.barcodes.all()] == ["3760001"]
    levels = StockLevel.objects.filter(sku=sku).values_list("location_id", "on_hand", "reserved")
    assert set(levels) == {(place, 0, 0) for place in places}


def test_a_new_place_has_a_level_of_0_of_every_sku(by: User) -> None:
    first, second = make_sku(), make_sku()

    place = open_location(
        Location(code="nice", name="Nice", kind=Location.Kind.STORE, city="Nice"), by=by
    )

    levels = StockLevel.objects.at(place).values_list("sku_id", "on_hand", "reserved")
    assert sorted(levels) == [(first.pk, 0, 0), (second.pk, 0, 0)]
    assert Location.objects.get(code="nice").city == "Nice"


def test_names_that_look_alike_get_addresses_of_their_own(by: User) -> None:
    slugs = [
        create_coffee(by, sku=NewSku(code=code, price=Decimal(1))).slug for code in ("A", "B", "C")
    ]
    assert slugs == ["cafe-premium-bio", "cafe-premium-bio-2", "cafe-premium-bio-3"]


def test_a_name_without_letters_of_ours_still_has_an_address(by: User) -> None:
    assert create_coffee(by, name="咖啡").slug == "product"


@pytest.mark.parametrize(
    "changes",
    [{"name": "Café noir"}, {"description": "Torréfié à Lyon."}, {"is_active": False}],
    ids=["name", "description", "on sale"],
)
def test_one_thing_of_a_product_is_changed_alone(by: User, changes: dict[str, object]) -> None:
    product = create_coffee(by, description="Doux.")
    fields = ["name", "description", "is_active", "category_id", "tax_rate_id", "slug"]
    before = {field: getattr(product, field) for field in fields}

    change_product(product.pk, by=by, **changes)  # type: ignore[arg-type]

    product.refresh_from_db()
    assert {field: getattr(product, field) for field in fields} == before | changes


def test_the_price_is_changed_alone_and_the_history_says_by_whom(by: User) -> None:
    sku = make_sku(price="15.99", cost="6.00", variant="1 kg")

    change_sku(sku.pk, price=Decimal("14.50"), by=by)

    sku.refresh_from_db()
    assert (sku.price, sku.cost, sku.variant, sku.is_active) == (
        Decimal("14.50"),
        Decimal("6.00"),
        "1 kg",
        True,
    )
    change = CatalogueChange.objects.get()
    assert (change.what, change.before, change.after, change.by, change.sku) == (
        "price",
        "15.99",
        "14.50",
        by,
        sku,
    )


def test_what_stays_the_same_leaves_no_history(by: User) -> None:
    sku = make_sku(price="15.99")
    change_sku(sku.pk, price=Decimal("15.99"), by=by)
    assert not CatalogueChange.objects.exists()


@pytest.mark.parametrize(
    "words", ["café bio", "CAFE", "caf-1", "376000", "boissons", "premium boisson", "noir"]
)
def test_a_sku_is_found_by_the_beginning_of_each_word(by: User, words: str) -> None:
    make_sku(name="Thé vert")
    product = create_coffee(by)
    change_product(product.pk, name="Café Premium Bio noir", by=by)
    assert [sku.product_id for sku in Sku.objects.search(words)] == [product.pk]


def test_searches_follow_every_change(by: User) -> None:
    product = create_coffee(by)
    sku = product.skus.get()
    change_product(product.pk, name="Œuf en chocolat", by=by)
    change_sku(sku.pk, code="OEU/70.5", variant="Rouge", by=by)
    box = add_barcode(sku.pk, "3760999", units=6, by=by)
    change_category(product.category_id, name="Confiserie", position=1, by=by)

    def found(words: str) -> bool:
        return Sku.objects.search(words).exists()

    assert all(map(found, ["oeuf", "œuf choc", "oeu/70.5", "70.5", "rouge", "3760999", "confis"]))
    assert not any(map(found, ["café", "caf-1", "boissons", "%", "'"]))
    remove_barcode(box.pk, by=by)
    assert not found("3760999")
    assert not sku.barcodes.filter(code="3760999").exists()


def test_a_scan_finds_the_code_in_any_case_and_the_barcode(by: User) -> None:
    sku = create_coffee(by).skus.get()
    assert [list(Sku.objects.scanned(code)) for code in ("caf-1", " 3760001 ", "376")] == [
        [sku],
        [sku],
        [],
    ]


def test_a_code_is_given_once_in_small_or_capital_letters(by: User) -> None:
    product = create_coffee(by)
    with pytest.raises(CodeTaken):
        add_sku(product, NewSku(code="caf-1", variant="2 kg", price=Decimal(1)), by=by)
    with pytest.raises(CodeTaken):
        add_sku(product, NewSku(code="3760001", variant="2 kg", price=Decimal(1)), by=by)
    assert product.skus.count() == 1


def test_a_variant_stands_once_in_a_product(by: User) -> None:
    product = create_coffee(by)
    with pytest.raises(VariantTaken):
        add_sku(product, NewSku(code="CAF-2", price=Decimal(1)), by=by)
    assert product.skus.count() == 1


def test_a_barcode_belongs_to_one_sku_and_is_nobodys_code(by: User) -> None:
    create_coffee(by)
    other = make_sku("TEA-1")
    for code in ("3760001", "caf-1"):
        with pytest.raises(BarcodeTaken):
            add_barcode(other.pk, code, units=1, by=by)
    assert not other.barcodes.exists()
    assert not CatalogueChange.objects.filter(sku=other).exists()


def test_a_product_whose_barcode_is_taken_is_not_made(by: User) -> None:
    create_coffee(by)
    with pytest.raises(BarcodeTaken):
        create_coffee(
            by,
            sku=NewSku(code="CAF-2", price=Decimal(1), barcode="3760001"),
        )
    assert Product.objects.count() == 1


def test_two_categories_never_bear_one_name(by: User) -> None:
    create_category(name="Boissons", by=by)
    other = create_category(name="Thés", position=3, by=by)
    with pytest.raises(NameTaken):
        create_category(name="Boissons", by=by)
    with pytest.raises(NameTaken):
        change_category(other.pk, name="Boissons", position=4, by=by)
    other.refresh_from_db()
    assert (other.name, other.slug, other.position) == ("Thés", "thes", 3)
