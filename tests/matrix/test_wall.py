"""A manager of Lyon sees nothing of Paris in any report: not in a page, a filter choice, a search, a
file, a chart, a snapshot, a mail or a total. In these tests the name of Paris holds the canary, too."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.actions import deliveries
from backoffice.actions.deliveries import deliver_report
from backoffice.actions.papers import sweep_papers
from backoffice.actions.snapshots import run_report
from backoffice.models import ReportDelivery, Schedule, Snapshot
from backoffice.models.snapshots import SnapshotQuerySet
from backoffice.reports.definitions import REPORTS
from backoffice.reports.periods import Days, Preset
from backoffice.reports.query import Compare, Query
from backoffice.reports.scope import Scope
from inventory.actions.adjustments import adjust_stock
from inventory.actions.alerts import review_all_alerts
from inventory.actions.stock import Move, move_stock
from inventory.models import Cause, Document, Sku, StockAdjustment, StockLevel
from shop.actions.fulfilment import hand_over
from shop.actions.order import Delivery
from stores.models import Location, Mail, Role, User
from stores.models.location import outer_place
from tests.factories import make_membership, make_restock, make_sku, make_user
from tests.matrix.test_matrix import ask, texts_of, without_ids
from tests.matrix.world import CANARY, NEVER, Things, World, make_sale
from tests.shop.orders import place_and_pay

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate(timezone=ZoneInfo("Europe/Paris"))  # as it is in both stores
WEEK = Days(TODAY - timedelta(days=6), TODAY)
SINGS = CANARY.casefold()
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


@pytest.fixture(autouse=True)
def unhindered(settings: Any) -> None:
    """One person asks here for more reports than anybody reads: that limit is another test's."""
    settings.REPORTS_PER_PERSON = 1_000_000


@pytest.fixture(scope="module")
def wall(world: World) -> World:
    """The world, in which Paris is called by its canary and both stores have something for each report."""
    Location.objects.filter(code="paris").update(name=f"{CANARY}-Store", city=f"{CANARY}-City")
    both = make_membership(Role.MANAGER, world.lyon.place, user=make_user("both@x.example")).user
    make_membership(Role.MANAGER, world.paris.place, user=both)
    world.users["manager of both"], world.clients["manager of both"] = both, Client()
    world.clients["manager of both"].force_login(both)
    lies = make_sku("LIES-1", name="Poussière")
    for things in (world.lyon, world.paris):
        things.place.refresh_from_db()
        more_happens(world, things, lies)
    review_all_alerts()
    return world


def more_happens(world: World, things: Things, lies: Sku) -> None:
    """A sale, an order that is handed over, a loss, and something that lies for a year."""
    make_sale(things.place, world.sku, things.clerk)
    hand_over(things.order.pk, by=things.clerk)
    lost(world, things)
    received(things.place, lies, timezone.now() - timedelta(days=365))


def received(place: Location, sku: Sku, when: datetime) -> None:
    opening, cause = outer_place(Location.Kind.OPENING), Cause(Document.OPENING, 9000 + place.pk)
    move_stock([Move(sku.pk, opening, place, 5)], cause=cause, by=None, occurred_at=when)


def lost(world: World, things: Things) -> None:
    adjust_stock(
        things.place,
        {world.sku.pk: 1},
        key=uuid4(),
        reason=StockAdjustment.Reason.DAMAGED,
        note="",
        by=things.clerk,
    )


def places(*codes: str) -> list[Location]:
    return list(Location.objects.filter(code__in=codes).order_by("name"))


def asked(report: str, group_by: str = "", then_by: str = "") -> Query:
    definition = REPORTS[report]
    groups = list(definition.groupings)
    return Query.of(
        WEEK,
        compare=Compare.BEFORE if definition.compares else Compare.NONE,
        group_by=group_by or next(iter(groups), ""),
        then_by=then_by,
    )


def answers(client: Client, snapshot: Snapshot) -> Iterator[tuple[str, Any]]:
    """Everything that can be fetched of a snapshot, by its address."""
    tables = list(snapshot.tables.values_list("name", flat=True))
    page = reverse("backoffice:snapshot_detail", args=[snapshot.pk])
    addresses = [page, *(f"{page}?{name}-q=canary" for name in tables)]
    addresses += [
        reverse("backoffice:snapshot_file", args=[snapshot.pk, wanted])
        for wanted in ("pdf", "xlsx", *(f"csv-{name}" for name in tables))
    ]
    addresses += [reverse("backoffice:snapshot_chart", args=[snapshot.pk, name]) for name in tables]
    addresses.append(reverse("backoffice:snapshot_compare", args=[snapshot.pk]))
    for address in addresses:
        answer = ask(client, "GET", address)[0]
        if answer.status_code == 202:  # a paper that a worker draws
            sweep_papers()
            answer = ask(client, "GET", address)[0]
        yield address, answer


def sings(answer: Any) -> bool:
    """Whether an answer says the canary, on one line or two."""
    return SINGS in re.sub(r"\s", "", texts_of(answer))


def tell_of_paris(client: Client, snapshot: Snapshot) -> list[str]:
    """The addresses of a snapshot whose answers tell of Paris."""
    return [address for address, answer in answers(client, snapshot) if sings(answer)]


def kept_of_paris(snapshot: Snapshot) -> str:
    """The cells that tell of Paris, whatever page or file would show them."""
    kept = snapshot.tables.values_list("chunks__rows", "totals")
    return ", ".join(re.findall(rf"[^\"']*{SINGS}[^\"']*", str(list(kept)).casefold()))


def run_by(client: Client, code: str, report: str, **words: str) -> Any:
    """The report's form, sent from the page of a place; the answer."""
    form = {"key": str(uuid4()), "first": f"{WEEK.first}", "last": f"{WEEK.last}"} | words
    return client.post(reverse("backoffice:store_report", args=[code, report]), form)


def latest() -> Snapshot:
    return Snapshot.objects.order_by("-pk")[0]


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


@pytest.mark.parametrize("report", REPORTS)
def test_the_totals_of_lyon_are_its_own_whatever_paris_has(wall: World, report: str) -> None:
    """The same run again, after much happened in Paris, stores the very same rows and totals."""
    groups = [name for name in REPORTS[report].groupings if name != "store"][:3]
    queries = [asked(report), *(asked(report, name, "store") for name in groups)]
    with transaction.atomic():
        before = [cells_of(report, query) for query in queries]
        of_both = cells_of(report, queries[0], "lyon", "paris")
        a_day_in_paris(wall)
        assert [cells_of(report, query) for query in queries] == before
        assert cells_of(report, queries[0], "lyon", "paris") != of_both
        transaction.set_rollback(True)


def cells_of(report: str, query: Query, *codes: str) -> list[tuple[Any, ...]]:
    counted = places(*(codes or ("lyon",)))
    snapshot = run_report(report, counted, query, key=f"{uuid4()}", by=None)
    return list(snapshot.tables.values_list("name", "chunks__rows", "totals"))


def a_day_in_paris(wall: World) -> None:
    """A sale, an order, a loss, a request, something that lies, and a shelf that is sold out."""
    paris, clerk = wall.paris.place, wall.paris.clerk
    order = place_and_pay({wall.sku: 1}, delivery=Delivery(store=paris))
    hand_over(order.pk, by=clerk)
    lost(wall, wall.paris)
    make_restock({wall.sku: 3}, store=paris, warehouse=wall.central, by=clerk)
    dust = make_sku(name="Cendre")
    received(paris, dust, timezone.now() - timedelta(days=300))
    left = StockLevel.objects.get(location=paris, sku=wall.sku).available
    make_sale(paris, wall.sku, clerk, units=left)


def scheduled(report: str, reader: User) -> Mail:
    """What a schedule of the company's, to every manager, sends to one of them."""
    query = asked(report).to_json() | {"period": Preset.LAST_7_DAYS}
    schedule = Schedule.objects.create(
        report=report,
        query=query,
        rule="FREQ=DAILY",
        formats=["xlsx", "csv"],
        when_empty=True,
    )
    schedule.recipients.create(role=Role.MANAGER)
    delivery = ReportDelivery.objects.create(schedule=schedule, day=TODAY, reader=reader)
    deliver_report(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.mail is not None, delivery.state
    return delivery.mail


def told_by(mail: Mail) -> list[str]:
    """The parts of a mail that tell of Paris."""
    parts = {"subject": mail.subject, "text": mail.text, "html": mail.html}
    told = [name for name, text in parts.items() if SINGS in re.sub(r"\s", "", text.casefold())]
    for attachment in mail.attachments.all():
        answer = HttpResponse(bytes(attachment.content))
        told += [attachment.name] if sings(answer) else []
    return told


@pytest.mark.parametrize("report", REPORTS)
def test_a_mail_of_the_companys_schedule_tells_each_manager_of_their_own(
    wall: World, report: str
) -> None:
    with transaction.atomic():
        assert told_by(scheduled(report, wall.users["manager Lyon"])) == []
        assert told_by(scheduled(report, wall.users["manager of both"])) != []
        transaction.set_rollback(True)


def test_without_the_narrowing_it_would_be_told(
    wall: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The measures above are not deaf: each narrowing that is taken away is heard."""
    client = wall.clients["manager Lyon"]
    foreign = run_report("stock", places("paris"), asked("stock"), key=f"{uuid4()}", by=None)
    with monkeypatch.context() as patch:
        patch.setattr(SnapshotQuerySet, "visible_to", lambda self, reader: self)
        assert tell_of_paris(client, foreign) != []
        assert sings(client.get(reverse("backoffice:snapshot_list")))
    with monkeypatch.context() as patch, transaction.atomic():
        patch.setattr(Scope, "places", lambda self, definition: places("lyon", "paris"))
        assert run_by(client, "lyon", "stock", group_by="store").status_code == 302
        assert kept_of_paris(latest()) != ""
        transaction.set_rollback(True)
    with monkeypatch.context() as patch, transaction.atomic():
        patch.setattr(deliveries, "places_for", lambda schedule, reader: Location.objects.inner())
        assert told_by(scheduled("stock", wall.users["manager Lyon"])) != []
        transaction.set_rollback(True)
