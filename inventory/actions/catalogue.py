"""What the chain sells: products, their SKUs and barcodes, and the categories they stand in.

Each change is a row of the product's history. The text that searches look in follows every change.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from backoffice.lib.errors import DomainError
from backoffice.lib.retry import retrying
from backoffice.lib.text import normal, search_words
from inventory.actions.alerts import review_alerts_of
from inventory.actions.locks import hold_new_levels
from inventory.actions.marks import mark_skus
from inventory.actions.settle import settle_policies
from inventory.actions.stock import open_levels_of
from inventory.actions.tax_rates import hold_rate
from inventory.errors import BarcodeTaken, CodeTaken, NameTaken, VariantTaken
from inventory.models import Barcode, CatalogueChange, Category, Product, Sku, TaxRate
from stores.models import User

What = CatalogueChange.What
AT_ONCE = 1000  # rows of a bulk update


@dataclass(frozen=True)
class NewSku:
    """What a SKU is made from; `barcode` may be empty."""

    code: str
    price: Decimal
    variant: str = ""
    cost: Decimal = Decimal(0)
    pack_size: int = 1
    barcode: str = ""


@retrying
@transaction.atomic
def create_product(
    *,
    name: str,
    category: Category,
    tax_rate: TaxRate,
    sku: NewSku,
    by: User,
    description: str = "",
) -> Product:
    """Create a product with its first SKU, on sale, with stock levels of 0 everywhere."""
    hold_new_levels()
    hold_rate(tax_rate)
    product = Product.objects.create(
        name=normal(name),
        slug=_free_slug(name, Product),
        description=normal(description),
        category=category,
        tax_rate=tax_rate,
    )
    _remember(product, None, [(What.CREATED, "", product.name)], by)
    add_sku(product, sku, by=by)
    return product


@retrying
@transaction.atomic
def change_product(
    product_id: int,
    *,
    by: User,
    name: str | None = None,
    description: str | None = None,
    category: Category | None = None,
    tax_rate: TaxRate | None = None,
    is_active: bool | None = None,
) -> Product:
    """Change what is given and leave the rest; the address of the page in the shop stays."""
    if category is not None:
        hold_new_levels()  # policies of categories are settled one after the other
    if tax_rate is not None:
        hold_rate(tax_rate)
    product = Product.objects.select_for_update(no_key=True).get(pk=product_id)
    given = {
        "name": name if name is None else normal(name),
        "description": description if description is None else normal(description),
        "category": category,
        "tax_rate": tax_rate,
        "is_active": is_active,
    }
    changed = _write_changes(product, given, product, None, by)
    if {"name", "category"} & changed:
        refresh_search(product.skus.values_list("pk", flat=True))
    if "category" in changed:
        settle_policies(sku_ids=list(product.skus.values_list("pk", flat=True)))
    if "is_active" in changed:
        review_alerts_of(product.skus.values_list("pk", flat=True))
        mark_skus(product.skus.values_list("pk", flat=True))
    return product


@retrying
@transaction.atomic
def add_sku(product: Product, new: NewSku, *, by: User) -> Sku:
    """Add a SKU to a product, with stock levels of 0 everywhere and its first barcode."""
    hold_new_levels()
    _refuse_code_of_a_barcode(new.code)
    with _named_after_their_constraints():
        sku = Sku.objects.create(
            product=product,
            code=normal(new.code),
            variant=normal(new.variant),
            price=new.price,
            cost=new.cost,
            pack_size=new.pack_size,
        )
    _remember(product, sku, [(What.CREATED, "", sku.code)], by)
    if new.barcode:
        _attach(sku, new.barcode, 1, by)
    refresh_search([sku.pk])
    open_levels_of([sku.pk])
    return sku


@retrying
@transaction.atomic
def change_sku(
    sku_id: int,
    *,
    by: User,
    code: str | None = None,
    variant: str | None = None,
    price: Decimal | None = None,
    cost: Decimal | None = None,
    pack_size: int | None = None,
    is_active: bool | None = None,
) -> Sku:
    """Change what is given and leave the rest."""
    if code is not None:
        hold_new_levels()  # a code and a barcode that are the same come one after the other
    skus = Sku.objects.select_related("product").select_for_update(of=("self",), no_key=True)
    sku = skus.get(pk=sku_id)
    given = {
        "code": code if code is None else normal(code),
        "variant": variant if variant is None else normal(variant),
        "price": price,
        "cost": cost,
        "pack_size": pack_size,
        "is_active": is_active,
    }
    if code is not None and code != sku.code:
        _refuse_code_of_a_barcode(code)
    with _named_after_their_constraints():
        changed = _write_changes(sku, given, sku.product, sku, by)
    if {"code", "variant"} & changed:
        refresh_search([sku.pk])
    if "is_active" in changed:
        review_alerts_of([sku.pk])
    if {"is_active", "pack_size", "price"} & changed:
        mark_skus([sku.pk])
    return sku


@retrying
@transaction.atomic
def add_barcode(sku_id: int, code: str, *, units: int, by: User) -> Barcode:
    """Let a code that scanners read stand for `units` of a SKU."""
    hold_new_levels()
    sku = Sku.objects.select_related("product").get(pk=sku_id)
    barcode = _attach(sku, code, units, by)
    refresh_search([sku.pk])
    return barcode


@retrying
@transaction.atomic
def remove_barcode(barcode_id: int, *, by: User) -> None:
    """Take a barcode from its SKU; one that is gone already is no mistake."""
    barcodes = Barcode.objects.select_related("sku__product").select_for_update(of=("self",))
    for barcode in barcodes.filter(pk=barcode_id):
        sku = barcode.sku
        _remember(sku.product, sku, [(What.BARCODE, barcode.code, "")], by)
        barcode.delete()
        refresh_search([sku.pk])


@retrying
@transaction.atomic
def create_category(*, name: str, position: int = 0, by: User) -> Category:
    hold_new_levels()
    with _named_after_their_constraints():
        return Category.objects.create(
            name=normal(name), slug=_free_slug(name, Category), position=position
        )


@retrying
@transaction.atomic
def change_category(category_id: int, *, name: str, position: int, by: User) -> Category:
    """Rename or move a category; its address in the shop stays."""
    category = Category.objects.select_for_update(no_key=True).get(pk=category_id)
    category.name, category.position = normal(name), position
    with _named_after_their_constraints():
        category.save(update_fields=["name", "position"])
    skus = Sku.objects.filter(product__category=category)
    refresh_search(skus.order_by().values_list("pk", flat=True))
    return category


def refresh_search(sku_ids: Iterable[int]) -> None:
    """Write the words by which SKUs are found: product, variant, code, barcodes, category."""
    skus = Sku.objects.filter(pk__in=sku_ids).order_by()
    found = list(skus.select_related("product__category").prefetch_related("barcodes"))
    for sku in found:
        sku.search_text = search_text(
            sku.product.name,
            sku.variant,
            sku.code,
            *(barcode.code for barcode in sku.barcodes.all()),
            sku.product.category.name,
        )
    Sku.objects.bulk_update(found, ["search_text"], batch_size=AT_ONCE)


def search_text(*texts: str) -> str:
    """The words of these texts in the form in which searches compare them, each once."""
    words = search_words(normal(" ".join(texts)))
    return " ".join(dict.fromkeys(words))


def _refuse_code_of_a_barcode(code: str) -> None:
    if Barcode.objects.filter(code=normal(code)).exists():
        raise CodeTaken


def _attach(sku: Sku, code: str, units: int, by: User) -> Barcode:
    code = normal(code)
    if Sku.objects.scanned(code).exclude(pk=sku.pk).exists():
        raise BarcodeTaken(code)
    with _named_after_their_constraints(barcode=code):
        barcode = Barcode.objects.create(sku=sku, code=code, units=units)
    _remember(sku.product, sku, [(What.BARCODE, "", code)], by)
    return barcode


def _write_changes(
    row: Product | Sku, given: dict[str, Any], product: Product, sku: Sku | None, by: User
) -> set[str]:
    """Write the fields that differ, and the history of each; their names."""
    differ = {
        name: value
        for name, value in given.items()
        if value is not None and value != getattr(row, name)
    }
    if not differ:
        return set()
    _remember(product, sku, [(n, str(getattr(row, n)), str(v)) for n, v in differ.items()], by)
    for name, value in differ.items():
        setattr(row, name, value)
    row.save(update_fields=list(differ))
    return set(differ)


def _remember(
    product: Product, sku: Sku | None, changes: Sequence[tuple[str, str, str]], by: User
) -> None:
    CatalogueChange.objects.bulk_create(
        CatalogueChange(
            product=product, sku=sku, what=What(what), before=before, after=after, by=by
        )
        for what, before, after in changes
    )


def _free_slug(name: str, model: type[Product] | type[Category]) -> str:
    """The name as it stands in an address, with a number where another one has it."""
    base = slugify(normal(name))[:70].strip("-") or model.__name__.lower()
    taken = set(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True))
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


@contextmanager
def _named_after_their_constraints(barcode: str = "") -> Iterator[None]:
    """Say in words which of our unique constraints a write ran into."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refusal = _refusal(error, barcode)
        if refusal is None:
            raise
        raise refusal from error


def _refusal(error: IntegrityError, barcode: str) -> DomainError | None:
    diagnosis = getattr(error.__cause__, "diag", None)
    constraint = getattr(diagnosis, "constraint_name", None) or ""
    if constraint == "one_sku_per_code":
        return CodeTaken()
    if constraint == "one_sku_per_variant":
        return VariantTaken()
    if constraint.startswith("inventory_barcode_code"):
        return BarcodeTaken(barcode)
    if constraint.startswith("inventory_category_name"):
        return NameTaken()
    return None
