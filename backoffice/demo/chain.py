"""The demo chain as it stands: places, people and range, without a past."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from backoffice.demo.assortment import CATEGORIES, NORMAL, DemoSku, box_code, demo_skus, ean13
from inventory.actions.catalogue import search_text
from inventory.models import Barcode, Category, Product, Sku, TaxRate
from shop.models import Address, Customer
from stores.models import Company, Location, Membership, Role, User

PASSWORD = "comptoir-demo"  # noqa: S105
DOMAIN = "comptoir.example"
CITIES = (
    ("lyon", "Lyon", "18 rue de la République", "69002"),
    ("paris", "Paris", "42 rue de Rivoli", "75004"),
    ("lille", "Lille", "7 Grand’Place", "59800"),
    ("nantes", "Nantes", "25 rue Crébillon", "44000"),
    ("marseille", "Marseille", "61 rue Saint-Ferréol", "13006"),
    ("bordeaux", "Bordeaux", "90 rue Sainte-Catherine", "33000"),
    ("toulouse", "Toulouse", "12 rue d’Alsace-Lorraine", "31000"),
    ("strasbourg", "Strasbourg", "5 place Kléber", "67000"),
    ("nice", "Nice", "33 avenue Jean-Médecin", "06000"),
    ("rennes", "Rennes", "14 rue Le Bastard", "35000"),
)
MANAGERS = ("Camille Moreau", "Nadia Benali", "Julien Lefèvre", "Solène Le Goff", "Karim Haddad")
CLERKS = ("Hugo Petit", "Inès Garcia", "Léa Dubois", "Théo Guillou", "Sarah Rossi")
COMPANY_PEOPLE = (
    ("admin", "Alix Fournier", Role.ADMIN),
    ("office", "Claire Dumont", Role.HEAD_OFFICE),
    ("logistics", "Marc Perrin", Role.LOGISTICS),
    ("auditor", "Élise Renaud", Role.AUDITOR),
)


COMPANY = {
    "name": "Comptoir",
    "legal_name": "Comptoir SAS",
    "address": "3 rue du Fret\n69800 Saint-Priest",
    "tax_number": "FR 32 123456789",
    "mail_name": "Comptoir",
    "mail_address": "bonjour@comptoir.example",
}
USUAL_RATE = NORMAL


@dataclass(frozen=True)
class DemoChain:
    """The rows of the chain, in the order in which they were made."""

    warehouse: Location
    stores: Sequence[Location]
    skus: Sequence[Sku]  # with `product` and its tax rate
    appeal: Sequence[int]  # of each SKU
    clerks: Sequence[User]  # of each store
    logistics: User
    customer: Customer


def make_chain(*, stores: int, skus: int, rng: random.Random) -> DemoChain:
    """Write places, people and range; `Past` adds the stock levels."""
    warehouse, shops = make_places(stores)
    Company.objects.update(online_location=warehouse, **COMPANY)
    people = make_people(shops)
    wanted = demo_skus(skus, rng)
    rows = make_range(wanted)
    return DemoChain(
        warehouse=warehouse,
        stores=shops,
        skus=rows,
        appeal=[sku.appeal for sku in wanted],
        clerks=[people[f"clerk.{shop.code}"] for shop in shops],
        logistics=people["logistics"],
        customer=make_customer(),
    )


def make_places(stores: int) -> tuple[Location, list[Location]]:
    warehouse = Location.objects.create(
        code="central",
        name="Centre logistique",
        kind=Location.Kind.WAREHOUSE,
        street="3 rue du Fret",
        postcode="69800",
        city="Saint-Priest",
    )
    shops = [
        Location(
            code=code,
            name=name,
            kind=Location.Kind.STORE,
            street=street,
            postcode=post,
            city=name,
            opening_hours="lun–sam 9 h 30–19 h 30",
        )
        for code, name, street, post in CITIES[:stores]
    ]
    shops += [
        Location(code=f"store-{number:03d}", name=f"Magasin {number}", kind=Location.Kind.STORE)
        for number in range(len(CITIES) + 1, stores + 1)
    ]
    return warehouse, Location.objects.bulk_create(shops)


def make_people(shops: Sequence[Location]) -> dict[str, User]:
    """Everybody on the staff, by the part of their e-mail before the @."""
    password = make_password(PASSWORD)  # one hash: a chain of 50 stores has over 100 people
    roles: list[tuple[str, str, Role, Location | None]] = [
        (login, name, role, None) for login, name, role in COMPANY_PEOPLE
    ]
    for index, shop in enumerate(shops):
        roles.append((f"manager.{shop.code}", _nth(MANAGERS, index), Role.MANAGER, shop))
        roles.append((f"clerk.{shop.code}", _nth(CLERKS, index), Role.CLERK, shop))
    users = User.objects.bulk_create(
        User(email=f"{login}@{DOMAIN}", name=name, password=password)
        for login, name, _role, _place in roles
    )
    Membership.objects.bulk_create(
        Membership(user=user, role=role, location=place)
        for user, (_login, _name, role, place) in zip(users, roles, strict=True)
    )
    return {login: user for user, (login, *_rest) in zip(users, roles, strict=True)}


def make_customer() -> Customer:
    user = User.objects.create_user(f"customer@{DOMAIN}", PASSWORD, name="Jeanne Martin")
    customer = Customer.objects.create(user=user, phone="+33 6 12 34 56 78")
    Address.objects.create(
        customer=customer,
        name="Jeanne Martin",
        street="12 rue des Lilas",
        postcode="69003",
        city="Lyon",
    )
    return customer


def make_range(wanted: Sequence[DemoSku]) -> list[Sku]:
    """Categories, products, SKUs and barcodes; each drink and sweet has a box barcode too."""
    by_name = {product.name: product for product in _make_products(wanted)}
    codes = [ean13(number) for number in range(1, len(wanted) + 1)]
    skus = Sku.objects.bulk_create(
        Sku(
            product=by_name[sku.product],
            code=sku.code,
            variant=sku.variant,
            price=sku.price,
            cost=sku.cost,
            pack_size=sku.pack_size,
            search_text=search_text(
                sku.product, sku.category.name, sku.variant, sku.code, code, box_code(code)
            ),
        )
        for sku, code in zip(wanted, codes, strict=True)
    )
    Barcode.objects.bulk_create(
        Barcode(sku=sku, code=code) for sku, code in zip(skus, codes, strict=True)
    )
    Barcode.objects.bulk_create(
        Barcode(sku=sku, code=box_code(code), units=sku.pack_size)
        for sku, code in zip(skus, codes, strict=True)
        if sku.pack_size > 1
    )
    return skus


def _make_products(wanted: Sequence[DemoSku]) -> list[Product]:
    rates, categories = _make_rates(), _make_categories()
    names = {sku.product: sku for sku in wanted}
    return Product.objects.bulk_create(
        Product(
            name=name,
            slug=slugify(name),
            description=sku.description,
            category=categories[sku.category.slug],
            tax_rate=rates[sku.category.tax_rate],
        )
        for name, sku in names.items()
    )


def _make_rates() -> dict[Decimal, TaxRate]:
    return {
        rate: TaxRate.objects.create(
            name=f"TVA {rate.normalize():f} %".replace(".", ","),
            rate=rate,
            is_usual=rate == USUAL_RATE,
        )
        for rate in sorted({category.tax_rate for category in CATEGORIES})
    }


def _make_categories() -> dict[str, Category]:
    made = Category.objects.bulk_create(
        Category(name=category.name, slug=category.slug, icon=category.icon, position=position)
        for position, category in enumerate(CATEGORIES)
    )
    return {category.slug: category for category in made}


def _nth(names: Sequence[str], index: int) -> str:
    """The names in turn; after the first round with a number, so that nobody is called the same."""
    round_, place = divmod(index, len(names))
    return names[place] if round_ == 0 else f"{names[place]} {round_ + 1}"


def person(login: str) -> User:
    """Somebody of the chain, by the part of their e-mail before the @."""
    return User.objects.get(email=f"{login}@{DOMAIN}")


def clerk_of(store: Location) -> User:
    return person(f"clerk.{store.code}")


def new_key(rng: random.Random) -> uuid.UUID:
    """A key as a page makes one, the same for the same seed."""
    return uuid.UUID(int=rng.getrandbits(128), version=4)
