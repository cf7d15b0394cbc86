"""An administrator sets the company up and closes a store for a while; the clerk and a second
administrator see it."""

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from inventory.models import TaxRate
from stores.models import Company, Location, Role
from tests.e2e.accessibility import assert_accessible
from tests.e2e.people import sign_in
from tests.factories import (
    make_level,
    make_online_location,
    make_product,
    make_sku,
    make_staff,
    make_store,
    make_tax_rate,
)


def test_the_company_is_set_up_and_a_store_closes_for_a_while(
    open_page: Callable[..., Page],
) -> None:
    make_online_location("central")
    lyon = make_store("lyon", name="Lyon")
    old = make_tax_rate("20.00", "VAT 20 %")
    make_level(make_sku(product=make_product("Mouse", tax_rate=old)), lyon, on_hand=4)
    page, rival = open_page(viewport={"width": 1024, "height": 768}), open_page()
    for administrator in (page, rival):
        sign_in(administrator, make_staff(Role.ADMIN))
        administrator.goto("/head-office/settings/")
    assert_accessible(page)

    change_the_currency(page)
    be_told_what_changed(rival)
    end_a_tax_rate(page, old)
    close_for_a_while(page, lyon)
    clerk = open_page()
    sign_in(clerk, make_staff(Role.CLERK, lyon))
    clerk.goto("/stores/lyon/sell/")
    expect(clerk.get_by_text("nothing can be sold")).to_be_visible()
    assert_accessible(clerk)


def change_the_currency(page: Page) -> None:
    money = page.get_by_role("region", name="Money")
    money.get_by_label("Currency").select_option("CHF")
    money.get_by_role("button", name="Save").click()
    expect(page.get_by_text("“Money” is saved.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/head-office/settings/#money$"))
    expect(money.get_by_label("Currency")).to_have_value("CHF")


def be_told_what_changed(rival: Page) -> None:
    """The page of the rival is older: what they typed stays, and nothing of it is written."""
    money = rival.get_by_role("region", name="Money")
    money.get_by_label("Currency").select_option("GBP")
    money.get_by_role("button", name="Save").click()
    expect(rival.get_by_role("alert")).to_contain_text("“Currency” is now “CHF”")
    expect(money.get_by_label("Currency")).to_have_value("GBP")
    assert Company.current().currency == "CHF"
    assert_accessible(rival)


def end_a_tax_rate(page: Page, old: TaxRate) -> None:
    page.get_by_role("link", name="Add a rate").click()
    page.get_by_label("Name").fill("VAT 21 %")
    page.get_by_label("Rate, in per cent").fill("21,0")
    page.get_by_label("Usual rate").check()
    assert_accessible(page)
    page.get_by_role("button", name="Add the rate").click()
    page.get_by_role("link", name=old.name).click()
    page.get_by_label("Its products take").select_option(label="VAT 21 %")
    assert_accessible(page)
    page.get_by_role("button", name="End this rate").click()
    expect(page.get_by_text("1 product takes another rate now")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("VAT 20 %"))
    expect(row.get_by_text("ended on")).to_be_visible()


def close_for_a_while(page: Page, lyon: Location) -> None:
    page.get_by_role("link", name="Stores", exact=True).click()
    page.get_by_role("link", name="Lyon").click()
    page.get_by_role("link", name="Open, close, archive").click()
    expect(page.get_by_text("Articles in stock or on their way")).to_be_visible()
    assert_accessible(page)
    again = lyon.local_day() + timedelta(days=5)
    page.get_by_label("Opens again on").fill(again.isoformat())
    page.get_by_label("Reason, for customers").fill("We refit the shop")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_text("closed, opens on")).to_be_visible()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("alert")).to_contain_text("Lyon isn't empty")
    assert_accessible(page)
    lyon.refresh_from_db()
    assert (lyon.is_active, lyon.opens_on, lyon.archived_at) == (False, again, None)
