"""The pages of the consolidated report: who sees what, and that page, files and mail agree."""

import csv
import html
import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from backoffice.actions.reports import plan_daily_reports, sweep_reports
from backoffice.models import Snapshot
from inventory.models import Product
from stores.models import Mail, Role, User
from tests.factories import make_level, make_sku, make_staff, make_store, make_user
from tests.queries import queries_of
from tests.reports.chain import Chain, make_chain, sell

pytestmark = pytest.mark.django_db

PAGE = "/head-office/reports/consolidated/"
LYON = "/stores/lyon/report/"
WEEK = "?first=2026-03-01&last=2026-03-07"
FILES = ("xlsx", "stores", "products", "best")
HTMX = {"HX-Request": "true", "HX-Target": "report"}


@pytest.fixture
def chain() -> Chain:
    return make_chain()


@pytest.fixture
def office(chain: Chain, client: Client) -> User:
    user = make_staff(Role.HEAD_OFFICE)
    client.force_login(user)
    return user


def table(page: str, name: str) -> list[list[str]]:
    """The figures in the rows of a table of the page, as plain text; a small one below another
    stands for itself."""
    found = re.search(rf'<table[^>]*data-table="{name}".*?</table>', page, re.S)
    assert found
    rows = re.findall(r"<tr>(.*?)</tr>", found.group(), re.S)[1:]
    return [[plain(cell) for cell in re.split(r"</td>|<small", row)[:-1]] for row in rows]


def plain(markup: str) -> str:
    markup = (
        markup.removeprefix(' class="trend-percent">').removeprefix(' class="code">').lstrip(">")
    )
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def number(text: str) -> Decimal | None:
    """What `−1,234.50` or `1 234,50` says."""
    text = text.replace("−", "-").replace("+", "").replace("%", "")
    text = re.sub(r"[\s\u00a0\u202f]", "", text)
    text = text.replace(",", "") if "." in text or "," not in text else text.replace(",", ".")
    return None if text in ("–", "") else Decimal(text)


def test_strangers_are_led_to_the_sign_in_page(client: Client, chain: Chain) -> None:
    for address in (PAGE, LYON, f"{PAGE}files/xlsx/", f"{LYON}files/xlsx/", "/reports/1/"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Location"][:15]) == (302, "/accounts/login")


@pytest.mark.parametrize("role", [Role.CLERK, Role.MANAGER, Role.LOGISTICS])
def test_the_company_report_is_for_head_office(client: Client, chain: Chain, role: Role) -> None:
    client.force_login(make_staff(role, None if role == Role.LOGISTICS else chain.lyon))
    for address in (PAGE, f"{PAGE}files/xlsx/", f"{PAGE}files/stores/"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert b"103.47" not in answer.content
    assert client.post(f"{PAGE}send/", {"key": str(uuid4())}).status_code == 403
    assert Snapshot.objects.count() == Mail.objects.count() == 0


def test_customers_and_clerks_see_no_report(client: Client, chain: Chain) -> None:
    client.force_login(make_user())
    assert [client.get(address).status_code for address in (PAGE, LYON)] == [403, 404]
    client.force_login(make_staff(Role.CLERK, chain.lyon))
    assert client.get(LYON).status_code == 403


def test_a_manager_sees_their_store_only(client: Client, chain: Chain) -> None:
    client.force_login(make_staff(Role.MANAGER, chain.lyon))
    answer = client.get(LYON + WEEK)
    assert "€103.47" in answer.text
    for foreign in ("Paris", "35.96", "139.43"):
        assert foreign not in answer.text
    assert client.get("/stores/paris/report/" + WEEK).status_code == 404
    for wanted in FILES:
        assert client.get(f"/stores/paris/report/files/{wanted}/{WEEK}").status_code == 404
        content = client.get(f"{LYON}files/{wanted}/{WEEK}").content
        assert b"Paris" not in content


def test_an_auditor_reads_and_sends_nothing(client: Client, chain: Chain) -> None:
    client.force_login(make_staff(Role.AUDITOR))
    answer = client.get(PAGE + WEEK)
    assert "€139.43" in answer.text
    assert "Mail me this report" not in answer.text
    assert client.get(f"{PAGE}files/stores/{WEEK}").status_code == 200
    assert client.post(f"{PAGE}send/", {"key": str(uuid4())}).status_code == 403
    assert "Mail me this report" not in client.get(LYON + WEEK).text


@pytest.mark.usefixtures("office")
def test_the_page_shows_each_store_and_the_total(client: Client) -> None:
    answer = client.get(PAGE + WEEK)
    assert table(answer.text, "stores") == [
        ["Lyon", "103.47", "+77.97", "+305.8%", "2", "51.74", "6", "23", "128.00", "0", "0.00"],
        ["Paris", "35.96", "−15.04", "−29.5%", "1", "35.96", "4", "24", "144.00", "0", "0.00"],
        ["Central", "0.00", "0.00", "0", "–", "0", "30", "180.00", "0", "0.00"],
        ["Total", "139.43", "+62.93", "+82.3%", "3", "46.48", "10", "77", "452.00", "0", "0.00"],
    ]
    assert table(answer.text, "products") == [
        ["Chocolat Noir", "CHOC", "7", "62.93", "53"],
        ["Souris optique", "MOUSE", "3", "76.50", "24"],
    ]
    assert "2 of 2 rows" in plain(answer.text)


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = load_workbook(io.BytesIO(content))
    return {
        name: [[cell.value for cell in row] for row in page.iter_rows()]
        for name, page in zip(("stores", "products", "best", "about"), book, strict=True)
    }


def comma_rows(content: bytes, separator: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=separator))


def exact(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


@pytest.mark.parametrize(("language", "separator"), [("en", ","), ("fr", ";")])
def test_page_files_and_mail_hold_the_same_figures(
    client: Client, office: User, language: str, separator: str
) -> None:
    User.objects.filter(pk=office.pk).update(language=language)
    asked = {"key": str(uuid4()), "first": "2026-03-01", "last": "2026-03-07"}
    stored = client.post(f"{PAGE}send/", asked).headers["Location"]
    mail = Mail.objects.get(reader=office)
    attached = {a.name.rpartition("-")[2]: bytes(a.content) for a in mail.attachments.all()}
    pages = [client.get(PAGE + WEEK).text, client.get(stored).text]
    books = [
        sheets(content)
        for content in (
            client.get(f"{PAGE}files/xlsx/{WEEK}").content,
            client.get(f"{stored}files/xlsx/").content,
            attached["07.xlsx"],
        )
    ]
    assert books[0]["stores"] == books[1]["stores"] == books[2]["stores"]
    assert books[0]["products"] == books[1]["products"] == books[2]["products"]
    for name in ("stores", "products", "best"):
        files = {
            client.get(f"{PAGE}files/{name}/{WEEK}").content,
            client.get(f"{stored}files/{name}/").content,
            attached.get(f"{name}.csv", client.get(f"{stored}files/{name}/").content),
        }
        assert len(files) == 1
        from_csv = comma_rows(files.pop(), separator)
        for in_csv, in_book in zip(from_csv, books[0][name], strict=True):
            for text, value in zip(in_csv, in_book, strict=True):
                assert (number(text) if isinstance(value, int | float) else text or None) == (
                    exact(value) if isinstance(value, int | float) else value
                )
    of_page = (2, 4, 5, 6, 7, 8, 9, 10, 11, 12)  # the columns of the file that the page shows
    of_mail = (2, 6, 7, 8, 9)
    in_book = books[0]["stores"][1:]
    for page in pages:
        for row, values in zip(table(page, "stores"), in_book, strict=True):
            assert row[0] == values[0].replace("Total", row[0])
            shown = [values[n] for n in of_page if n != 5 or values[n] is not None]
            assert [number(text) for text in row[1:]] == [exact(value) for value in shown]
        for row, values in zip(table(page, "products"), books[0]["products"][1:], strict=True):
            assert row[:2] == values[:2]
            assert [number(text) for text in row[2:]] == [exact(value) for value in values[2:]]
    in_mail = re.findall(r'<tr class="(?:store|total)">(.*?)</tr>', mail.html, re.S)
    for markup, values in zip(in_mail, in_book, strict=True):
        cells = [plain(cell) for cell in re.split(r"</td>|<br>", markup)[:-1]]
        del cells[2]  # the trend
        assert [number(text) for text in cells[1:]] == [exact(values[n]) for n in of_mail]
    best = mail.html.split('<tr class="best">')[1:]
    for markup, values in zip(best, books[0]["best"][1:], strict=True):
        assert plain(markup).startswith(f"{values[0]} {values[1]} {values[2]} {values[3]}")


@pytest.mark.usefixtures("office")
def test_the_tickets_of_a_store_lead_to_its_receipts_of_those_days(client: Client) -> None:
    page = client.get(PAGE + WEEK).text
    assert "/stores/lyon/sales/?first=2026-03-01&amp;last=2026-03-07" in page
    receipts = client.get(f"/stores/lyon/sales/{WEEK}").context["table"].rows
    assert len(receipts) == 2
    assert f'href="{LYON}{WEEK.replace("&", "&amp;")}"' in page


@pytest.mark.usefixtures("office")
def test_names_that_spreadsheets_would_calculate_are_neutralised(client: Client) -> None:
    Product.objects.filter(name="Chocolat Noir").update(name='=HYPERLINK("http://x","y")')
    book = load_workbook(io.BytesIO(client.get(f"{PAGE}files/xlsx/{WEEK}").content))
    cell = book.worksheets[1]["A2"]
    assert (cell.value, cell.data_type) == ('\'=HYPERLINK("http://x","y")', "s")
    assert b"\n\"'=HYPERLINK" in client.get(f"{PAGE}files/products/{WEEK}").content


@pytest.mark.parametrize(
    ("query", "field", "text"),
    [
        ("first=abc&last=2026-03-07", "first", "Choose a day, such as 2026-03-31."),
        ("first=2026-03-01&last=0", "last", "Choose a day, such as 2026-03-31."),
        ("first=2026-03-07&last=2026-03-01", "last", "The last day comes before the first."),
        ("first=2026-03-07", "last", "Choose the last day."),
        ("last=2026-03-07", "first", "Choose the first day."),
        ("first=0001-01-01&last=0001-01-02", "first", "Choose a day from 2000 on."),
        ("first=2026-03-01&last=9999-12-31", "last", "This day has not come yet."),
        ("first=2015-01-01&last=2026-03-01", "last", "A report covers five years at most."),
        ("period=for-ever", "period", "There is no such period."),
        ("first=" + "9" * 10_000, "first", "Choose a day, such as 2026-03-31."),
    ],
)
@pytest.mark.usefixtures("office")
def test_a_wrong_period_is_answered_in_words_at_the_field(
    client: Client, query: str, field: str, text: str
) -> None:
    for headers in ({}, HTMX):
        answer = client.get(f"{PAGE}?{query}", headers=headers)
        assert answer.status_code == 422
        assert answer.context["form"].errors[field] == [text]
        assert text in html.unescape(answer.text)
    assert client.get(f"{PAGE}files/xlsx/?{query}").headers["Location"] == f"{PAGE}?{query}"


@pytest.mark.usefixtures("office")
def test_days_may_be_typed_as_people_write_them(client: Client) -> None:
    assert "€139.43" in client.get(f"{PAGE}?first=01/03/2026&last=07/03/2026").text


@pytest.mark.usefixtures("office")
def test_named_periods_are_links_and_the_last_thirty_days_come_first(client: Client) -> None:
    with time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC), tick=False):
        office = make_staff(Role.HEAD_OFFICE)
        client.force_login(office)
        assert client.get(PAGE).context["report"].days.first == date(2026, 2, 9)
        month = client.get(f"{PAGE}?period=last-month").context["report"]
        assert (month.days.first, month.days.last) == (date(2026, 2, 1), date(2026, 2, 28))
        assert month.total.revenue == Decimal("76.50")


@pytest.mark.usefixtures("office")
def test_htmx_gets_the_part_that_it_asks_for(client: Client) -> None:
    report = client.get(PAGE + WEEK, headers=HTMX).text
    assert report.strip().startswith('<div id="report"')
    products = client.get(PAGE + WEEK, headers=HTMX | {"HX-Target": "report-products"}).text
    assert products.strip().startswith('<section id="report-products"')
    assert "</html>" not in report + products


@pytest.mark.usefixtures("office")
def test_products_are_found_and_paged(client: Client, chain: Chain) -> None:
    march = datetime(2026, 3, 3, 11, tzinfo=UTC)
    for number_ in range(41):
        sku = make_sku(f"P{number_}", name=f"Pen {number_}")
        make_level(sku, chain.paris, on_hand=1)
        sell(chain.paris, march + timedelta(minutes=number_), {sku: 1})
    first = client.get(PAGE + WEEK).text
    assert "40 of 43 rows · page 1 of 2" in plain(first)
    assert len(table(client.get(f"{PAGE}{WEEK}&page=2").text, "products")) == 3
    assert len(table(client.get(f"{PAGE}{WEEK}&page=99999").text, "products")) == 3
    assert [row[1] for row in table(client.get(f"{PAGE}{WEEK}&q=sour").text, "products")] == [
        "MOUSE"
    ]
    assert "matches “zebra”" in client.get(f"{PAGE}{WEEK}&q=zebra").text
    assert len(comma_rows(client.get(f"{PAGE}files/products/{WEEK}").content, ",")) == 44


def test_the_number_of_queries_does_not_grow(client: Client, chain: Chain) -> None:
    office, manager = make_staff(Role.HEAD_OFFICE), make_staff(Role.MANAGER, chain.lyon)

    def queries(user: User, address: str) -> int:
        client.force_login(user)
        return queries_of(client, address)[0]

    pages = [(office, PAGE + WEEK), (manager, LYON + WEEK)]
    before = [queries(*page) for page in pages]
    for _number in range(10):
        store, sku = make_store(), make_sku()
        for place in (store, chain.lyon):
            make_level(sku, place, on_hand=5)
            sell(place, datetime(2026, 3, 3, 11, tzinfo=UTC), {sku: 1})
    assert [queries(*page) for page in pages] == before
    assert max(before) <= 12


def test_a_report_that_is_asked_for_is_stored_and_mailed_once(client: Client, office: User) -> None:
    asked = {"key": str(uuid4()), "first": "2026-03-01", "last": "2026-03-07"}
    first = client.post(f"{PAGE}send/", asked)
    assert client.post(f"{PAGE}send/", asked).headers["Location"] == first.headers["Location"]
    snapshot = Snapshot.objects.get()
    assert first.headers["Location"] == f"/reports/{snapshot.pk}/"
    assert snapshot.made_by == office
    assert [mail.subject for mail in Mail.objects.all()] == [
        "1 March 2026 – 7 March 2026: €139.43 in 2 stores"
    ]
    answer = client.post(f"{PAGE}send/", asked | {"last": "2026-03-06"}, follow=True)
    assert "This page was used for another report" in answer.text
    assert Snapshot.objects.count() == Mail.objects.count() == 1


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    "wrong", [{"key": "abc"}, {"key": ""}, {"first": "x"}, {"last": "1999-01-01"}]
)
def test_a_report_that_makes_no_sense_is_not_sent(client: Client, wrong: dict[str, str]) -> None:
    asked = {"key": str(uuid4()), "first": "2026-03-01", "last": "2026-03-07"} | wrong
    answer = client.post(f"{PAGE}send/", asked, follow=True)
    assert "be sent: choose the period again" in answer.text
    assert Snapshot.objects.count() == Mail.objects.count() == 0


def test_a_snapshot_keeps_its_figures(client: Client, chain: Chain, office: User) -> None:
    asked = {"key": str(uuid4()), "first": "2026-03-01", "last": "2026-03-07"}
    stored = client.post(f"{PAGE}send/", asked).headers["Location"]
    before = client.get(f"{stored}files/stores/").content
    sell(chain.lyon, datetime(2026, 3, 3, 11, tzinfo=UTC), {chain.mouse: 1})
    assert client.get(f"{stored}files/stores/").content == before
    assert "€139.43" in client.get(stored).text
    assert "€164.93" in client.get(PAGE + WEEK).text
    assert [row[1] for row in table(client.get(f"{stored}?q=souris").text, "products")] == ["MOUSE"]


def test_a_snapshot_exists_for_those_who_may_see_all_its_places(
    client: Client, chain: Chain, office: User
) -> None:
    asked = {"key": str(uuid4()), "first": "2026-03-01", "last": "2026-03-07"}
    company = client.post(f"{PAGE}send/", asked).headers["Location"]
    lyon = client.post(f"{LYON}send/", asked | {"key": str(uuid4())}).headers["Location"]
    readers = {
        "lyon": make_staff(Role.MANAGER, chain.lyon),
        "paris": make_staff(Role.MANAGER, chain.paris),
        "auditor": make_staff(Role.AUDITOR),
        "clerk": make_staff(Role.CLERK, chain.lyon),
    }
    status: dict[str, list[int]] = {}
    for name, reader in readers.items():
        client.force_login(reader)
        status[name] = [
            client.get(address).status_code
            for address in (company, f"{company}files/xlsx/", lyon, f"{lyon}files/xlsx/")
        ]
    assert status == {
        "lyon": [404, 404, 200, 200],
        "paris": [404, 404, 404, 404],
        "auditor": [200, 200, 200, 200],
        "clerk": [403, 403, 403, 403],
    }


@pytest.mark.usefixtures("office")
def test_a_file_that_is_not_there_is_not_found(client: Client) -> None:
    assert client.get(f"{PAGE}files/pdf/").status_code == 404
    assert client.get("/reports/999/").status_code == 404


@pytest.mark.usefixtures("chain")
def test_a_chain_without_sales_says_so(client: Client) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    answer = client.get(f"{PAGE}?first=2020-01-01&last=2020-01-02")
    assert "Nothing was sold in this period" in answer.text
    assert "Nothing was sold in these 30 days" in answer.text


@pytest.mark.usefixtures("office")
def test_figures_lead_to_what_makes_them(client: Client, chain: Chain) -> None:
    page = client.get(PAGE + WEEK).text
    days = "first=2026-03-01&amp;last=2026-03-07"
    assert f'href="/head-office/movements/?q=CHOC&amp;document=sale&amp;{days}">7</a>' in page
    assert 'href="/stores/lyon/orders/?state=open"' in page
    sold = client.get(
        "/head-office/movements/?q=CHOC&document=sale&first=2026-03-01&last=2026-03-07"
    )
    assert sum(row.movement.quantity for row in sold.context["rows"]) == 7
    page = client.get(LYON + WEEK).text
    assert f'href="/stores/lyon/stock/{chain.chocolate.pk}/movements/">3</a>' in page


def test_sent_reports_are_listed_with_their_readers(client: Client, chain: Chain) -> None:
    office, ana = make_staff(Role.HEAD_OFFICE), make_staff(Role.MANAGER, chain.lyon)
    with time_machine.travel(datetime(2026, 3, 8, 6, tzinfo=UTC), tick=False):
        plan_daily_reports()
        sweep_reports()
    of_lyon = Snapshot.objects.get(locations=[chain.lyon.pk])
    of_all = Snapshot.objects.exclude(pk=of_lyon.pk).get()

    client.force_login(office)
    page = client.get(PAGE).text
    assert 'href="/reports/"' in page
    rows = client.get("/reports/").context["table"].rows
    shown = [[row.get_cell("locations"), row.get_cell("readers")] for row in rows]
    assert sorted(shown) == [["Lyon", str(ana)], ["Lyon, Paris, Central", str(office)]]

    client.force_login(ana)
    page = client.get("/reports/").text
    assert f'href="/reports/{of_lyon.pk}/"' in page
    assert f'href="/reports/{of_all.pk}/"' not in page
    assert "Paris" not in page
    assert "/head-office/" not in client.get(f"/reports/{of_lyon.pk}/").text
    client.force_login(make_staff(Role.CLERK, chain.lyon))
    assert client.get("/reports/").status_code == 403


@pytest.mark.usefixtures("office")
def test_the_list_of_sent_reports_costs_the_same_with_more_of_them(client: Client) -> None:
    reader = make_staff(Role.MANAGER, make_store())
    counted = []
    for number in (1, 10):
        for other in range(number):
            snapshot = Snapshot.objects.create(
                key=f"{number} {other}",
                report="consolidated",
                first_day=date(2026, 3, 1),
                last_day=date(2026, 3, 1),
                locations=[],
                data={},
                made_by=reader,
            )
            day = date(2026, 3, 1) + timedelta(days=number + other)
            snapshot.deliveries.create(report="consolidated", day=day, reader=reader)
        counted += queries_of(client, "/reports/")
    assert counted[0] == counted[1] <= 10
