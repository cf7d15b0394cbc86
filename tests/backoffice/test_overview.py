"""The first pages: of head office, and of each store and warehouse."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from backoffice.actions.operations import check_ledger
from backoffice.models import Heartbeat, LedgerCheck
from backoffice.queries.overview import head_office_overview, place_overview
from backoffice.queries.takings import Takings, takings_today
from inventory.actions.alert_life import snooze_alerts
from inventory.actions.alert_sweep import sweep_alerts
from inventory.actions.alerts import review_all_alerts
from inventory.actions.suggestions import refresh_all
from inventory.models import Alert, RefreshRun, RestockRequest, StockLevel, Transfer
from sales.actions.sale import Item, Paid, record_sale
from sales.models import Tender
from stores.models import Location, Mail, Role
from tests.factories import (
    make_level,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_transfer,
    make_warehouse,
)

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
def test_today_stands_beside_the_same_day_last_week_until_the_same_hour() -> None:
    lyon = make_store("lyon")
    sell(lyon, "30.00", FRIDAY)
    sell(lyon, "20.00", FRIDAY - timedelta(hours=2))
    sell(lyon, "99.00", FRIDAY - timedelta(days=1))
    sell(lyon, "40.00", FRIDAY - WEEK - timedelta(hours=1))
    sell(lyon, "70.00", FRIDAY - WEEK + timedelta(hours=1))
    takings = takings_today([lyon], FRIDAY)[lyon.pk]
    assert takings == Takings(Decimal(50), 2, Decimal(40), 1, Decimal(110), Decimal(99))
    assert (takings.average, takings.change) == (Decimal("25.00"), Decimal("0.25"))
    assert (takings.tickets_change, takings.average_change) == (Decimal(1), Decimal("-0.375"))


@pytest.mark.django_db
def test_nothing_to_compare_with_is_not_a_change_of_nothing() -> None:
    lyon = make_store("lyon")
    takings = takings_today([lyon], FRIDAY)[lyon.pk]
    assert takings == Takings()
    assert (takings.change, takings.average, takings.average_change) == (None, None, None)


@pytest.mark.django_db
def test_each_store_has_its_own_day() -> None:
    paris, tokyo = make_store("paris"), make_store("tokyo", time_zone="Asia/Tokyo")
    evening = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # 17:00 in Paris, Saturday 01:00 in Tokyo
    sell(paris, "10.00", evening - timedelta(hours=2))
    sell(tokyo, "20.00", evening - timedelta(hours=2))  # Friday there, too
    sell(tokyo, "30.00", evening - timedelta(minutes=30))  # Saturday there
    takings = takings_today([paris, tokyo], evening)
    assert takings[paris.pk].revenue == Decimal(10)
    assert takings[tokyo.pk].revenue == Decimal(30)


@pytest.mark.django_db
def test_what_sells_best_is_most_urgent() -> None:
    lyon, paris = make_store("lyon"), make_store("paris")
    with time_machine.travel(FRIDAY, tick=False):
        for units in (1, 3):
            sku = make_sku(f"URGENT-{units}")
            make_level(sku, lyon, on_hand=units + 2, reorder_point=2)
            record_sale(
                key=uuid4(),
                location=lyon,
                items=[Item(sku.pk, units)],
                tenders=[Paid(Tender.Kind.CASH)],
                by=make_staff(Role.CLERK, lyon),
            )
        sell(paris, "1.00", FRIDAY, on_hand=1)
        overview = head_office_overview(Location.objects.inner())
        assert [(row.alert.location, row.sold) for row in overview.urgent] == [
            (lyon, 3),
            (paris, 1),
            (lyon, 1),
        ]
        assert [row.days_left for row in overview.urgent] == [18, 0, 56]
        assert (overview.out, overview.low) == (1, 2)
        at_lyon = place_overview(lyon)
        assert [row.alert.sku.code for row in at_lyon.urgent] == ["URGENT-3", "URGENT-1"]
        assert (at_lyon.out, at_lyon.low) == (0, 2)


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
    for overview in (head_office_overview(Location.objects.inner()), place_overview(lyon)):
        assert [row.alert.code for row in overview.urgent] == ["ART-low"]
        assert (overview.out, overview.low) == (0, 1)
    client.force_login(make_staff(Role.HEAD_OFFICE))
    assert client.get("/head-office/alerts/?kind=low").content.decode().count('name="alert"') == 1
    for page in (OFFICE, "/stores/lyon/", "/stores/central/"):
        assert ">None<" not in client.get(page).content.decode()


@pytest.mark.django_db
def test_decisions_and_troubles_are_counted() -> None:
    request = make_restock()
    Heartbeat.objects.create(name="worker", beaten_at=timezone.now())
    overview = head_office_overview(Location.objects.inner())
    assert overview.requests == [request]
    assert (overview.waiting_requests.count, overview.waiting_requests.since) == (
        1,
        request.asked_at,
    )
    assert overview.waiting_orders.count == 0
    assert not overview.troubles.some
    mail = {"to_email": "a@comptoir.example", "language": "en", "subject": "s", "text": "t"}
    Mail.objects.create(key="1", message_id="<1>", state=Mail.State.FAILED, **mail)
    Mail.objects.create(key="2", message_id="<2>", attempts=1, **mail)
    Mail.objects.create(key="3", message_id="<3>", **mail)
    Heartbeat.objects.update(beaten_at=timezone.now() - timedelta(hours=1))
    troubles = head_office_overview(Location.objects.inner()).troubles
    assert (troubles.failed_mails, troubles.late_mails, troubles.stuck_requests) == (1, 1, 0)
    assert troubles.worker_is_stale
    assert place_overview(request.store).requests == [request]
    assert place_overview(request.warehouse).requests == [request]
    assert place_overview(make_store()).requests == []


@pytest.mark.django_db
def test_when_suggestions_were_worked_out_is_said_and_missed(client: Client) -> None:
    Heartbeat.objects.create(name="worker", beaten_at=timezone.now())
    client.force_login(make_staff(Role.HEAD_OFFICE))
    assert head_office_overview(Location.objects.inner()).troubles.suggested_at is None
    refresh_all()
    run = RefreshRun.objects.get()
    troubles = head_office_overview(Location.objects.inner()).troubles
    assert (troubles.suggested_at, troubles.some) == (run.finished_at, False)
    assert "all were worked out afresh" in client.get(OFFICE).content.decode()
    RefreshRun.objects.update(finished_at=run.finished_at - timedelta(hours=2, seconds=1))
    troubles = head_office_overview(Location.objects.inner()).troubles
    assert troubles.suggestions_are_old
    assert troubles.some
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
def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    sell(make_store(), "1.00", timezone.now(), on_hand=1)
    make_restock()
    with django_assert_max_num_queries(14):
        client.get(OFFICE)
    for _ in range(12):
        sell(make_store(), "1.00", timezone.now(), on_hand=1)
        make_restock()
    cache.clear()
    with django_assert_max_num_queries(14):
        assert client.get(OFFICE).content.count(b"out of stock") == 8
    with django_assert_max_num_queries(14):
        client.get(f"/stores/{make_store('lyon').code}/")


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


@pytest.mark.django_db
def test_old_checks_of_the_ledger_are_forgotten() -> None:
    long_ago = timezone.now() - timedelta(days=31)
    LedgerCheck.objects.create(checked_at=long_ago, drift=3, guarded=True)
    check = check_ledger()
    assert list(LedgerCheck.objects.all()) == [check]
