from shop.models.cart import Cart, CartLine
from shop.models.customer import Address, Customer
from shop.models.order import Order, OrderEvent, OrderLine
from shop.models.payment import Payment, SimulatedCharge

__all__ = [
    "Address",
    "Cart",
    "CartLine",
    "Customer",
    "Order",
    "OrderEvent",
    "OrderLine",
    "Payment",
    "SimulatedCharge",
]
