"""A transfer on the screen from the draft to its end: prepare, send, count in, say what became of the rest."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from inventory.actions.arrival import Counted, receive_transfer
from inventory.models import (
    Barcode,
    Sku,
    StockLevel,
    Transfer,
    TransferCount,
    TransferLine,
    TransferReceipt,
)
from stores.models import Location, Role, User
from tests.factories import make_arrival, make_level, make_sku, make_staff, make_transfer

pytestmark = pytest.mark.django_db
NEW = "/stores/lyon/transfers/new/"


@pytest.fixture
def tea() -> Sku:
    sku = make_sku("TEA-1", name="Thé vert", barcode="3017620422003")
    Barcode.objects.create(sku=sku, code="13017620422000", units=6)
    return sku


@pytest.fixture
def manager(client: Client, lyon: Location) -> User:
    user = make_staff(Role.MANAGER, lyon)
    client.force_login(user)
    return user


@pytest.fixture
def clerk(client: Client, paris: Location) -> User:
    user = make_staff(Role.CLERK, paris)
    client.force_login(user)
    return user


def shown(page: str) -> dict[str, str]:
    """What the fields of a page hold."""
    fields = re.findall(r"<(?:input|select)[^>]*>", page)
    named = {}
    for field in fields:
        name, value = re.search(r' name="([^"]*)"', field), re.search(r' value="([^"]*)"', field)
        if name and 'name="sku"' not in field:
            named[name[1]] = value[1] if value else ""
    return named


def press(client: Client, address: str, do: str, **typed: object) -> Any:
    """Press a button of a page as a browser without script does, with all that the page holds."""
    page = client.get(address).text
    skus = re.findall(r'name="sku" value="(\d+)"', page)
    return client.post(address, shown(page) | {"sku": skus, "do": do} | typed)


def on_hand(sku: Sku, place: Location) -> int:
    level = StockLevel.objects.filter(sku=sku, location=place).first()
    return level.on_hand if level else 0


def test_a_draft_is_kept_with_the_first_scan_and_changed_with_each_more(
    client: Client, manager: User, lyon: Location, paris: Location, tea: Sku
) -> None:
    make_level(tea, lyon, on_hand=20)
    answer = press(client, NEW, "find", q="13017620422000", destination="paris")
    draft = Transfer.objects.get()
    edit = f"/stores/lyon/transfers/{draft.pk}/edit/"
    assert (answer.status_code, answer["Location"]) == (302, edit)
    assert (draft.source, draft.destination, draft.made_by) == (lyon, paris, manager)
    press(client, edit, "find", q="3017620422003")
    other = make_sku("MUG", name="Tasse bleue")
    assert f'value="add-{other.pk}"' in press(client, edit, "find", q="tasse").text
    press(client, edit, f"add-{other.pk}")
    press(client, edit, "done", **{f"units-{other.pk}": "4", "note": "Fragile"})
    draft.refresh_from_db()
    assert draft.note == "Fragile"
    assert dict(draft.lines.values_list("sku_id", "planned")) == {tea.pk: 7, other.pk: 4}
    page = client.get(edit).text
    assert re.findall(r'<tr[^>]*>\s*<td><input[^>]*value="(\d+)"', page) == [
        str(tea.pk),
        str(other.pk),
    ]
    assert page.count("is-short") == 1  # of the cups there are none
    assert on_hand(tea, lyon) == 20


def test_refusals_of_a_draft_keep_what_was_typed(
    client: Client, manager: User, lyon: Location, paris: Location, tea: Sku
) -> None:
    first = press(client, NEW, "find", q="3017620422003", destination="")
    assert first.status_code == 422
    assert 'value="3017620422003"' in first.text
    assert not Transfer.objects.exists()
    draft = make_transfer({tea: 5}, source=lyon, destination=paris, by=manager)
    edit = f"/stores/lyon/transfers/{draft.pk}/edit/"
    unknown = press(client, edit, "find", q="0000")
    assert (unknown.status_code, "No article has the code 0000." in unknown.text) == (422, True)
    assert shown(unknown.text)["q"] == "0000"
    typed = press(client, edit, "done", **{f"units-{tea.pk}": "abc", "note": "Hello"})
    assert (typed.status_code, "Type a whole number, such as 12." in typed.text) == (422, True)
    assert shown(typed.text)[f"units-{tea.pk}"] == "abc"
    assert shown(typed.text)["note"] == "Hello"
    late = press(client, edit, "done", version="0", **{f"units-{tea.pk}": "9"})
    assert (late.status_code, "has changed since this page was shown" in late.text) == (422, True)
    short = press(client, edit, "send")
    assert (short.status_code, "Not enough in stock." in short.text) == (422, True)
    assert list(draft.lines.values_list("planned", flat=True)) == [5]


def test_a_draft_is_sent_or_cancelled_from_its_page(
    client: Client, manager: User, lyon: Location, paris: Location, tea: Sku
) -> None:
    make_level(tea, lyon, on_hand=8)
    draft = make_transfer({tea: 5}, source=lyon, destination=paris, by=manager)
    page = f"/stores/lyon/transfers/{draft.pk}/"
    assert client.post(page, {"do": "send", "version": draft.version}).status_code == 302
    assert (on_hand(tea, lyon), on_hand(tea, paris)) == (3, 5)
    again = client.post(page, {"do": "send", "version": draft.version})
    assert (again.status_code, "was already sent by" in again.text) == (422, True)
    other = make_transfer({tea: 1}, source=lyon, destination=paris, by=manager)
    client.post(f"/stores/lyon/transfers/{other.pk}/", {"do": "cancel", "version": 1})
    other.refresh_from_db()
    assert other.state == Transfer.State.CANCELLED
    assert (on_hand(tea, lyon), on_hand(tea, paris)) == (3, 5)


def test_a_clerk_sends_nothing_and_a_manager_of_the_other_end_neither(
    client: Client, lyon: Location, paris: Location, tea: Sku
) -> None:
    draft = make_transfer({tea: 5}, source=lyon, destination=paris)
    page = f"/stores/lyon/transfers/{draft.pk}/"
    client.force_login(make_staff(Role.CLERK, lyon))
    assert 'value="send"' not in client.get(page).text
    assert client.post(page, {"do": "send", "version": 1}).status_code == 403
    assert client.get(f"{page}edit/").status_code == 403
    assert client.get(NEW).status_code == 403
    client.force_login(make_staff(Role.MANAGER, paris))
    assert client.get(f"/stores/paris/transfers/{draft.pk}/edit/").status_code == 404
    draft.refresh_from_db()
    assert draft.is_draft


def receive(client: Client, transfer: Transfer, do: str, **typed: object) -> HttpResponse:
    address = f"/stores/paris/transfers/{transfer.pk}/receive/"
    answer: HttpResponse = press(client, address, do, **typed)
    return answer


def counted(transfer: Transfer) -> dict[str, tuple[int, int]]:
    lines = TransferLine.objects.filter(transfer=transfer, counted__isnull=False)
    found = lines.values_list("sku__code", "counted__received", "counted__rejected")
    return {code: (received, rejected) for code, received, rejected in found}


def test_scans_count_units_and_survive_the_page(
    client: Client, clerk: User, lyon: Location, paris: Location, tea: Sku
) -> None:
    transfer = make_arrival({tea: 10}, source=lyon, destination=paris)
    receive(client, transfer, "find", q="13017620422000")
    receive(client, transfer, "find", q="3017620422003")
    receive(client, transfer, f"plus-{tea.pk}")
    receive(client, transfer, f"minus-{tea.pk}")
    assert counted(transfer) == {"TEA-1": (7, 0)}
    page = client.get(f"/stores/paris/transfers/{transfer.pk}/receive/").text
    assert shown(page)[f"count-{tea.pk}"] == "7"
    assert "3 missing" in page
    assert on_hand(tea, paris) == 0


def test_a_scan_whose_answer_was_lost_is_counted_once(
    client: Client, clerk: User, lyon: Location, paris: Location, tea: Sku
) -> None:
    transfer = make_arrival({tea: 10}, source=lyon, destination=paris)
    step = uuid4().hex
    for _time in range(2):
        receive(client, transfer, "find", q="3017620422003", step=step)
    assert counted(transfer) == {"TEA-1": (1, 0)}


def test_what_two_people_count_adds_up(
    client: Client, clerk: User, lyon: Location, paris: Location, tea: Sku
) -> None:
    mug = make_sku("MUG", name="Tasse")
    transfer = make_arrival({tea: 10, mug: 4}, source=lyon, destination=paris)
    address = f"/stores/paris/transfers/{transfer.pk}/receive/"
    first = shown(client.get(address).text)
    receive(client, transfer, "find", q="3017620422003")  # by somebody else, meanwhile
    client.post(address, first | {"do": "count", f"count-{mug.pk}": "4"})
    assert counted(transfer) == {"TEA-1": (1, 0), "MUG": (4, 0)}


def test_what_is_not_expected_is_a_sentence_and_nothing_is_lost(
    client: Client, clerk: User, lyon: Location, paris: Location, tea: Sku
) -> None:
    transfer = make_arrival({tea: 10}, source=lyon, destination=paris)
    receive(client, transfer, "find", q="3017620422003")
    unknown = receive(client, transfer, "find", q="0000")
    assert (unknown.status_code, "No article has the code 0000." in unknown.text) == (422, True)
    assert shown(unknown.text)["q"] == "0000"
    mug = make_sku("MUG", name="Tasse")
    other = receive(client, transfer, "find", q="MUG")
    assert f"Tasse is not expected with {transfer}." in other.text
    bad = receive(client, transfer, "count", **{f"count-{tea.pk}": "many"})
    assert (bad.status_code, shown(bad.text)[f"count-{tea.pk}"]) == (422, "many")
    assert counted(transfer) == {"TEA-1": (1, 0)}
    assert on_hand(mug, paris) == 0


def test_received_in_part_with_a_rejected_one_then_the_rest_is_written_off(
    client: Client, clerk: User, lyon: Location, paris: Location, tea: Sku
) -> None:
    transfer = make_arrival({tea: 10}, source=lyon, destination=paris)
    typed = {f"count-{tea.pk}": "6", f"reject-{tea.pk}": "1"}
    missing = receive(client, transfer, "receive", **typed)
    assert (missing.status_code, "say why" in missing.text) == (422, True)
    assert on_hand(tea, paris) == 0
    receive(client, transfer, "receive", **typed, **{f"reason-{tea.pk}": "expired"})
    line = transfer.lines.get()
    assert (line.received, line.rejected, line.in_transit) == (6, 1, 3)
    assert on_hand(tea, paris) == 6
    assert not TransferCount.objects.exists()
    page = f"/stores/paris/transfers/{transfer.pk}/"
    assert "It will not arrive" not in client.get(page).text  # a clerk doesn't decide that
    client.force_login(make_staff(Role.MANAGER, paris))
    fate = {f"fate-{tea.pk}": "written_off", f"units-{tea.pk}": "3"}
    refused = press(client, f"{page}?do=rest", "rest", **fate, **{f"reason-{tea.pk}": ""})
    assert (refused.status_code, "Say why it will not arrive." in refused.text) == (422, True)
    form = shown(client.get(f"{page}?do=rest").text) | fate
    form |= {f"reason-{tea.pk}": "other", "do": "rest"}
    for _time in range(2):  # a double click is one receipt
        assert client.post(f"{page}?do=rest", form).status_code == 302
    transfer.refresh_from_db()
    assert transfer.state == Transfer.State.CLOSED
    assert transfer.lines.get().written_off == 3
    assert TransferReceipt.objects.filter(transfer=transfer).count() == 2


def test_everything_arrived_in_one_click_and_a_double_click_is_one_receipt(
    client: Client, clerk: User, lyon: Location, paris: Location, tea: Sku
) -> None:
    transfer = make_arrival({tea: 10}, source=lyon, destination=paris)
    address = f"/stores/paris/transfers/{transfer.pk}/receive/"
    form = shown(client.get(address).text) | {"do": "everything"}
    for _time in range(2):
        answer = client.post(address, form)
        assert answer["Location"] == f"/stores/paris/transfers/{transfer.pk}/"
    assert on_hand(tea, paris) == 10
    assert TransferReceipt.objects.count() == 1
    assert client.get(address).status_code == 302


def test_only_those_of_the_destination_receive(
    client: Client, lyon: Location, paris: Location, tea: Sku
) -> None:
    transfer = make_arrival({tea: 10}, source=lyon, destination=paris)
    client.force_login(make_staff(Role.CLERK, lyon))
    assert client.get(f"/stores/lyon/transfers/{transfer.pk}/receive/").status_code == 404
    assert client.get(f"/stores/paris/transfers/{transfer.pk}/receive/").status_code == 404
    client.force_login(make_staff(Role.AUDITOR))
    assert client.get(f"/stores/paris/transfers/{transfer.pk}/receive/").status_code == 403


def test_a_remark_stands_in_the_history(
    client: Client, clerk: User, lyon: Location, paris: Location, tea: Sku
) -> None:
    transfer = make_arrival({tea: 1}, source=lyon, destination=paris)
    page = f"/stores/paris/transfers/{transfer.pk}/"
    client.post(page, {"do": "remark", "text": "The lorry is late"})
    assert "“The lorry is late”" in client.get(page).text
    assert client.post(page, {"do": "remark", "text": ""}).status_code == 422
    too_long = client.post(page, {"do": "remark", "text": "late " * 101})
    assert (too_long.status_code, "late " * 101 in too_long.text) == (422, True)


def test_whoever_is_told_that_goods_arrived_settles_what_is_left(
    client: Client, lyon: Location, paris: Location, tea: Sku
) -> None:
    transfer = make_arrival({tea: 10}, source=lyon, destination=paris)
    manager = make_staff(Role.MANAGER, paris)
    client.force_login(manager)
    page = f"/stores/paris/transfers/{transfer.pk}/?do=rest"
    form = shown(client.get(page).text) | {"do": "rest", f"fate-{tea.pk}": "came_back"}
    form |= {f"reason-{tea.pk}": "other", f"units-{tea.pk}": "4"}
    receive_transfer(transfer.pk, key=uuid4(), counted={tea.pk: Counted(6)}, by=manager)
    told = client.post(page, form)
    assert told.status_code == 422
    assert client.post(page, form | {"version": shown(told.text)["version"]}).status_code == 302
    assert transfer.lines.get().came_back == 4
