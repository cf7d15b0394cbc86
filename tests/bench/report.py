"""Line 12: the consolidated report of a year beside the raw GROUP BY of the same lines."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.bench.lines import signed_in
from tests.bench.measure import ROUNDS, Load, Request

RAW = """
    SELECT sale.location_id, count(DISTINCT sale.id), sum(line.quantity), sum(line.total)
    FROM sales_saleline line JOIN sales_sale sale ON sale.id = line.sale_id
    WHERE sale.sold_on BETWEEN %s AND %s
    GROUP BY sale.location_id
"""


def measure(table: Any) -> None:
    """Print the page's row, and a run's time in the database ÷ that of the raw query."""
    last = timezone.localdate()
    first = last - timedelta(days=364)
    headers = signed_in("office@comptoir.example")
    client = Client(headers=headers)
    asked = {"first": first, "last": last, "compare": "none"}

    def raw() -> None:
        with connection.cursor() as cursor:
            cursor.execute(RAW, [first, last])
            cursor.fetchall()

    def run() -> str:
        address = reverse("backoffice:report", args=["consolidated"])
        answer = client.post(address, asked | {"key": uuid4()})
        assert answer.status_code == 302
        return answer.headers["Location"]

    path = run()
    rounds = [(database_ms(run), database_ms(raw)) for _round in range(2 * ROUNDS + 1)]
    share = statistics.median(report / lines for report, lines in rounds)
    value, loads = table.ratio(lambda: table.site.load(lambda _n: Request(path, headers=headers)))
    table.show("12", "consolidated report of a year, page", value, 4, 3, loads)
    nothing = Load(0, [report for report, _lines in rounds], 0, 0, 0)
    table.show(
        "12b", "a run's time in the database ÷ raw GROUP BY", share, 1 / 6, 1 / 20, [nothing]
    )


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
