"""A clerk at the till, in a real browser: with the keyboard, by touch, offline, and after Back and Reload."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from inventory.models import Barcode, StockLevel
from sales.models import Sale
from stores.models import Role
from tests.e2e.accessibility import assert_accessible
from tests.e2e.people import sign_in
from tests.e2e.relay import Relay
from tests.factories import make_level, make_sku, make_staff, make_store

MOUSE, BOX = "3760000000017", "3760000000062"
RECEIPT = re.compile(r"/stores/lyon/sales/\d+/receipt/$")


class Till:
    """A browser at the sell page of a store with three articles."""

    def __init__(self, page: Page) -> None:
        lyon = make_store("lyon", name="Lyon")
        mouse = make_sku("MOUSE", name="Souris optique", price="25.50", barcode=MOUSE)
        choc = make_sku("CHOC", name="Chocolat Noir 70 %", price="8.99")
        white = make_sku("WHITE", name="Chocolat blanc", price="7.50")
        Barcode.objects.create(sku=choc, code=BOX, units=6)
        for sku, units in ((mouse, 9), (choc, 20), (white, 2)):
            make_level(sku, lyon, on_hand=units)
        make_level(white, make_store("paris", name="Paris"), on_hand=4)
        self.page = page
        sign_in(page, make_staff(Role.CLERK, lyon))
        page.goto("/stores/lyon/sell/")

    def scan(self, code: str) -> None:
        """As a scanner does: a fast keyboard that ends in Enter."""
        self.page.keyboard.type(code)
        self.page.keyboard.press("Enter")

    def expect_lines(self, *lines: str) -> None:
        """The ticket's lines, such as `2 Souris optique`."""
        fields = self.page.get_by_role("textbox", name="Quantity:")
        expect(fields).to_have_count(len(lines))
        for number, line in enumerate(lines):
            units, name = line.split(" ", 1)
            expect(fields.nth(number)).to_have_value(units)
            expect(fields.nth(number)).to_have_accessible_name(f"Quantity: {name}")

    def expect_total(self, amount: str) -> None:
        expect(self.page.get_by_role("complementary", name="Payment")).to_contain_text(amount)


@pytest.fixture
def till(page: Page) -> Till:
    return Till(page)


def test_a_sale_by_keyboard_alone(till: Till) -> None:
    page = till.page
    for code in (MOUSE, BOX, MOUSE, "2*WHITE"):  # faster than the answers come
        till.scan(code)
    till.expect_lines("2 Souris optique", "6 Chocolat Noir 70 %", "2 Chocolat blanc")
    till.expect_total("€119.94")
    expect(page.get_by_label("Scan a barcode")).to_be_focused()

    page.keyboard.type("choco")
    results = page.get_by_role("list", name="Articles found").get_by_role("button")
    expect(results).to_have_count(2)
    expect(results.first).to_contain_text("€8.99")
    expect(results.first).to_contain_text("20 here")
    expect(results.nth(1)).to_contain_text("Elsewhere: Paris 4")
    page.keyboard.press("ArrowDown")
    expect(results.first).to_be_focused()
    page.keyboard.press("Enter")
    till.expect_lines("2 Souris optique", "7 Chocolat Noir 70 %", "2 Chocolat blanc")
    expect(page.get_by_label("Scan a barcode")).to_be_focused()

    page.keyboard.press("F4")
    expect(page.get_by_label("Cash given")).to_be_focused()
    page.keyboard.type("130")
    expect(page.get_by_text("Change €1.07")).to_be_visible()
    page.keyboard.press("Enter")

    expect(page).to_have_url(RECEIPT)
    sale = Sale.objects.get()
    expect(page.get_by_role("heading", name=f"Receipt {sale}")).to_be_visible()
    expect(page.get_by_role("article", name="Receipt")).to_contain_text("€128.93")
    assert (sale.total, sale.units) == (Decimal("128.93"), 11)
    assert sale.tenders.get().change == Decimal("1.07")

    till.scan(MOUSE)  # the next customer's first article, on the receipt page
    expect(page).to_have_url(re.compile("/sell/$"))
    till.expect_lines("1 Souris optique")
    page.keyboard.press("F8")
    expect(page).to_have_url(RECEIPT)
    assert [sale.number for sale in Sale.objects.order_by("pk")] == [1, 2]


def test_a_ticket_outlives_reload_another_page_and_a_closed_tab(till: Till) -> None:
    page = till.page
    till.scan(MOUSE)
    till.scan(BOX)
    till.expect_lines("1 Souris optique", "6 Chocolat Noir 70 %")
    key = page.locator("[name=key]").input_value()
    page.reload()
    till.expect_lines("1 Souris optique", "6 Chocolat Noir 70 %")
    page.goto("/stores/lyon/sales/")
    page.go_back()
    till.expect_lines("1 Souris optique", "6 Chocolat Noir 70 %")

    beside = page.context.new_page()
    beside.goto("/stores/lyon/sell/")
    expect(beside.get_by_text("Scan the first article")).to_be_visible()
    beside.close()
    page.close(run_before_unload=False)
    again = page.context.new_page()
    again.goto("/stores/lyon/sell/")
    expect(again.get_by_role("textbox", name="Quantity:")).to_have_count(2)
    expect(again.locator("[name=key]")).to_have_value(key)


def test_back_after_the_sale_is_a_new_ticket(till: Till) -> None:
    page = till.page
    till.scan(MOUSE)
    till.expect_lines("1 Souris optique")
    key = page.locator("[name=key]").input_value()
    page.keyboard.press("F8")
    expect(page).to_have_url(RECEIPT)
    page.go_back()
    expect(page.get_by_text("Scan the first article")).to_be_visible()
    expect(page.locator("[name=key]")).not_to_have_value(key)
    page.reload()
    expect(page.get_by_text("Scan the first article")).to_be_visible()
    assert Sale.objects.count() == 1


def test_offline_the_scans_wait_and_nothing_is_lost(till: Till) -> None:
    page, context = till.page, till.page.context
    till.scan(MOUSE)
    till.expect_lines("1 Souris optique")
    context.set_offline(True)
    till.scan(MOUSE)
    till.scan(BOX)
    expect(page.get_by_text("Offline. The ticket is kept")).to_be_visible()
    page.keyboard.press("F8")
    expect(page.get_by_text("Pay again when the connection is back")).to_be_visible()
    context.set_offline(False)
    till.expect_lines("2 Souris optique", "6 Chocolat Noir 70 %")
    expect(page.get_by_text("connection is back")).to_have_count(0)
    assert not Sale.objects.exists()


def test_a_payment_whose_answer_is_lost_is_paid_once(
    open_page: Callable[..., Page], live: str
) -> None:
    with Relay(live) as relay:
        till = Till(open_page(base_url=relay.address))
        page = till.page
        till.scan(MOUSE)
        till.expect_lines("1 Souris optique")
        relay.lose("POST", "/stores/lyon/sell/")
        page.keyboard.press("F8")
        expect(page.get_by_text("No answer came")).to_be_visible()
        assert Sale.objects.count() == 1
        relay.lose_nothing()
        page.keyboard.press("F8")
        expect(page).to_have_url(RECEIPT)
        expect(page.get_by_text("Nothing was sold again.")).to_be_visible()
        assert Sale.objects.count() == 1


def test_a_late_search_answer_is_not_taken_for_the_payments(
    open_page: Callable[..., Page], live: str
) -> None:
    with Relay(live) as relay:
        till = Till(open_page(base_url=relay.address))
        page = till.page
        till.scan(MOUSE)
        till.expect_lines("1 Souris optique")
        search = relay.hold("GET", "/stores/lyon/sell/?q=choco")
        payment = relay.hold("POST", "/stores/lyon/sell/")
        page.keyboard.type("choco")
        assert search.arrived.wait(30)
        page.get_by_label("Scan a barcode").fill("")
        page.keyboard.press("F8")
        assert payment.arrived.wait(30)
        with page.expect_response("**q=choco"):
            search.released.set()
        relay.lose("POST", "/stores/lyon/sell/")
        payment.released.set()
        expect(page.get_by_text("No answer came")).to_be_visible()


def test_a_refusal_stands_at_its_place(till: Till) -> None:
    page = till.page
    till.scan("3*WHITE")
    expect(page.get_by_text("Only 2 left here. Elsewhere: Paris 4.")).to_be_visible()
    page.keyboard.press("F8")
    expect(page).to_have_url(re.compile("/sell/$"))
    till.scan("999999999999")
    expect(page.get_by_role("alert").filter(has_text="No article has the code")).to_be_visible()
    expect(page.get_by_label("Scan a barcode")).to_have_value("999999999999")
    till.scan(MOUSE)  # replaces what was refused
    till.expect_lines("3 Chocolat blanc", "1 Souris optique")
    quantity = page.get_by_role("textbox", name="Quantity: Chocolat blanc")
    quantity.fill("abc")
    quantity.press("Enter")
    expect(page.get_by_text("Type a whole number, such as 12.")).to_be_visible()
    expect(quantity).to_have_value("abc")
    quantity.fill("2")
    page.keyboard.press("F8")  # sends the quantity along
    expect(page.get_by_text("The total is now")).to_be_visible()
    page.get_by_role("button", name="Card").click()
    expect(page).to_have_url(RECEIPT)
    assert Sale.objects.get().total == Decimal("40.50")


def test_a_sale_by_touch_on_a_phone(open_page: Callable[..., Page]) -> None:
    till = Till(open_page(viewport={"width": 390, "height": 844}, has_touch=True))
    page = till.page
    page.get_by_label("Scan a barcode").fill("souris")
    page.get_by_role("list", name="Articles found").get_by_role("button").tap()
    till.expect_lines("1 Souris optique")
    page.get_by_role("button", name="One more: Souris optique").tap()
    till.expect_lines("2 Souris optique")
    page.get_by_role("button", name="Take off: Souris optique").tap()
    till.expect_lines()
    page.get_by_role("button", name="Put back").tap()
    till.expect_lines("2 Souris optique")
    too_small = [
        button.inner_text()
        for button in page.locator("main button:visible").all()
        if (button.bounding_box() or {})["height"] < 44
    ]
    assert too_small == []
    page.get_by_role("button", name="€60.00").tap()
    expect(page).to_have_url(RECEIPT)
    expect(page.get_by_text("€9.00").first).to_be_visible()
    assert StockLevel.objects.get(sku__code="MOUSE").on_hand == 7


def test_a_sale_without_script(open_page: Callable[..., Page]) -> None:
    till = Till(open_page(java_script_enabled=False))
    page = till.page
    page.get_by_label("Scan a barcode").fill(MOUSE)
    page.get_by_label("Scan a barcode").press("Enter")
    till.expect_lines("1 Souris optique")
    page.get_by_label("Scan a barcode").fill("choco")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("button", name="Chocolat blanc").click()
    till.expect_lines("1 Souris optique", "1 Chocolat blanc")
    page.get_by_role("textbox", name="Quantity: Souris optique").fill("2")
    page.get_by_label("Cash given").fill("60")
    page.get_by_role("button", name="Cash").click()
    expect(page).to_have_url(RECEIPT)
    assert Sale.objects.get().total == Decimal("58.50")


@pytest.mark.parametrize(
    ("width", "height", "scheme"), [(1440, 900, "light"), (1024, 768, "dark"), (390, 844, "light")]
)
def test_nothing_bars_anybody_from_the_till(
    open_page: Callable[..., Page], width: int, height: int, scheme: str
) -> None:
    page = open_page(viewport={"width": width, "height": height}, color_scheme=scheme)

    def look() -> None:
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    till = Till(page)
    look()
    for code in (MOUSE, "3*WHITE", "999999999999"):
        till.scan(code)
    expect(page.get_by_role("alert").filter(has_text="No article")).to_be_visible()
    look()
    page.get_by_label("Scan a barcode").fill("choco")
    expect(page.get_by_role("list", name="Articles found")).to_be_visible()
    look()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Take off: Chocolat blanc").click()
    till.expect_lines("1 Souris optique")
    look()
    page.get_by_label("Cash given").fill("50")
    page.get_by_label("Cash given").press("Enter")
    expect(page).to_have_url(RECEIPT)
    look()
    page.goto("/stores/lyon/sales/")
    look()
