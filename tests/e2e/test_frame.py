"""What every page has: the frame, lists that answer in place, messages, both themes, no barrier."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from stores.models import Role
from tests.e2e.accessibility import assert_accessible, assert_no_barrier
from tests.e2e.people import sign_in
from tests.factories import (
    make_level,
    make_membership,
    make_sku,
    make_staff,
    make_store,
    make_user,
)


def test_nothing_bars_anybody_from_a_page(page: Page) -> None:
    admin = make_staff(Role.ADMIN)
    lyon = make_store("lyon")
    clerk = make_staff(Role.CLERK, lyon)
    paths = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/language/"]
    for path in paths:
        assert_no_barrier(page, path)
    sign_in(page, admin)
    for path in [
        "/head-office/people/",
        "/head-office/people/?role=clerk",
        "/head-office/people/?q=nobody-at-all",
        "/head-office/people/new/",
        f"/head-office/people/{clerk.pk}/",
        "/head-office/stores/",
        "/head-office/stores/new/",
        f"/head-office/stores/{lyon.pk}/",
        "/profile/",
        "/accounts/password/change/",
    ]:
        assert_no_barrier(page, path)


def test_a_list_answers_in_place_and_back_and_reload_show_the_same(page: Page) -> None:
    lyon = make_store("lyon", name="Lyon")
    for name in ["Ana", "Bob", "Eve"]:
        make_membership(Role.CLERK, lyon, user=make_user(f"{name.lower()}@x.example", name=name))
    sign_in(page, make_staff(Role.HEAD_OFFICE))
    page.goto("/head-office/people/")
    page.evaluate("window.stays = true")

    page.get_by_label("Name or e-mail").fill("bob")
    rows = page.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/head-office/people/\?q=bob$"))
    expect(page.locator("#announcer")).to_have_text("1 row")
    assert page.evaluate("window.stays")

    page.reload()
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="Remove the filter Name or e-mail: bob").click()
    expect(rows).to_have_count(4)
    page.go_back()
    expect(rows).to_have_count(1)
    expect(page.get_by_role("main").get_by_role("searchbox")).to_have_value("bob")

    page.goto("/head-office/people/")
    page.evaluate("window.stays = true")
    page.get_by_role("link", name="E-mail").click()
    expect(page.get_by_role("columnheader", name="E-mail")).to_have_attribute(
        "aria-sort", "ascending"
    )
    page.get_by_label("Role").select_option("clerk")
    expect(rows).to_have_count(3)
    expect(page).to_have_url(re.compile(r"role=clerk.*sort=email|sort=email.*role=clerk"))
    assert page.evaluate("window.stays")
    page.go_back()
    expect(rows).to_have_count(4)


def test_a_refused_form_says_why_with_the_focus_on_it(page: Page) -> None:
    sign_in(page, make_staff(Role.ADMIN))
    page.goto("/head-office/people/new/")
    page.get_by_role("button", name="Send the invitation").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Name: This field is required.")
    summary.get_by_role("link", name="E-mail").click()
    expect(page.get_by_label("E-mail")).to_be_focused()


def test_a_message_can_be_closed(page: Page) -> None:
    sign_in(page, make_user(name="Ana"))
    page.goto("/profile/")
    page.get_by_role("button", name="Save").click()
    message = page.get_by_text("Your profile is saved.")
    expect(message).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(message).not_to_be_visible()


def test_a_lost_connection_is_said_and_what_was_typed_stays(page: Page) -> None:
    sign_in(page, make_staff(Role.HEAD_OFFICE))
    page.goto("/head-office/people/")
    page.context.set_offline(True)
    page.get_by_label("Name or e-mail").fill("bob")
    expect(page.get_by_text("The connection is gone.")).to_be_visible()
    expect(page.get_by_label("Name or e-mail")).to_have_value("bob")
    page.context.set_offline(False)


def test_the_theme_of_the_profile_wins_over_the_devices(open_page: Callable[..., Page]) -> None:
    page = open_page(color_scheme="light")
    sign_in(page, make_user(name="Ana"))
    page.goto("/profile/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    page.get_by_label("Appearance").select_option("dark")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_on_a_phone_the_navigation_opens_over_the_page(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 390, "height": 780})
    sign_in(page, make_staff(Role.HEAD_OFFICE))
    page.goto("/head-office/stores/")
    people = page.get_by_role("navigation", name="Main").get_by_role("link", name="People")
    expect(people).not_to_be_visible()
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(people).to_be_visible()
    page.keyboard.press("Escape")
    expect(people).not_to_be_visible()


def test_leaving_a_changed_form_asks(page: Page) -> None:
    sign_in(page, make_user(name="Ana"))
    page.goto("/profile/")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("Name").fill("Ana Lima")
    page.goto("/language/")
    assert asked == ["beforeunload"]


def test_a_key_leads_from_any_page_to_the_search_of_everything(
    open_page: Callable[..., Page],
) -> None:
    lyon = make_store("lyon", name="Lyon")
    make_level(make_sku("CAF-1", name="Café Premium"), lyon, on_hand=7)
    page = open_page()
    sign_in(page, make_staff(Role.CLERK, lyon))
    page.goto("/stores/lyon/stock/")
    for key in ("/", "Control+k"):
        page.keyboard.press(key)
        expect(page.get_by_role("searchbox", name="Search everything")).to_be_focused()
        page.locator("h1").click()
    page.keyboard.press("/")
    page.keyboard.type("caf")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/stores/lyon/search/\?q=caf$"))
    assert_accessible(page)
    page.keyboard.press("/")
    page.keyboard.insert_text("nothing-like-it")  # at once: one search
    expect(page.locator("#found").get_by_text("Nothing that you may see")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Café Premium").click()
    expect(page).to_have_url(re.compile(r"/stores/lyon/stock/\d+/movements/$"))

    narrow = open_page(viewport={"width": 390, "height": 780})
    sign_in(narrow, make_staff(Role.CLERK, lyon))
    narrow.get_by_role("link", name="Search everything").click()
    expect(narrow.get_by_role("searchbox", name="Search everything")).to_be_focused()
    assert_accessible(narrow)
