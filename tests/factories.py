"""Rows for tests: plain functions, every argument has a default, names and codes never repeat."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from inventory.actions.catalogue import refresh_search
from inventory.actions.restock import ask_restock
from inventory.actions.stock import Move, move_stock, reserve_stock
from inventory.actions.transfer import draft_transfer, send_transfer
from inventory.models import (
    Barcode,
    Category,
    Cause,
    Document,
    Product,
    RestockRequest,
    Sku,
    StockLevel,
    StockPolicy,
    TaxRate,
    Transfer,
)
from shop.models import Cart, Customer
from stores.models import Company, Location, Membership, Role, User
from stores.models.location import outer_place

PASSWORD = "comptoir-demo"
numbers = count(1)


def make_user(
    email: str = "",
    *,
    name: str = "",
    language: str = "",
    password: str = PASSWORD,
    is_active: bool = True,
) -> User:
    """A person without memberships: a customer, until `make_membership`."""
    email = email or f"person{next(numbers)}@comptoir.example"
    return User.objects.create_user(
        email, password, name=name or email.split("@")[0], language=language, is_active=is_active
    )


def make_membership(
    role: Role = Role.CLERK, location: Location | None = None, *, user: User | None = None
) -> Membership:
    """A role of a person: of a new one and at a new store, where none is named."""
    if location is None and role in Membership.AT_A_STORE:
        location = make_store()
    return Membership.objects.create(user=user or make_user(), role=role, location=location)


def make_staff(role: Role = Role.CLERK, location: Location | None = None) -> User:
    """A new person who holds this role."""
    return make_membership(role, location).user


def make_location(
    kind: Location.Kind = Location.Kind.STORE,
    *,
    code: str = "",
    name: str = "",
    time_zone: str = "Europe/Paris",
    is_active: bool = True,
    receives_by_hand: bool = False,
) -> Location:
    code = code or f"{kind}-{next(numbers)}"
    return Location.objects.create(
        kind=kind,
        code=code,
        name=name or code.replace("-", " ").capitalize(),
        time_zone=time_zone,
        is_active=is_active,
        receives_by_hand=receives_by_hand,
    )


def make_store(
    code: str = "",
    *,
    name: str = "",
    time_zone: str = "Europe/Paris",
    receives_by_hand: bool = False,
) -> Location:
    return make_location(
        code=code, name=name, time_zone=time_zone, receives_by_hand=receives_by_hand
    )


def make_warehouse(code: str = "", *, name: str = "") -> Location:
    return make_location(Location.Kind.WAREHOUSE, code=code, name=name)


def make_category(name: str = "") -> Category:
    name = name or f"Category {next(numbers)}"
    return Category.objects.create(name=name, slug=name.lower().replace(" ", "-"))


def make_tax_rate(rate: str = "20.00", name: str = "") -> TaxRate:
    return TaxRate.objects.create(name=name or f"Rate {next(numbers)}", rate=Decimal(rate))


def make_product(
    name: str = "",
    *,
    category: Category | None = None,
    tax_rate: TaxRate | None = None,
    is_active: bool = True,
) -> Product:
    number = next(numbers)
    return Product.objects.create(
        name=name or f"Product {number}",
        slug=f"product-{number}",
        category=category or make_category(),
        tax_rate=tax_rate or make_tax_rate(),
        is_active=is_active,
    )


def make_sku(
    code: str = "",
    *,
    name: str = "",
    product: Product | None = None,
    variant: str = "",
    price: str = "10.00",
    cost: str = "6.00",
    pack_size: int = 1,
    barcode: str = "",
    is_active: bool = True,
) -> Sku:
    """A SKU of a new product (called `name`), or a variant of the product that is given."""
    code = code or f"SKU-{next(numbers)}"
    sku = Sku.objects.create(
        code=code,
        product=product or make_product(name),
        variant=variant,
        price=Decimal(price),
        cost=Decimal(cost),
        pack_size=pack_size,
        is_active=is_active,
    )
    if barcode:
        Barcode.objects.create(sku=sku, code=barcode)
    refresh_search([sku.pk])
    sku.refresh_from_db(fields=["search_text"])
    return sku


def make_level(
    sku: Sku | None = None,
    location: Location | None = None,
    *,
    on_hand: int = 0,
    reserved: int = 0,
    reorder_point: int = 0,
    target: int = 0,
) -> StockLevel:
    """The stock of a SKU at a place, moved in and reserved as real goods are."""
    sku, location = sku or make_sku(), location or make_store()
    StockLevel.objects.update_or_create(
        sku=sku, location=location, defaults={"reorder_point": reorder_point, "target": target}
    )
    make_policy(sku=sku, location=location, reorder_point=reorder_point, target=target)
    if on_hand:
        opening = outer_place(Location.Kind.OPENING)
        cause = Cause(Document.OPENING, next(numbers))
        move_stock([Move(sku.pk, opening, location, on_hand)], cause=cause, by=None)
    if reserved:
        holder = Cause(Document.ORDER, 1_000_000 + next(numbers))
        reserve_stock(location, {sku.pk: reserved}, cause=holder, until=None)
    return StockLevel.objects.get(sku=sku, location=location)


def make_policy(
    *,
    sku: Sku | None = None,
    category: Category | None = None,
    location: Location | None = None,
    **stated: Any,
) -> StockPolicy | None:
    """What is stated for a SKU or a category, at one place or at every one: a figure of 0 is not, nor
    does any level follow before `settle_policies`."""
    scope = {"sku": sku, "category": category, "location": location}
    StockPolicy.objects.filter(**scope).delete()
    stated = {name: value for name, value in stated.items() if value}
    return StockPolicy.objects.create(**scope, **stated) if stated else None


def make_restock(
    asked: Mapping[Sku, int] | None = None,
    *,
    store: Location | None = None,
    warehouse: Location | None = None,
    by: User | None = None,
    note: str = "",
) -> RestockRequest:
    """A request that waits: of 21 units of one SKU, where nothing else is asked."""
    store = store or make_store()
    return ask_restock(
        uuid4(),
        store=store,
        warehouse=warehouse or make_warehouse(),
        wanted={sku.pk: units for sku, units in (asked or {make_sku(): 21}).items()},
        note=note,
        by=by or make_staff(Role.CLERK, store),
    )


def make_transfer(
    planned: Mapping[Sku, int] | None = None,
    *,
    source: Location | None = None,
    destination: Location | None = None,
    by: User | None = None,
    note: str = "",
) -> Transfer:
    """A draft: of 3 units of one SKU, where nothing else is planned."""
    source = source or make_warehouse()
    return draft_transfer(
        uuid4(),
        source=source,
        destination=destination or make_store(),
        wanted={sku.pk: units for sku, units in (planned or {make_sku(): 3}).items()},
        note=note,
        by=by or make_sender(source),
    )


def make_sender(place: Location) -> User:
    """Somebody who may send goods from this place."""
    is_store = place.kind == Location.Kind.STORE
    return make_staff(Role.MANAGER if is_store else Role.LOGISTICS, place)


def make_arrival(
    sent: Mapping[Sku, int] | None = None,
    *,
    source: Location | None = None,
    destination: Location | None = None,
    by: User | None = None,
    note: str = "",
) -> Transfer:
    """Goods on the road to a place that receives by hand, just for this; out of new stock."""
    source, destination = source or make_warehouse(), destination or make_store()
    sent = sent or {make_sku(): 3}
    for sku, units in sent.items():
        opening = outer_place(Location.Kind.OPENING)
        cause = Cause(Document.OPENING, next(numbers))
        move_stock([Move(sku.pk, opening, source, units)], cause=cause, by=None)
    by_hand = destination.receives_by_hand
    Location.objects.filter(pk=destination.pk).update(receives_by_hand=True)
    draft = make_transfer(sent, source=source, destination=destination, by=by, note=note)
    transfer = send_transfer(draft.pk, by=by or make_sender(source))
    Location.objects.filter(pk=destination.pk).update(receives_by_hand=by_hand)
    return Transfer.objects.select_related("source", "destination").get(pk=transfer.pk)


def make_online_location(code: str = "") -> Location:
    """The logistics centre that ships online orders."""
    location = make_warehouse(code)
    Company.objects.update(online_location=location)
    return location


def make_customer(user: User | None = None) -> Customer:
    return Customer.objects.create(user=user or make_user())


def make_cart(wanted: dict[Sku, int] | None = None, *, customer: Customer | None = None) -> Cart:
    """A cart with units of SKUs: a customer's, or a visitor's where none is named."""
    cart = Cart.objects.create(token=uuid4(), customer=customer)
    for sku, quantity in (wanted or {}).items():
        cart.lines.create(sku=sku, quantity=quantity)
    return cart
