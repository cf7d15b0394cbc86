"""Each form is sent with every field that any model has: what the form doesn't ask for stays."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Model

from inventory.models import Category, Product, RestockRequest, Sku, StockLevel
from shop.models import Address, Order
from stores.models import Location, Membership, User
from tests.matrix.world import World

pytestmark = pytest.mark.django_db
OURS = ("stores", "inventory", "sales", "shop", "backoffice")
EVERY_FIELD = sorted(
    {
        name
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.concrete_fields
        for name in (field.name, field.attname)
    }
    | {"is_staff", "is_superuser", "groups", "user_permissions", "approved_by", "created_by", "pk"}
)
HOSTILE = ("1", "admin")
type Form = tuple[str, str, Callable[[World], str], dict[str, Any], Callable[[World], Model]]
# who, name, path, what the form asks for, the row that it is about
FORMS: list[Form] = [
    (
        "customer A",
        "profile",
        lambda world: "/profile/",
        {"name": "Ana", "language": "fr", "theme": "dark"},
        lambda world: User.objects.get(pk=world.users["customer A"].pk),
    ),
    (
        "customer A",
        "address",
        lambda world: f"/account/addresses/{world.lyon.address}/",
        {"name": "A", "street": "B", "postcode": "1", "city": "C", "country": "BE"},
        lambda world: Address.objects.get(pk=world.lyon.address),
    ),
    (
        "manager Lyon",
        "thresholds",
        lambda world: f"/stores/lyon/stock/{world.sku.pk}/thresholds/",
        {"reorder_point": "7", "target": "9", "maximum": "12"},
        lambda world: StockLevel.objects.get(sku=world.sku, location=world.lyon.place),
    ),
    (
        "head office",
        "name of a product",
        lambda world: f"/head-office/products/{world.sku.product_id}/name/",
        {"name": "Another"},
        lambda world: Product.objects.get(pk=world.sku.product_id),
    ),
    (
        "head office",
        "price",
        lambda world: f"/head-office/skus/{world.sku.pk}/price/",
        {"price": "9.99"},
        lambda world: Sku.objects.get(pk=world.sku.pk),
    ),
    (
        "head office",
        "category",
        lambda world: f"/head-office/categories/{world.sku.product.category_id}/",
        {"name": "Another", "position": "3"},
        lambda world: Category.objects.get(pk=world.sku.product.category_id),
    ),
    (
        "head office",
        "place",
        lambda world: f"/head-office/stores/{world.lyon.place.pk}/",
        {
            "name": "Lyon Centre",
            "street": "",
            "postcode": "",
            "city": "",
            "opening_hours": "",
            "time_zone": "Europe/Paris",
            "is_active": "on",
            "receives_by_hand": "on",
        },
        lambda world: Location.objects.get(pk=world.lyon.place.pk),
    ),
    (
        "logistics",
        "refusal",
        lambda world: f"/head-office/restock/{world.lyon.restock}/?do=refuse",
        {"version": "1", "reason": "No"},
        lambda world: RestockRequest.objects.get(pk=world.lyon.restock),
    ),
    (
        "customer A",
        "payment",
        lambda world: f"/orders/{world.lyon.unpaid.number}/pay/",
        {"key": str(uuid4())},
        lambda world: Order.objects.get(pk=world.lyon.unpaid.pk),
    ),
]
FOLLOWS = {  # what the server itself changes then
    "refusal": {"state", "decided_by_id", "decided_at", "refusal"},
    "payment": {"state"},
}


def fields_of(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("form", FORMS, ids=[form[1] for form in FORMS])
def test_fields_that_a_form_does_not_ask_for_stay(world: World, form: Form, hostile: str) -> None:
    who, name, path, asked, row = form
    smuggled = dict.fromkeys(EVERY_FIELD, hostile) | {"next": "/"}
    with transaction.atomic():
        before, rights = fields_of(row(world)), Membership.objects.count()
        answer = world.clients[who].post(path(world), smuggled | asked)
        after = fields_of(row(world))
        changed = {field for field in after if after[field] != before[field]}
        given = Membership.objects.count() - rights
        transaction.set_rollback(True)
    assert answer.status_code == 302
    assert changed, "the form itself had no effect"
    assert changed <= set(asked) | FOLLOWS.get(name, set())
    assert given == 0
