"""A customer's way: look, fill the cart, sign up in between, pay, see the order; on a phone first."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from inventory.models import Sku
from shop.actions.order import confirm_order
from shop.models import Order
from stores.models import Location, Role
from tests.e2e.accessibility import assert_accessible
from tests.e2e.people import sign_in
from tests.factories import (
    PASSWORD,
    make_category,
    make_level,
    make_online_location,
    make_product,
    make_sku,
    make_staff,
    make_store,
    make_user,
)
from tests.shop.orders import Delivery, place_and_pay, stock

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture
def mouse(live: str) -> Sku:
    """A mouse, of which there is plenty online and a little in Lyon; 30 more products beside it."""
    online = make_online_location("central-online")
    category = make_category("Informatique")
    for number in range(30):
        sku = make_sku(product=make_product(f"Câble {number:02d}", category=category))
        make_level(sku, online, on_hand=number)
    sku = make_sku(
        "SOURIS", product=make_product("Souris optique", category=category), price="25.50"
    )
    make_level(sku, online, on_hand=20)
    make_level(sku, make_store("lyon"), on_hand=2)
    return sku


def assert_fits(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, f"{page.url} is {width} px wide"


def test_a_newcomer_buys_on_a_phone(open_page: Callable[..., Page], mouse: Sku) -> None:
    page = open_page(**PHONE)
    page.goto("/")
    assert_fits(page)
    assert_accessible(page)
    page.get_by_role("navigation", name="Departments").get_by_text("Informatique").click()
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".shelf-pager")).to_contain_text("Page 2")
    expect(page).to_have_url(re.compile(r"\?page=2$"))
    page.go_back()
    expect(page.get_by_role("link", name="Câble 00")).to_be_visible()
    page.wait_for_load_state()
    page.go_forward()
    expect(page.locator(".shelf-pager")).to_contain_text("Page 2")
    page.get_by_role("link", name="Souris optique").click()
    expect(page.get_by_text("2 left in Lyon")).to_be_visible()
    assert_fits(page)
    assert_accessible(page)
    page.get_by_label("Quantity").fill("3")
    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_text("3 × Souris optique are in your cart.")).to_be_visible()
    expect(page.locator("#cart-count")).to_contain_text("3")
    page.get_by_role("link", name="Go to the cart").click()
    page.get_by_label("Quantity of Souris optique").fill("2")
    page.get_by_label("Quantity of Souris optique").press("Tab")
    expect(page.locator("#cart")).to_contain_text("€51.00")
    expect(page.locator("#cart-count")).to_contain_text("2")
    assert_fits(page)
    assert_accessible(page)

    page.get_by_role("link", name="Order", exact=True).click()
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Email").fill("ana@example.com")
    page.get_by_label("Password").fill("a long enough passphrase")
    page.locator("form button[type=submit]").last.click()
    expect(page.get_by_role("heading", name="How do you want to get it?")).to_be_visible()
    expect(page.locator(".summary-foot")).to_contain_text("€51.00")
    assert_fits(page)
    assert_accessible(page)
    page.get_by_label("Name").fill("Ana Vidal")
    page.get_by_label("Street and number").fill("1 rue des Fleurs")
    page.get_by_role("button", name="Go on to payment").click()
    expect(page.get_by_role("alert")).to_contain_text("Postcode")
    page.get_by_label("Postcode").fill("69001")
    page.get_by_label("City").fill("Lyon")
    page.get_by_role("button", name="Go on to payment").click()
    expect(page.get_by_role("heading", name="Payment")).to_be_visible()
    assert_fits(page)
    assert_accessible(page)
    page.reload()
    page.get_by_role("button", name="Pay €51.00").click()
    expect(page.locator(".order-words")).to_contain_text("Your payment has arrived.")
    assert_fits(page)
    assert_accessible(page)

    order = Order.objects.get()
    assert (order.customer.user.email, order.state) == ("ana@example.com", "paid")
    assert stock(mouse, order.location) == (20, 2)
    page.go_back()
    page.reload()
    expect(page).to_have_url(re.compile(rf"/orders/{order.number}/$"))
    confirm_order(order.pk)
    expect(page.locator(".order-words")).to_contain_text("Your order is confirmed")
    page.goto("/account/")
    expect(page.get_by_role("link", name=order.number)).to_be_visible()
    assert_fits(page)
    assert_accessible(page)
    page.goto("/orders/")
    assert_fits(page)
    assert_accessible(page)


def test_a_refusal_is_a_sentence_at_the_line(page: Page, mouse: Sku) -> None:
    page.goto(f"/product/{mouse.product.slug}/")
    page.get_by_label("Quantity").fill("none")
    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_role("alert")).to_contain_text("Type a whole number")
    page.get_by_label("Quantity").fill("1")
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("link", name="Go to the cart").click()
    page.get_by_label("Quantity of Souris optique").fill("-4")
    page.get_by_label("Quantity of Souris optique").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Type at least 0.")
    assert_accessible(page)
    page.get_by_role("button", name="Remove Souris optique").click()
    expect(page.get_by_text("Your cart is empty.")).to_be_visible()


def test_the_shop_works_without_script(open_page: Callable[..., Page], mouse: Sku) -> None:
    make_user("ana@example.com")
    page = open_page(java_script_enabled=False)
    page.goto("/search/?q=souris")
    page.get_by_role("link", name="Souris optique").click()
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_label("Quantity of Souris optique").fill("2")
    page.get_by_role("button", name="Update").click()
    expect(page.locator("#cart")).to_contain_text("€51.00")
    page.get_by_role("link", name="Order", exact=True).click()
    page.get_by_label("Email").fill("ana@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Collect it in a store").click()
    page.get_by_role("button", name="Go on to payment").click()
    page.get_by_role("button", name="Pay €51.00").click()
    expect(page.locator(".order-words")).to_contain_text("Your payment has arrived.")
    assert Order.objects.get().location.code == "lyon"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_clerk_hands_the_order_over(
    open_page: Callable[..., Page], mouse: Sku, scheme: str
) -> None:
    lyon = Location.objects.get(code="lyon")
    order = place_and_pay({mouse: 1}, delivery=Delivery(store=lyon))
    clerk = make_staff(Role.CLERK, lyon)
    page = open_page(color_scheme=scheme)
    sign_in(page, clerk)
    page.goto("/stores/lyon/orders/")
    assert_accessible(page)
    page.get_by_role("link", name=order.number).click()
    expect(page.get_by_role("button", name="Hand over to the customer")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Hand over to the customer").dblclick()
    expect(page.get_by_text(f"{order.number} is handed over.")).to_be_visible()
    expect(page.get_by_role("button", name="Hand over to the customer")).to_have_count(0)
    assert stock(mouse, lyon) == (1, 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_shop_have_no_barriers(
    open_page: Callable[..., Page], mouse: Sku, scheme: str
) -> None:
    user = make_user("ana@example.com")
    page = open_page(color_scheme=scheme, locale="fr-FR")
    for address in (
        "/",
        "/category/informatique/",
        "/search/?q=souris",
        "/search/?q=zzz",
        "/cart/",
    ):
        page.goto(address)
        assert_accessible(page)
    page = open_page(color_scheme=scheme)
    sign_in(page, user)
    page.goto(f"/product/{mouse.product.slug}/")
    assert_accessible(page)
    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_text("1 × Souris optique is in your cart.")).to_be_visible()
    for address in ("/cart/", "/checkout/", "/account/", "/account/addresses/new/", "/orders/"):
        page.goto(address)
        assert_accessible(page)
