"""The queue: what it finds, in which order, what is selected, and the page of a bulk approval."""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from inventory.actions.bulk_approval import carry_out_bulk_approval
from inventory.actions.carry_out import carry_out_restock
from inventory.actions.restock import approve_restock
from inventory.models import BulkApproval, RestockEvent, RestockRequest, Sku
from inventory.queries.approvers import waiting_for
from inventory.tables.restock import age_of
from stores.models import Location, Role, User
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
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
QUEUE = "/head-office/restock/"
NEW = f"{QUEUE}approvals/new/"


@pytest.fixture
def approver(warehouse: Location, client: Client) -> User:
    approver = make_staff(Role.LOGISTICS, warehouse)
    client.force_login(approver)
    return approver


def ids(client: Client, query: str = "") -> list[int]:
    return [int(pk) for pk in re.findall(r">R-(\d+)</a>", client.get(f"{QUEUE}{query}").text)]


def pks(*requests: RestockRequest) -> list[int]:
    return [request.pk for request in requests]


def field(page: str, name: str) -> str:
    [value] = re.findall(rf'name="{name}" value="([^"]*)"', page)
    return value


def confirm(client: Client, query: str) -> Mapping[str, str]:
    """The fields of the confirmation."""
    page = client.get(f"{NEW}?{query}").text
    return {name: field(page, name) for name in ("key", "shown")}


def test_it_finds_by_number_article_person_value_and_centre(
    client: Client, approver: User, warehouse: Location
) -> None:
    other = make_warehouse("north", name="North")
    make_membership(Role.LOGISTICS, other, user=approver)
    tea = make_sku("TEA-1", name="Green tea", cost="60.00")
    lea = make_membership(Role.CLERK, make_store(), user=make_user(name="Léa Martin")).user
    first = make_restock({tea: 2}, warehouse=warehouse)
    second = make_restock({make_sku(name="Mouse"): 1}, warehouse=warehouse, by=lea)
    third = make_restock({make_sku(name="Mug"): 1}, warehouse=other)
    assert ids(client) == pks(first, second, third)
    assert ids(client, f"?q=R-{second.pk}") == ids(client, f"?q={second.pk}") == pks(second)
    assert ids(client, "?q=green") == ids(client, "?q=TEA-1") == pks(first)
    assert ids(client, "?q=nothing") == []
    assert ids(client, "?by=martin") == pks(second)
    assert ids(client, "?value=100") == pks(first)
    assert ids(client, f"?warehouse={other.pk}") == pks(third)


def test_it_finds_what_there_is_not_enough_for(
    client: Client, approver: User, warehouse: Location
) -> None:
    plenty, scarce, gone = make_sku(), make_sku(), make_sku()
    make_level(plenty, warehouse, on_hand=100)
    make_level(scarce, warehouse, on_hand=10, reserved=2)
    served = make_restock({plenty: 5}, warehouse=warehouse)
    one = make_restock({scarce: 5, plenty: 1}, warehouse=warehouse)
    other = make_restock({scarce: 4}, warehouse=warehouse)
    short = make_restock({gone: 1, scarce: 1}, warehouse=warehouse)
    assert ids(client, "?shortage=enough") == pks(served)
    assert ids(client, "?shortage=contested") == pks(one, other)
    assert ids(client, "?shortage=short") == pks(short)
    for verdict, words in (("enough", "enough"), ("contested", "not for all")):
        page = client.get(f"{QUEUE}?shortage={verdict}").text
        assert set(re.findall(r'class="state [\w-]+">([a-z ]+)</span>', page)) == {words}
    approve_restock(other.pk, by=approver)
    assert ids(client, "?shortage=contested") == pks(one)  # what is approved wants it as well


def test_it_sorts_by_value_age_and_number_of_lines(
    client: Client, approver: User, warehouse: Location
) -> None:
    cheap, dear = make_sku(cost="1.00"), make_sku(cost="50.00")
    old = make_restock({cheap: 1, dear: 1}, warehouse=warehouse)
    new = make_restock({dear: 3}, warehouse=warehouse)
    RestockRequest.objects.filter(pk=old.pk).update(asked_at=timezone.now() - timedelta(hours=3))
    assert (old.value, new.value) == (Decimal("51.00"), Decimal("150.00"))
    assert ids(client, "?sort=value") == ids(client, "?sort=-asked_at") == pks(old, new)
    assert ids(client, "?sort=-value") == ids(client, "?sort=lines") == pks(new, old)
    assert ids(client, "?sort=asked_at") == pks(new, old)
    assert ids(client, "?sort=-lines") == pks(old, new)
    assert "waiting for 3 h" in client.get(QUEUE).text
    assert "51.00" in client.get(QUEUE).text


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "asked just now"),
        (1, "waiting for 1 min"),
        (59, "waiting for 59 min"),
        (60, "waiting for 1 h"),
        (47 * 60 + 59, "waiting for 47 h"),
        (48 * 60, "waiting for 2 days"),
    ],
)
def test_the_age_is_said_in_words(minutes: int, words: str) -> None:
    assert age_of(timedelta(minutes=minutes)) == words


def test_from_each_request_the_next_that_waits_is_one_key_away(
    client: Client, approver: User, warehouse: Location
) -> None:
    first, decided, last = (make_restock(warehouse=warehouse) for _ in range(3))
    make_restock()  # of another warehouse
    approve_restock(decided.pk, by=make_staff(Role.HEAD_OFFICE))

    def following(request: RestockRequest) -> list[str]:
        page = client.get(f"{QUEUE}{request.pk}/").text
        return re.findall(r'data-press="n" href="([^"]+)"', page)

    assert following(first) == following(decided) == [f"{QUEUE}{last.pk}/"]
    assert following(last) == [f"{QUEUE}{first.pk}/"]
    approve_restock(last.pk, by=make_staff(Role.HEAD_OFFICE))
    assert following(first) == []


def test_drafts_never_appear(client: Client, approver: User, warehouse: Location) -> None:
    draft = make_restock(warehouse=warehouse)
    RestockRequest.objects.filter(pk=draft.pk).update(state="draft")
    assert ids(client) == ids(client, "?state=any") == []
    assert client.get(f"{QUEUE}{draft.pk}/").status_code == 404


def test_only_what_the_person_may_decide_can_be_selected(
    client: Client, approver: User, warehouse: Location
) -> None:
    request = make_restock(warehouse=warehouse)
    make_restock(warehouse=warehouse, by=approver)
    joined = make_restock(warehouse=warehouse)
    joined.events.create(kind=RestockEvent.Kind.ADDED, by=approver)
    approve_restock(make_restock(warehouse=warehouse).pk, by=approver)
    assert list(waiting_for(approver)) == [request]
    for query in ("", "?state=any"):
        page = client.get(f"{QUEUE}{query}").text
        boxes = re.findall(r'type="checkbox" name="request" value="(\d+)"', page)
        assert boxes == [str(request.pk)]
    client.force_login(make_staff(Role.AUDITOR))
    assert "checkbox" not in client.get(QUEUE).text
    assert client.get(NEW).status_code == 403


def test_the_confirmation_says_what_will_happen(
    client: Client, approver: User, warehouse: Location
) -> None:
    sku, gone = make_sku(cost="2.50"), make_sku(cost="1.00")
    make_level(sku, warehouse, on_hand=100)
    good = make_restock({sku: 40}, warehouse=warehouse)
    bad = make_restock({gone: 2}, warehouse=warehouse)
    own = make_restock({sku: 1}, warehouse=warehouse, by=approver)
    elsewhere = make_restock({sku: 1})
    wanted = "&".join(f"request={pk}" for pk in pks(good, bad, own, elsewhere))
    page = client.get(f"{NEW}?{wanted}").text
    assert re.findall(r'figure-value[^>]*">([^<]+)<', page) == ["2", "42", "€102.00", "1"]
    assert f">{bad} {bad.store}</a>" in page
    assert 'href="/head-office/restock/board/"' in page
    assert field(page, "shown") == f"{good.pk}:1 {bad.pk}:1"


def test_all_that_match_the_filter_can_be_approved_in_one_go(
    client: Client, approver: User, warehouse: Location
) -> None:
    lyon, sku = make_store(name="Lyon"), make_sku()
    requests = [make_restock({sku: 1}, store=lyon, warehouse=warehouse) for _ in range(27)]
    make_restock({sku: 1}, warehouse=warehouse)
    page = client.get(f"{QUEUE}?store={lyon.pk}").text
    assert "All 27 that match" in page
    [address] = re.findall(r'href="([^"]*all=1[^"]*)"', page)
    fields = confirm(client, address.replace("&amp;", "&").partition("?")[2])
    assert fields["shown"].split() == [f"{pk}:1" for pk in pks(*requests)]
    answer = client.post(NEW, fields)
    bulk = BulkApproval.objects.get()
    assert answer["Location"] == f"{QUEUE}approvals/{bulk.pk}/"
    assert "27 requests are being approved: 0 so far" in client.get(QUEUE).text
    carry_out_bulk_approval(bulk.pk)
    assert RestockRequest.objects.filter(state="approved").count() == 27
    assert "27 of 27 requests approved" in client.get(QUEUE).text


def test_a_double_submit_is_one(client: Client, approver: User, warehouse: Location) -> None:
    request = make_restock(warehouse=warehouse)
    fields = confirm(client, f"request={request.pk}")
    answers = [client.post(NEW, fields) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert BulkApproval.objects.count() == 1


def test_the_page_follows_until_each_result_is_there(
    client: Client, approver: User, warehouse: Location
) -> None:
    good, taken = (make_restock(warehouse=warehouse) for _ in range(2))
    client.post(NEW, confirm(client, f"request={good.pk}&request={taken.pk}"))
    lea = make_membership(Role.LOGISTICS, warehouse, user=make_user(name="Léa")).user
    approve_restock(taken.pk, by=lea)
    bulk = BulkApproval.objects.get()
    address = f"{QUEUE}approvals/{bulk.pk}/"
    follow = {"HX-Request": "true", "HX-Target": "bulk-progress"}
    begun = client.get(address, headers=follow).text
    assert f'hx-get="{address}?shown=0" hx-trigger="every 1s"' in begun
    assert '<progress max="2" value="0"' in begun
    assert client.get(f"{address}?shown=0", headers=follow).status_code == 204
    carry_out_bulk_approval(bulk.pk)
    done = client.get(f"{address}?shown=0", headers=follow).text
    assert "hx-trigger" not in done
    assert "Done: 1 of 2 requests approved." in done
    rows = re.findall(r">(R-\d+)</a>", done)
    assert rows == [str(taken), str(good)]  # what needs a look comes first
    assert "was already approved by Léa" in done


def test_what_came_back_after_it_was_approved_is_said_in_the_result(
    client: Client, approver: User, warehouse: Location
) -> None:
    request = make_restock({make_sku(): 3}, warehouse=warehouse)
    client.post(NEW, confirm(client, f"request={request.pk}"))
    bulk = BulkApproval.objects.get()
    carry_out_bulk_approval(bulk.pk)
    carry_out_restock(request.pk)
    page = client.get(f"{QUEUE}approvals/{bulk.pk}/").text
    assert "Done: 1 of 1 request approved." in page
    assert f"It came back: {warehouse} had not enough when it was carried out." in page


def test_the_page_belongs_to_who_began_it(
    client: Client, approver: User, warehouse: Location
) -> None:
    client.post(NEW, confirm(client, f"request={make_restock(warehouse=warehouse).pk}"))
    address = f"{QUEUE}approvals/{BulkApproval.objects.get().pk}/"
    assert client.get(address).status_code == 200
    client.force_login(make_staff(Role.HEAD_OFFICE))
    assert client.get(address).status_code == 404
    assert "being approved" not in client.get(QUEUE).text


@pytest.mark.parametrize("shown", ["", "abc", "1:1", f"{'9' * 30}:1", "0:0 :: \x00"])
def test_what_is_no_request_is_refused_in_words(client: Client, approver: User, shown: str) -> None:
    answer = client.post(NEW, {"key": uuid4(), "shown": shown})
    assert answer.status_code == 422
    assert "None of these requests waits for your decision any more." in answer.text
    assert not BulkApproval.objects.exists()


def test_a_version_that_was_not_shown_approves_nothing(
    client: Client, approver: User, warehouse: Location
) -> None:
    request = make_restock(warehouse=warehouse)
    for shown in (f"{request.pk}", f"{request.pk}:", f"{request.pk}:7"):
        client.post(NEW, {"key": uuid4(), "shown": shown})
    for bulk in BulkApproval.objects.all():
        carry_out_bulk_approval(bulk.pk)
    request.refresh_from_db()
    assert (BulkApproval.objects.count(), request.state) == (3, "waiting")


def test_the_number_of_queries_does_not_grow_with_the_requests(
    client: Client,
    approver: User,
    warehouse: Location,
) -> None:
    skus: list[Sku] = [make_sku() for _ in range(4)]

    def fill(requests: int) -> list[int]:
        made = [make_restock(dict.fromkeys(skus, 3), warehouse=warehouse) for _ in range(requests)]
        client.post(NEW, confirm(client, "&".join(f"request={pk}" for pk in pks(*made))))
        bulk = BulkApproval.objects.latest("pk")
        return queries_of(
            client,
            QUEUE,
            f"{QUEUE}?shortage=short&q=SKU&sort=-lines",
            f"{NEW}?all=1",
            f"{QUEUE}approvals/{bulk.pk}/",
        )

    few = fill(10)
    assert fill(40) == few
    assert max(few) <= 14
