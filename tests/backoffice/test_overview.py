"""The first pages: of head office, and of each store and warehouse."""

import html
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from backoffice.actions.operations import check_ledger
from backoffice.models import Heartbeat, LedgerCheck
from backoffice.queries.overview import head_office_overview, place_overview
from inventory.actions.alert_life import snooze_alerts
from inventory.actions.alert_sweep import sweep_alerts
from inventory.actions.alerts import review_all_alerts
from inventory.actions.suggestions import refresh_all
from inventory.models import Alert, RefreshRun, RestockRequest, StockLevel, Transfer
from sales.actions.sale import Item, Paid, record_sale
from sales.models import Tender
from shop.actions.order import Delivery
from shop.models import Order
from stores.models import Company, Location, Mail, Role
from tests.factories import (
    make_arrival,
    make_level,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_transfer,
    make_warehouse,
)
from tests.queries import queries_of
from tests.shop.orders import place_and_pay

FRIDAY = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)  # 14:00 in Paris
WEEK = timedelta(days=7)
OFFICE = "/head-office/"


def sell(store: Location, price: str, at: datetime, *, on_hand: int = 10) -> None:
    sku = make_sku(price=price)
    make_level(sku, store, on_hand=on_hand)
    with time_machine.travel(at, tick=False):
        record_sale(
            key=uuid4(),
            location=store,
            items=[Item(sku.pk, 1)],
            tenders=[Paid(Tender.Kind.CARD)],
            by=make_staff(Role.CLERK, store),
        )


@pytest.mark.django_db
def test_what_loses_most_sales_is_most_urgent() -> None:
    lyon, paris = make_store("lyon"), make_store("paris")
    with time_machine.travel(FRIDAY, tick=False):
        for units in (1, 3):
            sku = make_sku(f"URGENT-{units}")
            make_level(sku, lyon, on_hand=units + units // 3, reorder_point=2)
            record_sale(
                key=uuid4(),
                location=lyon,
                items=[Item(sku.pk, units)],
                tenders=[Paid(Tender.Kind.CASH)],
                by=make_staff(Role.CLERK, lyon),
            )
        sell(paris, "2.80", FRIDAY, on_hand=1)
        refresh_all()
        cache.clear()
        overview = head_office_overview(Location.objects.inner(), make_staff(Role.HEAD_OFFICE))
        rows = overview.running_out.rows
        assert [(row.alert.location, row.sold, row.alert.lost_per_day) for row in rows] == [
            (lyon, 1, Decimal("0.36")),
            (paris, 1, Decimal("0.10")),
            (lyon, 3, Decimal("0.00")),
        ]
        assert [row.days_left for row in rows] == [0, 0, 9]
        assert overview.running_out.lost_per_day == Decimal("0.46")
        assert (overview.out, overview.low) == (2, 1)
        at_lyon = place_overview(lyon, make_staff(Role.CLERK, lyon))
        found = [row.alert.code for row in at_lyon.running_out.rows]
        assert found == ["URGENT-1", "URGENT-3"]
        assert (at_lyon.out, at_lyon.low) == (1, 1)


@pytest.mark.django_db
def test_only_what_runs_out_and_says_so_is_about_to_run_out(client: Client) -> None:
    """Neither what is too much, late or waits, nor what is snoozed or covered; like the list."""
    lyon, warehouse = make_store("lyon"), make_warehouse("central")
    low, snoozed, covered, full = (
        make_level(make_sku(f"ART-{name}"), lyon, on_hand=2, reorder_point=3)
        for name in ("low", "snoozed", "covered", "full")
    )
    StockLevel.objects.filter(pk=full.pk).update(reorder_point=0, maximum=1)
    StockLevel.objects.filter(pk=covered.pk).update(incoming=2)
    long_ago = timezone.now() - WEEK
    late = make_transfer({low.sku: 1}, source=warehouse, destination=lyon)
    Transfer.objects.filter(pk=late.pk).update(
        state="in_transit", sent_at=long_ago, due_at=long_ago
    )
    waiting = make_restock({low.sku: 1}, store=lyon, warehouse=warehouse)
    RestockRequest.objects.filter(pk=waiting.pk).update(asked_at=long_ago)
    review_all_alerts()
    sweep_alerts()
    put_off = Alert.objects.get(sku=snoozed.sku)
    tomorrow = lyon.local_day() + timedelta(days=1)
    snooze_alerts([put_off.pk], until=tomorrow, by=make_staff(Role.CLERK, lyon))
    assert Alert.objects.open().values("kind").distinct().count() == 4
    office = make_staff(Role.HEAD_OFFICE)
    for overview in (
        head_office_overview(Location.objects.inner(), office),
        place_overview(lyon, office),
    ):
        assert [row.alert.code for row in overview.running_out.rows] == ["ART-low"]
        assert (overview.out, overview.low) == (0, 1)
    client.force_login(office)
    assert client.get("/head-office/alerts/?kind=low").content.decode().count('name="alert"') == 1
    for page in (OFFICE, "/stores/lyon/", "/stores/central/"):
        assert ">None<" not in client.get(page).content.decode()


@pytest.mark.django_db
def test_decisions_and_troubles_are_counted_with_the_oldest_and_their_list() -> None:
    office = make_staff(Role.HEAD_OFFICE)
    request = make_restock()
    make_restock()
    Heartbeat.objects.create(name="worker", beaten_at=timezone.now())
    overview = head_office_overview(Location.objects.inner(), office)
    assert [asked.pk for asked in overview.requests] == [request.pk, request.pk + 1]
    [waiting] = overview.waiting
    assert (waiting.count, waiting.since) == (2, request.asked_at)
    assert (waiting.text, waiting.url) == ("2 restock requests to decide", "/head-office/restock/")
    assert overview.wrong == []
    assert overview.health.is_well
    mail = {"to_email": "a@comptoir.example", "language": "en", "subject": "s", "text": "t"}
    Mail.objects.create(key="1", message_id="<1>", state=Mail.State.FAILED, **mail)
    Mail.objects.create(key="2", message_id="<2>", attempts=1, **mail)
    Mail.objects.create(key="3", message_id="<3>", **mail)
    Heartbeat.objects.update(beaten_at=timezone.now() - timedelta(hours=1))
    overview = head_office_overview(Location.objects.inner(), office)
    assert [(queue.name, queue.count, queue.url) for queue in overview.wrong] == [
        ("failed_mails", 1, "/head-office/mail/?state=failed"),
        ("delayed_mails", 1, "/head-office/mail/?state=delayed"),
    ]
    assert overview.health.worker_is_stale
    logistics = make_staff(Role.LOGISTICS, request.warehouse)
    assert place_overview(request.store, office).requests == [request]
    assert place_overview(request.warehouse, logistics).requests == [request]
    assert place_overview(make_store(), office).requests == []


@pytest.mark.django_db
def test_what_one_asked_for_oneself_waits_for_others() -> None:
    office = make_staff(Role.HEAD_OFFICE)
    own = make_restock(by=office)
    assert head_office_overview([], office).waiting == []
    assert [q.count for q in head_office_overview([], make_staff(Role.ADMIN)).waiting] == [1]
    assert head_office_overview([], make_staff(Role.AUDITOR)).requests == [own]
    Company.objects.update(own_requests_allowed=True)
    assert head_office_overview([], office).requests == [own]


@pytest.mark.django_db
def test_each_queue_opens_the_list_that_holds_as_many(client: Client) -> None:
    sku, lyon, central = make_sku(), make_store("lyon"), make_warehouse("central")
    now = timezone.now()
    late = make_arrival({sku: 2}, source=central, destination=lyon)
    make_arrival({sku: 1}, source=central, destination=lyon)
    Transfer.objects.filter(pk=late.pk).update(due_at=now - timedelta(hours=3))
    make_level(sku, lyon, on_hand=9)
    orders = [place_and_pay({sku: 1}, delivery=Delivery(store=lyon)) for _ in range(3)]
    Order.objects.filter(pk=orders[0].pk).update(placed_at=now - timedelta(days=2, seconds=1))
    Order.objects.filter(pk=orders[1].pk).update(placed_at=now - timedelta(days=1, hours=23))
    office = make_staff(Role.HEAD_OFFICE)
    client.force_login(office)
    queues = {queue.name: queue for queue in head_office_overview([lyon], office).waiting}
    assert {name: queue.count for name, queue in queues.items()} == {
        "late_transfers": 1,
        "stuck_orders": 1,
        "orders": 3,
    }
    assert queues["stuck_orders"].since == now - timedelta(days=2, seconds=1)
    for at_lyon, url in (
        (queues["stuck_orders"].url, "/head-office/orders/?state=stuck"),
        (queues["late_transfers"].url, "/head-office/transfers/?late=late"),
    ):
        assert at_lyon == url
        assert client.get(url).text.count("<tr") == 2  # the heading, and the one
    client.force_login(make_staff(Role.MANAGER, lyon))
    page = client.get("/stores/lyon/").text
    assert "1 order was paid long ago and not handed over" in page
    assert "1 transfer is late" in page
    for url in ("/stores/lyon/orders/?state=stuck", "/stores/lyon/transfers/?late=late"):
        assert f'href="{url}"' in page
        assert client.get(url).text.count("<tr") == 2


@pytest.mark.django_db
def test_what_went_wrong_opens_the_list_that_holds_as_many(client: Client) -> None:
    lyon, paris, central = make_store("lyon"), make_store("paris"), make_warehouse("central")
    long_ago = timezone.now() - timedelta(minutes=11)
    requests = [make_restock(store=store, warehouse=central) for store in (lyon, lyon, paris)]
    decided = {"decided_at": timezone.now(), "decided_by": make_staff(Role.LOGISTICS)}
    RestockRequest.objects.update(state=RestockRequest.State.APPROVED, **decided)
    stuck = RestockRequest.objects.filter(pk__in=[requests[0].pk, requests[2].pk])
    stuck.update(decided_at=long_ago)
    mail = {"to_email": "a@comptoir.example", "language": "en", "subject": "s", "text": "t"}
    for number, attempts in enumerate((0, 1, 2)):
        Mail.objects.create(key=f"{number}", message_id=f"<{number}>", attempts=attempts, **mail)
    client.force_login(make_staff(Role.HEAD_OFFICE))
    page = client.get(OFFICE).text
    for url, words in (
        ("/head-office/restock/?state=stuck", "2 approved requests are not carried out"),
        ("/head-office/mail/?state=delayed", "2 mails wait for the mail server"),
    ):
        assert f'href="{url}">{words}<' in page
        assert ">2 rows<" in client.get(url).text
    client.force_login(make_staff(Role.MANAGER, lyon))
    page, url = client.get("/stores/lyon/").text, "/stores/lyon/restock/?state=stuck"
    assert f'href="{url}">1 approved request is not carried out<' in page
    assert "mail server" not in page
    assert "stock figure" not in page  # the ledger is not theirs
    assert ">1 row<" in client.get(url).text


@pytest.mark.django_db
def test_where_nothing_waits_the_page_says_so_calmly(client: Client) -> None:
    make_store("lyon")
    client.force_login(make_staff(Role.HEAD_OFFICE))
    assert "Every request is decided, every transfer on time" in client.get(OFFICE).text
    assert "Every order is handed over, every transfer on time." in client.get("/stores/lyon/").text


@pytest.mark.django_db
def test_when_suggestions_were_worked_out_is_said_and_missed(client: Client) -> None:
    Heartbeat.objects.create(name="worker", beaten_at=timezone.now())
    client.force_login(make_staff(Role.HEAD_OFFICE))
    assert head_office_overview([], make_staff(Role.HEAD_OFFICE)).health.suggested_at is None
    refresh_all()
    run = RefreshRun.objects.get()
    health = head_office_overview([], make_staff(Role.HEAD_OFFICE)).health
    assert (health.suggested_at, health.is_well) == (run.finished_at, True)
    assert "all were worked out afresh" in client.get(OFFICE).content.decode()
    RefreshRun.objects.update(finished_at=run.finished_at - timedelta(hours=2, seconds=1))
    health = head_office_overview([], make_staff(Role.HEAD_OFFICE)).health
    assert health.suggestions_are_old
    assert not health.is_well
    assert "not worked out afresh for two hours" in client.get(OFFICE).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("page", [OFFICE, "/stores/lyon/"])
def test_a_stranger_signs_in_first(client: Client, page: str) -> None:
    make_store("lyon")
    assert client.get(page)["Location"] == f"/accounts/login/?next={page}"


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.CLERK, Role.MANAGER, Role.LOGISTICS])
def test_head_offices_page_is_for_head_office(client: Client, role: Role) -> None:
    client.force_login(make_staff(role))
    assert client.get(OFFICE).status_code == 403


@pytest.mark.django_db
def test_a_store_shows_itself_alone(client: Client) -> None:
    lyon, paris = make_store("lyon"), make_store("paris", name="Canary")
    sell(paris, "77.77", timezone.now(), on_hand=1)
    client.force_login(make_staff(Role.CLERK, lyon))
    assert client.get("/stores/paris/").status_code == 404
    page = client.get("/stores/lyon/").content.decode()
    assert "Canary" not in page
    assert "77.77" not in page
    assert "€0.00" in page


@pytest.mark.django_db
def test_only_people_who_sell_are_offered_the_till(client: Client) -> None:
    make_store("lyon")
    central = make_warehouse("central")
    client.force_login(make_staff(Role.AUDITOR))
    assert "/stores/lyon/sell/" not in client.get("/stores/lyon/").content.decode()
    client.force_login(make_staff(Role.LOGISTICS, central))
    page = client.get("/stores/central/").content.decode()
    assert "/sell/" not in page
    assert "Sold today" not in page


@pytest.mark.django_db
def test_only_people_who_may_see_sales_read_what_was_taken(client: Client) -> None:
    store = make_store("lyon")
    seen = {}
    for role in (Role.CLERK, Role.AUDITOR, Role.LOGISTICS):
        client.force_login(make_staff(role, store if role == Role.CLERK else None))
        seen[role] = b"Sold today" in client.get("/stores/lyon/").content
    assert seen == {Role.CLERK: True, Role.AUDITOR: True, Role.LOGISTICS: False}


@pytest.mark.django_db
def test_the_page_asks_for_its_figures_alone(client: Client) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    headers = {"HX-Request": "true", "HX-Target": "overview"}
    part = client.get(OFFICE, headers=headers).content.decode()
    assert part.strip().startswith('<div id="overview"')
    assert "<html" not in part
    assert 'data-refresh="45"' in part


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    lyon = make_store("lyon")
    sell(lyon, "1.00", timezone.now(), on_hand=1)
    make_restock()
    pages = (OFFICE, "/stores/lyon/", f"/stores/lyon/days/{lyon.local_day()}/")
    few = queries_of(client, *pages)
    for _ in range(12):
        sell(make_store(), "1.00", timezone.now(), on_hand=1)
        sell(lyon, "1.00", timezone.now(), on_hand=1)
        make_restock()
    assert queries_of(client, *pages) == few
    assert client.get(OFFICE).text.count('state-bad">out of stock<') == 6


@pytest.mark.django_db
def test_what_the_last_check_of_the_ledger_found_is_told(client: Client) -> None:
    level = make_level(make_sku(), make_store("lyon"), on_hand=20)
    Heartbeat.objects.create(name="worker", beaten_at=timezone.now())
    client.force_login(make_staff(Role.HEAD_OFFICE))
    assert "movements add up to" not in client.get(OFFICE).text
    assert check_ledger().drift == 0
    assert "Every stock figure is what its movements add up to." in client.get(OFFICE).text

    StockLevel.objects.filter(pk=level.pk).update(on_hand=19)
    assert (check_ledger().drift, LedgerCheck.objects.count()) == (1, 2)
    page = client.get(OFFICE).text
    assert "1 stock figure differs from its movements" in page
    assert "movements add up to" not in page
    place, sku = level.location, level.sku
    movements = f"/head-office/movements/?q={sku.code}&amp;place={place.code}"
    assert f'<a href="{movements}">{place}, {sku.code}</a>: the figure says 19, its rows ' in page
    assert "check_ledger names all" not in page
    assert client.get(html.unescape(movements)).text.count(sku.code) > 1
    LedgerCheck.objects.update(drift=21)
    assert "The command check_ledger names all of them." in client.get(OFFICE).text


@pytest.mark.django_db
def test_old_checks_of_the_ledger_are_forgotten() -> None:
    long_ago = timezone.now() - timedelta(days=31)
    LedgerCheck.objects.create(checked_at=long_ago, drift=3, guarded=True)
    check = check_ledger()
    assert list(LedgerCheck.objects.all()) == [check]


@pytest.mark.django_db
def test_the_count_of_requests_leads_to_as_many(client: Client) -> None:
    """Whoever asked must not decide, and finds their own requests in the queue all the same."""
    central, north = make_warehouse("central"), make_warehouse("north")
    me = make_staff(Role.HEAD_OFFICE)
    client.force_login(me)
    lyon = make_store("lyon")

    def listed(address: str) -> set[str]:
        return set(re.findall(r'href="/head-office/restock/(\d+)/', client.get(address).text))

    for warehouse, by in ((central, None), (central, me), (north, None), (north, None)):
        make_restock(store=lyon, warehouse=warehouse, by=by)
    for overview, count in (
        (head_office_overview(Location.objects.inner(), me), 3),
        (place_overview(central, me), 1),
        (place_overview(north, me), 2),
    ):
        [waiting] = overview.waiting
        assert waiting.count == count
        assert len(listed(waiting.url)) == count
    assert len(listed("/head-office/restock/")) == 4
    assert client.get("/head-office/restock/?own=nonsense").status_code == 200
    Company.objects.update(own_requests_allowed=True)
    [waiting] = head_office_overview(Location.objects.inner(), me).waiting
    assert (waiting.count, waiting.url) == (4, "/head-office/restock/")
