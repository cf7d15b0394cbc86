"""A run stores exactly its rows and its question: at once, or by a worker that may die on the way."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from backoffice.actions.snapshots import begin_snapshot, make_snapshot, run_report, sweep_snapshots
from backoffice.actions.tries import MOST_TRIES
from backoffice.errors import NothingToCount, OtherReportUnderKey
from backoffice.lib.errors import Busy
from backoffice.models import Snapshot, SnapshotRows, SnapshotTable
from backoffice.reports.definition import Definition
from backoffice.reports.definitions import REPORTS
from backoffice.reports.found import PER_PAGE, Wanted, page_of
from backoffice.reports.progress import progress_of
from backoffice.reports.query import Compare, Query
from backoffice.reports.stored import CHUNK, load
from backoffice.reports.table import Cell, Table
from stores.models import Location, Role
from tests.factories import make_staff, make_store
from tests.reports.chain import FIRST_WEEK, make_chain, sell
from tests.reports.long_report import NAME, ROWS, definition
from tests.reports.runs import run

pytestmark = pytest.mark.django_db

QUERY = Query(FIRST_WEEK)
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
FORTIES = [f"Café n° {n}" for n in (144, 244, 344, *range(440, 450))]


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> Definition:
    report = definition()
    monkeypatch.setitem(REPORTS, "long", report)
    return report


@pytest.fixture
def store() -> Location:
    return make_store("lyon", name="Lyon")


@pytest.fixture
def waiting(long: Definition, store: Location) -> Snapshot:
    return run_report("long", [store], QUERY, key="long", by=make_staff(Role.HEAD_OFFICE))


def record(snapshot: Snapshot) -> SnapshotTable:
    return snapshot.tables.get(name="things")


def test_what_was_stored_comes_back_cell_by_cell() -> None:
    chain = make_chain()
    counted = REPORTS["consolidated"].run(chain.places, Query(FIRST_WEEK, Compare.BEFORE))
    stored = load(run(chain.places))
    assert [table.rows for table in stored.tables] == [table.rows for table in counted]
    assert [table.totals for table in stored.tables] == [table.totals for table in counted]
    assert [table.columns for table in stored.tables] == [table.columns for table in counted]
    assert [table.chart for table in stored.tables] == [table.chart for table in counted]
    assert stored.query == Query(FIRST_WEEK, Compare.BEFORE)
    assert stored.places == ["Central", "Lyon", "Paris"]
    assert stored.headline() == "€139.43 in 2 stores (+82.3%)"


def test_a_snapshot_keeps_its_figures() -> None:
    chain = make_chain()
    snapshot = run(chain.places)
    before = load(snapshot).tables
    sell(chain.lyon, NOON, {chain.mouse: 1})
    Location.objects.filter(pk=chain.lyon.pk).update(name="Lugdunum")
    assert load(Snapshot.objects.get(pk=snapshot.pk)).tables == before
    assert load(run(chain.places)).tables != before


def test_stored_amounts_are_texts_and_no_number_has_a_point() -> None:
    run(make_chain().places)
    cells = [cell for chunk in SnapshotRows.objects.all() for row in chunk.rows for cell in row]
    assert {type(cell) for cell in cells} == {str, int, type(None)}
    assert "103.47" in cells


def test_the_same_key_is_the_same_run_and_another_question_is_refused(store: Location) -> None:
    by = make_staff(Role.HEAD_OFFICE)
    first = run_report("consolidated", [store], QUERY, key="k", by=by)
    assert run_report("consolidated", [store], QUERY, key="k", by=by) == first
    other_days = Query(FIRST_WEEK.before)
    for places, query, who in [
        ([store], other_days, by),
        ([store, make_store()], QUERY, by),
        ([store], QUERY, make_staff(Role.HEAD_OFFICE)),
    ]:
        with pytest.raises(OtherReportUnderKey):
            run_report("consolidated", places, query, key="k", by=who)
    assert Snapshot.objects.count() == 1


def test_the_filter_of_stores_narrows_what_is_counted() -> None:
    chain = make_chain()
    snapshot = run(chain.places, filters={"store": ["paris"]})
    assert (snapshot.locations, snapshot.place_names) == ([chain.paris.pk], ["Paris"])
    assert [row[0] for row in load(snapshot).tables[0].rows] == ["Paris"]
    with pytest.raises(NothingToCount):
        run([chain.lyon], filters={"store": ["paris"]})
    assert Snapshot.objects.count() == 1


def test_no_snapshot_counts_nothing() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Snapshot.objects.create(key="none", report="consolidated", query={}, locations=[])


def test_a_report_that_forgets_to_declare_a_column_says_so(
    store: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(REPORTS, "long", definition(columns=(NAME,), is_long=lambda *_: False))
    with pytest.raises(RuntimeError, match="doesn't declare its column day"):
        run([store], report="long")
    assert not Snapshot.objects.filter(report="long").exists()


def test_a_page_of_a_long_table_reads_one_chunk(waiting: Snapshot) -> None:
    make_snapshot(waiting.pk)
    table = record(waiting)
    assert [len(chunk.rows) for chunk in table.chunks.all()] == [CHUNK, CHUNK, 50]
    with CaptureQueriesContext(connection) as captured:
        shown = page_of(table, Wanted(page="6"))
    assert [row[0] for row in shown.table.rows] == [f"Café n° {n}" for n in range(200, 240)]
    assert (shown.pager.number, shown.pager.paginator.num_pages) == (6, 12)
    assert len(captured) == 1
    assert '"number" IN (1)' in captured[0]["sql"]
    assert len(page_of(table, Wanted(page="12")).table.rows) == 450 - 11 * PER_PAGE
    assert page_of(table, Wanted(page="999")).pager.number == 12


def test_stored_rows_are_sorted_and_found_by_the_database(waiting: Snapshot) -> None:
    make_snapshot(waiting.pk)
    table = record(waiting)

    def column(wanted: Wanted, key: str) -> list[Cell]:
        shown = page_of(table, wanted).table
        return [row[shown.index(key)] for row in shown.rows]

    assert column(Wanted(sort="units"), "units") == list(range(PER_PAGE))
    assert column(Wanted(sort="-units"), "units") == list(range(449, 449 - PER_PAGE, -1))
    assert column(Wanted(sort="-worth"), "worth")[0] == Decimal("448.50")
    assert column(Wanted(sort="worth", page="12"), "worth")[-1] is None  # nothing comes last
    assert column(Wanted(sort="day"), "day") == [date(2026, 3, 1)] * PER_PAGE
    assert column(Wanted(words="cafe 44"), "name") == ["Café n° 44", *FORTIES]
    assert column(Wanted(words="zebra"), "name") == []
    assert column(Wanted(sort="no-such; DROP"), "name")[0] == "Café n° 0"
    assert column(Wanted(words="%s 100%"), "name") == []


def test_a_long_report_waits_for_a_worker(waiting: Snapshot) -> None:
    assert (waiting.state, progress_of(waiting.pk)) == (Snapshot.State.WAITING, None)
    assert waiting.tables.count() == 0
    make_snapshot(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.tries, progress_of(waiting.pk)) == ("done", 1, (1, 2))
    assert load(waiting).tables[0].rows[:3] == ROWS[:3]
    make_snapshot(waiting.pk)
    assert (waiting.tables.count(), SnapshotRows.objects.count()) == (1, 3)


def test_a_run_that_raises_is_failed_and_not_tried_for_ever(
    waiting: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(places: Sequence[Location], query: Query) -> list[Table]:
        return [Table("things", "Things", (), [[1 // len(query.filters)]])]

    monkeypatch.setitem(REPORTS, "long", definition(run=broken))
    for _time in range(2):
        sweep_snapshots()
        waiting.refresh_from_db()
        assert (waiting.state, waiting.tries, waiting.words) == ("failed", 1, "")
    assert waiting.tables.count() == 0


def test_a_rule_that_says_no_says_why(waiting: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(places: Sequence[Location], query: Query) -> list[Table]:
        raise NothingToCount

    monkeypatch.setitem(REPORTS, "long", definition(run=refused))
    make_snapshot(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == "failed"
    assert waiting.words == str(NothingToCount())


def test_what_a_killed_worker_left_is_taken_up_again(
    waiting: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(places: Sequence[Location], query: Query) -> list[Table]:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setitem(REPORTS, "long", definition(run=killed))
        with pytest.raises(SystemExit):
            make_snapshot(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.tries) == ("waiting", 1)
    sweep_snapshots()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.tries) == ("done", 2)


def test_what_kills_its_worker_three_times_is_given_up(waiting: Snapshot) -> None:
    assert [begin_snapshot(waiting.pk) for _try in range(MOST_TRIES + 1)] == [True] * 3 + [False]
    waiting.refresh_from_db()
    assert waiting.state == "failed"
    assert waiting.words == "The worker stopped three times while it counted."


def test_a_run_that_the_database_asked_to_wait_waits(
    waiting: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More often than workers may be killed; it is neither failed nor counted as one of them."""

    def busy(places: Sequence[Location], query: Query) -> list[Table]:
        raise Busy

    with monkeypatch.context() as patched:
        patched.setitem(REPORTS, "long", definition(run=busy))
        for _time in range(2 * MOST_TRIES):
            make_snapshot(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.tries, waiting.words) == ("waiting", 0, "")
    sweep_snapshots()
    waiting.refresh_from_db()
    assert waiting.state == "done"
