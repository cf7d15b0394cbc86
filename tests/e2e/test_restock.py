"""A store asks, logistics approves with one click, and both pages follow a real worker to the end."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from inventory.actions.suggestions import refresh_all
from inventory.models import RestockRequest
from stores.models import Location, Role
from tests.e2e.accessibility import assert_accessible
from tests.e2e.people import sign_in
from tests.factories import (
    make_level,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_warehouse,
)

OpenPage = Callable[..., Page]
KEYBOARD = "3760000000017"


@pytest.fixture
def lyon() -> Location:
    return make_store("lyon", name="Lyon")


@pytest.fixture
def central() -> Location:
    return make_warehouse("central", name="Central")


@pytest.mark.usefixtures("worker")
def test_from_the_request_to_79_and_41(
    open_page: OpenPage, lyon: Location, central: Location
) -> None:
    keyboard = make_sku("KEY", name="Clavier mécanique RGB", barcode=KEYBOARD)
    coffee = make_sku("COF", name="Café Premium Bio", pack_size=6)
    make_level(keyboard, central, on_hand=100)
    make_level(keyboard, lyon, on_hand=20)
    make_level(coffee, central, on_hand=60)
    make_level(coffee, lyon, on_hand=1, reorder_point=5, target=12)
    refresh_all()

    store = open_page()
    sign_in(store, make_staff(Role.CLERK, lyon))
    store.goto("/stores/lyon/restock/")
    store.get_by_role("link", name="Ask for goods").first.click()
    expect(store.get_by_role("main").get_by_role("searchbox")).to_be_focused()
    store.keyboard.type(KEYBOARD)
    store.keyboard.press("Enter")
    units = store.get_by_role("textbox", name="Units of Clavier mécanique RGB")
    expect(units).to_have_value("1")
    units.fill("abc")
    store.get_by_role("button", name="Add 12 of Café Premium Bio").click()
    expect(store.get_by_role("textbox", name="Units of Café Premium Bio")).to_have_value("12")
    expect(units).to_have_value("abc")
    assert_accessible(store)
    store.get_by_role("button", name="Send the request").click()
    expect(store.get_by_role("alert")).to_contain_text("Type a whole number, such as 12.")
    assert_accessible(store)
    units.fill("21")
    store.get_by_role("button", name="Send the request").click()
    expect(store.get_by_role("status").first).to_contain_text("Central has your request.")
    assert_accessible(store)

    approver = open_page()
    sign_in(approver, make_staff(Role.LOGISTICS, central))
    approver.goto("/head-office/restock/")
    expect(approver.get_by_role("row", name="Lyon")).to_contain_text("Central has 100")
    assert_accessible(approver)
    approver.get_by_role("link", name=f"R-{RestockRequest.objects.get().pk}").click()
    expect(approver.get_by_role("button", name="Approve all")).to_be_visible()
    assert_accessible(approver)
    approver.get_by_role("button", name="Approve all").click()
    keyboard_row = approver.get_by_role("row", name="Clavier mécanique RGB")
    expect(keyboard_row).to_contain_text("Central 100 → 79, Lyon 20 → 41")
    expect(approver.locator("#announcer")).to_contain_text("the goods are in the stock of Lyon")
    assert_accessible(approver)

    moved = store.get_by_role("row", name="Clavier mécanique RGB")
    expect(moved).to_contain_text("Central 100 → 79, Lyon 20 → 41")
    assert_accessible(store)


@pytest.mark.usefixtures("live")
def test_less_with_a_reason_after_a_look_at_the_queue_on_a_phone(
    open_page: OpenPage, lyon: Location, central: Location
) -> None:
    keyboard = make_sku(name="Clavier mécanique RGB")
    make_level(keyboard, central, on_hand=10)
    request = make_restock({keyboard: 21}, store=lyon, warehouse=central)
    page = open_page(viewport={"width": 390, "height": 844})
    sign_in(page, make_staff(Role.LOGISTICS, central))
    page.goto("/head-office/restock/")
    row = page.get_by_role("row", name="Lyon")
    expect(row.get_by_text("not enough")).to_be_visible()
    page.get_by_role("link", name="Approve less").click()
    units = page.get_by_role("textbox", name="Units of Clavier mécanique RGB to approve")
    expect(units).to_have_value("10")
    assert_accessible(page)
    units.fill("8")
    page.get_by_role("combobox", name="Why less").select_option("")
    page.get_by_role("button", name="Approve these quantities").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why less is approved.")
    expect(units).to_have_value("8")
    page.get_by_role("combobox", name="Why less").select_option("whole packs")
    page.get_by_role("button", name="Approve these quantities").click()
    expect(page).to_have_url(re.compile(rf"/head-office/restock/{request.pk}/$"))
    expect(page.get_by_role("row", name="Clavier")).to_contain_text("whole packs")
    page.reload()
    expect(page.get_by_text(re.compile("Approved by"))).to_be_visible()


@pytest.mark.usefixtures("live")
def test_one_click_in_the_queue(open_page: OpenPage, lyon: Location, central: Location) -> None:
    keyboard = make_sku(name="Clavier mécanique RGB")
    make_level(keyboard, central, on_hand=100)
    request = make_restock({keyboard: 21}, store=lyon, warehouse=central)
    page = open_page()
    sign_in(page, make_staff(Role.LOGISTICS, central))
    page.goto("/head-office/restock/")
    page.get_by_role("button", name=f"Approve all of {request}").click()
    expect(page.get_by_text("No request waits for a decision.")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("the goods are on their way to Lyon")
    assert [line.approved for line in request.lines.all()] == [21]
