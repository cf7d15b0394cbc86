"""An approver decides: thirty at a stroke with the keyboard, and one from the mail."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from inventory.models import BulkApproval, RestockEvent
from stores.models import Location, Role
from tests.e2e.accessibility import assert_accessible
from tests.e2e.people import sign_in
from tests.e2e.test_first_day import path_in
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
from tests.processes import Mailbox

OpenPage = Callable[..., Page]


@pytest.fixture
def lyon() -> Location:
    return make_store("lyon", name="Lyon")


@pytest.fixture
def central() -> Location:
    return make_warehouse("central", name="Central")


@pytest.mark.usefixtures("worker")
def test_thirty_are_approved_at_a_stroke(
    open_page: OpenPage, lyon: Location, central: Location
) -> None:
    keyboard = make_sku(name="Clavier mécanique RGB")
    make_level(keyboard, central, on_hand=1000)
    requests = [make_restock({keyboard: 2}, store=lyon, warehouse=central) for _ in range(31)]
    page = open_page()
    sign_in(page, make_staff(Role.LOGISTICS, central))
    page.goto("/head-office/restock/")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=str(requests[0]), exact=True)).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(page.locator("[data-selected]")).to_have_text("(2)")
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.locator("[data-selected]")).to_have_text("(1)")
    field = page.get_by_role("textbox", name="Asked by")
    field.click()
    page.keyboard.type("jax")
    expect(field).to_have_value("jax")
    expect(page.locator("[data-selected]")).to_have_text("(1)")
    page.goto("/head-office/restock/")
    assert_accessible(page)
    page.get_by_role("link", name="All 31 that match…").click()
    expect(page.get_by_role("heading", name="Approve 31 requests")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("62")
    assert_accessible(page)
    page.get_by_role("button", name="Approve 31 requests").click()
    expect(page).to_have_url(re.compile("/head-office/restock/approvals/"))
    expect(page.get_by_role("status").first).to_contain_text("Done: 31 of 31 requests approved.")
    expect(page.get_by_role("progressbar")).to_have_js_property("value", 31)
    assert_accessible(page)
    assert BulkApproval.objects.get().done_at is not None
    page.get_by_role("link", name="Restock requests").first.click()
    page.get_by_role("link", name="31 of 31 requests approved").click()
    page.get_by_role("link", name=str(requests[0]), exact=True).click()
    expect(page.get_by_text("with others, in one go")).to_be_visible()


@pytest.mark.usefixtures("worker")
def test_what_is_selected_is_approved_by_the_keyboard_alone(
    open_page: OpenPage, lyon: Location, central: Location
) -> None:
    keyboard = make_sku(name="Clavier mécanique RGB")
    make_level(keyboard, central, on_hand=1000)
    first, second, third = (
        make_restock({keyboard: 2}, store=lyon, warehouse=central) for _ in range(3)
    )
    page = open_page()
    sign_in(page, make_staff(Role.LOGISTICS, central))
    page.goto("/head-office/restock/")
    for key in ("j", "j", "x", "a"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="Approve 1 request")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Done: 1 of 1 request approved.")
    assert list(BulkApproval.objects.get().items.values_list("request", flat=True)) == [second.pk]
    page.goto("/head-office/restock/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"{first}: Lyon asks")).to_be_visible()
    page.keyboard.press("a")
    expect(page.locator("#toasts")).to_contain_text(f"{first} approved")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name=f"{third}: Lyon asks")).to_be_visible()
    page.keyboard.press("r")
    page.get_by_label("Reason").fill("Delivered yesterday")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text(f"{third} refused")
    decided = RestockEvent.objects.filter(kind__in=("approved", "refused"), via="")
    assert list(decided.order_by("pk").values_list("request", "kind")) == [
        (first.pk, "approved"),
        (third.pk, "refused"),
    ]


@pytest.mark.usefixtures("worker")
def test_one_is_decided_from_the_mail_and_only_once(
    open_page: OpenPage, mailbox: Mailbox, lyon: Location, central: Location
) -> None:
    coffee = make_sku(name="Café Premium Bio")
    make_level(coffee, central, on_hand=60)
    marie = make_membership(
        Role.LOGISTICS, central, user=make_user("marie@comptoir.example", name="Marie Curie")
    ).user
    request = make_restock({coffee: 6}, store=lyon, warehouse=central)
    [mail] = mailbox.wait(marie.email)
    assert mail["Subject"] == "Lyon asks for 1 article, 6 units, €36.00"
    link = path_in(mail, "/restock/decide/")

    page = open_page(viewport={"width": 390, "height": 844})
    page.goto(link)
    expect(page.get_by_role("heading", name=f"{request}: Lyon asks")).to_be_visible()
    expect(page.get_by_role("row", name="Café Premium Bio")).to_contain_text("60")
    expect(page.get_by_role("navigation")).to_have_count(0)
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(1)
    assert_accessible(page)
    assert not RestockEvent.objects.filter(kind="approved").exists()
    page.get_by_role("button", name="Approve as asked").click()
    expect(page.get_by_role("status").first).to_contain_text("You approved it with this link")
    assert RestockEvent.objects.get(kind="approved").by == marie

    again = open_page()
    again.goto(link)
    expect(again.get_by_role("status").first).to_contain_text("The link was used")
    expect(again.get_by_role("button", name="Approve as asked")).to_have_count(0)
    assert_accessible(again)
    again.get_by_role("link", name="Sign in and open the whole page").click()
    expect(again).to_have_url(re.compile("/accounts/login/"))
