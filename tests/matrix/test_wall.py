"""A manager of Lyon sees nothing of Paris in any report: not in a page, a filter choice, a search, a
file, a chart, a snapshot, a mail or a total. In these tests the name of Paris holds the canary, too."""

from uuid import uuid4

import pytest
from django.urls import reverse

from backoffice.actions.snapshots import run_report
from backoffice.reports.definitions import REPORTS
from backoffice.reports.query import Compare
from stores.models import Mail, Role
from tests.matrix.test_matrix import ask, without_ids
from tests.matrix.wall import (
    answers,
    asked,
    kept_of_paris,
    latest,
    places,
    run_by,
    sings,
    tell_of_paris,
)
from tests.matrix.world import NEVER, World

pytestmark = pytest.mark.django_db

PLACES = {"lyon": ["lyon"], "paris": ["paris"], "both": ["lyon", "paris"], "central": ["central"]}
ALL = ("lyon", "paris", "central")
OF_PLACES = {  # actor: the roles held where; written here once more, and reviewed by eye
    "manager Lyon": {"lyon": {Role.MANAGER}},
    "manager of both": {"lyon": {Role.MANAGER}, "paris": {Role.MANAGER}},
    "clerk Lyon": {},
    "logistics": {place: {Role.LOGISTICS} for place in ALL},
    "auditor": {place: {Role.MANAGER, Role.LOGISTICS} for place in ALL},
    "head office": {place: {Role.MANAGER, Role.LOGISTICS} for place in ALL},
}


@pytest.mark.parametrize("report", REPORTS)
def test_what_a_manager_of_lyon_runs_tells_of_lyon(wall: World, report: str) -> None:
    """Grouped by whatever there is; page, search, files, chart and comparison."""
    client = wall.clients["manager Lyon"]
    for number, group in enumerate(["", *REPORTS[report].groupings]):
        answer = run_by(client, "lyon", report, group_by=group, compare=Compare.BEFORE)
        assert answer.status_code == 302, (group, answer.content)
        snapshot = latest()
        assert snapshot.locations == [wall.lyon.place.pk]
        if number == 0:
            assert tell_of_paris(client, snapshot) == []
            form = client.get(reverse("backoffice:store_report", args=["lyon", report]))
            assert not sings(form)
        else:  # every cell that any of the surfaces could show
            assert kept_of_paris(snapshot) == ""


@pytest.mark.parametrize("report", REPORTS)
def test_the_same_of_both_stores_tells_of_paris(wall: World, report: str) -> None:
    """What is looked for above is really there: head office reads it in the same report."""
    by_store = "store" if "store" in REPORTS[report].groupings else ""
    query = asked(report, by_store)
    snapshot = run_report(report, places("lyon", "paris"), query, key=f"{uuid4()}", by=None)
    told = tell_of_paris(wall.clients["head office"], snapshot)
    assert any("/files/pdf" in address for address in told)
    assert any("/files/xlsx" in address for address in told)


@pytest.mark.parametrize("report", REPORTS)
def test_a_filter_that_names_paris_is_refused_or_finds_nothing(wall: World, report: str) -> None:
    """A store's own report has no filter of stores, so that the word is not read; a foreign clerk is
    refused by the control that offers Lyon's people."""
    client = wall.clients["manager Lyon"]
    assert run_by(client, "lyon", report, store="paris").status_code == 302
    counted = latest()
    assert counted.locations == [wall.lyon.place.pk]
    assert "store" not in counted.query["filters"]
    assert kept_of_paris(counted) == ""
    answer = run_by(client, "lyon", report, clerk=wall.paris.clerk.email)
    if "clerk" in REPORTS[report].filters:
        assert answer.status_code == 422
        assert "is not one of the available choices." in answer.content.decode()
        assert latest().pk == counted.pk
    else:
        assert answer.status_code == 302
        assert kept_of_paris(latest()) == ""
    form = reverse("backoffice:store_report", args=["lyon", report])
    page = client.get(f"{form}?store=paris&group_by=store&q=canary")
    assert (page.status_code, sings(page)) == (200, False)


@pytest.mark.parametrize("report", REPORTS)
def test_another_place_or_the_company_is_not_asked(wall: World, report: str) -> None:
    client, before = wall.clients["manager Lyon"], latest().pk
    there = reverse("backoffice:store_report", args=["paris", report])
    nowhere = reverse("backoffice:store_report", args=["nowhere", report])
    for method in ("GET", "POST"):
        paris, _rows = ask(client, method, there)
        never, _rows = ask(client, method, nowhere)
        assert paris.status_code == never.status_code == 404
        assert without_ids(paris, there) == without_ids(never, nowhere)
        company, _rows = ask(client, method, reverse("backoffice:report", args=[report]))
        assert company.status_code == 403
    assert latest().pk == before


def test_who_sees_which_snapshot_of_which_report(wall: World) -> None:
    """Each report × each set of places × each actor; what isn't seen looks as if it never existed."""
    wrong, foreign = [], 0
    never = reverse("backoffice:snapshot_detail", args=[NEVER])
    for report, (where, codes) in ((r, p) for r in REPORTS for p in PLACES.items()):
        snapshot = run_report(report, places(*codes), asked(report), key=f"{uuid4()}", by=None)
        page = reverse("backoffice:snapshot_detail", args=[snapshot.pk])
        for actor, held in OF_PLACES.items():
            client = wall.clients[actor]
            answer, _rows = ask(client, "GET", page)
            may = all(held.get(code, set()) & set(REPORTS[report].roles) for code in codes)
            should = 403 if not held else 200 if may else 404
            if answer.status_code != should:
                wrong.append(f"{actor}, {report} of {where}: {answer.status_code}, not {should}")
            if should == 404:
                foreign += 1
                absent, _rows = ask(client, "GET", never)
                if without_ids(answer, page) != without_ids(absent, never):
                    wrong.append(f"{actor}, {report} of {where}: not as what never existed")
    assert wrong == []
    assert foreign > 20


@pytest.mark.parametrize("report", REPORTS)
def test_nothing_of_a_foreign_snapshot_is_fetched_compared_or_sent(
    wall: World, report: str
) -> None:
    client = wall.clients["manager Lyon"]
    own = run_report(report, places("lyon"), asked(report), key=f"{uuid4()}", by=None)
    for codes in (["paris"], ["lyon", "paris"]):
        foreign = run_report(report, places(*codes), asked(report), key=f"{uuid4()}", by=None)
        assert {answer.status_code for _address, answer in answers(client, foreign)} == {404}
        mails = Mail.objects.count()
        sent = reverse("backoffice:snapshot_send", args=[foreign.pk])
        assert client.post(sent, {"key": str(uuid4())}).status_code == 404
        assert Mail.objects.count() == mails
        compare = reverse("backoffice:snapshot_compare", args=[own.pk])
        offered = client.get(compare)
        assert f'value="{foreign.pk}"' not in offered.content.decode()
        answer = client.get(f"{compare}?other={foreign.pk}")
        assert not sings(answer)
    listed = client.get(reverse("backoffice:snapshot_list"))
    assert not sings(listed)
