"""A clerk works through the alerts: sees one, puts one off, one is silent, one closes by a receipt."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from inventory.actions.arrival import Counted, receive_transfer
from inventory.actions.stock import Move, move_stock
from inventory.actions.transfer import draft_transfer, send_transfer
from inventory.models import Cause, Document, Sku, Transfer
from stores.models import Location, Role
from stores.models.location import outer_place
from tests.e2e.accessibility import assert_accessible
from tests.e2e.people import sign_in
from tests.factories import make_level, make_sku, make_staff, make_store, make_warehouse

OpenPage = Callable[..., Page]


@pytest.fixture
def lyon() -> Location:
    store = make_store("lyon", name="Lyon")
    store.receives_by_hand = True
    store.save()
    return store


def run_low(store: Location, name: str) -> Sku:
    sku = make_sku(f"C-{name}", name=name)
    level = make_level(sku, store, on_hand=10, reorder_point=4)
    customer = outer_place(Location.Kind.CUSTOMER)
    cause = Cause(Document.SALE, level.pk)
    move_stock([Move(sku.pk, store, customer, 8)], cause=cause, by=None)
    return sku


def send(sku: Sku, store: Location) -> Transfer:
    warehouse = make_warehouse("central", name="Central")
    make_level(sku, warehouse, on_hand=50)
    by = make_staff(Role.LOGISTICS)
    transfer = draft_transfer(
        uuid4(), source=warehouse, destination=store, wanted={sku.pk: 12}, by=by
    )
    return send_transfer(transfer.pk, by=by)


def test_acknowledged_snoozed_silent_and_closed_by_a_receipt(
    open_page: OpenPage, lyon: Location
) -> None:
    coffee, mouse, lamp = (run_low(lyon, name) for name in ("Coffee", "Mouse", "Lamp"))
    clerk = make_staff(Role.CLERK, lyon)
    page = open_page()
    sign_in(page, clerk)
    page.goto("/stores/lyon/alerts/")
    main = page.get_by_role("main")
    page.get_by_role("link", name="3 open alerts").click()
    expect(page).to_have_url("/stores/lyon/alerts/?state=open")
    assert_accessible(page)

    expect(main.get_by_role("button", name="Acknowledge")).to_be_disabled()
    main.get_by_role("checkbox", name="Choose Coffee, Lyon").check()
    main.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("1 alert acknowledged.")).to_be_visible()
    expect(main.get_by_role("link", name=coffee.product.name)).to_have_count(0)

    main.get_by_role("checkbox", name="Choose Mouse, Lyon").check()
    until = lyon.local_day() + timedelta(days=2)
    main.get_by_label("until").fill(until.isoformat())
    main.get_by_role("button", name="Snooze").click()
    expect(page.get_by_text("1 alert snoozed.")).to_be_visible()
    expect(main.get_by_role("link", name=mouse.product.name)).to_have_count(0)

    transfer = send(lamp, lyon)
    page.reload()
    expect(page.get_by_text("Nothing matches what you set.")).to_be_visible()
    page.goto("/stores/lyon/alerts/?state=silent")
    row = main.get_by_role("row").filter(has_text="Lamp")
    expect(row).to_contain_text("what comes is enough")
    row.get_by_role("link", name=f"Open T-{transfer.pk}").click()
    expect(page).to_have_url(f"/stores/lyon/transfers/{transfer.pk}/")

    receive_transfer(transfer.pk, key=uuid4(), counted={lamp.pk: Counted(12)}, by=clerk)
    page.goto("/stores/lyon/alerts/?state=closed")
    row = main.get_by_role("row").filter(has_text="Lamp")
    expect(row).to_contain_text(f"received T-{transfer.pk}")
    expect(page.get_by_role("link", name="open alert")).to_have_count(0)
    assert_accessible(page)
