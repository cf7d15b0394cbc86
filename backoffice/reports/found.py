"""One page of a stored table: in the stored order it reads a chunk or two; sorted or searched, the
database goes through that table alone."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db import connection

from backoffice.lib.text import any_accent, search_words
from backoffice.models import SnapshotTable
from backoffice.reports.stored import columns_of, filled, rows_between
from backoffice.reports.table import Column, Kind, Table

PER_PAGE = 40
EACH_ROW = """
    FROM backoffice_snapshotrows chunk,
        jsonb_array_elements(chunk.rows) WITH ORDINALITY AS stored(cells, place)
    WHERE chunk.table_id = %s
"""
WORDS = (Kind.TEXT, Kind.CODE)
MOST_WORDS = 8


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to see of a table: `sort` is a column, `-column` downwards."""

    page: str = "1"
    sort: str = ""
    words: str = ""


@dataclass(frozen=True)
class TablePage:
    """Some rows of a stored table, and what the pager says about the rest."""

    table: Table
    pager: Page[int]
    sort: str  # as it was done; empty in the stored order


def page_of(record: SnapshotTable, wanted: Wanted) -> TablePage:
    columns = columns_of(record)
    sort = wanted.sort if _sorted_by(columns, wanted.sort) else ""
    words = search_words(wanted.words)[:MOST_WORDS]
    total = _count(record, columns, words) if words else record.row_count
    pager = Paginator(range(total), PER_PAGE).get_page(wanted.page)
    first = pager.object_list[0] if total else 0
    if sort or words:
        table = _found(record, columns, sort, words, first)
    else:
        table = rows_between(record, first, PER_PAGE)
    return TablePage(table, pager, sort)


def _found(
    record: SnapshotTable, columns: tuple[Column, ...], sort: str, words: list[str], first: int
) -> Table:
    condition, patterns = _with_words(columns, words)
    order = f"{_order(columns, sort)} chunk.number, stored.place LIMIT %s OFFSET %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT stored.cells {EACH_ROW} {condition} ORDER BY {order}",
            [record.pk, *patterns, PER_PAGE, first],
        )
        return filled(record, [json.loads(cells) for (cells,) in cursor.fetchall()])


def _count(record: SnapshotTable, columns: tuple[Column, ...], words: list[str]) -> int:
    condition, patterns = _with_words(columns, words)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {EACH_ROW} {condition}", [record.pk, *patterns])
        [count] = cursor.fetchone()
        return int(count)


def _with_words(columns: tuple[Column, ...], words: list[str]) -> tuple[str, list[str]]:
    """The condition that each word stands in a cell of text, and its patterns."""
    texts = [f"stored.cells->>{n}" for n, column in enumerate(columns) if column.kind in WORDS]
    if not texts:
        return "", []
    where = f"AND concat_ws(' ', {', '.join(texts)}) ~* %s " * len(words)
    return where, [any_accent(word) for word in words]


def _sorted_by(columns: tuple[Column, ...], sort: str) -> Column | None:
    key = sort.removeprefix("-")
    return next((column for column in columns if column.key == key and column.is_shown), None)


def _order(columns: tuple[Column, ...], sort: str) -> str:
    """Numbers by their size, texts as they are spelled, nothing last."""
    column = _sorted_by(columns, sort)
    if column is None:
        return ""
    value = f"stored.cells->>{columns.index(column)}"
    value = (
        f"({value})::numeric"
        if column.kind.is_number or column.kind == Kind.HOUR
        else f"lower({value})"
    )
    return f"{value} {'DESC' if sort.startswith('-') else 'ASC'} NULLS LAST,"
