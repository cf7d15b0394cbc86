"""A store writes a request together, on phones, from all that it knows; then it follows what becomes of it."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from inventory.actions.arrival import Counted, receive_transfer
from inventory.actions.carry_out import carry_out_restock
from inventory.actions.restock import approve_restock
from inventory.actions.restock_templates import save_template
from inventory.actions.suggestions import refresh_all
from inventory.models import Barcode, RestockRequest, Sku
from stores.models import Location, Role, User
from tests.e2e.accessibility import assert_accessible
from tests.e2e.people import sign_in
from tests.factories import (
    make_level,
    make_membership,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_user,
    make_warehouse,
)

type OpenPage = Callable[..., Page]
PHONE = {"width": 390, "height": 844}
BOX = "3760000000604"
LIST = "/stores/lyon/restock/"


@pytest.fixture
def lyon() -> Location:
    return make_store("lyon", name="Lyon", receives_by_hand=True)


@pytest.fixture
def central() -> Location:
    return make_warehouse("central", name="Central")


@pytest.fixture
def lea(lyon: Location) -> User:
    return make_membership(Role.CLERK, lyon, user=make_user(name="Léa Marchand")).user


@pytest.fixture
def marc(central: Location) -> User:
    return make_membership(Role.LOGISTICS, central, user=make_user(name="Marc Olivier")).user


def product(name: str, central: Location, *, pack_size: int = 1, barcode: str = "") -> Sku:
    sku = make_sku(name=name, pack_size=pack_size, barcode=barcode)
    return make_level(sku, central, on_hand=500).sku


def arrived(
    lines: Mapping[Sku, int], *, lyon: Location, central: Location, by: User
) -> RestockRequest:
    """A request that was here two days after it was asked."""
    request = make_restock(lines, store=lyon, warehouse=central)
    approve_restock(request.pk, by=by)
    carry_out_restock(request.pk)
    request = RestockRequest.objects.get(pk=request.pk)
    counted = {sku.pk: Counted(units) for sku, units in lines.items()}
    clerk = make_staff(location=lyon)
    receive_transfer(request.transfer.pk, key=uuid4(), counted=counted, by=clerk)
    asked_at = timezone.now() - timedelta(days=2)
    RestockRequest.objects.filter(pk=request.pk).update(asked_at=asked_at)
    return request


def units_of(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=f"Units of {name}")


def scan(page: Page, code: str) -> None:
    page.get_by_role("main").get_by_role("searchbox").fill(code)
    page.keyboard.press("Enter")


def assert_fits(page: Page) -> None:
    """Nothing is wider than the screen, and nobody is shut out. For that it is as high as the page, so
    that the bar which stays in view lies over nothing."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    screen = page.viewport_size
    assert screen
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": screen["width"], "height": max(height, screen["height"])})
    assert_accessible(page)
    page.set_viewport_size(screen)


@pytest.mark.usefixtures("live")
def test_a_draft_from_five_sources_by_two_people_and_three_ways_to_send_it(
    open_page: OpenPage, lyon: Location, central: Location, lea: User, marc: User
) -> None:
    tea = product("Thé vert", central, pack_size=6)
    make_level(tea, lyon, on_hand=1, reorder_point=5, target=12)
    product("Café", central, barcode=BOX)
    Barcode.objects.filter(code=BOX).update(units=6)
    pen, ink = (product(name, central) for name in ("Stylo", "Encre"))
    product("Souris", central)
    earlier = arrived({pen: 4}, lyon=lyon, central=central, by=marc)
    save_template(make_restock({ink: 3}, warehouse=central), name="elsewhere", by=lea)
    weekly = arrived({ink: 3}, lyon=lyon, central=central, by=marc)
    save_template(weekly, name="Chaque lundi", by=lea)
    refresh_all()

    page = open_page(viewport=PHONE)
    sign_in(page, lea)
    page.goto(LIST)
    expect(page.get_by_text("1 product is running out and is not asked for.")).to_be_visible()
    expect(page.get_by_text("Central: usually here in 2 days")).to_be_visible()
    assert_fits(page)
    page.get_by_role("button", name="Add it to the draft").click()
    expect(units_of(page, "Thé vert")).to_have_value("12")
    page.get_by_role("button", name="Thé vert: how it is worked out").click()
    why = page.get_by_role("dialog", name="How it is worked out")
    expect(why).to_contain_text(re.compile(r"Target\s*12.*In whole packs of 6\s*12", re.DOTALL))
    assert_fits(page)
    why.get_by_role("button", name="Close").click()
    expect(why).to_be_hidden()

    page.get_by_role("main").get_by_role("searchbox").fill("souris")
    page.get_by_role("button", name="Add 1 of Souris").click()
    expect(units_of(page, "Souris")).to_have_value("1")
    scan(page, BOX)
    expect(units_of(page, "Café")).to_have_value("1")
    scan(page, BOX)
    expect(units_of(page, "Café")).to_have_value("7")
    page.goto(f"{LIST}{earlier.pk}/")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Ask for the same again").click()
    expect(units_of(page, "Stylo")).to_have_value("4")
    page.get_by_text("Add from…").click()
    expect(page.get_by_role("button", name="elsewhere")).to_have_count(0)
    page.get_by_role("button", name="Chaque lundi").click()
    expect(units_of(page, "Encre")).to_have_value("3")
    units_of(page, "Souris").fill("5")
    units_of(page, "Souris").press("Tab")
    expect(page.locator("#restock-sum")).to_have_text("5 products · 31 units · saved")
    assert_fits(page)

    page.goto(LIST)
    expect(page.get_by_text("A draft for Central with 5 products")).to_be_visible()
    colleague = open_page()
    sign_in(colleague, make_staff(Role.MANAGER, lyon))
    colleague.goto(f"{LIST}new/")
    expect(units_of(colleague, "Souris")).to_have_value("5")
    cable = product("Câble", central)
    scan(colleague, cable.code)
    expect(units_of(colleague, "Câble")).to_have_value("1")
    page.get_by_role("link", name="Go on with it").click()
    expect(units_of(page, "Câble")).to_have_value("1")
    page.get_by_role("button", name="Send the request").click()
    expect(page.locator("#toasts")).to_contain_text("sent.")
    first = RestockRequest.objects.get(state="waiting", store=lyon)
    asked = dict(first.lines.values_list("sku__product__name", "asked"))
    assert asked == {"Thé vert": 12, "Souris": 5, "Café": 7, "Stylo": 4, "Encre": 3, "Câble": 1}

    page.goto(f"{LIST}new/")
    scan(page, pen.code)
    expect(page.get_by_text("4 asked before, still open")).to_be_visible()
    page.get_by_role("button", name=f"Add to {first}").click()
    expect(page.locator("#toasts")).to_contain_text(f"Added to {first}.")
    assert first.lines.get(sku=pen).asked == 5
    page.goto(f"{LIST}new/")
    scan(page, cable.code)
    page.get_by_role("button", name="Send as a request of its own").click()
    own = re.compile(r"/restock/\d+/$")
    expect(page).to_have_url(own)
    second = RestockRequest.objects.latest("pk")
    assert (second.pk > first.pk, list(second.lines.values_list("sku", "asked"))) == (
        True,
        [(cable.pk, 1)],
    )
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Withdrawn by Léa Marchand, ")).to_be_visible()
    assert_fits(page)


@pytest.mark.usefixtures("worker")
def test_a_request_is_talked_about_and_shrinks_with_a_reason_at_each_end(
    open_page: OpenPage, lyon: Location, central: Location, lea: User, marc: User
) -> None:
    tea = product("Thé vert", central)
    arrived({tea: 2}, lyon=lyon, central=central, by=marc)
    request = make_restock({tea: 20}, store=lyon, warehouse=central, by=lea)
    page, office = open_page(viewport=PHONE), open_page()
    sign_in(page, lea)
    page.goto(f"{LIST}{request.pk}/")
    expect(page.get_by_text("Usually here in 2 days")).to_be_visible()
    page.get_by_role("textbox", name="Comment").fill("Pour samedi ?")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator("#restock-comments")).to_contain_text("Pour samedi ?")
    sign_in(office, marc)
    office.goto(f"/head-office/restock/{request.pk}/")
    expect(office.locator("#restock-comments")).to_contain_text("Pour samedi ?")
    office.get_by_role("textbox", name="Comment").fill("Vendredi soir.")
    office.get_by_role("button", name="Comment").click()
    expect(page.locator("#restock-comments")).to_contain_text("Vendredi soir.")
    office.get_by_role("link", name="Approve less…").click()
    office.get_by_role("textbox", name="Units of Thé vert to approve").fill("18")
    office.get_by_role("combobox", name="Why less").select_option("whole packs")
    office.get_by_role("button", name="Approve these quantities").click()

    row = page.get_by_role("row", name="Thé vert")
    expect(row).to_contain_text("18 on the road")
    assert_fits(page)
    transfer = RestockRequest.objects.get(pk=request.pk).transfer
    broken = {tea.pk: Counted(15, rejected=3, reason="expired")}
    receive_transfer(transfer.pk, key=uuid4(), counted=broken, by=lea)
    page.reload()
    office.reload()
    for reader in (page, office):
        cells = reader.get_by_role("row", name="Thé vert").get_by_role("cell")
        expect(cells.nth(1)).to_contain_text("20")
        expect(cells.nth(2)).to_contain_text("18whole packs")
        expect(cells.nth(3)).to_contain_text("18")
        expect(cells.nth(4)).to_contain_text("15expired")
        history = reader.get_by_role("region", name="History")
        for step in ("Asked by Léa Marchand", "Approved by Marc Olivier", "Received by Léa"):
            expect(history).to_contain_text(step)
        assert_accessible(reader)
    assert_fits(page)
