"""The pages of sales, for whoever follows a stock figure to what caused it."""

from collections.abc import Collection

from inventory.queries.ledger import Page, place_page
from sales.models import Sale
from stores.models import Role, User


def sale_pages(ids: Collection[int], reader: User) -> dict[int, Page]:
    return {
        sale.pk: place_page(str(sale), "sales:receipt", sale.location, sale.pk, reader, Role.CLERK)
        for sale in Sale.objects.filter(pk__in=ids).select_related("location")
    }
