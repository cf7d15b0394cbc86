"""Three stores ask for more than there is: the board proposes, one share is edited, all are approved at
a stroke, a worker carries them out, and each page says what came of it. Then a rule does it alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from inventory.models import RestockLine, RestockRequest
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
from tests.inventory.scarcity import make_claim

OpenPage = Callable[..., Page]


@pytest.fixture
def central() -> Location:
    return make_warehouse("central", name="Central")


@pytest.mark.usefixtures("worker")
def test_what_is_scarce_is_shared_between_three_stores(
    open_page: OpenPage, central: Location
) -> None:
    coffee, mouse = make_sku("COF", name="Café Premium Bio"), make_sku(name="Souris")
    make_level(coffee, central, on_hand=42)
    make_level(mouse, central, on_hand=10)
    figures = [("Lyon", 0, 28), ("Paris", 6, 56), ("Nice", 12, 28)]
    lyon, paris, nice = (
        make_claim(
            coffee,
            30,
            warehouse=central,
            store=make_store(name.lower(), name=name),
            has=has,
            sold=sold,
            more={mouse: 1},
        )
        for name, has, sold in figures
    )
    board = open_page()
    sign_in(board, make_staff(Role.LOGISTICS, central))
    board.goto("/head-office/restock/")
    board.get_by_role("link", name="Share them fairly").click()
    expect(board.get_by_text("Central has 42 free")).to_be_visible()
    assert_accessible(board)

    def share(store: str) -> object:
        return board.get_by_role("textbox", name=f"Share of Café Premium Bio for {store}")

    expect(share("Lyon")).to_have_value("15")  # type: ignore[arg-type]
    expect(share("Paris")).to_have_value("24")  # type: ignore[arg-type]
    expect(share("Nice")).to_have_value("3")  # type: ignore[arg-type]
    field = board.get_by_role("textbox", name="for Paris")
    field.fill("30")
    expect(board.get_by_text("6 too many: only 42 are free.")).to_be_visible()
    expect(board.get_by_role("row", name="Paris")).to_contain_text("18.0")
    assert_accessible(board)
    board.get_by_role("button", name="Approve for all").click()
    expect(board.get_by_role("alert").first).to_contain_text("Nothing was approved.")
    expect(field).to_have_value("30")
    field.fill("20")
    expect(board.get_by_text("too many")).to_have_count(0)
    expect(board.locator("[data-left]")).to_have_text("4")
    for words in ("Requests approved: 3", "Units shared out: 38"):
        expect(board.get_by_text(words)).to_be_visible()
    board.get_by_role("button", name="Approve for all").click()
    expect(board.locator("#toasts")).to_contain_text("3 requests approved. 41 units")
    expect(board.get_by_text("There is enough for everybody.")).to_be_visible()

    board.goto(f"/head-office/restock/{lyon.pk}/")
    row = board.get_by_role("row", name="Café Premium Bio")
    expect(row).to_contain_text("Central", timeout=20_000)
    expect(row).to_contain_text("Shared: 15 of 30 asked.")
    expect(row).to_contain_text(
        "It comes to 15.0 days of cover here, and at least 13.0 in each store."
    )
    assert_accessible(board)
    store = open_page()
    sign_in(store, make_staff(Role.MANAGER, paris.store))
    store.goto(f"/stores/paris/restock/{paris.pk}/")
    expect(store.get_by_role("row", name="Café Premium Bio")).to_contain_text(
        "Shared by hand: 20 of 30 asked; an equal share was 24."
    )
    assert_accessible(store)
    assert RestockRequest.objects.get(pk=nice.pk).lines.get(sku=coffee).approved == 3


@pytest.mark.usefixtures("worker")
def test_a_rule_is_tried_switched_on_and_followed(open_page: OpenPage, central: Location) -> None:
    coffee = make_sku("COF", name="Café Premium Bio", cost="6.00")
    make_level(coffee, central, on_hand=100)
    lyon = make_store("lyon", name="Lyon")
    request = make_restock({coffee: 5}, store=lyon, warehouse=central)
    RestockLine.objects.update(suggested=5)
    page = open_page()
    sign_in(page, make_staff(Role.HEAD_OFFICE))
    page.goto("/head-office/restock/rules/")
    page.get_by_label("Approve by this rule").check()
    page.get_by_label("Worth at most").fill("29,50")
    page.get_by_role("button", name="Try it").click()
    expect(
        page.get_by_role("status").get_by_text("With this rule, 0 of the 1 waiting request")
    ).to_be_visible()
    expect(page.get_by_text("worth more (1)")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Worth at most").fill("50")
    page.get_by_role("button", name="Try it").click()
    expect(
        page.get_by_role("status").get_by_text("With this rule, 1 of the 1 waiting request")
    ).to_be_visible()
    page.get_by_role("button", name="Save the rule").click()
    expect(page.locator("#toasts")).to_contain_text("The rule is saved.")
    expect(page.get_by_text("no rule → up to €50.00, 0 days of cover kept")).to_be_visible()
    newer = make_restock({coffee: 2}, store=lyon, warehouse=central)
    page.goto(f"/head-office/restock/{newer.pk}/")
    expect(page.get_by_text("Not approved automatically:")).to_contain_text("was added by hand")
    assert_accessible(page)
    assert RestockRequest.objects.get(pk=request.pk).is_waiting
