"""The approver's pages: the queue, and one request with its three ways to decide."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from inventory.actions.carry_out import carry_out_restock
from inventory.actions.restock import Less, approve_restock
from inventory.models import RestockRequest
from stores.models import Company, Location, Role, User
from tests.factories import (
    make_level,
    make_membership,
    make_restock,
    make_sku,
    make_staff,
    make_user,
    make_warehouse,
)
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
QUEUE = "/head-office/restock/"


@pytest.fixture
def approver(warehouse: Location, client: Client) -> User:
    approver = make_staff(Role.LOGISTICS, warehouse)
    client.force_login(approver)
    return approver


def still_waits(request: RestockRequest) -> bool:
    request.refresh_from_db()
    undecided = not request.lines.exclude(approved=None).exists()
    return request.state == "waiting" and undecided and request.events.count() == 1


def page_of(request: RestockRequest, way: str = "") -> str:
    return f"{QUEUE}{request.pk}/{way}"


def shown_ids(client: Client, query: str = "") -> list[int]:
    return [int(pk) for pk in re.findall(r">R-(\d+)</a>", client.get(f"{QUEUE}{query}").text)]


def test_one_click_approves_everything(client: Client, approver: User, warehouse: Location) -> None:
    request = make_restock({make_sku(): 21, make_sku(): 6}, warehouse=warehouse)
    answer = client.post(page_of(request, "?do=all"), {"version": 1})
    assert (answer.status_code, answer["Location"]) == (302, page_of(request))
    request.refresh_from_db()
    assert (request.state, request.decided_by) == ("approved", approver)
    assert [line.approved for line in request.lines.all()] == [21, 6]


def test_one_click_in_the_queue_approves_by_the_id_alone(
    client: Client, approver: User, warehouse: Location
) -> None:
    request = make_restock(warehouse=warehouse)
    answer = client.post(f"{QUEUE}?age=1", {"request": request.pk})
    assert (answer.status_code, answer["Location"]) == (302, f"{QUEUE}?age=1")
    request.refresh_from_db()
    assert (request.state, request.decided_by) == ("approved", approver)


@pytest.mark.parametrize("in_queue", [True, False])
def test_the_second_click_is_told_who_decided_and_when(
    client: Client, warehouse: Location, in_queue: bool
) -> None:
    request = make_restock(warehouse=warehouse)
    first = make_membership(Role.LOGISTICS, warehouse, user=make_user(name="Marie Curie")).user
    approve_restock(request.pk, by=first)
    RestockRequest.objects.update(decided_at=timezone.datetime.fromisoformat("2026-03-01T09:30Z"))
    client.force_login(make_staff(Role.HEAD_OFFICE))
    address, form = (
        (QUEUE, {"request": f"{request.pk}:1"})
        if in_queue
        else (page_of(request, "?do=all"), {"version": 1})
    )
    answer = client.post(address, form)
    assert answer.status_code == 422
    assert f"{request} was already approved by Marie Curie, 1 Mar 2026, 10:30" in answer.text
    assert request.events.count() == 2


def test_less_is_approved_with_reasons(client: Client, approver: User, warehouse: Location) -> None:
    mouse, tea = make_sku(), make_sku()
    request = make_restock({mouse: 21, tea: 6}, warehouse=warehouse)
    form = {
        "version": 1,
        f"units-{mouse.pk}": "12",
        f"reason-{mouse.pk}": "whole_packs",
        f"units-{tea.pk}": "0",
        f"reason-{tea.pk}": "seasonal",
    }
    assert client.post(page_of(request, "?do=less"), form).status_code == 302
    assert list(request.lines.values_list("approved", "reason")) == [
        (12, "whole_packs"),
        (0, "seasonal"),
    ]
    assert "whole packs" in client.get(page_of(request)).text


def test_what_the_warehouse_can_send_is_filled_in(
    client: Client, approver: User, warehouse: Location
) -> None:
    mouse, tea = make_sku(), make_sku()
    make_level(mouse, warehouse, on_hand=12, reserved=2)
    make_level(tea, warehouse, on_hand=100)
    request = make_restock({mouse: 21, tea: 6}, warehouse=warehouse)
    page = client.get(page_of(request, "?do=less")).text
    assert re.findall(r'name="units-\d+" value="(\d+)"', page) == ["10", "6"]
    assert re.findall(r'<option value="(\w*)" selected>', page) == ["no_stock", ""]


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ("22", "Type at most 21."),
        ("1000000000000", "Type at most 21."),
        ("-1", "Type at least 0."),
        ("abc", "Type a whole number, such as 12."),
        ("", "This field is required."),
        ("\x00", "Type a whole number, such as 12."),
        ("20", "Say why less is approved."),
    ],
)
def test_bad_units_are_told_in_words_and_nothing_typed_is_lost(
    client: Client, approver: User, warehouse: Location, units: str, words: str
) -> None:
    mouse, tea = make_sku(), make_sku()
    request = make_restock({mouse: 21, tea: 6}, warehouse=warehouse)
    form = {f"units-{mouse.pk}": units, f"units-{tea.pk}": "5", f"reason-{tea.pk}": "duplicate"}
    answer = client.post(page_of(request, "?do=less"), form)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'name="units-{tea.pk}" value="5"' in answer.text
    assert '<option value="duplicate" selected>' in answer.text
    assert still_waits(request)


def test_nothing_at_all_is_no_approval(client: Client, approver: User, warehouse: Location) -> None:
    mouse = make_sku()
    request = make_restock({mouse: 21}, warehouse=warehouse)
    form = {f"units-{mouse.pk}": "0", f"reason-{mouse.pk}": "other"}
    answer = client.post(page_of(request, "?do=less"), form)
    assert answer.status_code == 422
    assert "Refuse the request, and say why." in answer.text
    assert still_waits(request)


def test_a_refusal_shows_its_reason_to_both_sides(
    client: Client, approver: User, store: Location, warehouse: Location
) -> None:
    request = make_restock(store=store, warehouse=warehouse)
    form = {"version": 1, "reason": "The season is over"}
    assert client.post(page_of(request, "?do=refuse"), form).status_code == 302
    assert "The season is over" in client.get(page_of(request)).text
    client.force_login(request.asked_by)
    assert "The season is over" in client.get(f"/stores/lyon/restock/{request.pk}/").text


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("", "This field is required."),
        ("   ", "This field is required."),
        ("a\x00b", "Remove the invisible characters"),
        ("x" * 10_000, "at most 500 characters"),
    ],
)
def test_a_refusal_without_a_proper_reason_is_told_in_words(
    client: Client, approver: User, warehouse: Location, reason: str, words: str
) -> None:
    request = make_restock(warehouse=warehouse)
    answer = client.post(page_of(request, "?do=refuse"), {"reason": reason})
    assert answer.status_code == 422
    assert words in answer.text
    assert still_waits(request)


def test_who_asked_finds_no_button_and_cannot_decide(client: Client, warehouse: Location) -> None:
    boss = make_staff(Role.HEAD_OFFICE)
    request = make_restock(warehouse=warehouse, by=boss)
    client.force_login(boss)
    for address in (QUEUE, page_of(request)):
        page = client.get(address).text
        assert "Approve all" not in page
        assert "somebody else decides" in page
    answer = client.post(page_of(request, "?do=all"), {"version": 1})
    assert answer.status_code == 422
    assert "You made this request yourself" in answer.text
    assert still_waits(request)
    Company.objects.update(own_requests_allowed=True)
    assert "Approve all" in client.get(page_of(request)).text


def test_a_page_of_before_decides_nothing(
    client: Client, approver: User, warehouse: Location
) -> None:
    sku = make_sku()
    make_level(sku, warehouse, on_hand=1)
    request = make_restock({sku: 5}, warehouse=warehouse)
    approve_restock(request.pk, by=approver)
    carry_out_restock(request.pk)
    answer = client.post(page_of(request, "?do=all"), {"version": 1})
    assert answer.status_code == 422
    assert "has changed since this page was shown" in answer.text
    request.refresh_from_db()
    assert (request.state, request.version) == ("waiting", 3)


@pytest.mark.parametrize("way", ["all", "less", "refuse"])
def test_whoever_is_told_that_it_changed_decides_what_they_then_see(
    client: Client, approver: User, warehouse: Location, way: str
) -> None:
    request = make_restock({make_sku(): 5}, warehouse=warehouse)
    line = request.lines.get()
    typed = {f"units-{line.sku_id}": "5", "reason": "Not this week"}
    RestockRequest.objects.filter(pk=request.pk).update(version=request.version + 1)
    told = client.post(page_of(request, f"?do={way}"), typed | {"version": request.version})
    assert (told.status_code, "has changed since" in told.text) == (422, True)
    (seen,) = set(re.findall(r'name="version" value="(\d+)"', told.text))
    assert client.post(page_of(request, f"?do={way}"), typed | {"version": seen}).status_code == 302
    assert not still_waits(request)


def test_the_page_follows_until_it_is_done(
    client: Client, approver: User, store: Location, warehouse: Location
) -> None:
    sku = make_sku()
    make_level(sku, warehouse, on_hand=100)
    make_level(sku, store, on_hand=20)
    request = make_restock({sku: 21}, store=store, warehouse=warehouse)
    client.post(page_of(request, "?do=all"), {"version": 1})
    follow = {"HX-Request": "true", "HX-Target": "restock-request"}
    approved = client.get(page_of(request), headers=follow).text
    assert f'hx-get="{page_of(request)}?shown=2" hx-trigger="every 1s"' in approved
    assert client.get(page_of(request, "?shown=2"), headers=follow).status_code == 204

    carry_out_restock(request.pk)

    done = client.get(page_of(request, "?shown=2"), headers=follow).text
    assert done.strip().startswith('<div id="restock-request"')
    assert "hx-trigger" not in done
    assert "Central <b>100 → 79</b>, Lyon <b>20 → 41</b>" in done
    assert "data-announce" in done


def test_what_came_back_says_what_lacks(
    client: Client, approver: User, warehouse: Location
) -> None:
    tea = make_sku(name="Green tea")
    make_level(tea, warehouse, on_hand=6)
    request = make_restock({tea: 9}, warehouse=warehouse)
    approve_restock(request.pk, by=approver)
    carry_out_restock(request.pk)
    page = client.get(page_of(request)).text
    assert "Central had not enough when it was carried out" in page
    callout = page[page.index('class="came-back"') : page.index("Send what there is")]
    assert "<b>Green tea</b>" in callout
    assert "3 lacked at the last attempt" in callout
    assert "Green tea: 9 wanted, 6 available" in page


def test_the_queue_shows_what_there_is_beside_what_is_asked(
    client: Client, approver: User, warehouse: Location
) -> None:
    sku = make_sku()
    make_level(sku, warehouse, on_hand=100)
    make_restock({sku: 21}, warehouse=warehouse)
    other = make_restock({sku: 70}, warehouse=warehouse)
    page = client.get(QUEUE).text
    assert "Central has 100 · others want 70" in page
    assert "Central has 100 · others want 21" in page
    assert page.count("enough</span>") == 2
    approve_restock(other.pk, by=approver, less={sku.pk: Less(60, "other")})
    assert "Central has 100 · others want 60" in client.get(QUEUE).text


@pytest.mark.parametrize(
    ("on_hand", "verdict"), [(20, "not enough"), (50, "not for all"), (51, "enough")]
)
def test_the_queue_flags_shortages(
    client: Client, approver: User, warehouse: Location, on_hand: int, verdict: str
) -> None:
    sku = make_sku()
    make_level(sku, warehouse, on_hand=on_hand)
    make_restock({sku: 21}, warehouse=warehouse)
    make_restock({sku: 30}, warehouse=warehouse)
    first_row = client.get(QUEUE).text.split("<tbody>")[1].split("</tr>")[0]
    assert re.findall(r'class="state [\w-]+">([a-z ]+)</span>', first_row) == [verdict]


def test_the_queue_narrows_by_state_store_and_age(
    client: Client, approver: User, store: Location, warehouse: Location
) -> None:
    waiting = make_restock(warehouse=warehouse)
    old = make_restock(store=store, warehouse=warehouse)
    RestockRequest.objects.filter(pk=old.pk).update(asked_at=timezone.now() - timedelta(days=4))
    approved = make_restock(warehouse=warehouse)
    approve_restock(approved.pk, by=approver)
    assert shown_ids(client) == [waiting.pk, old.pk]
    assert shown_ids(client, f"?store={store.pk}") == [old.pk]
    assert shown_ids(client, "?age=3") == [old.pk]
    assert shown_ids(client, "?age=7") == []
    assert shown_ids(client, "?state=approved") == [approved.pk]
    assert shown_ids(client, "?state=any") == [approved.pk, old.pk, waiting.pk]


@pytest.mark.parametrize(
    "query",
    ["?state=abc", "?store=abc", "?store=99999999999999999999", "?age=-1", "?sort=x&page=z"],
)
def test_bad_filters_break_nothing(
    client: Client, approver: User, warehouse: Location, query: str
) -> None:
    make_restock(warehouse=warehouse)
    assert client.get(f"{QUEUE}{query}").status_code == 200


@pytest.mark.parametrize("request_id", ["", "abc", "0", "-1", "9" * 30, "1\x00"])
def test_a_request_that_is_not_there_cannot_be_approved(
    client: Client, approver: User, request_id: str
) -> None:
    assert client.post(QUEUE, {"request": request_id}).status_code == 404


@pytest.mark.parametrize("version", ["abc", "-1", "\x00"])
def test_a_version_that_is_none_is_refused(
    client: Client, approver: User, warehouse: Location, version: str
) -> None:
    request = make_restock(warehouse=warehouse)
    for address, form in (
        (page_of(request, "?do=all"), {"version": version}),
        (QUEUE, {"request": f"{request.pk}:{version}"}),
    ):
        assert client.post(address, form).status_code == 422
    assert still_waits(request)


def test_who_may_open_and_decide(client: Client, store: Location, warehouse: Location) -> None:
    request = make_restock(store=store, warehouse=warehouse)
    elsewhere = make_staff(Role.LOGISTICS, make_warehouse())
    expected: list[tuple[User | None, int, int, int]] = [
        (None, 302, 302, 302),
        (make_user(), 403, 403, 403),
        (make_staff(Role.CLERK, store), 403, 403, 403),
        (make_staff(Role.MANAGER, store), 403, 403, 403),
        (elsewhere, 200, 404, 404),
        (make_staff(Role.AUDITOR), 200, 200, 403),
    ]
    for person, queue, page, decision in expected:
        if person:
            client.force_login(person)
        assert client.get(QUEUE).status_code == queue
        assert client.get(page_of(request)).status_code == page
        for way in ("?do=all", "?do=less", "?do=refuse"):
            answer = client.post(page_of(request, way), {"reason": "No"})
            assert answer.status_code == decision
        assert client.post(QUEUE, {"request": request.pk}).status_code == decision
    assert still_waits(request)
    client.force_login(elsewhere)
    assert shown_ids(client) == []
    for role in (Role.HEAD_OFFICE, Role.ADMIN):
        client.force_login(make_staff(role))
        assert "Approve all" in client.get(page_of(request)).text


def test_an_auditor_sees_no_buttons(client: Client, warehouse: Location) -> None:
    request = make_restock(warehouse=warehouse)
    client.force_login(make_staff(Role.AUDITOR))
    for address in (QUEUE, page_of(request), page_of(request, "?do=less")):
        page = client.get(address).text
        assert f"R-{request.pk}" in page
        assert "Approve" not in page.replace("Approved", "")


def test_a_right_lost_since_the_page_was_opened_is_no_right(
    client: Client, approver: User, warehouse: Location
) -> None:
    request = make_restock(warehouse=warehouse)
    assert client.get(page_of(request)).status_code == 200
    approver.memberships.all().delete()
    assert client.post(page_of(request, "?do=all"), {"version": 1}).status_code == 403
    assert still_waits(request)


def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Client,
    approver: User,
    warehouse: Location,
) -> None:
    def open_everything() -> list[int]:
        last = RestockRequest.objects.latest("pk")
        return queries_of(client, QUEUE, page_of(last), page_of(last, "?do=less"))

    def fill(products: int) -> None:
        asked: dict[Any, int] = {make_sku(): 3 for _ in range(products)}
        for _ in range(products):
            make_restock(asked, warehouse=warehouse)

    fill(2)
    few = open_everything()
    fill(15)
    assert open_everything() == few
    assert max(few) <= 13
