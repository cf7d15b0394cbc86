"""The pages of the things that the audit trail tells of."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.urls import reverse

from backoffice.lib.links import EACH, address_of_each
from inventory.models import Cause, Document, Sku
from inventory.queries.ledger import document_pages
from stores.models import AuditEntry, User

type Thing = tuple[str, int | None]  # its table and id

PAGES = {  # of one thing
    "backoffice_schedule": "backoffice:schedule_detail",
    "inventory_category": "inventory:category_edit",
    "inventory_product": "inventory:product_detail",
    "stores_location": "stores:location_edit",
    "stores_user": "stores:person_edit",
}
ONLY_PAGES = {  # of all of its kind
    "inventory_approvalrule": "inventory:approval_rules",
    "inventory_stockpolicy": "inventory:policy_list",
    "stores_company": "backoffice:settings",
}
DOCUMENTS = {
    "inventory_restockrequest": Document.RESTOCK,
    "inventory_stockadjustment": Document.ADJUSTMENT,
    "inventory_transfer": Document.TRANSFER,
    "sales_sale": Document.SALE,
    "shop_order": Document.ORDER,
}


def addresses_of(entries: Iterable[AuditEntry], reader: User) -> dict[Thing, str]:
    """Where each thing stands, as far as it has a page that the reader may open."""
    things = {(entry.about_table, entry.about_id) for entry in entries}
    return _simple(things) | _of_skus(things) | _of_documents(things, reader)


def _simple(things: set[Thing]) -> dict[Thing, str]:
    found: dict[Thing, str] = {}
    for table, pk in things:
        if table in ONLY_PAGES:
            found[table, pk] = reverse(ONLY_PAGES[table])
        elif table in PAGES and pk:
            found[table, pk] = reverse(PAGES[table], args=[pk])
    return found


def _of_skus(things: set[Thing]) -> dict[Thing, str]:
    ids = [pk for table, pk in things if table == "inventory_sku" and pk]
    if not ids:
        return {}
    address = address_of_each("inventory:product_detail", EACH)
    skus: QuerySet[Sku, tuple[int, int]] = Sku.objects.filter(pk__in=ids).values_list(
        "pk", "product_id"
    )
    return {("inventory_sku", pk): address(product_id) for pk, product_id in skus}


def _of_documents(things: set[Thing], reader: User) -> dict[Thing, str]:
    causes = {
        Cause(DOCUMENTS[table], pk): (table, pk)
        for table, pk in things
        if table in DOCUMENTS and pk
    }
    pages = document_pages(causes, reader)
    return {thing: pages[cause].address for cause, thing in causes.items()}
