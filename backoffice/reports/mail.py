"""How a snapshot is told by mail: its figure in the subject, its tables, its files."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone, translation

from backoffice.lib.house import house
from backoffice.reports.about import about, link_to
from backoffice.reports.files import paper_table, report_file
from backoffice.reports.periods import ONE_DAY, Days
from backoffice.reports.stored import Stored
from stores.actions.mail import Attachment, queue_mail
from stores.models import Mail, User

FORMATS = ("xlsx",)
MOST_MAIL_ROWS = 40


def mail_report(
    stored: Stored, reader: User, *, key: str, formats: Sequence[str] = FORMATS
) -> Mail | None:
    """Promise the mail, in the caller's transaction and the reader's language; None if this key was
    promised before."""
    with translation.override(reader.reads), timezone.override(house().zone):
        yesterday = timezone.localdate() - ONE_DAY
        has_period = stored.definition.has_period
        return queue_mail(
            key=key,
            template="report",
            to=reader,
            context={
                "title": stored.definition.title,
                "headline": stored.headline(),
                "days": stored.query.days if has_period else None,
                "is_yesterday": has_period and stored.query.days == Days(yesterday, yesterday),
                "about": about(stored.snapshot),
                "tables": [paper_table(table, MOST_MAIL_ROWS) for table in stored.tables],
                "explanation": stored.definition.explanation,
                "link": link_to(stored.snapshot),
            },
            attachments=[
                Attachment(*report_file(stored, wanted)) for wanted in _files(stored, formats)
            ],
        )


def _files(stored: Stored, formats: Sequence[str]) -> list[str]:
    """The files of these formats; `csv` is one for each table."""
    tables = [f"csv-{table.name}" for table in stored.tables]
    return [file for name in formats for file in (tables if name == "csv" else [name])]
