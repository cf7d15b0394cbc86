"""Runs of reports in tests: through the page, and as plain rows."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import Any
from uuid import uuid4

from django.test import Client

from backoffice.actions.snapshots import run_report
from backoffice.models import Snapshot
from backoffice.reports.periods import Days
from backoffice.reports.query import Compare, Query
from stores.models import Location, User
from tests.reports.chain import FIRST_WEEK

OFFICE = "/head-office/reports/consolidated/"
LYON = "/stores/lyon/reports/consolidated/"
WEEK = {"first": "2026-03-01", "last": "2026-03-07"}


def run(
    places: list[Location],
    days: Days = FIRST_WEEK,
    *,
    report: str = "consolidated",
    compare: Compare = Compare.BEFORE,
    by: User | None = None,
    **asked: Any,
) -> Snapshot:
    """A run with a key of its own."""
    query = Query.of(days, compare=compare, **asked)
    return run_report(report, places, query, key=f"test {uuid4()}", by=by)


def post_run(client: Client, address: str, **asked: Any) -> str:
    """Send a report's form; the address of what it leads to."""
    answer = client.post(address, {"key": str(uuid4()), "compare": "before", **WEEK, **asked})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def cells(page: str, name: str) -> list[list[str]]:
    """The rows of a table of the page, its totals last, as plain text."""
    found = re.search(rf'<table[^>]*data-table="{name}".*?</table>', page, re.S)
    assert found
    rows = re.findall(r"<tr>(.*?)</tr>", found.group(), re.S)[1:]
    return [[plain(cell) for cell in re.split(r"</td>", row)[:-1]] for row in rows]


def plain(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def comma_rows(content: bytes, separator: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=separator))
