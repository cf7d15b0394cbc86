"""A stored report on paper: drawn once in each language, then kept, as drawing takes long."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backoffice.lib.house import house
from backoffice.lib.pdf import pdf_bytes
from backoffice.models import Snapshot, SnapshotPaper
from backoffice.queries.schedules import zone_of
from backoffice.reports.about import about, link_to
from backoffice.reports.charts import chart_data_url, chart_in_words
from backoffice.reports.shown import heading, shown
from backoffice.reports.stored import Stored
from backoffice.reports.table import Column, Table
from stores.models import Location

WIDE = 7  # columns from which on a paper lies on its side
MOST_PAPER_ROWS = 1000  # of one table, about 27 pages: the rest is in the other files
CELLS_AT_ONCE = 200  # are drawn while one waits, in about 0.3 s; each further one takes 1 to 2 ms


def is_quick(snapshot: Snapshot) -> bool:
    """Whether its paper is drawn in no time."""
    records = snapshot.tables.only("columns", "row_count", "snapshot_id")
    rows = [(min(one.row_count, MOST_PAPER_ROWS), len(one.columns)) for one in records]
    return sum(count * columns for count, columns in rows) <= CELLS_AT_ONCE


@transaction.atomic
def kept_paper(stored: Stored) -> bytes:
    """The paper in the active language, drawn if it wasn't yet: whoever asks gets the same bytes."""
    language = (get_language() or "en")[:2]
    SnapshotPaper.objects.bulk_create(
        [SnapshotPaper(snapshot=stored.snapshot, language=language)], ignore_conflicts=True
    )
    papers = stored.snapshot.papers.filter(language=language)
    paper = papers.select_for_update(of=("self",), no_key=True).get()
    if paper.state != SnapshotPaper.State.DONE:
        paper.content, paper.state = _drawn(stored), SnapshotPaper.State.DONE
        paper.save(update_fields=["content", "state"])
    return bytes(paper.content)


def _drawn(stored: Stored) -> bytes:
    """On the clock of its places, as it is kept for readers of any."""
    places = Location.objects.filter(pk__in=stored.snapshot.locations)
    with timezone.override(zone_of(list(places))):
        return _pdf(stored)


def _pdf(stored: Stored) -> bytes:
    tables = [paper_table(table, MOST_PAPER_ROWS) for table in stored.tables]
    context = {
        "title": stored.snapshot.title,
        "company": house().name,
        "language": get_language(),
        "headline": stored.headline(),
        "about": about(stored.snapshot),
        "link": link_to(stored.snapshot),
        "explanation": stored.definition.explanation,
        "tables": tables,
        "is_wide": max((len(table["headings"]) for table in tables), default=0) >= WIDE,
    }
    html = render_to_string("backoffice/papers/report.html", context)
    return pdf_bytes(html, css=render_to_string("backoffice/papers/report.css", context))


def paper_table(table: Table, most: int) -> dict[str, Any]:
    """A table in words, as papers and mails show it: at most so many of its rows."""
    columns = [(n, column) for n, column in enumerate(table.columns) if column.is_shown]
    return {
        "title": table.title,
        "chart": chart_data_url(table),
        "chart_in_words": chart_in_words(table),
        "headings": [(heading(column), _is_figure(column)) for _n, column in columns],
        "rows": [
            [(shown(row[n], column), _is_figure(column)) for n, column in columns]
            for row in table.rows[:most]
        ],
        "totals": _totals_in_words(table, columns),
        "row_count": len(table.rows),
        "left_out": max(len(table.rows) - most, 0),
    }


def _totals_in_words(
    table: Table, columns: list[tuple[int, Column]]
) -> list[tuple[str, bool]] | None:
    if not table.totals:
        return None
    totals = table.totals
    cells = [
        ("" if totals[n] is None else shown(totals[n], column), _is_figure(column))
        for n, column in columns
    ]
    return [(_("Total"), False), *cells[1:]]


def _is_figure(column: Column) -> bool:
    return column.kind.is_number
