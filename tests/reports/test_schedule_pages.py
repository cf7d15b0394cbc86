"""The pages of schedules: list, form with its next days, one with what it sent, preview, mine."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.shortcuts import get_object_or_404
from django.test import Client
from django.utils.html import strip_tags

from backoffice.actions.deliveries import plan_reports, sweep_reports
from backoffice.models import ReportDelivery, Schedule, Snapshot
from backoffice.queries.overview import head_office_overview
from backoffice.reports.recurrence import Recurrence, Rhythm
from backoffice.views import schedule_form, schedules
from stores.models import Location, Mail, Role, User
from tests.clients import signed_in
from tests.factories import make_membership, make_staff
from tests.queries import queries_of
from tests.reports.chain import Chain
from tests.reports.schedules import MORNING, mails_to, schedule_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
NEW = "/reports/schedules/new/?report=consolidated"


@pytest.fixture
def lyon(chain: Chain) -> User:
    return make_staff(Role.MANAGER, chain.lyon)


def form(**given: Any) -> dict[str, Any]:
    return {
        "key": str(uuid4()),
        "name": "Week of my store",
        "period": "last-week",
        "compare": "before",
        "rhythm": "weekly",
        "weekdays": ["0"],
        "day": "1",
        "at": "07:30",
        "roles": ["manager"],
        "people": "",
        "formats": ["pdf", "csv"],
    } | given


def test_head_office_schedules_a_report_for_all_managers(office: User, lyon: User) -> None:
    client = signed_in(office)
    answer = client.post(NEW, form())
    schedule = Schedule.objects.get()
    assert answer.headers["Location"] == f"/reports/schedules/{schedule.pk}/"
    assert (schedule.rule, schedule.at.isoformat()) == ("FREQ=WEEKLY;BYDAY=MO", "07:30:00")
    assert schedule.query == {
        "period": "last-week",
        "compare": "before",
        "group_by": "",
        "then_by": "",
        "filters": {},
    }
    assert (schedule.formats, schedule.when_empty, schedule.owner) == (
        ["pdf", "csv"],
        False,
        office,
    )
    page = client.get(answer.headers["Location"]).text
    assert "Every week on Monday at 07:30" in page
    assert "Every store manager: their own stores" in page
    assert "1 reader now" in page
    assert "Every week on Monday at 07:30" in client.get("/reports/schedules/").text


def test_what_is_missing_is_said_and_what_was_typed_stays(office: User) -> None:
    client = signed_in(office)
    answer = client.post(NEW, form(weekdays=[], roles=[], at="25:00", name="Típo"))
    assert answer.status_code == 422
    assert "Choose at least one day of the week." in answer.text
    assert 'value="Típo"' in answer.text
    answer = client.post(NEW, form(roles=[]))
    assert "Choose who gets it: a role, or people by name." in answer.text
    answer = client.post(NEW, form(roles=[], people="nobody@x.example"))
    assert "Nobody who could read it is called “nobody@x.example”." in answer.text
    assert not Schedule.objects.exists()


def test_the_next_five_days_are_shown_before_anything_is_saved(office: User) -> None:
    client = signed_in(office)
    part = client.post(
        NEW,
        form(rhythm="monthly", day="31", show="1", name=""),
        headers={"HX-Request": "true", "HX-Target": "next-days"},
    )
    assert part.status_code == 200
    assert part.text.count("<li>") == 5
    for day in ("31 March", "30 April", "31 May", "30 June", "31 July"):
        assert f"{day} 2026" in part.text
    assert not Schedule.objects.exists()
    whole = client.post(NEW, form(show="1"))
    assert "Monday 9 March 2026" in whole.text
    assert not Schedule.objects.exists()


def test_a_manager_names_only_people_of_their_own_stores(lyon: User, chain: Chain) -> None:
    colleague = make_staff(Role.MANAGER, chain.lyon)
    stranger = make_staff(Role.MANAGER, chain.paris)
    client = signed_in(lyon)
    assert "Head office: all places" not in client.get(NEW).text
    refused = client.post(NEW, form(roles=["head_office"]))
    assert refused.status_code == 422
    refused = client.post(NEW, form(roles=[], people=stranger.email))
    assert f"Nobody who could read it is called “{stranger.email}”." in refused.text
    client.post(NEW, form(roles=[], people=f"{colleague.email}, {lyon.email}"))
    assert {r.person for r in Schedule.objects.get().recipients.all()} == {colleague, lyon}


def test_nobody_sees_or_touches_a_schedule_of_others(
    lyon: User, office: User, chain: Chain
) -> None:
    schedule = schedule_of(office)
    address = f"/reports/schedules/{schedule.pk}/"
    for person in (lyon, make_staff(Role.MANAGER, chain.paris), make_staff(Role.CLERK, chain.lyon)):
        client = signed_in(person)
        assert client.get(address).status_code == 404
        assert client.get(f"{address}preview/").status_code == 404
        assert client.post(f"{address}state/", {"what": "stop"}).status_code in (403, 404)
    schedule.refresh_from_db()
    assert schedule.state == "active"
    auditor = signed_in(make_staff(Role.AUDITOR))
    assert auditor.get(address).status_code == 200
    assert auditor.post(f"{address}state/", {"what": "stop"}).status_code == 403


def test_it_is_paused_resumed_stopped_started_and_deleted(office: User) -> None:
    schedule = schedule_of(office)
    client, address = signed_in(office), f"/reports/schedules/{schedule.pk}/"
    for what, state in [
        ("pause", "paused"),
        ("start", "active"),
        ("stop", "stopped"),
        ("pause", "stopped"),
        ("nothing", "stopped"),
        ("start", "active"),
    ]:
        client.post(f"{address}state/", {"what": what})
        schedule.refresh_from_db()
        assert schedule.state == state
    client.post(f"{address}delete/")
    assert not Schedule.objects.exists()


def test_editing_shows_what_there_is_and_changes_it(office: User, lyon: User) -> None:
    schedule = schedule_of(office, recurrence=Recurrence(Rhythm.MONTHLY, day=30), people=[lyon])
    client, address = signed_in(office), f"/reports/schedules/{schedule.pk}/edit/"
    page = client.get(address).text
    assert '<option value="30" selected>' in page
    assert lyon.email in page
    client.post(address, form(name="Other", rhythm="last-day", people=lyon.email, roles=[]))
    schedule.refresh_from_db()
    assert (schedule.name, schedule.rule) == ("Other", "FREQ=MONTHLY;BYMONTHDAY=-1")
    assert [recipient.person for recipient in schedule.recipients.all()] == [lyon]


def test_a_snapshot_fills_the_form(office: User, lyon: User) -> None:
    schedule_of(office)
    plan_reports()
    sweep_reports()
    snapshot = Snapshot.objects.first()
    assert snapshot
    page = signed_in(office).get(f"/reports/schedules/new/?from={snapshot.pk}").text
    assert '<option value="yesterday" selected>' in page
    for wrong in ("x", "9" * 30, "987654321"):
        assert signed_in(office).get(f"/reports/schedules/new/?from={wrong}").status_code == 404
    assert signed_in(office).get("/reports/schedules/new/?report=nothing").status_code == 404


def test_the_preview_is_the_readers_mail_and_nothing_is_sent_or_stored(
    office: User, lyon: User, chain: Chain
) -> None:
    paris = make_staff(Role.MANAGER, chain.paris)
    User.objects.filter(pk=paris.pk).update(language="fr")
    schedule = schedule_of(office)
    client, address = signed_in(office), f"/reports/schedules/{schedule.pk}/preview/"
    page = client.get(address, {"reader": lyon.pk}).text
    assert "Yesterday €77.97 in Lyon" in page
    assert "consolidated-2026-03-01.xlsx" in page
    assert "Hier 0,00 € à Paris" in client.get(address, {"reader": paris.pk}).text
    mail = client.get(f"{address}mail/", {"reader": paris.pk})
    assert "Lyon" not in mail.text
    assert "cid:" not in mail.text
    assert "sandbox" in mail.headers["Content-Security-Policy"]
    assert client.get(f"{address}mail/", {"reader": office.pk}).status_code == 404
    assert (Mail.objects.count(), Snapshot.objects.count()) == (0, 0)
    assert not ReportDelivery.objects.exists()


def test_send_me_now_mails_the_viewer_once_per_page(office: User, lyon: User) -> None:
    schedule = schedule_of(office)
    client, key = signed_in(office), str(uuid4())
    for _click in range(2):
        client.post(f"/reports/schedules/{schedule.pk}/send/", {"key": key})
    [mail] = mails_to(office)
    assert mail.subject == "Yesterday €77.97 in 2 stores (+52.9%)"
    assert "because you asked for this report" in mail.text
    assert mails_to(lyon) == []
    assert not ReportDelivery.objects.exists()


def test_a_reader_stops_receiving_it_and_begins_again(office: User, lyon: User) -> None:
    schedule = schedule_of(office)
    client, address = signed_in(lyon), f"/reports/schedules/{schedule.pk}/mine/"
    assert "Stop sending it to me" in client.get(address).text
    client.post(address)
    plan_reports()
    assert not ReportDelivery.objects.exists()
    assert "Send it to me again" in client.get(address).text
    assert "you don't receive it" in client.get("/reports/schedules/").text
    client.post(address, {"wants": "1"})
    assert "Stop sending it to me" in client.get(address).text
    assert signed_in(office).get(address).status_code == 404


def test_the_page_lists_what_was_sent_to_whom_with_its_figures(office: User, lyon: User) -> None:
    schedule = schedule_of(office)
    plan_reports()
    sweep_reports()
    page = signed_in(office).get(f"/reports/schedules/{schedule.pk}/").text
    delivery = schedule.deliveries.get(day="2026-03-02")
    assert f"/reports/{delivery.snapshot_id}/" in page
    assert f"What {lyon} got" in page


def rows_of(page: str) -> list[str]:
    """What stands in the first column of the page's table."""
    body = page.partition("<tbody")[2].partition("</tbody>")[0]
    firsts = [row.partition("<td")[2].partition("</td>")[0] for row in body.split("<tr")[1:]]
    return [strip_tags(f"<td{first}").strip() for first in firsts]


def test_the_list_is_narrowed_to_what_stopped_by_itself(office: User, client: Client) -> None:
    stopped: dict[str, Any] = {"state": "stopped", "stopped_at": MORNING}
    for name, changes in {
        "Works": {},
        "Waits": {"state": "paused"},
        "Broke": stopped | {"stopped_because": "failures"},
        "Was ended": stopped | {"stopped_because": "person"},
        "": {"failures": 2},
    }.items():
        schedule = schedule_of(office, name=name, report="stock" if changes else "consolidated")
        Schedule.objects.filter(pk=schedule.pk).update(**changes)
    client.force_login(office)
    for asked, names in {
        "": ["Morning report", "Broke", "Waits", "Was ended", "Works"],
        "?state=active": ["Morning report", "Works"],
        "?state=paused": ["Waits"],
        "?state=stopped": ["Broke", "Was ended"],
        "?state=by-itself": ["Broke"],
        "?report=consolidated": ["Works"],
        "?q=w": ["Waits", "Was ended", "Works"],
        "?q=morning": ["Morning report"],
        "?q=nothing": [],
    }.items():
        assert rows_of(client.get(f"/reports/schedules/{asked}").text) == names, asked
    assert "failed 2 times" in client.get("/reports/schedules/?state=active").text
    [trouble] = head_office_overview([], office).wrong
    assert (trouble.count, trouble.url) == (1, "/reports/schedules/?state=by-itself")


def test_what_was_sent_is_narrowed_by_reader_and_state(office: User, lyon: User) -> None:
    schedule = schedule_of(office)
    for day, reader, state in [(1, lyon, "sent"), (2, lyon, "failed"), (2, office, "sent")]:
        ReportDelivery.objects.create(
            schedule=schedule, reader=reader, day=f"2026-03-0{day}", state=state
        )
    client, address = signed_in(office), f"/reports/schedules/{schedule.pk}/"
    for asked, days in {
        "": ["2 Mar 2026", "2 Mar 2026", "1 Mar 2026"],
        "?state=failed": ["2 Mar 2026"],
        f"?q={lyon.email}": ["2 Mar 2026", "1 Mar 2026"],
        f"?q={lyon.email}&state=sent": ["1 Mar 2026"],
    }.items():
        assert rows_of(client.get(address + asked).text) == days, asked


def test_queries_grow_neither_with_schedules_nor_with_what_they_sent(
    office: User, chain: Chain
) -> None:
    def make(schedules: int, readers: int) -> Schedule:
        people = [make_staff(Role.MANAGER, chain.lyon) for _reader in range(readers)]
        made = [schedule_of(office, people=people) for _schedule in range(schedules)]
        for person in people:
            ReportDelivery.objects.create(
                schedule=made[0], reader=person, day=MORNING.date() - timedelta(days=1)
            )
        return made[0]

    client = signed_in(office)
    few = make(2, 2)
    addresses = ("/reports/schedules/", f"/reports/schedules/{few.pk}/", NEW)
    before = queries_of(client, *addresses)
    many = make(8, 8)
    assert queries_of(client, addresses[0], f"/reports/schedules/{many.pk}/", NEW) == before


def test_an_owner_who_was_demoted_sees_no_copies_of_other_stores(
    office: User, lyon: User, chain: Chain
) -> None:
    paris = make_staff(Role.MANAGER, chain.paris)
    User.objects.filter(pk=paris.pk).update(name="Zoé of Paris")
    schedule = schedule_of(office)
    plan_reports()
    sweep_reports()
    ReportDelivery.objects.filter(reader=paris).update(last_error="ValueError: in Paris")
    address = f"/reports/schedules/{schedule.pk}/"
    assert "Zoé of Paris" in signed_in(office).get(address).text
    office.memberships.all().delete()
    make_membership(Role.MANAGER, chain.lyon, user=office)
    page = signed_in(office).get(address).text
    assert f"What {lyon} got" in page
    assert "Zoé of Paris" not in page
    assert "in Paris" not in page


def test_a_role_at_another_place_of_the_owner_receives_nothing(lyon: User, chain: Chain) -> None:
    """Who manages Paris and sells in Lyon writes to the managers of Paris alone."""
    owner = make_staff(Role.MANAGER, chain.paris)
    make_membership(Role.CLERK, chain.lyon, user=owner)
    schedule = schedule_of(owner, name="Secret of Paris")
    assert "Secret of Paris" not in signed_in(lyon).get("/reports/schedules/").text
    assert signed_in(lyon).get(f"/reports/schedules/{schedule.pk}/mine/").status_code == 404
    seller = make_staff(Role.MANAGER, chain.lyon)
    make_membership(Role.CLERK, chain.paris, user=seller)
    assert signed_in(seller).get(f"/reports/schedules/{schedule.pk}/mine/").status_code == 404
    colleague = make_staff(Role.MANAGER, chain.paris)
    assert signed_in(colleague).get(f"/reports/schedules/{schedule.pk}/mine/").status_code == 200


def test_nobody_keeps_more_schedules_than_a_hundred(
    lyon: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backoffice.actions.schedules.MOST_SCHEDULES", 1)
    client, first = signed_in(lyon), form()
    assert client.post(NEW, first).status_code == 302
    assert client.post(NEW, first).status_code == 302  # the same click
    refused = client.post(NEW, form())
    assert refused.status_code == 422
    assert "You have 1 schedules already." in refused.text
    assert Schedule.objects.count() == 1


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("state/", {"what": "pause"}),
        ("state/", {"what": "stop"}),
        ("state/", {"what": "again"}),
        ("delete/", {}),
        ("edit/", form()),
        ("mine/", {}),
        ("mine/", {"wants": "1"}),
    ],
)
def test_a_schedule_that_somebody_deletes_just_now_leads_to_the_list(
    office: User, lyon: User, address: str, sent: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one is faster between the page's look at it and the change."""
    schedule = schedule_of(office, roles=[Role.MANAGER, Role.HEAD_OFFICE])
    client = signed_in(office)

    def found(*args: Any, **asked: Any) -> Any:
        it = get_object_or_404(*args, **asked)
        Schedule.objects.filter(pk=schedule.pk).delete()
        return it

    for module in (schedules, schedule_form):
        monkeypatch.setattr(module, "get_object_or_404", found)
    answer = client.post(f"/reports/schedules/{schedule.pk}/{address}", sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/reports/schedules/")
    assert not Schedule.objects.exists()


def test_a_store_that_closed_stays_in_the_schedule_that_names_it(
    office: User, lyon: User, chain: Chain
) -> None:
    """Edited for another hour, it goes on telling of this store, and not of all that are left."""
    client = signed_in(office)
    client.post(NEW, form(store=["lyon"]))
    Location.objects.filter(pk=chain.lyon.pk).update(is_active=False)
    path = f"/reports/schedules/{Schedule.objects.get().pk}/edit/"
    shown = client.get(path).context["form"]
    assert shown["store"].value() == ["lyon"]
    assert client.post(path, form(store=shown["store"].value(), at="08:00")).status_code == 302
    assert Schedule.objects.get().query["filters"] == {"store": ["lyon"]}


def test_a_role_that_is_sent_twice_is_one_reader(office: User, lyon: User) -> None:
    signed_in(office).post(NEW, form(roles=["manager", "manager"], formats=["pdf", "pdf"]))
    schedule = Schedule.objects.get()
    assert (schedule.recipients.count(), schedule.formats) == (1, ["pdf"])
