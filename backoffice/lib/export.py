"""Tables as files: CSV and XLSX in which numbers are numbers and no text is a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import HttpResponse
from django.utils.translation import get_language
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

type Cell = str | int | Decimal | date | None

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = re.compile(r"[\s\"'\u00a0\u200b]*[=+\-@|%＝＋－＠｜％]|[\t\r\n]")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
COMMA_LANGUAGES = {"fr"}  # 12,50: there a comma can't separate cells


@dataclass(frozen=True)
class Sheet:
    """A table: its name, its heading and its rows, of as many cells."""

    name: str
    heading: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def neutral(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet could take it for a formula."""
    text = UNPRINTABLE.sub("", text)
    return f"'{text}" if FORMULA.match(text) else text


def csv_bytes(sheet: Sheet) -> bytes:
    """UTF-8 with a byte order mark; semicolons and decimal commas where the language writes 12,50."""
    return b"".join(csv_lines(sheet, get_language() or "en"))


def csv_lines(sheet: Sheet, language: str) -> Iterator[bytes]:
    """The same a line at a time, for a list of any length."""
    comma = language.split("-")[0] in COMMA_LANGUAGES
    writer = csv.writer(_Line(), delimiter=";" if comma else ",")
    yield "\ufeff".encode() + writer.writerow([neutral(name) for name in sheet.heading])
    for row in sheet.rows:
        yield writer.writerow([_csv_cell(cell, comma=comma) for cell in row])


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> bytes:
        return text.encode()


def _csv_cell(cell: Cell, *, comma: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return neutral(cell)
    if isinstance(cell, date):
        return str(cell)
    return str(cell).replace(".", ",") if comma else str(cell)


def xlsx_bytes(sheets: Iterable[Sheet]) -> bytes:
    """A workbook with one sheet per table, its heading bold and in view."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", sheet.name)[:31])
        rows = [list(row) for row in sheet.rows]
        for number, name in enumerate(sheet.heading):
            longest = max([len(name), *(len(str(row[number])) for row in rows[:500])])
            width = min(max(longest + 2, 10), 60)
            page.column_dimensions[get_column_letter(number + 1)].width = width
        page.freeze_panes = "A2"
        page.append([_heading_cell(page, name) for name in sheet.heading])
        for row in rows:
            page.append([_xlsx_cell(page, cell) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _heading_cell(page: object, name: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, neutral(name))
    cell.font = Font(bold=True)
    return cell


def _xlsx_cell(page: object, value: Cell) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, neutral(value) if isinstance(value, str) else value)
    if isinstance(value, int):
        cell.number_format = "#,##0"
    elif isinstance(value, Decimal):
        places = max(-int(value.as_tuple().exponent), 0)
        cell.number_format = "#,##0" + (f".{'0' * places}" if places else "")
    return cell


def file_response(name: str, content_type: str, content: bytes) -> HttpResponse:
    """The file, to be saved under this name."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
