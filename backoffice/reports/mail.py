"""How a snapshot is told by mail: its figure in the subject, its tables, its chart, its files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation

from backoffice.lib.house import house
from backoffice.lib.links import full_url
from backoffice.models import Schedule
from backoffice.reports.about import about, link_to
from backoffice.reports.charts import chart_in_words, chart_png
from backoffice.reports.files import file_name, formats_of, report_file
from backoffice.reports.papers import MOST_PAPER_ROWS, paper_table
from backoffice.reports.periods import ONE_DAY, Days
from backoffice.reports.shown import alone
from backoffice.reports.stored import Stored
from backoffice.reports.table import Kind, Table
from backoffice.reports.weights import most_bytes
from stores.actions.mail import Attachment, compose_mail, queue_mail
from stores.actions.mail_rights import OnlyFor
from stores.models import Mail, User

FORMATS = ("xlsx",)
PAPER = "pdf"
MOST_ROWS, MOST_ROWS_FURTHER = 40, 10  # of the first table, and of each further one
MOST_COLUMNS = 5  # what a phone has room for: the rest is in the files and on the page
MOST_KEY_FIGURES = 4


@dataclass(frozen=True)
class Sending:
    """On what occasion a report is mailed, on whose clock and day."""

    schedule: Schedule | None = None
    zone: ZoneInfo = field(default_factory=lambda: house().zone)
    day: date | None = None  # on which it was due
    is_asked: bool = False  # by the reader, just now


@dataclass(frozen=True)
class Preview:
    """A mail before anybody sends it."""

    subject: str
    text: str
    html: str  # with its pictures inside
    file_names: Sequence[str]


def mail_report(
    stored: Stored, reader: User, *, key: str, formats: Sequence[str] = FORMATS
) -> Mail | None:
    """Promise a stored report to the person who asks for it, in the caller's transaction; None if this
    key was promised before."""
    return _queue(stored, reader, Sending(is_asked=True), key, formats)


def queue_letter(stored: Stored, reader: User, sending: Sending, *, key: str) -> Mail | None:
    """Promise the mail of a schedule, in the caller's transaction and the reader's language."""
    schedule = sending.schedule
    return _queue(stored, reader, sending, key, schedule.formats if schedule else FORMATS)


def _queue(
    stored: Stored, reader: User, sending: Sending, key: str, wanted: Sequence[str]
) -> Mail | None:
    with translation.override(reader.reads), timezone.override(sending.zone):
        light, heavy = _light_ones(stored, wanted)
        attached = [Attachment(*report_file(stored, file)) for file in light]
        return queue_mail(
            key=key,
            template="report",
            to=reader,
            context=_context(stored, sending, light, heavy),
            attachments=[*_pictures(stored), *attached],
            only_for=_only_for(stored, sending),
        )


def _only_for(stored: Stored, sending: Sending) -> OnlyFor:
    """Who may have the mail when it leaves. What somebody asked for themselves is theirs to see; what
    a schedule sends is also its owner's."""
    schedule = None if sending.is_asked else sending.schedule
    owner = schedule.owner if schedule else None
    return OnlyFor(stored.definition.roles, stored.snapshot.locations, owner)


def previewed(stored: Stored, reader: User, sending: Sending) -> Preview:
    """The mail as it would be promised."""
    wanted = sending.schedule.formats if sending.schedule else FORMATS
    with translation.override(reader.reads), timezone.override(sending.zone):
        light, heavy = _light_ones(stored, wanted)
        mail = compose_mail("report", reader, _context(stored, sending, light, heavy))
        html = mail.html
        for picture in _pictures(stored):
            html = html.replace(f"cid:{picture.content_id}", picture.as_address)
        return Preview(mail.subject, mail.text, html, _file_names(stored, light))


def _light_ones(stored: Stored, formats: Sequence[str]) -> tuple[list[str], list[str]]:
    """The files of these formats that a mail can carry, the first ones first, and the others: known
    before one is drawn, so that a preview says the same and nothing is drawn in vain."""
    light, heavy, weight = [], [], 0
    for file in _wanted(stored, formats_of(stored, formats)):
        most = most_bytes(stored, file)
        if weight + most <= settings.REPORT_MAIL_BYTES:
            light.append(file)
            weight += most
        else:
            heavy.append(file)
    return light, heavy


def _context(
    stored: Stored, sending: Sending, attached: Sequence[str], too_large: Sequence[str]
) -> dict[str, Any]:
    """What the mail says, with the files that it carries and those that it can't."""
    yesterday = timezone.localdate() - ONE_DAY
    has_period = stored.definition.has_period
    schedule = sending.schedule
    return {
        "title": stored.snapshot.title,
        "headline": stored.headline(),
        "days": stored.query.days if has_period else None,
        "is_yesterday": has_period and stored.query.days == Days(yesterday, yesterday),
        "about": about(stored.snapshot),
        "key_figures": _key_figures(stored),
        "tables": list(_tables(stored)),
        "explanation": stored.definition.explanation,
        "link": link_to(stored.snapshot) if stored.snapshot.pk else "",
        "schedule": schedule,
        "is_asked": sending.is_asked,
        "has_files": bool(attached),
        "has_paper": PAPER in attached,
        "has_whole": any(file != PAPER for file in attached),
        "paper_rows": MOST_PAPER_ROWS,
        "too_large": _file_names(stored, too_large),
        "stop_link": full_url("backoffice:schedule_mine", schedule.pk) if schedule else "",
    }


def _key_figures(stored: Stored) -> list[tuple[Any, str]]:
    """The totals of the first table, in words: the figures to read before any row."""
    first = next((table for table in stored.tables if table.totals), None)
    if first is None or not first.totals:
        return []
    named = [
        (column.label, alone(cell, column))
        for column, cell in zip(first.columns, first.totals, strict=True)
        if column.kind.is_number and cell is not None and not column.compares
    ]
    return named[:MOST_KEY_FIGURES]


def _tables(stored: Stored) -> Iterator[dict[str, Any]]:
    for number, table in enumerate(stored.tables):
        narrow = _narrowed(table)
        yield paper_table(narrow, MOST_ROWS if number == 0 else MOST_ROWS_FURTHER) | {
            "chart": _content_id(stored, table) if table.chart and table.rows else "",
            "chart_in_words": chart_in_words(table),
            "has_more_columns": len(table.columns) > len(narrow.columns),
        }


def _narrowed(table: Table) -> Table:
    """The table with the columns that a phone has room for: the first ones, with the change of the
    first figure for all that is compared."""
    columns = table.columns
    changes = [number for number, column in enumerate(columns) if column.is_change]
    shown = [
        number
        for number, column in enumerate(columns)
        if column.is_shown and (not column.compares or number in changes[:1])
    ]
    kept = [n for n in shown if columns[n].kind != Kind.CODE or n == 0][:MOST_COLUMNS]
    return Table(
        table.name,
        table.title,
        tuple(columns[n] for n in kept),
        [[row[n] for n in kept] for row in table.rows],
        [table.totals[n] for n in kept] if table.totals else None,
    )


def _pictures(stored: Stored) -> list[Attachment]:
    return [
        Attachment(f"{table.name}.png", "image/png", png, _content_id(stored, table))
        for table in stored.tables
        if table.chart and (png := chart_png(table))
    ]


def _content_id(stored: Stored, table: Table) -> str:
    return f"{table.name}-{stored.snapshot.pk}@chart"


def _wanted(stored: Stored, formats: Sequence[str]) -> list[str]:
    """The files of these formats, as `report_file` calls them; of CSV one for each table."""
    wanted = [name for name in formats if name != Schedule.Format.CSV]
    if Schedule.Format.CSV in formats:
        wanted += [f"csv-{table.name}" for table in stored.tables]
    return wanted


def _file_names(stored: Stored, files: Sequence[str]) -> list[str]:
    name = file_name(stored.snapshot)
    return [
        f"{name}-{wanted.removeprefix('csv-')}.csv" if "csv-" in wanted else f"{name}.{wanted}"
        for wanted in files
    ]
