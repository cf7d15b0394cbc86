"""The lists of alerts: of every place, and of one."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from inventory.actions.alert_sweep import sweep_alerts
from inventory.actions.alerts import review_all_alerts
from inventory.actions.stock import Move, move_stock
from inventory.models import (
    Alert,
    Cause,
    Demand,
    Document,
    NotificationChoice,
    RestockRequest,
    StockLevel,
    Suggestion,
    Transfer,
)
from inventory.queries.alerts import COUNTS, SECONDS
from stores.models import Location, Role
from stores.models.location import outer_place
from tests.factories import (
    make_level,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_transfer,
    make_warehouse,
)
from tests.queries import queries_of

LIST = "/head-office/alerts/"


def run_out(store: Location, name: str, *, left: int = 0) -> StockLevel:
    level = make_level(make_sku(f"C-{name}", name=name), store, on_hand=10, reorder_point=4)
    customer = outer_place(Location.Kind.CUSTOMER)
    moves = [Move(level.sku_id, store, customer, 10 - left)]
    move_stock(moves, cause=Cause(Document.SALE, level.pk), by=None)
    return level


def bring_back(level: StockLevel) -> None:
    supplier = outer_place(Location.Kind.SUPPLIER)
    moves = [Move(level.sku_id, supplier, level.location, 20)]
    move_stock(moves, cause=Cause(Document.ADJUSTMENT, level.pk), by=None)


@pytest.mark.django_db
@pytest.mark.parametrize("page", [LIST, "/stores/lyon/alerts/"])
def test_a_stranger_signs_in_first(client: Client, page: str) -> None:
    make_store("lyon")
    assert client.get(page)["Location"] == f"/accounts/login/?next={page}"


@pytest.mark.django_db
def test_store_people_see_their_store_alone(client: Client) -> None:
    lyon, paris = make_store("lyon"), make_store("paris")
    level = run_out(lyon, "canary-lyon")
    run_out(paris, "canary-paris")
    client.force_login(make_staff(Role.MANAGER, lyon))
    assert client.get(LIST).status_code == 403
    assert client.get("/stores/paris/alerts/").status_code == 404
    assert client.get("/stores/nowhere/alerts/").status_code == 404
    page = client.get("/stores/lyon/alerts/").content.decode()
    assert "canary-lyon" in page
    assert f'href="/stores/lyon/stock/{level.sku_id}/movements/"' in page
    assert f'href="/stores/lyon/restock/new/?sku={level.sku_id}"' in page
    assert "canary-paris" not in page


@pytest.mark.django_db
def test_logistics_of_one_warehouse_sees_that_warehouse_alone(client: Client) -> None:
    central, other = make_warehouse("central"), make_warehouse("south")
    run_out(central, "in-central")
    run_out(other, "in-south")
    client.force_login(make_staff(Role.LOGISTICS, central))
    page = client.get(LIST).content.decode()
    assert "in-central" in page
    assert "in-south" not in page
    page = client.get(f"{LIST}?location=south").content.decode()
    assert "in-south" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.LOGISTICS, Role.HEAD_OFFICE, Role.AUDITOR])
def test_one_row_per_product_worst_first_and_filters(client: Client, role: Role) -> None:
    lyon, paris = make_store("lyon", name="Lyon"), make_store("paris", name="Paris")
    run_out(lyon, "Souris", left=3)
    run_out(lyon, "Café")
    run_out(paris, "Clavier")
    client.force_login(make_staff(role))
    page = client.get(LIST).content.decode()
    assert page.index("C-Café") < page.index("C-Clavier") < page.index("C-Souris")
    assert "3 rows" in page  # what is out isn't low besides
    page = client.get(f"{LIST}?kind=low").content.decode()
    assert "C-Souris" in page
    assert "C-Café" not in page
    page = client.get(f"{LIST}?location=paris").content.decode()
    assert "C-Clavier" in page
    assert "C-Café" not in page
    page = client.get(f"{LIST}?q=souris").content.decode()
    assert "C-Souris" in page
    assert "C-Clavier" not in page


@pytest.mark.django_db
def test_what_ended_stands_behind_a_filter_with_its_cause(client: Client) -> None:
    lyon = make_store("lyon")
    bring_back(run_out(lyon, "Souris"))
    client.force_login(make_staff(Role.CLERK, lyon))
    page = client.get("/stores/lyon/alerts/").content.decode()
    assert "C-Souris" not in page
    assert "Nothing calls for you." in page
    page = client.get("/stores/lyon/alerts/?state=closed").content.decode()
    assert "C-Souris" in page
    assert "stock adjustment" in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    ["kind=nothing", "location=-1", "told=yesterday", "state=x&q=%20", "kinds=x", "category=x"],
)
def test_filters_that_make_no_sense_are_ignored(client: Client, query: str) -> None:
    run_out(make_store("lyon"), "Souris")
    client.force_login(make_staff(Role.HEAD_OFFICE))
    assert client.get(f"{LIST}?{query}").status_code == 200


def bring(level: StockLevel, units: int) -> Transfer:
    """Units on the road to a level's place, from a warehouse, due tomorrow."""
    now = timezone.now()
    transfer = Transfer.objects.create(
        key=uuid4(),
        source=make_warehouse(),
        destination=level.location,
        state="in_transit",
        sent_at=now,
        due_at=now + timedelta(days=1),
    )
    transfer.lines.create(sku=level.sku, planned=units, sent=units)
    StockLevel.objects.filter(pk=level.pk).update(incoming=units)
    return transfer


@pytest.mark.django_db
@pytest.mark.parametrize("page", [LIST, "/stores/lyon/alerts/"])
def test_the_number_of_queries_does_not_grow(client: Client, page: str) -> None:
    store = make_store("lyon")
    client.force_login(make_staff(Role.HEAD_OFFICE))
    counts = []
    for rows in (3, 20):
        for number in range(rows):
            level = run_out(store, f"{rows}-{number}")
            bring(level, 2)
            make_restock({level.sku: 3}, store=store)
        counts += queries_of(client, page)
    assert counts[0] == counts[1] <= 13


@pytest.mark.django_db
def test_a_row_says_what_is_on_the_way_and_offers_the_next_step(client: Client) -> None:
    lyon = make_store("lyon", name="Lyon")
    levels = [run_out(lyon, name) for name in ("coming", "asked", "neither")]
    transfer = bring(levels[0], 2)
    request = make_restock({levels[1].sku: 24}, store=lyon)
    client.force_login(make_staff(Role.CLERK, lyon))
    page = client.get("/stores/lyon/alerts/").content.decode()
    text = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert f"2 in T-{transfer.pk} , due tomorrow" in text
    assert f"24 asked in R-{request.pk}" in text
    assert f"Open T-{transfer.pk}" in text
    assert f"Open R-{request.pk}" in text
    assert f'href="/stores/lyon/restock/new/?sku={levels[2].sku_id}"' in page


@pytest.mark.django_db
def test_what_is_covered_is_silent_and_stands_behind_a_filter(client: Client) -> None:
    lyon = make_store("lyon")
    bring(run_out(lyon, "covered"), 5)
    client.force_login(make_staff(Role.CLERK, lyon))
    assert "C-covered" not in client.get("/stores/lyon/alerts/").content.decode()
    page = client.get("/stores/lyon/alerts/?state=silent").content.decode()
    assert "C-covered" in page
    assert "what comes is enough" in page


@pytest.mark.django_db
def test_the_bell_counts_and_ticked_rows_are_acknowledged(client: Client) -> None:
    lyon, paris = make_store("lyon"), make_store("paris")
    run_out(lyon, "mine")
    run_out(paris, "foreign")
    mine, foreign = (Alert.objects.get(sku__code=f"C-{n}", kind="out") for n in ("mine", "foreign"))
    clerk = make_staff(Role.CLERK, lyon)
    client.force_login(clerk)
    url = "/stores/lyon/alerts/"
    assert 'aria-label="1 open alert"' in client.get(url).content.decode()
    answer = client.post(url, {"alert": [mine.pk, foreign.pk], "do": "acknowledge"}, follow=True)
    assert "1 alert acknowledged." in answer.content.decode()
    foreign.refresh_from_db()
    assert foreign.acknowledged_at is None
    page = client.get(url).content.decode()
    assert f"seen by {clerk}" in page
    assert "C-mine" not in client.get(f"{url}?state=open").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("count", "shown"), [(122, "122"), (999, "999"), (1000, "999+")])
def test_the_bell_shows_what_its_name_says(client: Client, count: int, shown: str) -> None:
    lyon = make_store("lyon")
    client.force_login(make_staff(Role.CLERK, lyon))
    cache.set(COUNTS, {lyon.pk: count}, SECONDS)
    page = client.get("/stores/lyon/alerts/").text
    assert f'aria-label="{shown} open alerts"' in page
    assert f'<span class="counter" aria-hidden="true">{shown}</span>' in page


@pytest.mark.django_db
def test_ticked_rows_are_put_off_and_brought_back(client: Client) -> None:
    lyon = make_store("lyon")
    run_out(lyon, "mine")
    alert = Alert.objects.get(kind="out")
    client.force_login(make_staff(Role.CLERK, lyon))
    url = "/stores/lyon/alerts/"
    for until in (lyon.local_day().isoformat(), "2026-99-99", "soon", ""):
        answer = client.post(url, {"alert": alert.pk, "do": "snooze", "until": until})
        assert answer.status_code == 422
        assert "Choose a day after today" in answer.content.decode()
    until = (lyon.local_day() + timedelta(days=3)).isoformat()
    answer = client.post(url, {"alert": alert.pk, "do": "snooze", "until": until}, follow=True)
    assert "1 alert snoozed." in answer.content.decode()
    assert "C-mine" not in client.get(url).content.decode()
    assert "C-mine" in client.get(f"{url}?state=snoozed").content.decode()
    answer = client.post(url, {"alert": alert.pk, "do": "wake"}, follow=True)
    assert "1 alert is back." in answer.content.decode()


@pytest.mark.django_db
def test_an_auditor_reads_and_changes_nothing(client: Client) -> None:
    lyon = make_store("lyon")
    run_out(lyon, "mine")
    client.force_login(make_staff(Role.AUDITOR))
    for url in (LIST, "/stores/lyon/alerts/"):
        assert 'name="alert"' not in client.get(url).content.decode()
        alerts = Alert.objects.values_list("pk", flat=True)
        assert client.post(url, {"alert": alerts, "do": "acknowledge"}).status_code == 403
    assert not Alert.objects.filter(acknowledged_at__isnull=False).exists()


@pytest.mark.django_db
def test_what_loses_most_sales_comes_first(client: Client) -> None:
    lyon = make_store("lyon")
    for name, price, units, left in (
        ("slow", "90.00", 1, 0),  # 90 × 1 ÷ 28
        ("fast", "10.00", 28, 0),  # 10 × 28 ÷ 28
        ("ebbing", "22.00", 56, 3),  # 22 × (2 − 3 ÷ 2 days)
        ("covered", "20.00", 28, 4),  # four days of cover, and goods come in two
    ):
        level = make_level(make_sku(f"C-{name}", price=price), lyon, on_hand=left, reorder_point=4)
        Demand.objects.create(location=lyon, sku=level.sku, units=units, counted_on="2026-11-01")
    review_all_alerts()
    alerts = Alert.objects.loud().with_urgency().most_urgent_first()
    assert [(alert.code, str(alert.lost_per_day)) for alert in alerts] == [
        ("C-ebbing", "11.00"),
        ("C-fast", "10.00"),
        ("C-slow", "3.21"),
        ("C-covered", "0.00"),
    ]
    Suggestion.objects.create(
        location=lyon,
        sku=alerts[3].sku,
        warehouse=make_warehouse(),
        units=5,
        desired=9,
        available=4,
        incoming=0,
        asked=0,
        sold=28,
        by_rate=False,
        cover_days=0,
        lost_per_day="12.00",
    )
    client.force_login(make_staff(Role.CLERK, lyon))
    page = client.get("/stores/lyon/alerts/").content.decode()
    assert page.index("C-covered") < page.index("C-fast") < page.index("C-slow")


@pytest.mark.django_db
def test_a_product_and_a_place_say_who_would_be_told_and_why(client: Client) -> None:
    lyon, paris = make_store("lyon", name="Lyon"), make_store("paris", name="Paris")
    level = run_out(lyon, "mine")
    clerk, other = make_staff(Role.CLERK, lyon), make_staff(Role.CLERK, paris)
    NotificationChoice.objects.create(user=clerk, subject="low", how="none")
    client.force_login(make_staff(Role.HEAD_OFFICE))
    for url in (
        f"/head-office/products/{level.sku.product_id}/",
        f"/head-office/stores/{lyon.pk}/",
    ):
        page = client.get(url).content.decode()
        told = page[page.index("Who would be told") :]
        text = " ".join(re.sub("<[^>]+>", " ", told).split())
        assert f"{clerk} clerk at once: out of stock, transfer late" in text
        assert "not at all: low" in text
        assert str(other) not in text


@pytest.fixture
def one_of_each() -> Location:
    """A store with an alert of each kind, but that its request waits at the warehouse."""
    lyon, warehouse = make_store("lyon", name="Lyon"), make_warehouse("central", name="Central")
    run_out(lyon, "out")
    run_out(lyon, "low", left=2)
    full = make_level(make_sku("C-full", name="full"), lyon, on_hand=9)
    StockLevel.objects.filter(pk=full.pk).update(maximum=5)
    long_ago = timezone.now() - timedelta(days=9)
    late = make_transfer({full.sku: 1}, source=warehouse, destination=lyon)
    late_since = {"sent_at": long_ago, "due_at": long_ago}
    Transfer.objects.filter(pk=late.pk).update(state="in_transit", **late_since)
    waiting = make_restock({full.sku: 1}, store=lyon, warehouse=warehouse)
    RestockRequest.objects.filter(pk=waiting.pk).update(asked_at=long_ago)
    review_all_alerts()
    sweep_alerts()
    return lyon


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["", "open", "acknowledged", "snoozed", "silent", "closed"])
def test_every_kind_is_shown_in_every_state(
    client: Client, one_of_each: Location, state: str
) -> None:
    """On both lists, in files, and where a mail leads; also what isn't about an article."""
    now, clerk = timezone.now(), make_staff(Role.CLERK, one_of_each)
    steps: dict[str, dict[str, object]] = {
        "acknowledged": {"acknowledged_by": clerk, "acknowledged_at": now},
        "snoozed": {"snoozed_by": clerk, "snoozed_until": now.date() + timedelta(days=9)},
        "closed": {"closed_at": now, "ending": "later"},
    }
    Alert.objects.update(told_at=now, **steps.get(state, {}))
    if state == "silent":
        StockLevel.objects.update(incoming=99)
    names = {
        alert.kind: alert.about for alert in Alert.objects.exclude(sku__code="C-out", kind="low")
    }
    assert set(names) == {"low", "out", "overstock", "late", "waiting"}
    shown = {"low", "out"} if state == "silent" else set(names)
    for reader, page, here in (
        (make_staff(Role.HEAD_OFFICE), LIST, shown),
        (clerk, "/stores/lyon/alerts/", shown - {"waiting"}),
    ):
        client.force_login(reader)
        for query in ({"state": state}, {"state": state, "export": "csv"}):
            answer = client.get(page, query)
            text = answer.getvalue().decode()
            assert [kind for kind in here if names[kind] not in text] == []
        assert client.get(page, {"state": state, "export": "xlsx"}).status_code == 200
        assert client.get(page, {"told": now.isoformat()}).status_code == 200


@pytest.mark.django_db
def test_what_is_filtered_comes_as_a_file(client: Client) -> None:
    lyon = make_store("lyon", name="Lyon")
    run_out(lyon, "gone")
    run_out(lyon, "low", left=2)
    client.force_login(make_staff(Role.HEAD_OFFICE))
    file = client.get(LIST, {"kind": "out", "export": "csv"})
    assert file["Content-Disposition"] == 'attachment; filename="alert_list.csv"'
    heading, *rows = file.getvalue().decode("utf-8-sig").splitlines()
    assert heading == "About,Code,State,Place,Available,Reorder point,Lost per day (€),Since"
    assert [row.rsplit(",", 1)[0] for row in rows] == ["gone,C-gone,out of stock,Lyon,0,4,0.00"]
