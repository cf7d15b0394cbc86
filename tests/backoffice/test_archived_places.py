"""A place is archived when nothing is left there; its history stays."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.actions.places import archive_place, restore_place
from backoffice.errors import CloseItFirst, SomethingLeft
from backoffice.queries.place_left import left_at
from inventory.actions.adjustments import adjust_stock
from inventory.actions.openings import open_place
from inventory.actions.restock_draft import add_to_draft
from inventory.errors import ClosedPlace
from inventory.models import StockAdjustment
from sales.actions.sale import Item, Paid, record_sale
from sales.models import Tender
from shop.actions.order import Delivery
from stores.errors import PlaceIsArchived
from stores.models import Location, Role, User
from tests.backoffice.openings import calendar, close, path
from tests.factories import (
    make_arrival,
    make_level,
    make_location,
    make_restock,
    make_sku,
    make_staff,
    make_transfer,
    make_warehouse,
)
from tests.queries import queries_of
from tests.shop.orders import place_and_pay

pytestmark = pytest.mark.django_db


def test_a_place_is_archived_only_when_it_is_empty(office: Client, lyon: Location) -> None:
    central, sku = make_warehouse("central"), make_sku()
    boss, clerk = make_staff(Role.HEAD_OFFICE), make_staff(Role.CLERK, lyon)
    make_level(sku, lyon, on_hand=5)
    make_level(sku, central, on_hand=50)
    order = place_and_pay({sku: 1}, delivery=Delivery(store=lyon))
    asked = make_restock({sku: 3}, store=lyon, warehouse=central, by=clerk)
    draft = make_transfer({sku: 1}, source=lyon, destination=central, by=boss)
    road = make_arrival({sku: 2}, source=central, destination=lyon, by=boss)
    add_to_draft(lyon, central, {sku.pk: 7}, by=clerk)
    with pytest.raises(CloseItFirst):
        archive_place(lyon.pk, by=boss)
    close(lyon)

    with pytest.raises(SomethingLeft) as refused:
        archive_place(lyon.pk, by=boss)
    assert {str(left.what): left.count for left in refused.value.left} == {
        "Orders": 1,
        "Transfers": 2,
        "Restock requests": 1,
        "Drafts of restock requests": 1,
        "Articles in stock or on their way": 1,
    }
    page = office.post(path(lyon, "archive/"))
    assert page.status_code == 422
    assert "Lyon isn’t empty" in page.text.replace("&#x27;", "’")
    for address in (
        f"/stores/lyon/orders/{order.number}/",
        f"/head-office/restock/{asked.pk}/",
        f"/head-office/transfers/{draft.pk}/",
        f"/head-office/transfers/{road.pk}/",
        "/stores/lyon/restock/new/",
        "/stores/lyon/stock/",
    ):
        assert f'href="{address}"' in page.text
        assert office.get(address).status_code == 200
    lyon.refresh_from_db()
    assert lyon.archived_at is None


def test_an_archived_place_leaves_choices_and_keeps_its_history(
    office: Client, lyon: Location, boss: User
) -> None:
    sku = make_sku()
    make_level(sku, lyon, on_hand=1)
    sale = record_sale(
        key=uuid4(),
        location=lyon,
        items=[Item(sku.pk, 1)],
        tenders=[Paid(Tender.Kind.CARD)],
        by=boss,
    )
    close(lyon)
    assert office.post(path(lyon, "archive/")).status_code == 302
    lyon.refresh_from_db()
    assert lyon.standing == Location.Standing.ARCHIVED
    assert lyon not in listed(office)
    assert lyon in listed(office, "?standing=archived")
    option = f'<option value="{lyon.pk}"'
    for address in (
        "/head-office/sales/",
        "/head-office/orders/",
        "/head-office/people/",
        "/head-office/movements/",
        "/head-office/alerts/",
        "/head-office/policies/",
    ):
        page = office.get(address)
        assert page.status_code == 200, address
        assert option not in page.text, address
        assert 'value="lyon"' not in page.text, address
    assert str(sale) in office.get("/head-office/sales/").text
    assert office.get(reverse("sales:receipt", args=["lyon", sale.pk])).status_code == 200
    with pytest.raises(PlaceIsArchived):
        open_place(lyon.pk, opens_on=None, by=boss)

    restore_place(lyon.pk, by=boss)
    assert lyon in listed(office)
    assert calendar(lyon) == (False, None, None, "")


def listed(client: Client, query: str = "") -> list[Location]:
    answer = client.get(f"/head-office/stores/{query}")
    return [row.record for row in answer.context["table"].rows]


def test_nothing_is_put_into_an_archived_place(lyon: Location, boss: User) -> None:
    sku = make_sku()
    make_level(sku, lyon)
    close(lyon)
    archive_place(lyon.pk, by=boss)
    with pytest.raises(ClosedPlace):
        adjust_stock(
            Location.objects.get(pk=lyon.pk),
            {sku.pk: 3},
            key=uuid4(),
            reason=StockAdjustment.Reason.FOUND,
            note="",
            by=boss,
        )
    assert not StockAdjustment.objects.exists()


def test_the_page_costs_the_same_whatever_is_left(office: Client, lyon: Location) -> None:
    central = make_warehouse("central")
    for units in (1, 2):
        make_transfer({make_sku(): units}, source=lyon, destination=central)
        make_restock({make_sku(): units}, store=lyon, warehouse=central)
    few = queries_of(office, path(lyon))
    for units in range(1, 12):
        make_transfer({make_sku(): units}, source=lyon, destination=central)
        make_restock({make_sku(): units}, store=lyon, warehouse=central)
    assert queries_of(office, path(lyon)) == few


def test_what_is_empty_has_nothing_left() -> None:
    assert left_at(make_location()) == []
