"""The cart: a visitor's by its token, a customer's by their account; one per person after sign-in."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from backoffice.lib.retry import retrying
from inventory.models import Sku
from shop.errors import CartMoved, NotSold, TooManyLines, TooManyOfOne
from shop.models import Cart, CartLine, Customer

MAX_OF_ONE = 999
MAX_LINES = 100


def new_cart(customer: Customer | None = None) -> Cart:
    """A new visitor's cart, or the one cart of a customer."""
    if customer is None:
        return Cart.objects.create(token=uuid4())
    return Cart.objects.get_or_create(customer=customer, defaults={"token": uuid4()})[0]


@retrying
@transaction.atomic
def add_to_cart(cart: Cart, sku: Sku, quantity: int) -> None:
    """Put more of a SKU into the cart; raise, and change nothing, beyond what a line can hold."""
    if not (sku.is_active and sku.product.is_active):
        raise NotSold([sku.full_name])
    if not _touch(cart):  # locks the cart's row, so that lines are added one after the other
        raise CartMoved
    line = cart.lines.filter(sku=sku)
    if line.filter(quantity__lte=MAX_OF_ONE - quantity).update(quantity=F("quantity") + quantity):
        return
    if quantity > MAX_OF_ONE or line.exists():
        raise TooManyOfOne(MAX_OF_ONE)
    if cart.lines.count() >= MAX_LINES:
        raise TooManyLines(MAX_LINES)
    cart.lines.create(sku=sku, quantity=quantity)


@retrying
@transaction.atomic
def change_quantity(cart: Cart, sku_id: int, quantity: int) -> None:
    """Want this many of a SKU that is in the cart; 0 takes it out."""
    lock_cart(cart)
    line = cart.lines.filter(sku_id=sku_id)
    if quantity > MAX_OF_ONE:
        raise TooManyOfOne(MAX_OF_ONE)
    if quantity == 0:
        line.delete()
    else:
        line.update(quantity=quantity)
    _touch(cart)


@retrying
@transaction.atomic
def merge_carts(token: UUID, customer: Customer) -> Cart:
    """Pour a visitor's cart into the customer's, after sign-in: quantities are summed, up to what a
    line can hold. Repeated, it does nothing more."""
    own = lock_cart(new_cart(customer))
    visitors = Cart.objects.filter(token=token, customer=None).select_for_update().first()
    if visitors is None:
        return own
    fill_cart(own, dict(visitors.lines.values_list("sku_id", "quantity")))
    visitors.delete()
    return own


@transaction.atomic
def fill_cart(cart: Cart, wanted: dict[int, int]) -> None:
    """Put quantities by SKU into the cart, beside what is there, up to what a line can hold."""
    lock_cart(cart)
    lines = {line.sku_id: line for line in cart.lines.filter(sku_id__in=wanted)}
    for sku_id, line in lines.items():
        line.quantity = min(line.quantity + wanted[sku_id], MAX_OF_ONE)
    CartLine.objects.bulk_update(lines.values(), ["quantity"])
    room = max(MAX_LINES - cart.lines.count(), 0)
    added = [sku_id for sku_id in wanted if sku_id not in lines][:room]
    CartLine.objects.bulk_create(
        CartLine(cart=cart, sku_id=sku_id, quantity=min(wanted[sku_id], MAX_OF_ONE))
        for sku_id in added
    )
    _touch(cart)


def lock_cart(cart: Cart) -> Cart:
    locked = Cart.objects.select_for_update(no_key=True).filter(pk=cart.pk).first()
    if locked is None:
        raise CartMoved
    return locked


def forget_carts(*, days: int = 90) -> int:
    """Delete the carts that visitors left behind."""
    long_ago = timezone.now() - timedelta(days=days)
    left = Cart.objects.filter(customer=None, changed_at__lt=long_ago)
    _rows, by_model = left.delete()
    return by_model.get("shop.Cart", 0)


def _touch(cart: Cart) -> bool:
    """Whether the cart is still there."""
    return bool(Cart.objects.filter(pk=cart.pk).update(changed_at=timezone.now()))
