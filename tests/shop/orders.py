"""Orders in the states that tests begin with, made by the actions that make them."""

from uuid import UUID, uuid4

from inventory.models import Sku, StockLevel
from shop.actions.order import Delivery, place_order
from shop.actions.payment import pay_order
from shop.models import Customer, Order
from shop.pricing import price_cart
from stores.models import Company, Location
from tests.factories import make_cart, make_customer

HOME = Delivery(ship_to="Ana Vidal\n1 rue des Fleurs\n69001 Lyon\nFrance")


def place(
    wanted: dict[Sku, int],
    *,
    customer: Customer | None = None,
    delivery: Delivery = HOME,
    key: UUID | None = None,
) -> Order:
    """An order that waits for payment."""
    customer = customer or make_customer()
    cart = getattr(customer, "cart", None) or make_cart(customer=customer)
    for sku, quantity in wanted.items():
        cart.lines.create(sku=sku, quantity=quantity)
    shown = price_cart(cart, Company.current()).fingerprint
    return place_order(
        cart,
        key=key or uuid4(),
        delivery=delivery,
        shown=shown,
        language="en",
        by=customer.user,
    )


def place_and_pay(
    wanted: dict[Sku, int], *, customer: Customer | None = None, delivery: Delivery = HOME
) -> Order:
    order = place(wanted, customer=customer, delivery=delivery)
    pay_order(order.pk, key=uuid4(), by=order.customer.user)
    order.refresh_from_db()
    return order


def stock(sku: Sku, location: Location) -> tuple[int, int]:
    """On hand and reserved."""
    level = StockLevel.objects.get(sku=sku, location=location)
    return level.on_hand, level.reserved


def steps(order: Order) -> list[str]:
    return list(order.events.values_list("state", flat=True))
