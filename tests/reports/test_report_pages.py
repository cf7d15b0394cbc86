"""The pages of reports: who sees what, how one is run, and that page, files and mail agree."""

import csv
import html
import io
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
import time_machine
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from backoffice.models import Snapshot
from backoffice.reports.definitions import REPORTS
from backoffice.reports.progress import tell, telling
from inventory.models import Product
from stores.models import Location, Mail, Role, User
from tests.factories import make_level, make_sku, make_staff, make_store, make_user, make_warehouse
from tests.queries import queries_of
from tests.reports.chain import Chain, make_chain, sell
from tests.reports.runs import WEEK, cells, plain, post_run, run
from tests.reports.test_snapshots import definition

pytestmark = pytest.mark.django_db

OFFICE = "/head-office/reports/consolidated/"
LYON = "/stores/lyon/reports/consolidated/"
MARCH = datetime(2026, 3, 3, 11, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def chain() -> Chain:
    return make_chain()


@pytest.fixture
def office(chain: Chain, client: Client) -> User:
    user = make_staff(Role.HEAD_OFFICE)
    client.force_login(user)
    return user


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


def number(text: str) -> Decimal | None:
    """What `−1,234.50` or `1 234,50` says."""
    text = text.replace("−", "-").replace("+", "").replace("%", "")
    text = re.sub(r"[\s\u00a0\u202f]", "", text)
    text = text.replace(",", "") if "." in text or "," not in text else text.replace(",", ".")
    return None if text in ("–", "") else Decimal(text)


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = load_workbook(io.BytesIO(content))
    names = ("stores", "products", "best", "about")
    return {
        name: [[cell.value for cell in row] for row in page.iter_rows()]
        for name, page in zip(names, book, strict=True)
    }


def comma_rows(content: bytes, separator: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=separator))


def same(text: str, value: Any) -> bool:
    """Whether a text of a page or CSV says what a cell of a workbook holds."""
    if isinstance(value, int | float):
        return number(text) == Decimal(str(value))
    return text == (value or "") or (text == "–" and value is None)


@pytest.mark.parametrize(("language", "separator"), [("en", ","), ("fr", ";")])
def test_page_files_and_what_is_mailed_hold_the_same_figures(
    client: Client, office: User, language: str, separator: str
) -> None:
    User.objects.filter(pk=office.pk).update(language=language)
    stored = post_run(client, OFFICE)
    client.post(f"{stored}send/", {"key": str(uuid4())})
    mail = Mail.objects.get(reader=office)
    page = client.get(stored).text
    book = sheets(client.get(f"{stored}files/xlsx/").content)
    assert sheets(bytes(mail.attachments.get(name__endswith=".xlsx").content)) == book
    for name in ("stores", "products", "best"):
        heading, *rows = book[name]
        in_csv = comma_rows(client.get(f"{stored}files/csv-{name}/").content, separator)
        assert in_csv[0] == heading
        for texts, values in zip(in_csv[1:], rows, strict=True):
            assert all(same(text, value) for text, value in zip(texts, values, strict=True))
        for texts, values in zip(cells(page, name), rows, strict=True):
            assert all(same(text, value) for text, value in zip(texts, values, strict=True))


@pytest.mark.usefixtures("office")
def test_the_about_sheet_says_what_was_asked(client: Client, office: User) -> None:
    stored = post_run(client, OFFICE, store=["lyon"])
    about = dict(sheets(client.get(f"{stored}files/xlsx/").content)["about"])
    assert about["Report"] == "The chain at a glance"
    assert about["Period"] == "1 March 2026 – 7 March 2026"
    assert about["Compared with"] == "22 February 2026 – 28 February 2026"
    assert (about["Places"], about["Made by"]) == ("Lyon", str(office))
    assert about["The same figures, on a page"].endswith(stored)


@pytest.mark.usefixtures("office")
def test_the_paper_holds_headline_period_and_rows(client: Client) -> None:
    answer = client.get(f"{post_run(client, OFFICE)}files/pdf/")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    name = "consolidated-2026-03-01-2026-03-07.pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'


@pytest.mark.usefixtures("office")
def test_names_that_spreadsheets_would_calculate_are_neutralised(client: Client) -> None:
    Product.objects.filter(name="Chocolat Noir").update(name='=HYPERLINK("http://x","y")')
    stored = post_run(client, OFFICE)
    book = load_workbook(io.BytesIO(client.get(f"{stored}files/xlsx/").content))
    cell = book.worksheets[1]["A2"]
    assert (cell.value, cell.data_type) == ('\'=HYPERLINK("http://x","y")', "s")
    assert b"\n\"'=HYPERLINK" in client.get(f"{stored}files/csv-products/").content


@pytest.mark.usefixtures("office")
def test_a_file_or_chart_that_is_not_there_is_not_found(client: Client) -> None:
    stored = post_run(client, OFFICE)
    for wanted in ("files/docx/", "files/stores/", "files/csv-nothing/", "charts/products/"):
        assert client.get(stored + wanted).status_code == 404
    assert client.get("/reports/999999/").status_code == 404


@pytest.mark.usefixtures("office")
def test_the_chart_is_a_picture_without_script_and_says_itself_in_words(client: Client) -> None:
    stored = post_run(client, OFFICE)
    page = client.get(stored).text
    words = "Revenue (€) by Store, 3 rows. Most: Lyon, 103.47. Least: Central, 0.00."
    assert f'<img src="{stored}charts/stores/" alt="{words}">' in page
    for theme in ("", "?theme=dark"):
        answer = client.get(f"{stored}charts/stores/{theme}")
        assert answer.headers["Content-Type"] == "image/svg+xml"
        policy = answer.headers["Content-Security-Policy"]
        assert policy == (
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none';"
            " sandbox allow-top-navigation-by-user-activation"
        )
        root = ElementTree.fromstring(answer.text)
        assert root.findall(f".//{SVG}script") == []
        texts = {text.text for text in root.iter(f"{SVG}text")}
        assert {"Lyon", "Paris", "Central", "103", "26", "36", "51", "Revenue (€)"} <= texts


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


WRONG = [
    ({"first": "abc"}, "first", "Choose a day, such as 2026-03-31."),
    ({"last": "0"}, "last", "Choose a day, such as 2026-03-31."),
    ({"first": "2026-03-08"}, "last", "The last day comes before the first."),
    ({"last": ""}, "last", "Choose the last day."),
    ({"first": ""}, "first", "Choose the first day."),
    ({"first": "0001-01-01"}, "first", "Choose a day from 2000 on."),
    ({"last": "9999-12-31"}, "last", "This day has not come yet."),
    ({"first": "2015-01-01"}, "last", "A report covers five years at most."),
    ({"period": "for-ever"}, "period", "There is no such period."),
]


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(("wrong", "field", "text"), WRONG)
def test_a_wrong_period_is_answered_in_words_at_the_field(
    client: Client, wrong: dict[str, str], field: str, text: str
) -> None:
    answer = client.post(OFFICE, WEEK | {"key": str(uuid4()), "compare": "last-year"} | wrong)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [text]
    assert text in html.unescape(answer.text)
    assert '<option value="last-year" selected>' in answer.text
    assert Snapshot.objects.count() == 0


@pytest.mark.usefixtures("office")
def test_stores_that_are_not_the_readers_are_no_choice(client: Client) -> None:
    answer = client.post(OFFICE, WEEK | {"key": str(uuid4()), "store": ["nowhere"]})
    assert (answer.status_code, Snapshot.objects.count()) == (422, 0)
    client.force_login(make_staff(Role.MANAGER, Location.objects.get(code="lyon")))
    page = client.get("/stores/lyon/reports/sales/").text
    assert "Paris" not in page
    assert "Central" not in page


@pytest.mark.usefixtures("office")
def test_a_product_is_named_by_code_or_words(client: Client, chain: Chain) -> None:
    make_sku("MOUSE2", name="Souris sans fil")
    for typed, code in [("mouse", "MOUSE"), ("optique", "MOUSE"), ("chocolat", "CHOC")]:
        post_run(client, "/head-office/reports/sales/", product=typed)
        assert Snapshot.objects.first().query["filters"] == {"product": [code]}  # type: ignore[union-attr]
    answer = client.post(
        "/head-office/reports/sales/", WEEK | {"key": str(uuid4()), "product": "souris"}
    )
    assert "Souris sans fil (MOUSE2)" in html.unescape(answer.text)
    assert answer.status_code == 422


def test_the_form_of_a_run_asks_the_same_again(client: Client, chain: Chain) -> None:
    with time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC), tick=False):
        client.force_login(make_staff(Role.HEAD_OFFICE))
        stored = post_run(client, OFFICE, period="last-month", store=["lyon", "paris"])
        page = client.get(stored)
        form = page.context["page"].form
        assert form["first"].value().isoformat() == "2026-02-01"
        assert form["store"].value() == ["lyon", "paris"]
        assert f'action="{OFFICE}"' in page.text
        assert re.search(r'active" type="submit" name="period" value="last-month"', page.text)
        stored = post_run(client, LYON)
        assert f'action="{LYON}"' in client.get(stored).text


@pytest.mark.usefixtures("office")
def test_one_click_on_a_card_runs_a_report(client: Client) -> None:
    page = client.get("/head-office/reports/")
    for card in page.context["cards"]:
        for one_click in card.runs:
            answer = client.post(card.url, dict(one_click.fields))
            assert answer.status_code == 302, (card.definition.name, one_click.label)
            assert client.get(answer.headers["Location"]).status_code == 200
    assert Snapshot.objects.exclude(state="done").count() == 0
    asked = set(Snapshot.objects.values_list("report", flat=True))
    assert asked == {name for name, report in REPORTS.items() if report.one_clicks}


@pytest.mark.usefixtures("office")
def test_a_link_fills_in_the_form(client: Client) -> None:
    with time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC), tick=False):
        client.force_login(make_staff(Role.HEAD_OFFICE))

        def shown(address: str) -> list[str]:
            form = client.get(OFFICE + address).context["form"]
            return [str(form["first"].value()), str(form["last"].value()), *form["store"].value()]

        assert shown("?period=last-month&store=lyon") == ["2026-02-01", "2026-02-28", "lyon"]
        assert shown("?first=2026-03-02&last=2026-03-03&store=lyon&store=paris") == [
            "2026-03-02",
            "2026-03-03",
            "lyon",
            "paris",
        ]
        assert shown("?store=x&period=for-ever") == ["2026-02-09", "2026-03-10", "x"]


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


@pytest.mark.usefixtures("office")
def test_the_list_narrows_to_ones_own_runs(client: Client, chain: Chain) -> None:
    mine = post_run(client, OFFICE)
    others = run([chain.lyon], by=make_staff(Role.MANAGER, chain.lyon))
    page = client.get("/reports/?mine=me").text
    assert mine in page
    assert f"/reports/{others.pk}/" not in page
    assert f"/reports/{others.pk}/" in client.get("/reports/").text
