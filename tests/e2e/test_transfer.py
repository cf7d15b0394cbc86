"""A transfer from the draft to its end: sent by one store, counted in with a scanner on a phone by another.

The code on the delivery note opens it; a count outlives the page; one mug is broken, and of what never
arrives some came back and some is written off. Every unit is somewhere.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db.models import Sum
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from inventory.actions.arrival import Fate, settle_rest
from inventory.actions.transfer import send_transfer
from inventory.models import Barcode, Sku, StockLevel, StockMovement, Transfer
from stores.models import Location, Role, User
from tests.code128 import text_of_barcode
from tests.e2e.accessibility import assert_accessible
from tests.e2e.people import sign_in
from tests.e2e.relay import Relay
from tests.factories import (
    make_level,
    make_membership,
    make_sku,
    make_store,
    make_transfer,
    make_user,
)

TEA, BOX_OF_TEA, MUG = "3017620422003", "13017620422000", "3760000000024"
PHONE = {"viewport": {"width": 390, "height": 844}}


@dataclass
class Scene:
    """Lyon, which sends; Paris, which counts in by hand; and who works there."""

    lyon: Location
    paris: Location
    manager: User
    clerk: User
    tea: Sku
    mug: Sku


@pytest.fixture
def scene(live: str) -> Scene:
    lyon = make_store("lyon", name="Lyon")
    paris = make_store("paris", name="Paris", receives_by_hand=True)
    tea = make_sku("TEA", name="Thé vert", barcode=TEA)
    Barcode.objects.create(sku=tea, code=BOX_OF_TEA, units=6)
    mug = make_sku("MUG", name="Tasse bleue", barcode=MUG)
    make_level(tea, lyon, on_hand=40)
    make_level(mug, lyon, on_hand=10)
    manager = make_user("manager@lyon.example", name="Léa Roux", language="en")
    clerk = make_user("clerk@paris.example", name="Tom Petit", language="en")
    make_membership(Role.MANAGER, lyon, user=manager)
    make_membership(Role.CLERK, paris, user=clerk)
    return Scene(lyon, paris, manager, clerk, tea, mug)


def test_from_the_draft_of_one_store_to_the_last_mug_in_another(
    open_page: Callable[..., Page], scene: Scene
) -> None:
    sender, receiver = open_page(), open_page(**PHONE)
    sign_in(sender, scene.manager)
    sign_in(receiver, scene.clerk)

    draft(sender)
    transfer = Transfer.objects.get()
    assert transfer.state == Transfer.State.DRAFT
    send(sender)
    code = read_the_papers(sender, transfer)
    assert code == str(transfer)
    assert where_units_are() == {"lyon": 33, "paris": 0, "incoming": 17, "lost": 0}

    open_by_its_code(receiver, code)
    count_the_first_box(receiver)
    assert where_units_are() == {"lyon": 33, "paris": 0, "incoming": 17, "lost": 0}
    receive_with_a_broken_mug(receiver)
    assert where_units_are() == {"lyon": 33, "paris": 10, "incoming": 6, "lost": 1}
    receive_three_more(receiver)
    assert where_units_are() == {"lyon": 33, "paris": 13, "incoming": 3, "lost": 1}

    say_what_became_of_the_rest(sender, code)
    expect(receiver.locator("#transfer").get_by_role("status")).to_contain_text(
        "nothing is in transit any more"
    )
    assert where_units_are() == {"lyon": 35, "paris": 13, "incoming": 0, "lost": 2}
    lines = transfer.lines.order_by("pk").values_list(
        "sent", "received", "rejected", "came_back", "written_off"
    )
    assert list(lines) == [(12, 10, 0, 2, 0), (5, 3, 1, 0, 1)]
    call_command("check_ledger")


def where_units_are() -> dict[str, int]:
    levels = StockLevel.objects.filter(location__code__in=("lyon", "paris"))
    found = dict(levels.values_list("location__code").annotate(units=Sum("on_hand")))
    lost = StockMovement.objects.filter(destination__kind=Location.Kind.LOST)
    return found | {
        "incoming": levels.aggregate(units=Sum("incoming"))["units"],
        "lost": lost.aggregate(units=Sum("quantity"))["units"] or 0,
    }


def draft(page: Page) -> None:
    """Two boxes of tea and five mugs; the draft is kept with each scan, and opened again."""
    page.goto("/stores/lyon/transfers/")
    page.get_by_role("link", name="New transfer").click()
    page.get_by_role("combobox", name="To").select_option("Paris")
    assert_accessible(page)
    page.get_by_role("searchbox", name="First article, by name, code or scan").fill(BOX_OF_TEA)
    page.keyboard.press("Enter")
    units = page.get_by_role("textbox", name="Units of Thé vert")
    expect(units).to_have_value("6")
    page.keyboard.type(BOX_OF_TEA)  # the scan field has the focus
    page.keyboard.press("Enter")
    expect(units).to_have_value("12")
    page.keyboard.type("tasse")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add Tasse bleue").click()
    mugs = page.get_by_role("textbox", name="Units of Tasse bleue")
    expect(mugs).to_have_value("1")
    mugs.fill("5")
    assert_accessible(page)
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.get_by_text("A draft: nothing has left Lyon yet")).to_be_visible()
    page.goto("/stores/lyon/transfers/?way=out")
    page.get_by_role("link", name=str(Transfer.objects.get())).click()
    expect(page.get_by_role("row", name="Tasse bleue")).to_contain_text("5")
    assert_accessible(page)


def send(page: Page) -> None:
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#toasts")).to_contain_text("is on the way to Paris.")
    expect(page.get_by_text("On the way to Paris. Expected by")).to_be_visible()
    assert_accessible(page)


def read_the_papers(page: Page, transfer: Transfer) -> str:
    """Both papers open as PDF; what is written in the bars of the barcode."""
    for name in ("Picking list", "Delivery note"):
        address = page.get_by_role("link", name=name).get_attribute("href")
        answer = page.request.get(address or "")
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
        [paper] = PdfReader(io.BytesIO(answer.body())).pages
        words = " ".join(paper.extract_text().split())
        assert all(text in words for text in (name, str(transfer), "Lyon → Paris", "Thé vert"))
    return text_of_barcode(page.locator(".transfer-barcode svg").evaluate("svg => svg.outerHTML"))


def open_by_its_code(page: Page, code: str) -> None:
    """On a phone the search is a page of its own; a scanner types the code and Enter."""
    page.get_by_role("link", name="Search everything").click()
    expect(page.get_by_role("searchbox", name="Search everything")).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/stores/paris/transfers/\d+/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(code)
    assert_accessible(page)


def count_the_first_box(page: Page) -> None:
    """A box of six and a loose one; they are still counted after a look at the stock."""
    page.get_by_role("link", name="Receive", exact=True).click()
    scan = page.get_by_role("textbox", name="Scan an article")
    expect(scan).to_be_focused()
    for code in (BOX_OF_TEA, TEA):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    expect(page.get_by_text("7 of 17 units counted")).to_be_visible()
    page.keyboard.type("4006381333931")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("4006381333931")
    expect(scan).to_have_value("4006381333931")
    assert_accessible(page)
    here = page.url
    page.goto("/stores/paris/stock/")
    page.goto(here)
    expect(page.get_by_text("7 of 17 units counted")).to_be_visible()
    expect(page.get_by_role("textbox", name="Units of Thé vert that arrived")).to_have_value("7")


def receive_with_a_broken_mug(page: Page) -> None:
    """Three mugs by scan, one too many and taken back; a fourth is rejected, and needs a reason."""
    mugs = page.get_by_role("textbox", name="Units of Tasse bleue that arrived")
    for _scan in range(4):
        page.keyboard.type(MUG)
        page.keyboard.press("Enter")
    expect(mugs).to_have_value("4")
    page.get_by_role("button", name="One less of Tasse bleue").click()
    expect(mugs).to_have_value("3")
    page.get_by_role("listitem").filter(has_text="Tasse bleue").get_by_text("Reject…").click()
    rejected = page.get_by_role("textbox", name="Units of Tasse bleue that are rejected")
    rejected.fill("1")
    rejected.press("Tab")
    expect(page.get_by_text("11 of 17 units counted")).to_be_visible()
    page.get_by_role("button", name="Receive what was counted").click()
    expect(page.get_by_role("alert")).to_contain_text("Tasse bleue")
    page.get_by_role("combobox", name="Why units of Tasse bleue are rejected").select_option(
        "other"
    )
    assert_accessible(page)
    page.get_by_role("button", name="Receive what was counted").click()
    expect(page.locator("#toasts")).to_contain_text("are still in transit.")
    expect(page.get_by_text("A part was received; the rest is still in transit.")).to_be_visible()


def receive_three_more(page: Page) -> None:
    page.get_by_role("link", name="Receive", exact=True).click()
    page.get_by_role("textbox", name="Units of Thé vert that arrived").fill("3")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 of 6 units counted")).to_be_visible()
    page.get_by_role("button", name="Receive what was counted").click()
    expect(page.get_by_role("row", name="Thé vert")).to_contain_text("10")


def say_what_became_of_the_rest(page: Page, code: str) -> None:
    """Two packs of tea were still in the van, a mug fell out of it; each says why."""
    page.keyboard.press("/")
    page.keyboard.type(code.lower())
    page.keyboard.press("Enter")
    page.get_by_role("link", name="It will not arrive…").click()
    for product, fate in (("Thé vert", "came back"), ("Tasse bleue", "written off")):
        what = page.get_by_role("combobox", name=f"What became of {product}")
        what.select_option(fate)
    settle = page.get_by_role("button", name="Write it down")
    settle.click()
    expect(page.get_by_role("alert")).to_contain_text("Say why it will not arrive.")
    assert_accessible(page)
    for product in ("Thé vert", "Tasse bleue"):
        page.get_by_role("combobox", name=f"Why, for {product}").select_option("other")
    settle.click()
    expect(page.locator("#transfer").get_by_role("status")).to_contain_text(
        "nothing is in transit any more"
    )
    assert_accessible(page)


def test_what_is_typed_while_an_answer_is_on_its_way_stays(
    open_page: Callable[..., Page], live: str, scene: Scene
) -> None:
    draft = make_transfer({scene.mug: 5}, source=scene.lyon, destination=scene.paris)
    transfer = send_transfer(draft.pk, by=scene.manager)
    here = f"/stores/paris/transfers/{transfer.pk}/receive/"
    with Relay(live) as relay:
        page = open_page(base_url=relay.address)
        sign_in(page, scene.clerk)
        page.goto(here)
        page.get_by_role("button", name="One more of Tasse bleue").click()
        expect(page.get_by_text("1 of 5 units counted")).to_be_visible()
        page.get_by_text("Reject…").click()
        answer = relay.hold("POST", here)
        page.get_by_role("combobox", name="Why units of Tasse bleue").select_option("other")
        assert answer.arrived.wait(30)
        page.get_by_role("textbox", name="Units of Tasse bleue that are rejected").fill("2")
        page.get_by_role("textbox", name="Remark").fill("The box was wet")
        page.get_by_role("button", name="Receive what was counted").click()
        answer.released.set()
        expect(
            page.get_by_text("A part was received; the rest is still in transit.")
        ).to_be_visible()
    receipt = transfer.receipts.get()
    assert receipt.note == "The box was wet"
    assert receipt.lines.values_list("received", "rejected", "reason").get() == (1, 2, "other")


def test_a_remark_that_is_typed_outlives_the_news_of_a_colleague(
    open_page: Callable[..., Page], scene: Scene
) -> None:
    draft = make_transfer({scene.mug: 5}, source=scene.lyon, destination=scene.paris)
    transfer = send_transfer(draft.pk, by=scene.manager)
    page = open_page()
    sign_in(page, scene.clerk)
    page.goto(f"/stores/paris/transfers/{transfer.pk}/")
    remark = page.locator("#transfer-remark").get_by_role("textbox")
    remark.fill("The lorry was open")
    settle_rest(
        transfer.pk,
        key=uuid4(),
        fates={scene.mug.pk: Fate(written_off=2, reason="other")},
        by=scene.manager,
    )
    expect(page.get_by_text("2 written off")).to_be_visible()
    expect(remark).to_have_value("The lorry was open")
