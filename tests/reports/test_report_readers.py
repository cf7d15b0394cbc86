"""Who runs which report and sees which run; how much one person may ask for."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from backoffice.models import Snapshot
from backoffice.reports.definitions import REPORTS
from stores.models import Mail, Role, User
from tests.factories import make_staff, make_user, make_warehouse
from tests.reports.chain import Chain
from tests.reports.long_report import definition
from tests.reports.runs import LYON, OFFICE, WEEK, post_run, run

pytestmark = pytest.mark.django_db


def test_strangers_are_led_to_the_sign_in_page(client: Client, chain: Chain) -> None:
    for address in ("/head-office/reports/", OFFICE, LYON, "/reports/", "/reports/1/"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Location"][:15]) == (302, "/accounts/login")


def test_who_may_run_which_report(client: Client, chain: Chain) -> None:
    def status(user: User) -> list[int]:
        client.force_login(user)
        asked = WEEK | {"key": str(uuid4())}
        return [client.get(LYON).status_code] + [
            client.post(address, asked | {"key": str(uuid4())}).status_code
            for address in (
                OFFICE,
                LYON,
                "/head-office/reports/stock/",
                "/stores/lyon/reports/stock/",
            )
        ]

    assert status(make_user()) == [404, 403, 404, 403, 404]
    assert status(make_staff(Role.CLERK, chain.lyon)) == [403, 403, 403, 403, 403]
    assert status(make_staff(Role.MANAGER, chain.lyon)) == [200, 403, 302, 403, 302]
    assert status(make_staff(Role.MANAGER, chain.paris)) == [404, 403, 404, 403, 404]
    assert status(make_staff(Role.LOGISTICS)) == [403, 403, 403, 302, 302]
    assert status(make_staff(Role.AUDITOR)) == [200, 302, 302, 302, 302]
    assert status(make_staff(Role.HEAD_OFFICE)) == [200, 302, 302, 302, 302]


def test_who_works_for_one_place_is_led_to_its_reports(client: Client, chain: Chain) -> None:
    client.force_login(make_staff(Role.MANAGER, chain.lyon))
    assert client.get("/head-office/reports/").headers["Location"] == "/stores/lyon/reports/"
    page = client.get("/stores/lyon/reports/").text
    assert f'action="{LYON}"' in page
    client.force_login(make_staff(Role.LOGISTICS, make_warehouse("depot")))
    page = client.get("/stores/depot/reports/").text
    assert "/stores/depot/reports/stock/" in page
    assert "/reports/consolidated/" not in page


def test_the_old_address_of_a_stores_report_leads_to_the_new_one(client: Client) -> None:
    answer = client.get("/stores/lyon/report/?period=today")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{LYON}?period=today")


def test_a_snapshot_exists_for_those_who_may_see_all_its_places(
    client: Client, chain: Chain, office: User
) -> None:
    company, lyon = post_run(client, OFFICE), post_run(client, LYON)
    goods = post_run(client, "/head-office/reports/stock/")
    other = lyon.strip("/").split("/")[-1]
    readers = {
        "lyon": make_staff(Role.MANAGER, chain.lyon),
        "paris": make_staff(Role.MANAGER, chain.paris),
        "logistics": make_staff(Role.LOGISTICS),
        "auditor": make_staff(Role.AUDITOR),
        "clerk": make_staff(Role.CLERK, chain.lyon),
    }
    ways = ("", "files/xlsx/", "charts/stores/", "compare/")
    status: dict[str, list[int]] = {}
    for name, reader in readers.items():
        client.force_login(reader)
        found = {client.get(company + way).status_code for way in ways}
        found_lyon = {client.get(lyon + way).status_code for way in ways}
        assert len(found) == len(found_lyon) == 1
        status[name] = [*found, *found_lyon, client.get(goods).status_code]
        page = client.get("/reports/")
        if page.status_code == 200:
            assert (f'"{company}"' in page.text) == (status[name][0] == 200)
        assert client.get(f"{company}compare/?other={other}").status_code == status[name][0]
    assert status == {
        "lyon": [404, 200, 404],
        "paris": [404, 404, 404],
        "logistics": [404, 404, 200],
        "auditor": [200, 200, 200],
        "clerk": [403, 403, 403],
    }


def test_who_sees_some_places_only_runs_it_again_for_one(client: Client, chain: Chain) -> None:
    manager = make_staff(Role.MANAGER, chain.lyon)
    manager.memberships.create(role=Role.MANAGER, location=chain.paris)
    client.force_login(manager)
    both = run([chain.lyon, chain.paris])
    page = client.get(f"/reports/{both.pk}/").text
    assert "Run it again for one of your places" in page
    assert f'href="{LYON}"' in page
    assert "/head-office/reports/" not in page


def test_an_auditor_reads_and_is_sent_nothing(client: Client, chain: Chain) -> None:
    client.force_login(make_staff(Role.AUDITOR))
    stored = post_run(client, OFFICE)
    page = client.get(stored).text
    assert "€139.43" in page
    assert "Mail me this report" not in page
    assert client.post(f"{stored}send/", {"key": str(uuid4())}).status_code == 403
    assert Mail.objects.count() == 0


@pytest.mark.usefixtures("office")
def test_a_stored_report_is_sent_once_per_click(client: Client) -> None:
    stored, key = post_run(client, OFFICE), {"key": str(uuid4())}
    for _click in range(2):
        answer = client.post(f"{stored}send/", key)
        assert answer.headers["Location"] == stored
    mail = Mail.objects.get()
    assert mail.subject == "1 March 2026 – 7 March 2026: €139.43 in 2 stores (+82.3%)"
    assert stored in mail.html
    assert stored in mail.text
    client.post(f"{stored}send/", {"key": "abc"})
    assert Mail.objects.count() == 1


@override_settings(REPORTS_PER_PERSON=2)
@pytest.mark.usefixtures("office")
def test_who_asks_faster_than_anybody_reads_has_to_wait(client: Client) -> None:
    again = uuid4()
    first = post_run(client, OFFICE, key=str(again))
    post_run(client, OFFICE)
    assert post_run(client, OFFICE, key=str(again)) == first  # the same click
    refused = client.post(OFFICE, {"key": str(uuid4())})
    assert refused.status_code == 422
    assert "You asked for many reports" in refused.text
    assert Snapshot.objects.count() == 2
    for _mail in range(3):
        client.post(f"{first}send/", {"key": str(uuid4())})
    assert Mail.objects.count() == 2
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11), tick=False):
        assert client.post(OFFICE, {"key": str(uuid4())}).status_code == 302


@pytest.mark.usefixtures("office")
def test_one_person_does_not_keep_all_workers_busy(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(REPORTS, "long", definition(roles=(Role.MANAGER,)))
    monkeypatch.setattr("backoffice.actions.snapshots.MOST_WAITING", 1)
    post_run(client, "/head-office/reports/long/")
    assert client.post(OFFICE, {"key": str(uuid4())}).status_code == 422
    Snapshot.objects.update(state=Snapshot.State.DONE)
    assert client.post(OFFICE, {"key": str(uuid4())}).status_code == 302


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(("report", "group"), [("sales", "day"), ("stock", "article")])
def test_a_report_of_more_rows_than_anybody_reads_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch, report: str, group: str
) -> None:
    monkeypatch.setattr("backoffice.lib.grouped.MOST_ROWS", 1)
    monkeypatch.setattr("sales.figures.MOST_ROWS", 1)
    asked = {"key": str(uuid4()), **WEEK, "group_by": group}
    with CaptureQueriesContext(connection) as queries:
        refused = client.post(f"/head-office/reports/{report}/", asked)
    assert refused.status_code == 422
    assert "This would be more than 1 rows" in refused.text
    assert any("GROUPING SETS" in q["sql"] and "LIMIT 3" in q["sql"] for q in queries)
    assert not Snapshot.objects.exists()
