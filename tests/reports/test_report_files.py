"""A stored report as files and pictures, which hold the same figures as its page."""

import io
import re
from decimal import Decimal
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from django.test import Client
from openpyxl import load_workbook

from inventory.models import Product
from stores.models import Mail, User
from tests.reports.runs import OFFICE, cells, comma_rows, post_run

pytestmark = pytest.mark.django_db

SVG = "{http://www.w3.org/2000/svg}"


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
    assert about["Report"] == "Lyon at a glance"
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
