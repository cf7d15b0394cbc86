"""The measuring process: asks the servers that `tests.bench` started, and prints a row per line."""

import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django

django.setup()

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.bench import checkout, commits
from tests.bench.lines import LINES, Line, search
from tests.bench.measure import ROUNDS, Load, Processes, Request, Requests, percentile, run

NUMBER, WARM_UP = 160, 40  # requests of a round, and before the first
HEADER = (
    f"{'#':<4}{'what':<44}{'ref':>6}{'budget':>8}{'aim':>6}{'sql':>5}"
    f"{'p50':>7}{'p95':>7}{'p99':>7}{'req/s':>7}{'kB':>7}"
)


@dataclass(frozen=True)
class Server:
    port: int
    processes: Processes  # its own and PostgreSQL's

    @classmethod
    def named(cls, name: str) -> "Server":
        port, pid = os.environ[name].split()
        return cls(int(port), Processes(int(pid), int(os.environ["BENCH_POSTGRES"])))

    def load(self, requests: Requests, number: int = NUMBER, line: Line | None = None) -> Load:
        expected = line.expected if line else (200,)
        return run(self.port, self.processes, requests, number, expected=expected)


class Table:
    """Prints rows; everything is a multiple of the reference page, measured around each round."""

    @staticmethod
    def show(*cells: Any) -> None:
        show(*cells)

    def __init__(self) -> None:
        self.site = Server.named("BENCH_SITE")
        self.reference = Server.named("BENCH_REFERENCE")

    @property
    def many_products(self) -> Server:
        return Server.named("BENCH_MANY_PRODUCTS")

    def reference_ms(self) -> float:
        load = self.reference.load(lambda _n: Request("/"))
        assert load.failures == 0, "the reference page failed"
        return load.cpu_ms

    def ratio(self, measured: Callable[[], Load]) -> tuple[float, list[Load]]:
        """CPU ÷ CPU of the reference page, median of the rounds; and the rounds."""
        ratios, loads = [], []
        before = self.reference_ms()
        for _round in range(ROUNDS):
            loads.append(measured())
            after = self.reference_ms()
            ratios.append(loads[-1].cpu_ms / ((before + after) / 2))
            before = after
        return statistics.median(ratios), loads

    def reference_row(self) -> None:
        loads = [self.reference.load(lambda _n: Request("/")) for _round in range(ROUNDS + 1)]
        cpu = statistics.median(load.cpu_ms for load in loads[1:])
        print(f"1 ref = {cpu:.2f} ms CPU of the reference page, {loads[-1].size / 1000:.1f} kB")
        print(HEADER)
        show("ref", "reference page", 1, None, None, loads[1:], 1)

    def page(self, line: Line) -> None:
        requests = line.requests()
        self.site.load(requests, WARM_UP, line)
        value, loads = self.ratio(lambda: self.site.load(requests, line=line))
        queries = count_queries(requests(10_000)) if line.queries or line.counted else None
        show(line.number, line.name, value, line.budget, line.aim, loads, queries, line.queries)

    def search_growth(self) -> None:
        """The same search over 2,000 and over 50,000 products: how much more it costs."""
        requests = search()
        for server in (self.site, self.many_products):
            server.load(requests, WARM_UP)
        few = [self.site.load(requests) for _round in range(ROUNDS)]
        many = [self.many_products.load(requests) for _round in range(ROUNDS)]
        value = statistics.median(load.cpu_ms for load in many) / statistics.median(
            load.cpu_ms for load in few
        )
        show("4b", "search: 50,000 products ÷ 2,000 products", value, 1.5, None, many)

    def memory(self) -> None:
        used = self.site.processes.first_memory_mb()
        over = "  OVER BUDGET" if used > 150 else ""
        print(f"{'15':<4}{'memory of the web process, MB':<44}{used:>6.0f}{150:>8}{120:>6}{over}")


def count_queries(request: Request) -> int:
    """How many queries a request runs, by Django's own count."""
    headers = {name: value for name, value in request.headers.items() if name != "Content-Type"}
    client = Client(headers=headers)
    with CaptureQueriesContext(connection) as queries:
        client.generic(
            request.method,
            request.path,
            request.body,
            content_type=request.headers.get("Content-Type", "application/octet-stream"),
        )
    return len(queries)


def show(
    number: str,
    name: str,
    value: float,
    budget: float | None,
    aim: float | None,
    loads: list[Load],
    queries: int | None = None,
    most_queries: int | None = None,
) -> None:
    latencies = sorted(latency for load in loads for latency in load.latencies)
    notes = []
    if budget is not None and value > budget:
        notes.append("OVER BUDGET")
    if queries is not None and most_queries is not None and queries > most_queries:
        notes.append(f"OVER {most_queries} QUERIES")
    if failed := sum(load.failures for load in loads):
        notes.append(f"{failed} FAILED")
    figures = "".join(f"{percentile(latencies, share):>7.1f}" for share in (50, 95, 99))
    rate = statistics.median(load.per_second for load in loads)
    print(
        f"{number:<4}{name:<44}{value:>6.2f}{_or_blank(budget):>8}{_or_blank(aim):>6}"
        f"{_or_blank(queries):>5}{figures}{rate:>7.0f}{loads[-1].size / 1000:>7.1f}"
        f"  {', '.join(notes)}".rstrip(),
        flush=True,
    )


def _or_blank(figure: float | None) -> str:
    return "" if figure is None else f"{figure:g}"


def main(wanted: list[str]) -> None:
    table = Table()
    table.reference_row()
    rows: list[tuple[str, Callable[[], None]]] = [
        (line.number, lambda line=line: table.page(line))  # type: ignore[misc]
        for line in LINES
    ]
    rows += [
        ("4b", table.search_growth),
        ("6", lambda: checkout.measure(table)),
        ("7", lambda: commits.measure(table)),
        ("15", table.memory),
    ]
    for number, print_row in sorted(rows, key=lambda row: (len(row[0].rstrip("abc")), row[0])):
        if not wanted or any(number.startswith(start) for start in wanted):
            try:
                print_row()
            except Exception as error:
                print(f"{number:<4}NOT MEASURED: {error!r}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
