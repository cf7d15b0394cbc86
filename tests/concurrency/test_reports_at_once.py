"""A report that is asked for twice, or that several workers find, is stored once."""

from collections.abc import Sequence
from uuid import uuid4

import pytest

from backoffice.actions.snapshots import make_snapshot, run_report, sweep_snapshots
from backoffice.models import Snapshot, SnapshotRows, SnapshotTable
from backoffice.reports.definitions import REPORTS
from backoffice.reports.query import Query
from backoffice.reports.table import Table
from stores.models import Location
from tests.concurrency.together import together
from tests.factories import make_store
from tests.reports.chain import FIRST_WEEK, make_chain
from tests.reports.test_snapshots import NAME, definition

pytestmark = pytest.mark.django_db(transaction=True)

QUERY = Query(FIRST_WEEK)


def test_three_workers_and_a_sweep_make_a_snapshot_once(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []

    def count(places: Sequence[Location], query: Query) -> list[Table]:
        runs.append(1)
        return [Table("things", "Things", (NAME,), [["Café"]])]

    monkeypatch.setitem(REPORTS, "long", definition(run=count))
    waiting = run_report("long", [make_store()], QUERY, key=str(uuid4()), by=None)
    actions = [*[lambda: make_snapshot(waiting.pk)] * 3, sweep_snapshots]
    assert together(actions) == [None] * 4
    waiting.refresh_from_db()
    assert (waiting.state, len(runs)) == (Snapshot.State.DONE, 1)
    assert (SnapshotTable.objects.count(), SnapshotRows.objects.count()) == (1, 1)


def test_a_double_click_is_one_snapshot() -> None:
    places = make_chain().places
    found = together([lambda: run_report("consolidated", places, QUERY, key="k", by=None)] * 4)
    assert found == [Snapshot.objects.get()] * 4
    assert SnapshotTable.objects.count() == 3
