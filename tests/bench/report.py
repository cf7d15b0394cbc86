"""Lines 12 and 17: reports of a year over 50 stores, from a million and from ten million sale lines."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import django

django.setup()

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.bench.lines import Line, posting, signed_in
from tests.bench.measure import ROUNDS, Load, Request
from tests.bench.site import FOLDER
from tests.bench.table import Table

RAW = """
    SELECT sale.location_id, count(DISTINCT sale.id), sum(line.quantity), sum(line.total)
    FROM sales_saleline line JOIN sales_sale sale ON sale.id = line.sale_id
    WHERE sale.sold_on BETWEEN %s AND %s
    GROUP BY sale.location_id
"""
RUNS = 32  # of a round: each stores a snapshot
MEASURED = FOLDER / "year-of-1m.json"  # what a million lines cost, for those who compare


@dataclass(frozen=True)
class Asked:
    """A report of the year that ended yesterday beside the year before, and how it is grouped."""

    number: str
    name: str
    report: str
    group_by: str = ""

    @property
    def address(self) -> str:
        return reverse("backoffice:report", args=[self.report])

    def form(self) -> dict[str, str]:
        """A run of its own."""
        last = timezone.localdate() - timedelta(days=1)
        return {
            "key": str(uuid4()),
            "first": (last - timedelta(days=364)).isoformat(),
            "last": last.isoformat(),
            "compare": "last-year",
            "group_by": self.group_by,
        }

    def run(self, client: Client) -> str:
        """Run it; the address of its figures."""
        answer = client.post(self.address, self.form())
        assert answer.status_code == 302, answer.content
        return answer.headers["Location"]


REPORTS = (
    Asked("a", "sales by store", "sales", "store"),
    Asked("b", "sales by month", "sales", "month"),
    Asked("c", "margin by category", "margin", "category"),
    Asked("d", "consolidated report", "consolidated"),
)


def main(lines: str) -> None:
    cache.clear()
    table = Table()
    table.reference_row()
    before = {} if lines == "1m" else json.loads(MEASURED.read_text())
    refs = {}
    for asked in REPORTS:
        value, loads = run_and_page(table, asked)
        refs[asked.number] = value
        if lines == "1m":
            table.show(f"12{asked.number}", asked.name, value, 4, 3, loads)
        else:
            ratio = value / before[asked.number]
            table.show(
                f"17{asked.number}", f"{asked.name}: 10 M ÷ 1 M lines", ratio, 1.2, 1.1, loads
            )
    if lines == "1m":
        MEASURED.write_text(json.dumps(refs))
        beside_the_lines(table)


def run_and_page(table: Table, asked: Asked) -> tuple[float, list[Load]]:
    """What one run and one look at it cost together, in reference pages; the loads of the runs."""
    headers = signed_in("office@comptoir.example")
    path = asked.run(Client(headers=headers))
    sent = posting(headers)

    def run(_n: int) -> Request:
        return Request(asked.address, "POST", sent, urlencode(asked.form()).encode())

    line = Line("", "", 4, 3, lambda: run, expected=(302,))
    table.site.load(run, 4, line)
    runs, loads = table.ratio(lambda: table.site.load(run, RUNS, line))
    pages, shown = table.ratio(lambda: table.site.load(lambda _n: Request(path, headers=headers)))
    table.show("", f"{asked.name}, run", runs, None, None, loads)
    table.show("", f"{asked.name}, page", pages, None, None, shown)
    return runs + pages, loads


def beside_the_lines(table: Table) -> None:
    """Time in the database of a run and its page, nothing remembered, ÷ that of the raw query."""
    client = Client(headers=signed_in("office@comptoir.example"))
    last = timezone.localdate() - timedelta(days=1)

    def raw() -> None:
        with connection.cursor() as cursor:
            cursor.execute(RAW, [last - timedelta(days=364), last])
            cursor.fetchall()

    def fresh(asked: Asked) -> float:
        cache.clear()
        return database_ms(lambda: client.get(asked.run(client)))

    for asked in REPORTS:
        rounds = [(fresh(asked), database_ms(raw)) for _round in range(ROUNDS)]
        share = statistics.median(report / lines for report, lines in rounds)
        spent = Load(0, [report for report, _lines in rounds], 0, 0, 0)
        name = f"{asked.name}: in the database ÷ GROUP BY"
        table.show(f"12{asked.number}", name, share, 1 / 6, 1 / 20, [spent])
    print(f"    raw GROUP BY: {statistics.median(lines for _report, lines in rounds):.0f} ms")


def database_ms(call: Callable[[], object]) -> float:
    """Milliseconds that a call spends waiting for the database."""
    spent = 0.0

    def timed(execute: Any, sql: Any, parameters: Any, many: Any, context: Any) -> Any:
        nonlocal spent
        began = time.perf_counter()
        try:
            return execute(sql, parameters, many, context)
        finally:
            spent += 1000 * (time.perf_counter() - began)

    with connection.execute_wrapper(timed):
        call()
    return spent


if __name__ == "__main__":
    main(sys.argv[1])
