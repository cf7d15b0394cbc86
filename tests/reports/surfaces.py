"""A stored report read back from where it is shown: page, XLSX, CSV and mail, as texts and cells.

What is expected is read from the rows of the database, not through the code that shows them.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import tinyhtml5
from django.test import Client
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from backoffice.actions.papers import sweep_papers
from backoffice.models import Snapshot, SnapshotTable
from backoffice.reports.definitions import REPORTS
from backoffice.reports.shown import file_heading, heading
from backoffice.reports.table import Column, column_called
from sales.models import Sale
from stores.models import Mail

NUMBERS = {"number", "money", "percent", "days", "decimal"}
DATES = {"day", "week", "month"}
NONE_BEFORE = {"en": "none", "fr": "aucun"}  # of an earlier figure that there wasn't
SEPARATORS = {"en": (",", "."), "fr": ("[\u00a0\u202f]", ",")}
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}


@dataclass(frozen=True)
class Known:
    """A column as it was stored."""

    number: int
    kind: str
    column: Column


@dataclass
class Shown:
    """What a surface shows of a table: cells as texts or values, by the columns that it has."""

    columns: list[Known]
    rows: list[list[Any]]
    totals: list[Any] | None = None
    left_out: int = 0


@dataclass
class Kept:
    """A table as the database keeps it."""

    record: SnapshotTable
    columns: list[Known] = field(init=False)
    rows: list[list[Any]] = field(init=False)

    def __post_init__(self) -> None:
        declared = REPORTS[self.record.snapshot.report].columns
        self.columns = [
            Known(number, kind, column)
            for number, (key, kind) in enumerate(self.record.columns)
            if kind != "ref" and (column := column_called(key, declared))
        ]
        chunks = self.record.chunks.order_by("number")
        self.rows = [row for chunk in chunks for row in chunk.rows]

    @property
    def title(self) -> str:
        return str(REPORTS[self.record.snapshot.report].titles[self.record.name])

    def meant(self, row: Sequence[Any], columns: Sequence[Known]) -> list[Any]:
        return [meaning(row[known.number], known.kind) for known in columns]


def kept_tables(snapshot: Snapshot) -> list[Kept]:
    return [Kept(record) for record in snapshot.tables.select_related("snapshot")]


def meaning(stored: Any, kind: str) -> Any:
    """What a stored cell says: a number with its places, a day, an hour, a code, a text."""
    if stored is None or stored == "":
        return None
    if kind in NUMBERS:
        return Decimal(str(stored))
    return date.fromisoformat(stored) if kind in DATES else stored


def read(text: str, known: Known, language: str) -> Any:
    """The same from what a person reads in this language; it raises if it is no such thing."""
    text = text.strip()
    if not text or (known.kind in NUMBERS and text == nothing(known, language)):
        return None
    if known.kind in NUMBERS:
        return _number(text, known.kind, language)
    if known.kind in DATES:
        return _day(text, known.kind, language)
    if known.kind == "hour":
        return int(re.sub(r"^(\d\d):00–\s?\d\d:00$", r"\1", text))
    if known.kind in ("word", "channel"):
        words = dict(Sale.Channel.choices) if known.kind == "channel" else known.column.words or {}
        return {str(word): code for code, word in words.items()}[text]
    return text


def nothing(known: Known, language: str) -> str:
    """How a figure that is missing is read."""
    is_earlier = known.column.compares and not known.column.is_change
    return NONE_BEFORE[language] if is_earlier else "–"


def _number(text: str, kind: str, language: str) -> Decimal:
    thousands, point = SEPARATORS[language]
    if kind == "percent":
        if not text.endswith("%"):
            raise ValueError(f"{text!r} is no percentage")
        text = re.sub(r"[\u00a0\u202f]?%$", "", text)
    whole, places = rf"\d{{1,3}}(?:{thousands}\d{{3}})*", rf"(?:{re.escape(point)}(\d+))?"
    found = re.fullmatch(rf"([+\u2212-]?)({whole}){places}", text)
    if found is None:
        raise ValueError(f"{text!r} is no number in {language}")
    sign, digits = found[1].replace("\u2212", "-"), re.sub(thousands, "", found[2])
    return Decimal(f"{sign}{digits}.{found[3]}" if found[3] else f"{sign}{digits}")


def _day(text: str, kind: str, language: str) -> date:
    if kind == "month":
        name, year = text.split()
        return date(int(year), MONTHS[language].split().index(name) + 1, 1)
    return datetime.strptime(text, "%d/%m/%Y" if language == "fr" else "%d %b %Y").date()


def markup(text: str) -> Any:
    return tinyhtml5.parse(text, namespace_html_elements=False)


def text_of(element: Any) -> str:
    return " ".join("".join(element.itertext()).split(" ")).strip()


def page_tables(client: Client, snapshot: Snapshot) -> dict[str, Shown]:
    """Every page of every table, as the pager leads from one to the next."""
    shown: dict[str, Shown] = {}
    for kept in kept_tables(snapshot):
        address = reverse("backoffice:snapshot_detail", args=[snapshot.pk])
        while address:
            page = markup(client.get(address).content.decode())
            shown.setdefault(kept.record.name, Shown(kept.columns, []))
            address = _read_page(page, kept, shown[kept.record.name])
    return shown


def _read_page(page: Any, kept: Kept, shown: Shown) -> str:
    """Add the rows of one page; the address of the next."""
    name = kept.record.name
    for table in page.iter("table"):
        if table.get("data-table") == name:
            headings = [text_of(cell) for cell in table.iter("th")]
            assert headings == [heading(known.column) for known in kept.columns]
            shown.rows += [[text_of(c) for c in row] for row in table.find("tbody").findall("tr")]
            if (foot := table.find("tfoot")) is not None:
                shown.totals = [text_of(cell) for cell in foot.find("tr")]
    links = [link.get("href") for link in page.iter("a") if link.get("rel") == "next"]
    following = [link for link in links if f"{name}-page=" in link]
    path = reverse("backoffice:snapshot_detail", args=[kept.record.snapshot_id])
    return path + following[0] if following else ""


def file_of(client: Client, snapshot: Snapshot, wanted: str) -> bytes:
    address = reverse("backoffice:snapshot_file", args=[snapshot.pk, wanted])
    if client.get(address).status_code == 202:  # a worker draws it
        sweep_papers()
    answer = client.get(address)
    assert answer.status_code == 200, wanted
    return answer.content


def csv_tables(client: Client, snapshot: Snapshot, language: str) -> dict[str, Shown]:
    return {
        kept.record.name: _of_file(
            kept,
            list(
                csv.reader(
                    io.StringIO(
                        file_of(client, snapshot, f"csv-{kept.record.name}").decode("utf-8-sig")
                    ),
                    delimiter=";" if language == "fr" else ",",
                )
            ),
        )
        for kept in kept_tables(snapshot)
    }


def xlsx_tables(client: Client, snapshot: Snapshot) -> dict[str, Shown]:
    book = load_workbook(io.BytesIO(file_of(client, snapshot, "xlsx")))
    kept = kept_tables(snapshot)
    sheets = book.worksheets[: len(kept)]
    return {
        one.record.name: _of_file(one, [list(row) for row in sheet.iter_rows(values_only=True)])
        for one, sheet in zip(kept, sheets, strict=True)
    }


def _of_file(kept: Kept, lines: list[list[Any]]) -> Shown:
    headings, *rows = lines
    assert headings == [file_heading(known.column) for known in kept.columns]
    totals = rows.pop() if kept.record.totals else None
    return Shown(kept.columns, rows, totals)


def read_file(text: str, known: Known, language: str) -> Any:
    """What a cell of a CSV says: numbers in the language's way, days as 2026-03-31."""
    if known.kind in NUMBERS and text:
        return Decimal(text.replace(",", ".") if language == "fr" else text)
    return read_workbook(text, known, language)


def read_workbook(value: Any, known: Known, language: str) -> Any:
    """What a cell of a workbook says: numbers as they are, months as 2026-03, no formula."""
    if value is None or value == "":
        return None
    if known.kind in NUMBERS:
        assert isinstance(value, int | float), value
        return Decimal(str(value))
    if known.kind in DATES:
        text = value.date().isoformat() if isinstance(value, datetime) else str(value)
        return date.fromisoformat(f"{text}-01" if known.kind == "month" else text)
    return read(re.sub(r"^'(?=[=+\-@|%])", "", str(value)), known, language)


def mail_tables(mail: Mail, snapshot: Snapshot) -> dict[str, Shown]:
    """The tables of the HTML: the first rows, of the columns that a mail has room for."""
    tables = _titled(markup(mail.html))
    found = {}
    for kept in kept_tables(snapshot):
        table = tables.get(kept.title)
        if table is None:
            found[kept.record.name] = Shown([], [])
            continue
        columns = _columns_called([text_of(cell) for cell in table.iter("th")], kept)
        rows = {
            kind: [
                [text_of(c) for c in row] for row in table.iter("tr") if row.get("class") == kind
            ]
            for kind in ("row", "total")
        }
        totals = rows["total"][0] if rows["total"] else None
        left_out = len(kept.rows) - len(rows["row"])
        found[kept.record.name] = Shown(columns, rows["row"], totals, left_out)
    return found


def _titled(page: Any) -> dict[str, Any]:
    """The table that follows each heading."""
    title, found = "", {}
    for element in page.iter():
        if element.tag == "h2":
            title = text_of(element)
        if element.tag == "table" and title and next(element.iter("th"), None) is not None:
            found.setdefault(title, element)
    return found


def _columns_called(headings: list[str], kept: Kept) -> list[Known]:
    columns, left = [], iter(kept.columns)
    for text in headings:
        columns.append(next(known for known in left if heading(known.column) == text))
    return columns


def mail_text_tables(mail: Mail, snapshot: Snapshot, html: dict[str, Shown]) -> dict[str, Shown]:
    """The same of the plain text: a line a row, below the title."""
    lines = mail.text.splitlines()
    found = {}
    for kept in kept_tables(snapshot):
        like = html[kept.record.name]
        titled = [n for n, line in enumerate(lines) if line.casefold() == kept.title.casefold()]
        at = titled[-1] + 1  # the report itself may be called as its table is
        if lines[at].split(" · ") == [heading(known.column) for known in like.columns]:
            at += 1
        rows = [line.split(" · ") for line in lines[at : at + len(like.rows)]]
        totals = lines[at + len(like.rows)].split(" · ") if like.totals else None
        found[kept.record.name] = Shown(like.columns, rows, totals, like.left_out)
    return found


def in_language(language: str) -> Any:
    return translation.override(language)
