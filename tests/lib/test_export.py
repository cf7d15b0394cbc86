import io
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from openpyxl import load_workbook

from backoffice.lib.export import Sheet, csv_bytes, neutral, xlsx_bytes

SHEET = Sheet(
    "Stores: all/best",
    ["Store", "Revenue", "Tickets", "Day"],
    [["Lyon", Decimal("1234.50"), 12, date(2026, 3, 1)], ["=1+1", Decimal("-2.00"), -3, None]],
)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "|cmd",
        "%x",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        " =1",
        '"=1',
        "'=1",
        "\u00a0=1",
    ],
)
def test_a_text_that_a_spreadsheet_would_calculate_is_neutralised(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Lyon", "", "a=b", "Café – 1 kg", "100 %", "« Bio »"])
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    assert neutral(text) == text


def test_csv_in_english_has_commas_between_cells_and_points_in_numbers() -> None:
    assert csv_bytes(SHEET).decode("utf-8") == (
        "\ufeffStore,Revenue,Tickets,Day\r\nLyon,1234.50,12,2026-03-01\r\n'=1+1,-2.00,-3,\r\n"
    )


def test_csv_in_french_has_semicolons_between_cells_and_commas_in_numbers() -> None:
    with translation.override("fr"):
        assert csv_bytes(SHEET).decode("utf-8") == (
            "\ufeffStore;Revenue;Tickets;Day\r\nLyon;1234,50;12;2026-03-01\r\n'=1+1;-2,00;-3;\r\n"
        )


def test_xlsx_holds_numbers_as_numbers_and_texts_as_texts() -> None:
    book = load_workbook(io.BytesIO(xlsx_bytes([SHEET, Sheet("Empty", ["A"], [])])))
    assert book.sheetnames == ["Stores  all best", "Empty"]
    page = book.worksheets[0]
    assert [[cell.value for cell in row] for row in page.iter_rows()] == [
        ["Store", "Revenue", "Tickets", "Day"],
        ["Lyon", 1234.5, 12, page["D2"].value],
        ["'=1+1", -2, -3, None],
    ]
    assert [cell.data_type for cell in page[3][:3]] == ["s", "n", "n"]
    assert page["B2"].number_format == "#,##0.00"
    assert page["C2"].number_format == "#,##0"
    assert page.freeze_panes == "A2"


def test_characters_that_no_file_can_hold_are_left_out() -> None:
    assert b"L\x00yon" not in xlsx_bytes([Sheet("S", ["Store"], [["L\x00y\x0bon"]])])
    assert csv_bytes(Sheet("S", ["Store"], [["L\x00y\x0bon"]])).endswith(b"Lyon\r\n")
