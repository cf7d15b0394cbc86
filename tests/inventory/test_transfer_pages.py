"""Transfers on the screens of head office and of each place: lists, and the page of one."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inventory.actions.arrival import Counted, Fate, receive_transfer, settle_rest
from inventory.actions.transfer import cancel_draft
from inventory.models import Sku, Transfer, TransferLine
from stores.models import Location, Role
from tests.factories import (
    make_arrival,
    make_membership,
    make_sku,
    make_staff,
    make_store,
    make_transfer,
    make_user,
    make_warehouse,
)

pytestmark = pytest.mark.django_db
OFFICE, PARIS = "/head-office/transfers/", "/stores/paris/transfers/"


@pytest.fixture
def logistics(client: Client) -> Client:
    client.force_login(make_staff(Role.LOGISTICS))
    return client


@pytest.fixture
def clerk(client: Client, paris: Location) -> Client:
    client.force_login(make_staff(Role.CLERK, paris))
    return client


def on_the_road(
    sent: dict[Sku, int] | None = None, *, hours: int = 24, **places: Location
) -> Transfer:
    """A transfer that left, and is expected in so many hours."""
    transfer = make_arrival(sent, **places)
    transfer.due_at = timezone.now() + timedelta(hours=hours)
    transfer.save(update_fields=["due_at"])
    return transfer


def numbers(page: str) -> list[str]:
    """The transfers of a list, in its order."""
    return re.findall(r'<a href="[^"]*/transfers/\d+/">(T-\d+)</a>', page)


def test_what_is_due_first_stands_on_top_and_what_is_late_is_marked(
    logistics: Client, lyon: Location, paris: Location
) -> None:
    draft = make_transfer(source=lyon, destination=paris)
    later = on_the_road(source=lyon, destination=paris, hours=30)
    late = on_the_road(source=lyon, destination=paris, hours=-1)
    closed = on_the_road(source=lyon, destination=paris)
    Transfer.objects.filter(pk=closed.pk).update(state=Transfer.State.CLOSED)
    older = on_the_road(source=lyon, destination=paris, hours=-51)
    page = logistics.get(OFFICE).text
    assert numbers(page) == [str(older), str(late), str(later), str(draft)]
    assert re.findall(r"</svg>(late.*?)</span>", page) == ["late by 2 days", "late"]
    assert "2 transfers are late." in page
    assert 'href="/head-office/transfers/?late=late"' in page


def test_filters_by_state_place_lateness_number_and_article(
    logistics: Client, lyon: Location, paris: Location
) -> None:
    tea = make_sku("TEA-1", name="Thé vert", barcode="3017620422003")
    first = on_the_road({tea: 2}, source=lyon, destination=paris, hours=-1)
    second = on_the_road(source=paris, destination=lyon)
    draft = make_transfer(source=lyon, destination=paris)
    wanted = {
        "state=draft": [draft],
        "state=in_transit": [second, first],
        "state=any": [draft, second, first],
        "source=paris": [second],
        "destination=paris": [first, draft],
        "late=late": [first],
        f"q={first}": [first],
        f"q=t{second.pk}": [second],
        "q=the+vert": [first],
        "q=3017620422003": [first],
        "q=nothing": [],
    }
    found = {query: numbers(logistics.get(f"{OFFICE}?{query}").text) for query in wanted}
    assert found == {query: list(map(str, rows)) for query, rows in wanted.items()}


def test_the_list_as_a_file_has_the_figures(
    logistics: Client, lyon: Location, paris: Location
) -> None:
    transfer = on_the_road({make_sku(): 5, make_sku(): 2}, source=lyon, destination=paris)
    answer = logistics.get(f"{OFFICE}?export=csv")
    rows = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert rows[0].endswith("Transfer,From,To,Articles,Units,In transit,Expected,State")
    assert rows[1].startswith(f"{transfer},Lyon,Paris,2,7,7,")
    assert rows[1].endswith(",in transit")


def test_a_place_sees_what_comes_and_what_goes(
    clerk: Client, lyon: Location, paris: Location
) -> None:
    coming = on_the_road(source=lyon, destination=paris, hours=-1)
    going = on_the_road(source=paris, destination=lyon)
    own_draft = make_transfer(source=paris, destination=lyon)
    make_transfer(source=lyon, destination=paris)  # a draft of others
    on_the_road(source=lyon, destination=make_warehouse())
    page = clerk.get(PARIS).text
    assert numbers(page) == [str(coming)]
    assert re.findall(r'figure-value">(\d+)<', page) == ["1", "1"]
    assert "1 late" in page
    assert numbers(clerk.get(f"{PARIS}?way=out").text) == [str(going), str(own_draft)]


def test_the_page_of_one_shows_all_quantities_side_by_side(
    clerk: Client, lyon: Location, paris: Location
) -> None:
    tea = make_sku("TEA-1", name="Thé vert")
    transfer = on_the_road({tea: 10}, source=lyon, destination=paris)
    line = transfer.lines.get()
    TransferLine.objects.filter(pk=line.pk).update(
        sent=9, received=3, rejected=1, came_back=2, written_off=1
    )
    receipt = transfer.receipts.create(key=transfer.key)
    receipt.lines.create(line=line, received=3, rejected=1, reason="expired")
    page = clerk.get(f"{PARIS}{transfer.pk}/").text
    row = re.search(r"<tr>\s*<td><b class=\"restock-product\">Thé vert.*?</tr>", page, re.DOTALL)
    assert row
    figures = re.findall(r'<td class="number[^>]*>(?:<\w+[^>]*>)?(\d+|–)', row[0])
    assert figures == ["10", "9", "3", "1", "2", "1", "2"]
    assert "expired" in row[0]
    assert f'aria-label="{transfer}"' in page


def test_the_history_says_what_each_counting_brought_and_what_became_of_the_rest(
    logistics: Client, lyon: Location, paris: Location
) -> None:
    tea, mug = make_sku("TEA-1"), make_sku("MUG-1")
    transfer = on_the_road({tea: 10, mug: 5}, source=lyon, destination=paris)
    boss = make_staff(Role.HEAD_OFFICE)
    for counted in (
        {tea.pk: Counted(4, rejected=1, reason="expired"), mug.pk: Counted(2)},
        {tea.pk: Counted(3)},
    ):
        receive_transfer(transfer.pk, key=uuid4(), counted=counted, by=boss)
    fates = {tea.pk: Fate(came_back=2, reason="other"), mug.pk: Fate(written_off=3, reason="other")}
    settle_rest(transfer.pk, key=uuid4(), fates=fates, by=boss)
    page = logistics.get(f"{OFFICE}{transfer.pk}/").text
    history = page.partition('class="history"')[2].partition("</ol>")[0]
    steps = [" ".join(re.sub("<[^>]+>", " ", one).split()) for one in history.split("<li>")[1:]]
    assert [step.split(" by ")[0] for step in steps] == [
        "Drafted",
        "Sent",
        "Received",
        "Received",
        "Settled",
        "Closed",
    ]
    assert steps[2].endswith("6 received, 1 rejected")
    assert steps[3].endswith("3 received")
    assert steps[4].endswith("2 came back, 3 written off")


def test_a_cancelled_draft_still_says_how_much_was_planned(
    logistics: Client, lyon: Location, paris: Location
) -> None:
    draft = make_transfer({make_sku(): 4}, source=lyon, destination=paris)
    cancel_draft(draft.pk, by=make_staff(Role.HEAD_OFFICE))
    row = re.search(rf">{draft}</a>.*?</tr>", logistics.get(f"{OFFICE}?state=any").text, re.DOTALL)
    assert row
    assert re.search(r'data-label="Units"[^>]*>4<', row[0])


def test_a_draft_shows_what_there_is_to_send(
    logistics: Client, lyon: Location, paris: Location
) -> None:
    transfer = make_transfer({make_sku(): 4}, source=lyon, destination=paris)
    page = logistics.get(f"{OFFICE}{transfer.pk}/").text
    assert "Lyon has less than is planned on the marked lines" in page
    assert "is-short" in page


def test_a_page_that_shows_the_latest_is_not_sent_again(
    logistics: Client, lyon: Location, paris: Location
) -> None:
    transfer = on_the_road(source=lyon, destination=paris)
    address = f"{OFFICE}{transfer.pk}/"
    assert logistics.get(f"{address}?shown={transfer.version}").status_code == 204
    Transfer.objects.filter(pk=transfer.pk).update(version=transfer.version + 1)
    assert logistics.get(f"{address}?shown={transfer.version}").status_code == 200


def test_strangers_the_wrong_role_and_the_wrong_store(
    client: Client, lyon: Location, paris: Location
) -> None:
    transfer = on_the_road(source=lyon, destination=paris)
    draft = make_transfer(source=lyon, destination=paris)
    elsewhere = on_the_road(source=lyon, destination=make_store())
    assert client.get(OFFICE)["Location"].startswith("/accounts/login/")
    client.force_login(make_user())
    assert client.get(PARIS).status_code == 404
    client.force_login(make_staff(Role.CLERK, paris))
    assert client.get(OFFICE).status_code == 403
    assert client.get(f"{PARIS}{transfer.pk}/").status_code == 200
    assert client.get(f"{PARIS}{draft.pk}/").status_code == 404
    assert client.get(f"{PARIS}{elsewhere.pk}/").status_code == 404
    assert client.get(f"/stores/lyon/transfers/{transfer.pk}/").status_code == 404
    central = make_warehouse()
    client.force_login(make_membership(Role.LOGISTICS, central).user)
    assert client.get(f"{OFFICE}{transfer.pk}/").status_code == 404


@pytest.mark.parametrize("address", [OFFICE, PARIS])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Client,
    lyon: Location,
    paris: Location,
    address: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    for _n in range(22):
        on_the_road({make_sku(): 1, make_sku(): 2}, source=lyon, destination=paris)
    with django_assert_max_num_queries(14):
        assert len(numbers(client.get(address).text)) == 22


def test_the_queries_of_one_transfer_do_not_grow_with_its_lines(
    clerk: Client,
    lyon: Location,
    paris: Location,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    transfer = on_the_road({make_sku(): n for n in range(1, 41)}, source=lyon, destination=paris)
    with django_assert_max_num_queries(16):
        page = clerk.get(f"{PARIS}{transfer.pk}/").text
    assert page.count("restock-product") == 40
