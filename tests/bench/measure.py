"""Load on a server of this machine, and what it costs its processes and PostgreSQL in CPU time."""

import http.client
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

import psutil

CONCURRENCY = 16
ROUNDS = 3


@dataclass(frozen=True)
class Request:
    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


type Requests = Callable[[int], Request]  # the n-th request of a round


@dataclass(frozen=True)
class Load:
    """One round: CPU milliseconds per request, milliseconds of each, size, failures."""

    cpu_ms: float
    latencies: Sequence[float]
    per_second: float
    size: int
    failures: int


class Processes:
    """The CPU time of process trees, those of children that have ended included."""

    def __init__(self, *pids: int) -> None:
        self.roots = [psutil.Process(pid) for pid in pids]

    def cpu_ms(self) -> float:
        return 1000 * sum(self._seconds(root) for root in self.roots)

    def first_memory_mb(self) -> float:
        """Memory of the largest process in the first tree, in MB (resident)."""
        processes = (self.roots[0], *self.roots[0].children(recursive=True))
        return max(process.memory_info().rss for process in processes) / 1_000_000

    @staticmethod
    def _seconds(root: psutil.Process) -> float:
        total = 0.0
        for process in (root, *root.children(recursive=True)):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
        return total


def run(
    port: int,
    processes: Processes,
    requests: Requests,
    number: int,
    *,
    concurrency: int = CONCURRENCY,
    expected: Sequence[int] = (200,),
) -> Load:
    """Send `number` requests over `concurrency` connections and count what they cost."""
    turn, lock = count(), threading.Lock()
    latencies: list[float] = []
    sizes: list[int] = []
    failures = 0

    def client() -> None:
        nonlocal failures
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while (index := next(turn)) < number:
            request = requests(index)
            began = time.perf_counter()
            connection.request(request.method, request.path, request.body, request.headers)
            response = connection.getresponse()
            body = response.read()
            took = 1000 * (time.perf_counter() - began)
            with lock:
                latencies.append(took)
                sizes.append(len(body))
                failures += response.status not in expected
        connection.close()

    before, began = processes.cpu_ms(), time.perf_counter()
    threads = [threading.Thread(target=client) for _client in range(concurrency)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    return Load(
        cpu_ms=(processes.cpu_ms() - before) / number,
        latencies=sorted(latencies),
        per_second=number / elapsed,
        size=int(statistics.median(sizes)),
        failures=failures,
    )


def percentile(latencies: Sequence[float], per_cent: int) -> float:
    return latencies[min(len(latencies) - 1, len(latencies) * per_cent // 100)]
