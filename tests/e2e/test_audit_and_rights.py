"""Head office looks up who changed what, and who may do what."""

from collections.abc import Callable
from decimal import Decimal

from playwright.sync_api import Page, expect

from inventory.actions.catalogue import change_sku
from stores.actions.people import give_role
from stores.models import Role
from tests.e2e.accessibility import assert_accessible
from tests.e2e.people import sign_in
from tests.factories import make_membership, make_sku, make_store, make_user


def test_who_changed_a_price_is_found_and_who_may_is_read(open_page: Callable[..., Page]) -> None:
    office = make_membership(Role.HEAD_OFFICE, user=make_user("office@x.example", name="Olga")).user
    lyon, ben = make_store("lyon", name="Lyon"), make_user("ben@x.example", name="Ben")
    sku = make_sku("MOUSE-1", name="Souris optique", price="25.50")
    change_sku(sku.pk, price=Decimal("24.90"), by=office)
    give_role(ben.pk, role=Role.MANAGER, location=lyon, by=office)
    page = open_page(viewport={"width": 1440, "height": 900})
    sign_in(page, office)
    page.goto("/head-office/audit/")
    expect(page.get_by_text("€24.90").first).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Kind").select_option(label="price")
    expect(page.get_by_role("link", name="MOUSE-1 Souris optique").first).to_be_visible()
    expect(page.get_by_role("link", name="Ben")).to_have_count(0)
    page.goto("/head-office/rights/")
    assert_accessible(page)
    parts = page.get_by_role("navigation", name="Parts of the table")
    parts.get_by_role("link", name="Stored reports").click()
    expect(page.get_by_role("heading", name="Stored reports")).to_be_in_viewport()
    page.goto("/head-office/rights/")
    table = page.get_by_role("table", name="Head office")
    table.get_by_role("row").last.scroll_into_view_if_needed()
    expect(page.get_by_role("heading", name="Rights")).not_to_be_in_viewport()
    expect(table.get_by_role("columnheader", name="Auditor")).to_be_in_viewport()
    page.get_by_label("Role").select_option(label="Clerk")
    expect(page.get_by_role("rowheader", name="Give a role")).to_have_count(0)
    expect(page.get_by_role("rowheader", name="Sell", exact=False).first).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    for address in ("/head-office/rights/", "/head-office/audit/"):
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390
        assert_accessible(page)
