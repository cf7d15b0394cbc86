"""The pages of one request, at the store and at the logistics centre, until its goods are there."""

import re
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client

from inventory.actions.arrival import Counted, receive_transfer
from inventory.actions.carry_out import carry_out_restock
from inventory.actions.restock import Less, approve_restock
from inventory.actions.restock_asking import ask_draft, withdraw_restock
from inventory.actions.restock_draft import add_to_draft
from inventory.actions.restock_talk import comment_on_restock
from inventory.models import RestockRequest, Sku
from stores.models import Company, Location, Role, User
from tests.factories import make_level, make_restock, make_sku, make_staff, make_store

pytestmark = pytest.mark.django_db
FOUR = re.compile(r'data-label="(Asked|Approved|Sent|Received)">(.*?)</td>', re.DOTALL)


@pytest.fixture
def store() -> Location:
    return make_store("lyon", name="Lyon", receives_by_hand=True)


@pytest.fixture
def tea(warehouse: Location) -> Sku:
    return make_level(make_sku(name="Tea"), warehouse, on_hand=50).sku


def texts(client: Client, reader: User, request: RestockRequest) -> tuple[str, list[str]]:
    """A reader's page of the request, and the four quantities of its lines."""
    client.force_login(reader)
    at_store = reader.memberships.get().role == Role.CLERK
    head = f"/stores/{request.store.code}" if at_store else "/head-office"
    page = unescape(client.get(f"{head}/restock/{request.pk}/").text)
    cells = [re.sub(r"<[^>]+>", " ", cell).split() for _name, cell in FOUR.findall(page)]
    return page, [" ".join(words) for words in cells]


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_four_quantities_stand_side_by_side_with_a_reason_for_each_loss(
    client: Client, store: Location, warehouse: Location, clerk: User, approver: User, tea: Sku
) -> None:
    request = make_restock({tea: 10}, store=store, warehouse=warehouse, by=clerk)
    approve_restock(request.pk, by=approver, less={tea.pk: Less(8, "whole_packs")})
    carry_out_restock(request.pk)
    transfer = RestockRequest.objects.get(pk=request.pk).transfer
    for reader in (clerk, approver):
        _page, four = texts(client, reader, request)
        assert four == ["10", "8 whole packs", "8", "– 8 on the road"]
    receive_transfer(transfer.pk, key=uuid4(), counted={tea.pk: Counted(5)}, by=clerk)
    for reader in (clerk, approver):
        page, four = texts(client, reader, request)
        assert four == ["10", "8 whole packs", "8", "5 3 on the road"]
        assert f"Received in part by {clerk}" in plain(page)
    last = {tea.pk: Counted(2, rejected=1, reason="expired")}
    receive_transfer(transfer.pk, key=uuid4(), counted=last, by=clerk)
    for reader in (clerk, approver):
        page, four = texts(client, reader, request)
        assert four == ["10", "8 whole packs", "8", "7 expired"]
        steps = re.findall(r"<li>\s*<b>(.*?)</b>", page[page.index('class="history"') :])
        assert steps == ["Asked", "Approved", "Sent", "Received in part", "Received"]
        assert f"Received by {clerk}" in plain(page)
    assert "less than was sent" in texts(client, clerk, request)[0]


def test_a_store_that_receives_by_itself_has_what_was_sent(
    client: Client, warehouse: Location, approver: User, tea: Sku
) -> None:
    request = make_restock({tea: 3}, warehouse=warehouse)
    approve_restock(request.pk, by=approver)
    carry_out_restock(request.pk)
    page, four = texts(client, approver, request)
    assert four == ["3", "3", "3", "3"]
    assert "Carried out by the worker" in plain(page)


def test_approvers_read_that_it_was_withdrawn(
    client: Client, clerk: User, approver: User, store: Location, warehouse: Location
) -> None:
    request = make_restock(store=store, warehouse=warehouse)
    withdraw_restock(request.pk, by=clerk)
    page, _four = texts(client, approver, request)
    assert f"Withdrawn by {clerk}" in page
    assert "has less than is asked" not in page
    assert "Approve" not in page.replace("Approved", "")


def test_who_added_lines_is_not_offered_the_decision(
    client: Client, clerk: User, store: Location, warehouse: Location, tea: Sku
) -> None:
    request = make_restock(store=store, warehouse=warehouse)
    adder = make_staff(Role.LOGISTICS, warehouse)
    assert "Approve all" in texts(client, adder, request)[0]
    draft = add_to_draft(store, warehouse, {tea.pk: 1}, by=adder).draft
    ask_draft(draft.key, store=store, by=adder)
    page, _four = texts(client, adder, request)
    assert "somebody else decides it" in page
    assert "Approve all" not in page
    Company.objects.update(own_requests_allowed=True)
    assert "Approve all" in texts(client, adder, request)[0]


def test_both_ends_talk_beside_the_request(
    client: Client, clerk: User, approver: User, store: Location, warehouse: Location
) -> None:
    request = make_restock(store=store, warehouse=warehouse)
    comment_on_restock(request.pk, key=uuid4(), text="For Saturday, please", by=clerk)
    page, _four = texts(client, approver, request)
    assert page.count("For Saturday, please") == 1
    said = {"key": uuid4(), "text": "Friday evening"}
    answer = client.post(f"/head-office/restock/{request.pk}/comments/", said)
    assert answer["Location"] == f"/head-office/restock/{request.pk}/#restock-thread"
    assert "Friday evening" in texts(client, clerk, request)[0]
    client.force_login(make_staff(Role.AUDITOR))
    page = client.get(f"/head-office/restock/{request.pk}/").text
    assert "Friday evening" in page
    assert "restock-say" not in page
