"""The list of runs: narrowed by day, place, state and by who ran it."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from backoffice.lib import tables
from backoffice.models import Snapshot
from stores.models import Location, Role, User
from tests.factories import make_membership, make_staff, make_store, make_user
from tests.queries import queries_of
from tests.reports.chain import Chain
from tests.reports.runs import run

pytestmark = pytest.mark.django_db


def listed(client: Client, **asked: str) -> list[int]:
    """The ids of the runs of the list, in its order."""
    page = client.get("/reports/", asked)
    assert page.status_code == 200
    return [int(pk) for pk in re.findall(r'href="/reports/(\d+)/"', page.text)]


def manager(place: Location, name: str) -> User:
    return make_membership(Role.MANAGER, place, user=make_user(name=name)).user


def made_at(snapshot: Snapshot, *moment: int) -> int:
    Snapshot.objects.filter(pk=snapshot.pk).update(made_at=datetime(*moment, tzinfo=UTC))
    return snapshot.pk


def test_runs_of_some_days_are_those_of_the_readers_clock(
    client: Client, chain: Chain, office: User
) -> None:
    """Paris is an hour ahead: 23:30 in London is the next day."""
    before = made_at(run([chain.lyon]), 2026, 3, 1, 22, 59)
    first = made_at(run([chain.lyon]), 2026, 3, 1, 23, 0)
    last = made_at(run([chain.lyon]), 2026, 3, 3, 22, 59)
    after = made_at(run([chain.lyon]), 2026, 3, 3, 23, 0)
    assert listed(client, first="2026-03-02", last="2026-03-03") == [last, first]
    assert listed(client, first="2026-03-02") == [after, last, first]
    assert listed(client, last="2026-03-03") == [last, first, before]
    assert listed(client, last="9999-12-31") == [after, last, first, before]


def test_runs_of_a_place_count_it_alone_or_among_others(
    client: Client, chain: Chain, office: User
) -> None:
    lyon = run([chain.lyon])
    both = run([chain.lyon, chain.paris])
    paris = run([chain.paris])
    assert listed(client, place="lyon") == [both.pk, lyon.pk]
    assert listed(client, place="paris") == [paris.pk, both.pk]
    assert listed(client, place="central") == []


def test_runs_by_state(client: Client, chain: Chain, office: User) -> None:
    done, failed, waiting = (run([chain.lyon]) for _number in range(3))
    Snapshot.objects.filter(pk=failed.pk).update(state=Snapshot.State.FAILED)
    Snapshot.objects.filter(pk=waiting.pk).update(state=Snapshot.State.WAITING)
    assert listed(client, state="done") == [done.pk]
    assert listed(client, state="failed") == [failed.pk]
    assert listed(client, state="waiting") == [waiting.pk]


def test_runs_by_who_ran_them(client: Client, chain: Chain, office: User) -> None:
    ana, bob = (manager(chain.lyon, name) for name in ("Ana", "Bob"))
    of_ana, of_bob = run([chain.lyon], by=ana), run([chain.lyon], by=bob)
    scheduled, mine = run([chain.lyon]), run([chain.lyon], by=office)
    assert listed(client, who="ANA") == [of_ana.pk]
    assert listed(client, who=bob.email) == [of_bob.pk]
    assert listed(client, who="nobody") == []
    assert listed(client, mine="schedule") == [scheduled.pk]
    assert listed(client, mine="me") == [mine.pk]
    assert listed(client, who="ana", state="failed") == []


def test_a_manager_is_offered_their_own_places_and_finds_nothing_elsewhere(
    client: Client, chain: Chain
) -> None:
    bob = make_staff(Role.MANAGER, chain.lyon)
    own = run([chain.lyon], by=bob)
    run([chain.paris], by=manager(chain.paris, "Ana Paris"))
    run([chain.lyon, chain.paris])
    client.force_login(bob)
    page = client.get("/reports/").text
    choice = re.search(r'<select name="place".*?</select>', page, re.S)
    assert choice
    assert re.findall(r'value="([^"]*)"', choice.group()) == ["", "lyon"]
    assert listed(client) == [own.pk]
    assert listed(client, who="Ana Paris") == []
    assert listed(client, place="paris") == listed(client, place="nowhere")
    assert "Paris" not in client.get("/reports/?place=paris").text


def test_filters_cost_the_same_with_more_runs_and_places(
    client: Client, chain: Chain, office: User
) -> None:
    asked = "/reports/?place=lyon&state=done&first=2026-01-01&last=9999-01-01&mine=schedule"
    run([chain.lyon], by=manager(chain.lyon, "Ana"))
    run([chain.lyon])
    before = queries_of(client, asked, "/reports/?place=lyon", "/reports/?who=ana")
    for _number in range(20):
        run([chain.lyon, make_store()], by=manager(chain.lyon, "Ana"))
        run([chain.lyon])
    assert queries_of(client, asked, "/reports/?place=lyon", "/reports/?who=ana") == before


def test_no_more_than_the_newest_runs_are_counted(
    client: Client, chain: Chain, office: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(4):
        run([chain.lyon])
    monkeypatch.setattr(tables, "LISTED_AT_MOST", 3)
    assert "3 rows" in client.get("/reports/").text
