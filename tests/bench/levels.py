"""Lines 16: suggestions and alerts of 250,000 stock levels, of all and after a movement; in seconds."""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import django

django.setup()

from django.db import connection
from django.db.models import F

from backoffice.dev import services
from inventory.actions.alerts import review_all_alerts
from inventory.actions.stock import Move, move_stock
from inventory.actions.suggestions import refresh_all, refresh_moved
from inventory.models import (
    Alert,
    Cause,
    Document,
    MovedLevel,
    RestockLine,
    RestockRequest,
    Sku,
    StockLevel,
    Suggestion,
)
from stores.models import Location
from stores.models.location import outer_place
from tests.bench.measure import ROUNDS, Processes
from tests.bench.site import FOLDER, ROOT, log

WAITS = 9  # movements whose suggestion the worker is waited for
AT_ONCE = 3_000  # pairs that have moved, as after a thousand sales
OPEN = (RestockRequest.State.WAITING, RestockRequest.State.APPROVED)
PATIENCE = 60.0  # seconds
SCARCITY = """
UPDATE inventory_stocklevel AS level SET
    by_rate = level.sku_id % 2 = 0,
    reorder_point = CASE WHEN level.sku_id % 3 = 0 THEN level.on_hand + 2 ELSE level.on_hand / 2 END,
    target = 3 * level.on_hand + 6,
    maximum = CASE WHEN level.sku_id % 60 = 1 THEN 1 ELSE 0 END
FROM stores_location AS place
WHERE place.id = level.location_id AND place.kind = 'store'
"""
FORGET = """
TRUNCATE inventory_suggestion, inventory_demand, inventory_movedlevel;
DELETE FROM inventory_alert WHERE closed_at IS NULL AND kind IN ('low', 'out', 'overstock')
"""
documents = count(time.time_ns())


def main() -> None:
    _run(f"{SCARCITY}; {FORGET}")
    _run("ANALYZE")
    levels = StockLevel.objects.filter(location__kind=Location.Kind.STORE).count()
    print(f"    Seconds, and seconds of CPU, for {levels:,} levels of stores:")
    _measure("16a", "suggestions and alerts, all afresh", _everything, 30, 15, before=_forget)
    standing = Suggestion.objects.filter(units__gt=0).count()
    print(f"    {standing:,} suggestions and {Alert.objects.open().count():,} alerts stand")
    _measure("16b", "the same when nothing has changed", _everything, 30, 15)
    _measure("16c", f"{AT_ONCE:,} pairs that moved", refresh_moved, 5, 2, before=_mark_many)
    _measure("16d", "one pair that moved", refresh_moved, 1, 0.1, before=_sell_down_to_the_point)
    with _worker():
        _until_right()
        waits = [_until_right() for _movement in range(WAITS)]
    _show("16e", "a movement → its suggestion, by a worker", statistics.median(waits), 10, 6)
    _show("", "the longest of them", max(waits), 10, 6)


def _everything() -> None:
    refresh_all()
    review_all_alerts()


def _forget() -> None:
    _run(FORGET)


def _mark_many() -> None:
    rows = StockLevel.objects.filter(location__kind=Location.Kind.STORE).order_by("?")[:AT_ONCE]
    MovedLevel.objects.bulk_create(
        MovedLevel(location_id=row.location_id, sku_id=row.sku_id) for row in rows
    )


def _sell_down_to_the_point() -> StockLevel:
    """Sell what makes a level low; its alert is there when the sale is."""
    plenty = StockLevel.objects.filter(
        location__kind=Location.Kind.STORE,
        reorder_point__gt=0,
        on_hand__gt=F("reorder_point"),
        by_rate=False,
        reserved=0,
        incoming=0,
        maximum=0,
        sku__in=Sku.objects.active(),
    ).exclude(sku__in=RestockLine.objects.filter(request__state__in=OPEN).values("sku"))
    level = plenty.select_related("location").order_by("?")[0]
    buyer, units = outer_place(Location.Kind.CUSTOMER), level.on_hand - level.reorder_point
    cause = Cause(Document.SALE, next(documents))
    move_stock([Move(level.sku_id, level.location, buyer, units)], cause=cause, by=None)
    here = {"location": level.location_id, "sku": level.sku_id}
    assert Alert.objects.open().filter(kind=Alert.Kind.LOW, **here).exists()
    assert not Suggestion.objects.filter(**here, units__gt=0).exists()
    return level


def _until_right() -> float:
    """Seconds from the end of a sale until its suggestion stands."""
    level = _sell_down_to_the_point()
    began = time.perf_counter()
    rows = Suggestion.objects.filter(location=level.location_id, sku=level.sku_id, units__gt=0)
    while not rows.exists():
        if time.perf_counter() - began > PATIENCE:
            raise TimeoutError("no worker refreshed the suggestion")
        time.sleep(0.02)
    return time.perf_counter() - began


@contextmanager
def _worker() -> Iterator[None]:
    """A worker with the timetable of every chain, in which nothing else is due."""
    celery = [sys.executable, "-m", "celery", "-A", "worker", "worker", "--beat"]
    service = services.start(
        "worker",
        [*celery, "--concurrency", "1", "--schedule", str(FOLDER / "schedule")],
        log=log("worker"),
        env={"SWEEP_SECONDS": "3600", "ALERT_DIGEST_SECONDS": "3600"},
        cwd=ROOT,
    )
    with services.running(service):
        yield


def _run(statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements)


def _measure(
    number: str,
    name: str,
    timed: Callable[[], object],
    budget: float,
    aim: float,
    *,
    before: Callable[[], object] = lambda: None,
) -> None:
    """Print the median of three rounds, on the clock and of the CPU."""
    here = Processes(os.getpid(), int(os.environ["BENCH_POSTGRES"]))
    walls, cpus = [], []
    for _round in range(ROUNDS):
        before()
        used, began = here.cpu_ms(), time.perf_counter()
        timed()
        walls.append(time.perf_counter() - began)
        cpus.append((here.cpu_ms() - used) / 1000)
    _show(number, name, statistics.median(walls), budget, aim, statistics.median(cpus))


def _show(
    number: str, name: str, seconds: float, budget: float, aim: float, cpu: float | None = None
) -> None:
    used = "" if cpu is None else f"  {cpu:.2f} of CPU"
    over = "  OVER BUDGET" if seconds > budget else ""
    print(f"{number:<4}{name:<44}{seconds:>6.2f}{budget:>8g}{aim:>6g}{used}{over}", flush=True)


if __name__ == "__main__":
    main()
