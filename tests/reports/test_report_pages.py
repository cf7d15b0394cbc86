"""The pages of reports: a run and its stored figures, sorted, found, followed, compared."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from backoffice.models import Snapshot
from backoffice.reports.definitions import REPORTS
from backoffice.reports.progress import tell, telling
from stores.models import Location, Role, User
from tests.factories import make_level, make_sku, make_staff, make_store
from tests.queries import queries_of
from tests.reports.chain import Chain, sell
from tests.reports.long_report import definition
from tests.reports.runs import LYON, OFFICE, cells, comma_rows, plain, post_run, run

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 3, 11, tzinfo=UTC)


@pytest.mark.usefixtures("office")
def test_a_run_leads_to_its_stored_figures(client: Client) -> None:
    stored = post_run(client, OFFICE)
    snapshot = Snapshot.objects.get()
    assert stored == f"/reports/{snapshot.pk}/"
    page = client.get(stored).text
    assert cells(page, "stores") == [
        [
            "Lyon",
            "lyon",
            "103.47",
            "25.50",
            "+305.8%",
            "2",
            "1",
            "+100.0%",
            "51.74",
            "6",
            "1",
            "+500.0%",
            "23",
            "128.00",
            "0",
            "0.00",
        ],
        [
            "Paris",
            "paris",
            "35.96",
            "51.00",
            "−29.5%",
            "1",
            "1",
            "0.0%",
            "35.96",
            "4",
            "2",
            "+100.0%",
            "24",
            "144.00",
            "0",
            "0.00",
        ],
        [
            "Central",
            "central",
            "0.00",
            "0.00",
            "–",
            "0",
            "0",
            "–",
            "–",
            "0",
            "0",
            "–",
            "30",
            "180.00",
            "0",
            "0.00",
        ],
        [
            "Total",
            "",
            "139.43",
            "76.50",
            "+82.3%",
            "3",
            "2",
            "+50.0%",
            "46.48",
            "10",
            "3",
            "+233.3%",
            "77",
            "452.00",
            "0",
            "0.00",
        ],
    ]
    assert cells(page, "products") == [
        ["Chocolat Noir", "CHOC", "7", "62.93", "53"],
        ["Souris optique", "MOUSE", "3", "76.50", "24"],
        ["Total", "", "10", "139.43", ""],
    ]


@pytest.mark.usefixtures("office")
def test_figures_lead_to_what_makes_them(client: Client, chain: Chain) -> None:
    page = client.get(post_run(client, OFFICE)).text
    days = "first=2026-03-01&amp;last=2026-03-07"
    assert f'href="/stores/lyon/reports/consolidated/?{days}&amp;compare=before"' in page
    assert f'href="/stores/lyon/sales/?{days}">2</a>' in page
    assert 'href="/stores/lyon/orders/?state=open"' in page
    assert f'href="/head-office/movements/?q=CHOC&amp;document=sale&amp;{days}">7</a>' in page
    assert f'href="/head-office/products/{chain.mouse.product_id}/"' in page
    page = client.get(post_run(client, LYON)).text
    assert f'href="/stores/lyon/stock/{chain.chocolate.pk}/movements/">3</a>' in page


@pytest.mark.usefixtures("office")
def test_rows_are_sorted_found_and_paged(client: Client, chain: Chain) -> None:
    for place in range(41):
        sku = make_sku(f"P{place}", name=f"Pen {place}")
        make_level(sku, chain.paris, on_hand=1)
        sell(chain.paris, MARCH + timedelta(minutes=place), {sku: 1})
    stored = post_run(client, OFFICE)
    first = client.get(stored).text
    assert "40 of 43 rows · page 1 of 2" in plain(first)
    for page in ("2", "99999"):
        shown = client.get(f"{stored}?products-page={page}").text
        assert len(cells(shown, "products")) == 4  # the totals, too
    found = cells(client.get(f"{stored}?products-q=sour").text, "products")
    assert [row[1] for row in found[:-1]] == ["MOUSE"]
    assert found[-1][2] == "51"  # of the whole table, as the database added it up
    assert "No row matches “zebra”." in client.get(f"{stored}?products-q=zebra").text
    shown = cells(client.get(f"{stored}?products-sort=-revenue").text, "products")
    assert [row[1] for row in shown[:2]] == ["MOUSE", "CHOC"]
    assert len(comma_rows(client.get(f"{stored}files/csv-products/").content, ",")) == 45
    part = client.get(stored, headers={"HX-Request": "true", "HX-Target": "report-tables"}).text
    assert part.strip().startswith('<div id="report-tables"')
    assert "</html>" not in part


@pytest.mark.usefixtures("office")
def test_two_runs_stand_side_by_side_with_the_difference(client: Client, chain: Chain) -> None:
    earlier = post_run(client, OFFICE)
    pk = earlier.strip("/").split("/")[-1]
    assert "the only run of this report" in client.get(f"{earlier}compare/").text
    sell(chain.lyon, MARCH, {chain.mouse: 1})
    stored = post_run(client, OFFICE, store=["lyon", "central"])
    page = client.get(f"{stored}compare/?other={pk}&figure=stores.revenue").text
    assert cells(page, "comparison") == [
        ["Lyon", "lyon", "128.97", "103.47", "+25.50", "+24.6%"],
        ["Central", "central", "0.00", "0.00", "0.00", ""],
        ["Paris", "paris", "–", "35.96", "−35.96", ""],
        ["Total", "", "128.97", "139.43", "−10.46", "−7.5%"],
    ]
    assert client.get(f"{stored}compare/?other=999999").status_code == 422


def test_a_long_run_shows_how_far_it_is_and_ends_in_its_result(
    client: Client, chain: Chain, office: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(REPORTS, "long", definition(roles=(Role.MANAGER,)))
    stored = post_run(client, "/head-office/reports/long/")
    snapshot = Snapshot.objects.get()
    page = client.get(stored).text
    assert "A worker is about to count" in page
    assert 'hx-trigger="every 1s"' in page
    with telling(snapshot.pk):
        tell(3, 12)
    part = {"HX-Request": "true", "HX-Target": "snapshot-progress"}
    page = client.get(stored, headers=part).text
    assert '<progress max="12" value="3"' in page
    assert "3 of 12 counted" in page
    assert client.get(f"{stored}files/xlsx/").status_code == 404
    Snapshot.objects.update(state=Snapshot.State.DONE)
    assert client.get(stored, headers=part).headers["HX-Refresh"] == "true"
    Snapshot.objects.update(state=Snapshot.State.FAILED, words="Too many <stores>.")
    page = client.get(stored).text
    assert "Too many &lt;stores&gt;." in page
    assert "Run it again below" in page
    assert 'action="/head-office/reports/long/"' in page


def test_the_pages_cost_the_same_with_more_stores_products_and_runs(
    client: Client, chain: Chain
) -> None:
    office = make_staff(Role.HEAD_OFFICE)
    client.force_login(office)

    def queries() -> list[int]:
        newest, other = run(chain_places(), by=office), run(chain_places(), by=office)
        pages = ["/reports/", "/head-office/reports/", "/head-office/reports/sales/"]
        pages += [OFFICE, f"/reports/{newest.pk}/"]
        return queries_of(client, *pages, f"/reports/{newest.pk}/compare/?other={other.pk}")

    def chain_places() -> list[Location]:
        return list(Location.objects.inner())

    before = queries()
    for _number in range(10):
        store, sku = make_store(), make_sku()
        make_staff(Role.CLERK, store)
        for place in (store, chain.lyon):
            make_level(sku, place, on_hand=5)
            sell(place, MARCH, {sku: 1})
        run([store], by=make_staff(Role.MANAGER, store))
    assert queries() == before
    assert max(before) <= 20


@pytest.mark.usefixtures("office")
def test_the_list_narrows_to_ones_own_runs(client: Client, chain: Chain) -> None:
    mine = post_run(client, OFFICE)
    others = run([chain.lyon], by=make_staff(Role.MANAGER, chain.lyon))
    page = client.get("/reports/?mine=me").text
    assert mine in page
    assert f"/reports/{others.pk}/" not in page
    assert f"/reports/{others.pk}/" in client.get("/reports/").text
