"""What a customer keeps with the shop: their account and addresses."""

from django.db import transaction

from backoffice.lib.retry import retrying
from shop.errors import TooManyAddresses
from shop.models import Address, Customer
from stores.models import User

MAX_ADDRESSES = 20


def customer_of(user: User) -> Customer:
    """The person's account in the shop; made at its first use."""
    found = Customer.objects.filter(user=user).first()
    return found or Customer.objects.get_or_create(user=user)[0]


@retrying
@transaction.atomic
def add_address(
    customer: Customer, *, name: str, street: str, postcode: str, city: str, country: str, by: User
) -> Address:
    """Keep an address; one that is kept already isn't kept twice."""
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk, user=by)
    fields = {"name": name, "street": street, "postcode": postcode, "city": city}
    known = customer.addresses.filter(**fields, country=country).first()
    if known:
        return known
    if customer.addresses.count() >= MAX_ADDRESSES:
        raise TooManyAddresses(MAX_ADDRESSES)
    return customer.addresses.create(**fields, country=country)


def change_address(
    address: Address, *, name: str, street: str, postcode: str, city: str, country: str, by: User
) -> Address:
    """Orders that were placed keep the address they were placed with."""
    address.name, address.street, address.postcode = name, street, postcode
    address.city, address.country = city, country
    address.save(update_fields=["name", "street", "postcode", "city", "country"])
    return address


def remove_address(address: Address, *, by: User) -> None:
    Address.objects.filter(pk=address.pk, customer__user=by).delete()
