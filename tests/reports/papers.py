"""A stored report read back from its PDF: the cells of its tables, in the order in which they were written."""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.test import Client
from pypdf import PdfReader

from backoffice.models import Snapshot
from backoffice.reports.shown import heading
from tests.reports.surfaces import (
    NUMBERS,
    Kept,
    Known,
    Shown,
    file_of,
    kept_tables,
    meaning,
    nothing,
    read,
)

PX_PER_POINT = 4 / 3
HEAD, FOOT = 83, 68  # margins of a paper in CSS pixels, in which its running texts stand


def pdf_tables(client: Client, snapshot: Snapshot, language: str) -> dict[str, Shown]:
    """Cells in the order in which the paper was written; each is as many pieces of text as lines."""
    pieces = list(_pieces(file_of(client, snapshot, "pdf")))
    shown, at = {}, 0
    for kept in kept_tables(snapshot):
        if kept.rows:
            paper = _Paper(pieces, at, kept, language)
            shown[kept.record.name], at = paper.read_table(), paper.at
        else:
            shown[kept.record.name] = Shown(kept.columns, [])
    return shown


def _pieces(content: bytes) -> Iterator[str]:
    for page in PdfReader(io.BytesIO(content)).pages:
        found: list[str] = []
        height = float(page.mediabox.height) * PX_PER_POINT

        def visit(
            text: str,
            _cm: Any,
            matrix: Any,
            *_font: Any,
            height: float = height,
            found: Any = found,
        ) -> None:
            if text.strip() and HEAD < matrix[5] < height - FOOT:
                found.append(text.strip("\n"))

        page.extract_text(visitor_text=visit)
        yield from found


class _Paper:
    """Reads a table from pieces of text: whatever lies between its headings and its totals."""

    def __init__(self, pieces: list[str], at: int, kept: Kept, language: str) -> None:
        self.pieces, self.at, self.kept, self.language = pieces, at, kept, language
        self.headings = _tight("".join(heading(known.column) for known in kept.columns))

    def read_table(self) -> Shown:
        while not self.skip_headings():
            self.at += 1
        shown = Shown(self.kept.columns, [self.read_row(row) for row in self.kept.rows])
        if totals := self.kept.record.totals:
            self.skip_headings()
            [first, *others] = self.kept.columns
            assert self.take(lambda text: text in ("Total", "Total général"))
            shown.totals = ["Total", *(self.read_cell(totals[k.number], k) for k in others)]
            assert first
        return shown

    def skip_headings(self) -> bool:
        """Headings stand again on every page."""
        joined = ""
        for count in range(1, 80):
            joined += _tight("".join(self.pieces[self.at + count - 1 : self.at + count]))
            if joined == self.headings:
                self.at += count
                return True
            if not self.headings.startswith(joined):
                return False
        return False

    def read_row(self, row: Sequence[Any]) -> list[str]:
        self.skip_headings()
        return [
            self.read_cell(row[known.number], known, nothing(known, self.language))
            for known in self.kept.columns
        ]

    def read_cell(self, stored: Any, known: Known, missing: str = "") -> str:
        meant = meaning(stored, known.kind)
        if meant is None:
            is_said = missing and known.kind in NUMBERS
            return self.take(lambda text: text == missing) if is_said else ""
        return self.take(lambda text: self.says(text, known, meant))

    def says(self, text: str, known: Known, meant: Any) -> bool:
        if known.kind in ("text", "code"):
            return _tight(text) == _tight(meant)
        try:
            return bool(read(text, known, self.language) == meant)
        except (ValueError, KeyError, TypeError):
            return False

    def take(self, fits: Callable[[str], bool]) -> str:
        for count in range(1, 8):
            text = " ".join(self.pieces[self.at : self.at + count])
            if fits(text):
                self.at += count
                return text
        raise AssertionError(f"unexpected on paper: {self.pieces[self.at : self.at + 8]}")


def _tight(text: str) -> str:
    return re.sub(r"\s", "", text)
