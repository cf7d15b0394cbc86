import pytest
from django.test import Client

from shop.actions.cart import add_to_cart, change_quantity, forget_carts, merge_carts
from shop.errors import CartMoved
from shop.models import Cart, CartLine
from stores.models import Session
from tests.factories import (
    PASSWORD,
    make_cart,
    make_customer,
    make_level,
    make_online_location,
    make_sku,
    make_store,
    make_user,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "cart"}


def add(client: Client, sku_id: object, quantity: object = 1, **headers: str) -> object:
    return client.post("/cart/add/", {"sku": sku_id, "quantity": quantity}, headers=headers)


def quantities() -> list[int]:
    return list(CartLine.objects.values_list("quantity", flat=True))


def test_a_visitor_fills_a_cart_without_a_session(client: Client) -> None:
    sku = make_level(make_sku(name="Souris", price="25.50"), make_online_location(), on_hand=9).sku
    assert add(client, sku.pk, 2).headers["Location"] == "/cart/"
    add(client, sku.pk, "3")
    page = client.get("/cart/").content.decode()
    assert quantities() == [5]
    assert "€127.50" in page
    assert "Available online" in page
    assert Session.objects.count() == 0
    assert client.cookies["cart"]["httponly"]


def test_adding_over_htmx_answers_with_the_sentence_and_the_figure(client: Client) -> None:
    sku = make_level(make_sku(name="Souris"), make_online_location(), on_hand=9).sku
    answer = add(client, sku.pk, 2, **HTMX | {"HX-Target": "added"})
    text = answer.content.decode()
    assert text.strip().startswith('<div id="added"')
    assert "2 × Souris are in your cart." in text
    assert 'id="cart-count" hx-swap-oob="true">2<' in text


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        ("0", "Type at least 1."),
        ("-1", "Type at least 1."),
        (10**12, "Type at most 999."),
        ("1000", "Type at most 999."),
        ("abc", "Type a whole number, such as 12."),
        ("1.5", "Type a whole number, such as 12."),
        ("", "This field is required."),
        ("\x00", "Type a whole number, such as 12."),
        ("9" * 10_000, "Type a whole number, such as 12."),
    ],
)
def test_a_bad_quantity_is_refused_in_words(client: Client, quantity: object, words: str) -> None:
    sku = make_sku()
    answer = add(client, sku.pk, quantity)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert quantities() == []


@pytest.mark.parametrize("sku", ["0", "-1", "abc", "", "99999999", str(2**63), "1\x00"])
def test_a_sku_that_is_not_there_is_not_found(client: Client, sku: str) -> None:
    assert add(client, sku).status_code == 404
    assert not Cart.objects.exists()


def test_what_is_no_longer_sold_is_not_added(client: Client) -> None:
    answer = add(client, make_sku(name="Disquette", is_active=False).pk)
    assert answer.status_code == 422
    assert "No longer sold: Disquette." in answer.content.decode()
    assert quantities() == []


def test_a_line_holds_999(client: Client) -> None:
    sku = make_sku()
    add(client, sku.pk, 999)
    answer = add(client, sku.pk, 1)
    assert "At most 999 of one product" in answer.content.decode()
    assert quantities() == [999]


def test_a_price_in_the_form_is_ignored(client: Client) -> None:
    sku = make_level(make_sku(price="25.50"), make_online_location(), on_hand=9).sku
    forged = {"sku": sku.pk, "quantity": 1, "price": "0.01", "unit_price": "0.01", "total": "0.01"}
    client.post("/cart/add/", forged)
    page = client.get("/cart/").content.decode()
    assert "€25.50" in page
    assert "0.01" not in page


def test_quantities_change_and_lines_go(client: Client) -> None:
    sku = make_level(make_sku(price="2.00"), make_online_location(), on_hand=9).sku
    add(client, sku.pk, 2)
    client.post(f"/cart/lines/{sku.pk}/", {"quantity": "4"}, headers=HTMX)
    part = client.get("/cart/", headers=HTMX).content.decode()
    assert part.strip().startswith('<div id="cart"')
    assert "€8.00" in part
    assert quantities() == [4]
    client.post(f"/cart/lines/{sku.pk}/", {"quantity": "0"})
    assert quantities() == []
    assert "Your cart is empty." in client.get("/cart/").content.decode()


@pytest.mark.parametrize("quantity", ["-1", "abc", "", "1000", 10**12])
def test_a_refused_change_is_a_sentence_at_the_line(client: Client, quantity: object) -> None:
    sku = make_sku()
    add(client, sku.pk, 2)
    answer = client.post(f"/cart/lines/{sku.pk}/", {"quantity": quantity}, headers=HTMX)
    assert answer.status_code == 422
    assert f'id="refusal-{sku.pk}"' in answer.content.decode()
    assert quantities() == [2]


def test_nobody_changes_another_cart(client: Client) -> None:
    sku = make_sku()
    make_cart({sku: 3})
    client.post(f"/cart/lines/{sku.pk}/", {"quantity": "0"})
    client.cookies["cart"] = "11111111-1111-4111-8111-111111111111:forged"
    client.post(f"/cart/lines/{sku.pk}/", {"quantity": "0"})
    assert quantities() == [3]


def test_the_cart_says_what_is_left_and_where(client: Client) -> None:
    online, lyon = make_online_location(), make_store("lyon")
    sku = make_level(make_sku(name="Clavier"), online, on_hand=1).sku
    make_level(sku, lyon, on_hand=5)
    add(client, sku.pk, 3)
    page = client.get("/cart/").content.decode()
    assert "Online only 1 is left." in page
    assert "1 store has it." in page


def test_a_cart_survives_signing_in(client: Client) -> None:
    user = make_user("ana@example.com")
    both, visitors = make_sku(), make_sku()
    own = make_cart({both: 600}, customer=make_customer(user))
    add(client, both.pk, 700)
    add(client, visitors.pk, 2)
    client.login(email="ana@example.com", password=PASSWORD)
    client.get("/cart/")
    client.get("/cart/")
    lines = dict(own.lines.values_list("sku", "quantity"))
    assert lines == {both.pk: 999, visitors.pk: 2}
    assert Cart.objects.get() == own
    assert client.cookies["cart"].value == ""
    client.logout()
    assert "Your cart is empty." in client.get("/cart/").content.decode()


def test_a_cart_that_moved_into_an_account_takes_no_more() -> None:
    """One tab signs in while another one, which has read the cart, is about to change it."""
    sku, customer = make_sku(), make_customer()
    cart = make_cart({sku: 2})
    own = merge_carts(cart.token, customer)
    with pytest.raises(CartMoved, match="has moved to your account"):
        add_to_cart(cart, make_sku(), 1)
    with pytest.raises(CartMoved):
        change_quantity(cart, sku.pk, 5)
    assert list(own.lines.values_list("sku", "quantity")) == [(sku.pk, 2)]


def test_carts_that_visitors_left_are_forgotten() -> None:
    left, customers = make_cart({make_sku(): 1}), make_cart(customer=make_customer())
    fresh = make_cart()
    Cart.objects.exclude(pk=fresh.pk).update(changed_at="2020-01-01T00:00:00Z")
    assert forget_carts() == 1
    assert set(Cart.objects.all()) == {customers, fresh}
    assert left not in Cart.objects.all()


def test_the_cart_costs_the_same_with_more_lines(
    client: Client, django_assert_max_num_queries: object
) -> None:
    online = make_online_location()
    for _number in range(2):
        add(client, make_level(location=online, on_hand=1).sku.pk)
    with django_assert_max_num_queries(12) as few:
        client.get("/cart/")
    for _number in range(20):
        add(client, make_level(location=online, on_hand=1).sku.pk)
    with django_assert_max_num_queries(12) as many:
        client.get("/cart/")
    assert len(few) == len(many)
