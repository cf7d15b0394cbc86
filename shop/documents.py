"""The pages of orders, for whoever follows a reservation to what holds it."""

from collections.abc import Collection

from inventory.queries.ledger import Page, place_page
from shop.models import Order
from stores.models import User


def order_pages(ids: Collection[int], reader: User) -> dict[int, Page]:
    return {
        order.pk: place_page(order.number, "shop:store_order", order.location, order.number, reader)
        for order in Order.objects.filter(pk__in=ids).select_related("location")
    }
