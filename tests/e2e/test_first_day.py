"""The first day of the demo chain, as the people in it live it: from a sale at a till to the report.

A clerk sells, stock falls and the alert arrives by mail; goods are asked for, approved with one click
and moved by the worker; a customer buys online, logistics hand the order over, and head office reads
the consolidated report in its mail. The site, the worker, its clock and the mail server are real.
"""

import re
from collections.abc import Callable
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from inventory.models import Barcode, Sku
from stores.models import User
from tests.e2e.people import sign_in
from tests.processes import Mailbox, wait_until

KEYBOARD = "Clavier mécanique RGB"


@pytest.fixture
def chain(transactional_db: None) -> None:
    call_command("demo", stores=2, skus=120, days=14, orders=5, verbosity=0)


@pytest.fixture
def person(open_page: Callable[..., Page]) -> Callable[[str], Page]:
    """A browser of one of the chain's people, signed in."""

    def arrive(login: str) -> Page:
        page = open_page(viewport={"width": 1280, "height": 800})
        sign_in(page, User.objects.get(email=f"{login}@comptoir.example"))
        return page

    return arrive


def test_the_first_day(
    chain: None,
    person: Callable[[str], Page],
    open_page: Callable[..., Page],
    worker_and_beat: object,
    mailbox: Mailbox,
) -> None:
    clerk, logistics = person("clerk.lyon"), person("logistics")

    sell_two_keyboards(clerk)
    expect_stock(clerk, "20")
    read_alert(mailbox, clerk, logistics)

    ask_for_keyboards(clerk)
    approve(logistics)
    expect(logistics.get_by_text("Centre logistique 100 → 79, Lyon 20 → 41")).to_be_visible()
    expect_stock(clerk, "41")

    number = buy_online(open_page(viewport={"width": 390, "height": 800}), mailbox)
    hand_over(logistics, number)
    read_report(person("office"), mailbox)
    call_command("check_ledger")
    call_command("check_summaries")


def sell_two_keyboards(page: Page) -> None:
    """The clerk lands in their store, opens the till, scans twice and takes cash."""
    expect(page).to_have_url(re.compile("/stores/lyon/$"))
    page.get_by_role("link", name="Sell").first.click()
    expect(page.get_by_role("main").get_by_role("searchbox")).to_be_focused()
    code = Barcode.objects.get(sku__product__name=KEYBOARD).code
    for _scan in range(2):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    expect(page.get_by_label(f"Quantity: {KEYBOARD}")).to_have_value("2")
    expect(page.get_by_text("€179.98").first).to_be_visible()
    page.get_by_label("Cash given").fill("200")
    page.keyboard.press("F4")
    expect(page).to_have_url(re.compile("/receipt/$"))
    expect(page.get_by_text("€20.02").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"LYON-\d{4}-\d{6}")).first).to_be_visible()


def expect_stock(page: Page, units: str) -> None:
    """The figure on the store's stock page; a click on it shows the movements behind it."""
    page.goto(f"/stores/lyon/stock/?q={KEYBOARD}")
    row = page.get_by_role("row").filter(has_text=KEYBOARD)
    row.get_by_role("link", name=units, exact=True).first.click()
    expect(page).to_have_url(re.compile("/movements/"))
    expect(page.get_by_text("LYON-").first).to_be_visible()


def read_alert(mailbox: Mailbox, clerk: Page, logistics: Page) -> None:
    """The low-stock alert reaches the store and logistics by mail; its link shows the same."""
    for reader, page in (("clerk.lyon", clerk), ("logistics", logistics)):
        mail = wait_for_mail(mailbox, reader, "Lyon", containing=KEYBOARD)
        assert re.search(r"1 product .*Lyon", mail["Subject"]), mail["Subject"]
        page.goto(path_in(mail, "/alerts/"))
        expect(page.get_by_role("row").filter(has_text=KEYBOARD).first).to_be_visible()
    assert KEYBOARD not in "".join(map(text_of, mailbox.mails("clerk.paris")))


def ask_for_keyboards(page: Page) -> None:
    """The clerk asks for what the page suggests: 21, up to the target of 41."""
    page.goto("/stores/lyon/restock/new/")
    page.get_by_label("Add a product by name, code or scan").press_sequentially("clavier mec")
    found = page.locator("#restock-found")
    found.get_by_role("button", name=f"Add 21 of {KEYBOARD}").click()
    expect(page.get_by_label(f"Units of {KEYBOARD}")).to_have_value("21")
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_text("waiting for a decision").first).to_be_visible()


def approve(page: Page) -> None:
    """Logistics see it in the queue and approve it with one click; the page follows by itself."""
    page.goto("/head-office/restock/")
    request = page.get_by_role("row").filter(has_text=KEYBOARD)
    expect(request).to_contain_text("100")
    request.get_by_role("link", name=re.compile(r"^R-\d+")).first.click()
    page.get_by_role("button", name="Approve all").click()


def buy_online(page: Page, mailbox: Mailbox) -> str:
    """A visitor fills a cart on the phone, signs in, pays, and reads where the order stands."""
    sku = in_stock_online()
    page.goto("/")
    page.get_by_role("searchbox").first.fill(sku.product.name)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=sku.product.name).first.click()
    page.get_by_role("button", name="Add to cart").click()
    expect(page.locator("#added")).to_contain_text("cart")
    page.goto("/cart/")
    page.get_by_role("link", name=re.compile("Order|Checkout")).first.click()
    page.get_by_label("Email").fill("customer@comptoir.example")
    page.get_by_label("Password").fill("comptoir-demo")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Send it home").click()
    page.get_by_role("button", name="Go on to payment").click()
    page.get_by_role("button", name=re.compile("^Pay ")).click()
    expect(page.get_by_text("confirmed").first).to_be_visible()
    number = urlsplit(page.url).path.strip("/").rpartition("/")[2]
    assert number in wait_for_mail(mailbox, "customer", number)["Subject"]
    return number


def in_stock_online() -> Sku:
    """A SKU of a product without variants that the warehouse has plenty of."""
    central = Sku.objects.filter(
        levels__location__code="central", levels__on_hand__gt=10, variant="", price__lt=50
    )
    return central.exclude(product__name=KEYBOARD).select_related("product").order_by("pk")[0]


def hand_over(page: Page, number: str) -> None:
    """Logistics hand the paid order over with one button; it becomes a sale of channel online."""
    page.goto(f"/stores/central/orders/{number}/")
    page.get_by_role("button", name="Hand over to the carrier").click()
    expect(page.get_by_text("shipped").first).to_be_visible()


def read_report(page: Page, mailbox: Mailbox) -> None:
    """Head office finds the online sale, and has today's figures mailed: the same as on the page."""
    page.goto("/head-office/sales/")
    expect(page.get_by_role("row").filter(has_text="Centre logistique").first).to_contain_text(
        "online"
    )
    page.goto("/head-office/reports/consolidated/")
    page.get_by_role("button", name="Today", exact=True).click()
    expect(page.get_by_role("heading", name="Products", exact=True)).to_be_visible()
    shown = page.get_by_role("row").filter(has_text="Lyon").first.inner_text()
    revenue = re.search(r"[\d,]+\.\d\d", shown)
    assert revenue
    page.get_by_role("button", name="Mail me this report").click()
    mail = wait_for_mail(mailbox, "office", "stores")
    assert revenue[0] in text_of(mail)
    page.goto(path_in(mail, "/reports/"))
    expect(page.get_by_role("row").filter(has_text="Lyon").first).to_contain_text(revenue[0])


def wait_for_mail(
    mailbox: Mailbox, login: str, subject: str, *, containing: str = ""
) -> EmailMessage:
    """The newest mail to this person with these words, as soon as it is there."""

    def found() -> list[EmailMessage]:
        return [
            mail
            for mail in mailbox.mails(f"{login}@comptoir.example")
            if subject in mail["Subject"] and containing in text_of(mail)
        ]

    wait_until(lambda: bool(found()), what=f"mail to {login} about {subject}")
    return found()[-1]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    return str(body.get_content())


def path_in(mail: EmailMessage, part: str) -> str:
    """The first address in the mail that leads to such a page of the site."""
    address = re.search(rf"https?://\S*{part}\S*", text_of(mail))
    assert address
    parts = urlsplit(address[0])
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
