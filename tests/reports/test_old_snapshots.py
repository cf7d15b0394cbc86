"""Runs of reports are kept as long as the company says; the list of them is found through an index."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.actions import old_snapshots
from backoffice.actions.deliveries import plan_reports, sweep_reports
from backoffice.actions.old_snapshots import sweep_old_snapshots
from backoffice.actions.schedules import delete_schedule
from backoffice.models import ReportDelivery, Snapshot, SnapshotRows, SnapshotTable
from backoffice.queries.snapshots import with_readers
from stores.models import Company, Location, Role, User
from tests.factories import make_membership, make_staff, make_store
from tests.plans import drop_indexes, fill, plan_of, read_whole
from tests.reports.chain import Chain
from tests.reports.runs import run
from tests.reports.schedules import mails_to, schedule_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
KEPT = timedelta(days=400)


def aged(snapshot: Snapshot, age: timedelta) -> Snapshot:
    Snapshot.objects.filter(pk=snapshot.pk).update(made_at=timezone.now() - age)
    return snapshot


def test_a_run_is_deleted_with_its_figures_when_the_company_keeps_it_no_longer(
    chain: Chain,
) -> None:
    old, kept = run(chain.places), aged(run(chain.places), KEPT)
    aged(old, KEPT + timedelta(seconds=1))
    assert sweep_old_snapshots() == 1
    assert list(Snapshot.objects.all()) == [kept]
    assert set(SnapshotTable.objects.values_list("snapshot", flat=True)) == {kept.pk}
    assert not SnapshotRows.objects.exclude(table__snapshot=kept).exists()
    Company.objects.update(report_days=399)
    assert sweep_old_snapshots() == 1
    assert sweep_old_snapshots() == 0


def test_what_waits_for_a_worker_is_not_deleted(chain: Chain) -> None:
    waiting = aged(run(chain.places), 2 * KEPT)
    Snapshot.objects.filter(pk=waiting.pk).update(state=Snapshot.State.WAITING)
    assert sweep_old_snapshots() == 0


def test_the_last_run_of_a_schedule_stays_and_who_got_the_others_stays_known(
    client: Client, chain: Chain
) -> None:
    office, lyon = make_staff(Role.HEAD_OFFICE), make_staff(Role.MANAGER, chain.lyon)
    schedule = schedule_of(office)
    plan_reports()
    assert sweep_reports() == 2
    first, last = schedule.deliveries.order_by("day")
    Snapshot.objects.update(made_at=timezone.now() - 2 * KEPT)
    assert sweep_old_snapshots() == 1
    assert [snapshot.pk for snapshot in Snapshot.objects.all()] == [last.snapshot_id]
    first.refresh_from_db()
    assert (first.snapshot, first.state, first.reader) == (None, ReportDelivery.State.SENT, lyon)
    assert len(mails_to(lyon)) == 2
    client.force_login(office)
    page = client.get(f"/reports/schedules/{schedule.pk}/").text
    assert page.count("no longer kept") == 1
    delete_schedule(schedule.pk, by=office)
    assert ReportDelivery.objects.count() == 2
    assert sweep_old_snapshots() == 1  # a schedule that is gone has no last run


def test_many_are_deleted_some_at_a_time(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_snapshots, "AT_ONCE", 2)
    for _run in range(5):
        aged(run(chain.places), 2 * KEPT)
    with CaptureQueriesContext(connection) as captured:
        assert sweep_old_snapshots() == 5
    deleted = [
        q["sql"] for q in captured if q["sql"].startswith('DELETE FROM "backoffice_snapshot"')
    ]
    assert len(deleted) == 3
    assert not Snapshot.objects.exists()


class ManyRuns:
    """Ten thousand runs, each of one of a hundred stores or of them all."""

    def __init__(self) -> None:
        self.stores = [make_store() for _number in range(100)]
        ids = [store.pk for store in self.stores]
        whole = f"'{ids}'::jsonb"
        one = f"jsonb_build_array((ARRAY{ids})[1 + n % 100])"
        fill(
            "backoffice_snapshot",
            key="'many ' || n",
            report="'consolidated'",
            query="""'{"first": "2026-03-01", "last": "2026-03-01"}'::jsonb""",
            locations=f"CASE n % 4 WHEN 0 THEN {whole} ELSE {one} END",
            place_names="'[]'::jsonb",
            state="'done'",
            tries=0,
            words="''",
            asked_at="now()",
            made_at="now() - n * interval '1 hour'",
        )


@pytest.fixture
def many() -> ManyRuns:
    return ManyRuns()


def managing(*stores: Location) -> User:
    manager = make_staff(Role.MANAGER, stores[0])
    for store in stores[1:]:
        make_membership(Role.MANAGER, store, user=manager)
    return manager


def runs_read_whole(reader: User) -> bool:
    """Whether the first page of the list, or its number of rows, reads every run there is."""
    runs = with_readers(reader).prefetch_related(None)
    with CaptureQueriesContext(connection) as captured:
        list(runs[:25])
        runs.count()
    [page, count] = [query["sql"] for query in captured.captured_queries]
    return any(read_whole(plan_of(sql), {"backoffice_snapshot"}) for sql in (page, count))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_a_manager_reads_the_runs_of_their_stores_alone(
    many: ManyRuns, count: int
) -> None:
    stores = many.stores[5 : 5 + count]
    manager = managing(*stores)
    assert with_readers(manager).count() == {1: 100, 3: 300}[count]
    assert not runs_read_whole(manager)
    with transaction.atomic():
        drop_indexes("backoffice_snapshot")
        assert runs_read_whole(manager)
        transaction.set_rollback(True)


def test_the_sweep_reads_old_runs_alone(many: ManyRuns) -> None:
    def reads_whole() -> bool:
        with CaptureQueriesContext(connection) as captured:
            list(
                old_snapshots.old_snapshots(timezone.now() - KEPT).values_list("pk", flat=True)[:50]
            )
        [asked] = captured.captured_queries
        return bool(read_whole(plan_of(asked["sql"]), {"backoffice_snapshot"}))

    assert not reads_whole()
    with transaction.atomic():
        drop_indexes("backoffice_snapshot")
        assert reads_whole()
        transaction.set_rollback(True)
