"""Head office keeps the catalogue, follows figures to what makes them, and reads its report."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from inventory.models import RestockRequest, Sku, StockLevel
from sales.actions.sale import Item, Paid, record_sale
from sales.models import Sale, Tender
from stores.actions.mail import queue_mail
from stores.models import Location, Mail, Role, User
from tests.e2e.accessibility import assert_no_barrier
from tests.e2e.people import sign_in
from tests.factories import (
    make_category,
    make_level,
    make_product,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_tax_rate,
    make_warehouse,
)
from tests.reports.runs import run


@pytest.fixture
def lyon(live: str) -> Location:
    return make_store("lyon", name="Lyon")


@pytest.fixture
def central(live: str) -> Location:
    return make_warehouse("central", name="Centre logistique")


@pytest.fixture
def coffee(lyon: Location, central: Location) -> Sku:
    """Fifty at the centre, twelve in Lyon of which two were sold today."""
    category = make_category("Boissons")
    sku = make_sku("CAF-1", price="15.99", product=make_product("Café", category=category))
    make_level(sku, central, on_hand=50)
    make_level(sku, lyon, on_hand=12, reorder_point=20)
    sell(sku, lyon, 2)
    return sku


@pytest.fixture
def office(live: str) -> User:
    return make_staff(Role.HEAD_OFFICE)


def sell(sku: Sku, store: Location, units: int) -> Sale:
    return record_sale(
        key=uuid4(),
        location=store,
        items=[Item(sku.pk, units)],
        tenders=[Paid(Tender.Kind.CARD)],
        by=make_staff(Role.CLERK, store),
    )


CUT = """[...document.querySelectorAll("html, main .table-scroll, main .card, main .list-card")]
    .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.className)"""


def run_low(store: Location, name: str) -> None:
    sku = make_sku(name=name, price="48.00")
    make_level(sku, store, on_hand=3, reorder_point=2)
    sell(sku, store, 2)


def test_office_changes_a_price_alone(page: Page, office: User, coffee: Sku) -> None:
    sign_in(page, office)
    page.goto("/head-office/products/")
    page.get_by_label("Name, code or barcode").fill("CAF-1")
    expect(page).to_have_url(re.compile(r"\?q=CAF-1$"))
    page.get_by_role("link", name="Café").click()
    expect(page.get_by_role("heading", name="Café")).to_be_visible()
    page.evaluate("window.stays = true")
    page.get_by_role("link", name="Change the price").click()
    price = page.get_by_role("textbox", name="Price")
    expect(price).to_be_focused()
    price.fill("abc")
    price.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    price.fill("16,50")
    price.press("Enter")
    expect(page.get_by_text("The price of Café is changed.")).to_be_visible()
    expect(page.get_by_role("cell", name="€16.50")).to_be_visible()
    assert page.evaluate("window.stays")
    coffee.refresh_from_db()
    assert (str(coffee.price), coffee.product.name) == ("16.50", "Café")


def test_office_adds_a_product_that_stands_everywhere_at_0(
    page: Page, office: User, coffee: Sku
) -> None:
    make_tax_rate(name="TVA")
    sign_in(page, office)
    page.goto("/head-office/products/")
    page.get_by_role("link", name="New product").click()
    page.get_by_label("Name*").fill("Thé vert")
    page.get_by_label("Category*").select_option("Boissons")
    page.get_by_label("Tax rate").select_option(index=1)
    page.get_by_label("Price").fill("4,20")
    page.get_by_label("Code*").fill("THE-1")
    page.get_by_label("Barcode").fill("3760009990001")
    page.get_by_role("button", name="Create the product").click()
    expect(page.get_by_role("heading", name="Thé vert")).to_be_visible()
    expect(page.get_by_text("3760009990001", exact=True)).to_be_visible()
    tea = Sku.objects.get(code="THE-1")
    levels = StockLevel.objects.filter(sku=tea).values_list("location__code", "on_hand")
    assert sorted(levels) == [("central", 0), ("lyon", 0)]

    page.goto("/head-office/stock/")
    page.get_by_label("Name, code or barcode").fill("3760009990001")
    row = page.get_by_role("row", name="Thé vert")
    expect(row.get_by_role("link", name="0")).to_have_count(2)
    row.get_by_role("link", name="0").first.click()
    expect(page.get_by_text("Nothing has moved here yet")).to_be_visible()


def test_a_figure_opens_its_movements_and_a_list_is_exported(
    page: Page, office: User, coffee: Sku, tmp_path: Path
) -> None:
    sign_in(page, office)
    page.goto("/head-office/stock/")
    page.get_by_role("row", name="Café").get_by_role("link", name="10", exact=True).click()
    expect(page.get_by_role("heading", name="Café in Lyon")).to_be_visible()
    expect(page.get_by_role("row", name="LYON-")).to_contain_text("−2")
    page.go_back()
    page.get_by_label("Name, code or barcode").fill("CAF")
    expect(page).to_have_url(re.compile(r"\?q=CAF$"))
    expect(page.get_by_role("link", name="CSV")).to_have_attribute("href", re.compile("q=CAF"))
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    saved = tmp_path / "stock.csv"
    download.value.save_as(saved)
    heading, *rows = saved.read_text(encoding="utf-8-sig").splitlines()
    assert heading.endswith(",Total,Centre logistique,Lyon")
    assert [row.split(",")[-3:] for row in rows] == [["60", "50", "10"]]


def test_a_report_is_run_with_one_click_and_its_runs_stay_behind_back_and_reload(
    page: Page, office: User, coffee: Sku
) -> None:
    sign_in(page, office)
    page.goto("/head-office/reports/")
    page.get_by_role("button", name="The chain at a glance: Yesterday").click()
    revenue = page.locator(".figure", has_text="Revenue")
    expect(revenue).to_contain_text("€0.00")
    periods = page.get_by_role("group", name="Run for a period")
    periods.get_by_role("button", name="Today", exact=True).click()
    expect(revenue).to_contain_text("€31.98")
    page.go_back()
    expect(revenue).to_contain_text("€0.00")
    page.reload()
    expect(revenue).to_contain_text("€0.00")
    page.go_forward()
    expect(revenue).to_contain_text("€31.98")
    page.locator("[data-table=products]").get_by_role("link", name="2", exact=True).click()
    expect(page.get_by_role("heading", name="Movements")).to_be_visible()
    expect(page.get_by_role("row", name="Café")).to_have_count(1)


def catalogue(coffee: Sku) -> list[str]:
    product = f"/head-office/products/{coffee.product_id}/"
    return [
        "/head-office/products/",
        "/head-office/products/new/",
        product,
        f"{product}edit/",
        f"{product}skus/new/",
        f"/head-office/skus/{coffee.pk}/",
        "/head-office/categories/",
        "/head-office/categories/new/",
        "/head-office/stock/",
        f"/head-office/stock/{coffee.pk}/lyon/",
        "/head-office/movements/",
    ]


def desk(coffee: Sku) -> list[str]:
    return [
        "/head-office/",
        "/head-office/search/?q=caf",
        "/head-office/restock/",
        f"/head-office/restock/{RestockRequest.objects.get().pk}/",
        "/head-office/alerts/",
        "/head-office/alerts/?kind=out",
        "/head-office/sales/",
        "/head-office/orders/",
        "/head-office/mail/",
        f"/head-office/mail/{Mail.objects.get().pk}/",
    ]


def store(coffee: Sku) -> list[str]:
    return [
        "/stores/lyon/",
        f"/stores/lyon/days/{Location.objects.get(code='lyon').local_day()}/",
        "/stores/lyon/stock/",
        f"/stores/lyon/stock/{coffee.pk}/movements/",
        f"/stores/lyon/stock/{coffee.pk}/thresholds/",
        f"/stores/lyon/stock/adjust/?sku={coffee.pk}",
        "/stores/lyon/restock/",
        f"/stores/lyon/restock/new/?sku={coffee.pk}",
        f"/stores/lyon/restock/{RestockRequest.objects.get().pk}/",
        "/stores/lyon/alerts/",
        "/stores/lyon/sales/",
        "/stores/lyon/orders/",
    ]


def reports(coffee: Sku) -> list[str]:
    of_lyon = Location.objects.filter(code="lyon")
    snapshot, other = run(list(Location.objects.inner())), run(list(of_lyon))
    return [
        "/head-office/reports/",
        "/head-office/reports/consolidated/",
        "/reports/",
        f"/reports/{snapshot.pk}/",
        f"/reports/{snapshot.pk}/compare/?other={other.pk}&figure=stores.revenue",
        "/stores/lyon/reports/",
        "/stores/lyon/reports/consolidated/",
    ]


@pytest.mark.parametrize("pages", [catalogue, desk, store, reports])
def test_nothing_bars_anybody_from_a_page_of_the_staff(
    page: Page,
    office: User,
    coffee: Sku,
    lyon: Location,
    central: Location,
    pages: Callable[[Sku], list[str]],
) -> None:
    make_restock({coffee: 5}, store=lyon, warehouse=central)
    queue_mail(key="trial", template="trial", to=office, context={"link": "http://x.example/"})
    sign_in(page, office)
    for path in pages(coffee):
        assert_no_barrier(page, path)


def test_a_sale_appears_by_itself_and_nothing_else_moves(
    page: Page, office: User, coffee: Sku, lyon: Location
) -> None:
    page.clock.install()
    sign_in(page, office)
    page.goto("/head-office/")
    row = page.get_by_role("row", name="Lyon")
    expect(row).to_contain_text("€31.98")
    figures = page.locator(".figure", has_text="Sold today")
    store = row.get_by_role("link", name="Lyon")
    store.focus()
    page.evaluate("document.querySelector('tr[data-key=lyon]').stays = true; scrollTo(0, 200)")
    scrolled = page.evaluate("scrollY")
    page.set_viewport_size({"width": 1280, "height": 500})
    sell(coffee, lyon, 1)
    with page.expect_response(lambda answer: answer.request.headers.get("hx-target") == "overview"):
        page.clock.fast_forward(46_000)
    expect(figures).to_contain_text("€47.97")
    expect(row).to_contain_text("€47.97")
    expect(store).to_be_focused()
    assert page.evaluate("document.querySelector('tr[data-key=lyon]').stays")
    assert page.evaluate("scrollY") == scrolled
    expect(page.locator("#announcer")).to_be_empty()

    store.click()
    expect(page.get_by_role("heading", name="Lyon")).to_be_visible()
    page.get_by_text("As a table").click()
    sell(coffee, lyon, 1)
    page.clock.fast_forward(46_000)
    expect(page.get_by_role("table").get_by_text("€63.96")).to_be_visible()  # still unfolded
    page.get_by_role("table").get_by_role("link", name=re.compile("day")).first.click()
    expect(page.locator(".figure", has_text="Sold")).to_contain_text("€63.96")
    page.get_by_role("link", name=re.compile("^LYON-")).last.click()
    expect(page.get_by_text("€31.98").first).to_be_visible()


def test_a_page_that_nobody_sees_asks_for_nothing(page: Page, office: User, coffee: Sku) -> None:
    page.clock.install()
    sign_in(page, office)
    page.goto("/head-office/")
    asked: list[str] = []
    page.on("request", lambda sent: "/head-office/" in sent.url and asked.append(sent.url))
    hide = "Object.defineProperty(document, 'hidden', { value: %s, configurable: true })"
    page.evaluate(hide % "true")
    page.clock.fast_forward(300_000)
    assert asked == []
    with page.expect_response(re.compile("/head-office/$")):
        page.evaluate(hide % "false" + "; document.dispatchEvent(new Event('visibilitychange'))")
    assert len(asked) == 1


def test_what_is_shown_says_calmly_that_newer_figures_cannot_be_had(
    page: Page, office: User, coffee: Sku, lyon: Location
) -> None:
    page.clock.install()
    sign_in(page, office)
    page.goto("/head-office/")
    store = page.get_by_role("row", name="Lyon").get_by_role("link", name="Lyon")
    store.focus()
    page.route("**/head-office/", lambda route: route.abort())
    for _ in range(2):
        with page.expect_event("requestfailed"):
            page.clock.fast_forward(46_000)
    told = re.compile(r"^The figures of \d\d:\d\d: newer ones can’t be had just now")
    expect(page.locator(".as-of")).to_have_text(told)
    expect(page.locator("#announcer")).to_have_text(told)
    expect(page.locator("#toasts")).to_be_empty()
    expect(store).to_be_focused()
    page.unroute("**/head-office/")
    sell(coffee, lyon, 1)
    page.clock.fast_forward(46_000)
    expect(page.get_by_role("row", name="Lyon")).to_contain_text("€47.97")
    expect(page.locator(".as-of")).to_contain_text("the page keeps itself up to date")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_all_of_it_begins_within_one_look_and_nothing_is_cut(
    page: Page, office: User, coffee: Sku, lyon: Location, central: Location, language: str
) -> None:
    make_restock({coffee: 5}, store=lyon, warehouse=central)
    for number in range(6):
        run_low(lyon, f"Support d’ordinateur portable {number}")
    User.objects.filter(pk=office.pk).update(language=language)
    sign_in(page, office)
    for width, height in ((1440, 900), (1024, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto("/head-office/")
        assert page.evaluate(CUT) == []
        if width == 1440:
            tops = page.evaluate(
                "[...document.querySelectorAll('main h2')].map(h => h.getBoundingClientRect().bottom)"
            )
            assert len(tops) == 5
            assert max(tops[:4]) < 720
