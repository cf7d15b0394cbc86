"""Whose cart a request is about: the account's, or the one that a signed cookie names."""

from uuid import UUID

from django.conf import settings
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse

from shop.actions.cart import merge_carts, new_cart
from shop.actions.customer import customer_of
from shop.models import Cart, CartLine
from stores.models import User

COOKIE = settings.CART_COOKIE_NAME
SALT = "shop.cart"
KEPT = 90 * 24 * 3600  # seconds; visitors' carts are forgotten after that


def token_of(request: HttpRequest) -> UUID | None:
    """The token of a visitor's cart, if the browser brought one that we signed."""
    value = request.get_signed_cookie(COOKIE, default=None, salt=SALT, max_age=KEPT)
    return UUID(value) if value else None


def find_cart(request: HttpRequest) -> Cart | None:
    """The cart of this person; after sign-in the visitor's one is poured into their own."""
    token = token_of(request)
    if isinstance(request.user, User):
        if token is not None:
            return merge_carts(token, customer_of(request.user))
        return Cart.objects.filter(customer__user=request.user).first()
    if token is None:
        return None
    return Cart.objects.filter(token=token, customer=None).first()


def units_of(request: HttpRequest) -> int:
    """The figure in the header: one query, and none for somebody who never used a cart."""
    token = token_of(request)
    mine = Q(cart__customer__user=request.user) if isinstance(request.user, User) else None
    visitors = Q(cart__token=token, cart__customer=None) if token else None
    if mine is None and visitors is None:
        return 0
    return _units((mine or Q(pk__in=[])) | (visitors or Q(pk__in=[])))


def units_in(cart: Cart | None) -> int:
    return _units(Q(cart=cart)) if cart else 0


def _units(lines: Q) -> int:
    units: int | None = CartLine.objects.filter(lines).aggregate(units=Sum("quantity"))["units"]
    return units or 0


def cart_for(request: HttpRequest) -> Cart:
    """The cart of this person; a new one, if there is none yet."""
    found = find_cart(request)
    if found is not None:
        return found
    return new_cart(customer_of(request.user) if isinstance(request.user, User) else None)


def remember_cart(request: HttpRequest, response: HttpResponse, cart: Cart | None) -> HttpResponse:
    """Let the browser keep a visitor's cart; whoever signed in has it in their account."""
    if cart is not None and cart.customer_id is None:
        if token_of(request) != cart.token:
            response.set_signed_cookie(
                COOKIE,
                str(cart.token),
                salt=SALT,
                max_age=KEPT,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
    elif COOKIE in request.COOKIES:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
