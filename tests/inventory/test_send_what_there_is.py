"""A request that came back because something lacked: the approver sends what there is."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from inventory.actions.carry_out import carry_out_restock, send_what_there_is
from inventory.actions.restock import Less, approve_restock
from inventory.errors import AlreadyDecided, NothingApproved, RequestChanged
from inventory.models import RestockRequest, Sku, StockLevel
from inventory.queries.check import ledger_drift
from stores.models import Location, User
from tests.factories import make_level, make_restock, make_sku, make_store

pytestmark = pytest.mark.django_db


@pytest.fixture
def skus(warehouse: Location) -> list[Sku]:
    """Of mice there are 100, of tea 6 are free, pens are out."""
    mouse, tea, pen = (make_sku(code) for code in ("MOUSE", "TEA", "PEN"))
    make_level(mouse, warehouse, on_hand=100)
    make_level(tea, warehouse, on_hand=10, reserved=4)
    return [mouse, tea, pen]


@pytest.fixture
def came_back(skus: list[Sku], warehouse: Location, approver: User) -> RestockRequest:
    """21 mice were asked and 20 granted; tea and pens lacked."""
    mouse, tea, pen = skus
    wanted = {mouse: 21, tea: 9, pen: 2}
    request = make_restock(wanted, store=make_store("lyon"), warehouse=warehouse)
    approve_restock(request.pk, by=approver, less={mouse.pk: Less(20, "whole_packs")})
    carry_out_restock(request.pk)
    request.refresh_from_db()
    assert (request.state, request.version) == ("waiting", 3)
    return request


def lines(request: RestockRequest) -> list[tuple[object, ...]]:
    return list(request.lines.values_list("asked", "approved", "reason", "sent", "lacking"))


def test_what_lacks_is_cut_to_what_is_there_and_what_was_cut_stays_cut(
    came_back: RestockRequest, approver: User
) -> None:
    request = send_what_there_is(came_back.pk, by=approver, seen=3)
    assert (request.state, request.decided_by) == ("approved", approver)
    assert lines(request) == [
        (21, 20, "whole_packs", None, 0),
        (9, 6, "no_stock", None, 0),
        (2, 0, "no_stock", None, 0),
    ]
    carry_out_restock(request.pk)
    assert lines(request) == [
        (21, 20, "whole_packs", 20, 0),
        (9, 6, "no_stock", 6, 0),
        (2, 0, "no_stock", 0, 0),
    ]
    had = StockLevel.objects.filter(location=request.store).order_by("sku_id")
    assert list(had.filter(on_hand__gt=0).values_list("on_hand", flat=True)) == [20, 6]
    kinds = ["asked", "approved", "lacking", "approved", "done"]
    assert list(request.events.values_list("kind", flat=True)) == kinds
    assert ledger_drift() == []


def test_what_came_in_meanwhile_is_sent_as_asked(
    came_back: RestockRequest, skus: list[Sku], warehouse: Location, approver: User
) -> None:
    make_level(skus[1], warehouse, on_hand=50)
    send_what_there_is(came_back.pk, by=approver)
    approved = list(came_back.lines.values_list("approved", "reason"))
    assert approved == [(20, "whole_packs"), (9, ""), (0, "no_stock")]


def test_where_nothing_is_there_the_request_waits_on(warehouse: Location, approver: User) -> None:
    request = make_restock({make_sku(): 5}, warehouse=warehouse)
    approve_restock(request.pk, by=approver)
    carry_out_restock(request.pk)
    with pytest.raises(NothingApproved):
        send_what_there_is(request.pk, by=approver)
    request.refresh_from_db()
    assert (request.state, request.version) == ("waiting", 3)


def test_it_is_a_decision_like_any_other(
    came_back: RestockRequest, warehouse: Location, approver: User
) -> None:
    with pytest.raises(PermissionDenied):
        send_what_there_is(came_back.pk, by=came_back.asked_by)
    with pytest.raises(RequestChanged):
        send_what_there_is(came_back.pk, by=approver, seen=2)
    send_what_there_is(came_back.pk, by=approver)
    with pytest.raises(AlreadyDecided):
        send_what_there_is(came_back.pk, by=approver)


def test_the_page_offers_it_beside_what_lacks(
    came_back: RestockRequest, approver: User, client: Client
) -> None:
    client.force_login(approver)
    address = f"/head-office/restock/{came_back.pk}/"
    page = client.get(address).text
    assert "3 lacked at the last attempt" in page
    assert "Send what there is" in page
    answer = client.post(f"{address}?do=there", {"version": 3})
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert list(came_back.lines.values_list("approved", flat=True)) == [20, 6, 0]
    again = client.post(f"{address}?do=there", {"version": 3})
    assert again.status_code == 422
    assert f"already approved by {approver}" in again.text


def test_it_is_not_offered_where_nothing_is_there_or_nothing_came_back(
    skus: list[Sku], warehouse: Location, approver: User, client: Client
) -> None:
    client.force_login(approver)
    fresh = make_restock({skus[1]: 9}, warehouse=warehouse)
    empty = make_restock({skus[2]: 9}, warehouse=warehouse)
    approve_restock(empty.pk, by=approver)
    carry_out_restock(empty.pk)
    for request in (fresh, empty):
        page = client.get(f"/head-office/restock/{request.pk}/").text
        assert "Send what there is" not in page
