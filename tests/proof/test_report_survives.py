"""Workers killed while they make a scheduled report: afterwards each reader has exactly one right mail."""

import os
import signal
from contextlib import ExitStack
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from backoffice.actions.deliveries import plan_reports
from backoffice.dev.services import running, wait_until
from backoffice.models import ReportDelivery, Schedule, Snapshot
from stores.models import Mail, Role
from tests import processes
from tests.factories import make_level, make_sku, make_staff, make_store
from tests.reports.chain import sell

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
QUICK = {"SWEEP_SECONDS": "1"}


@pytest.mark.parametrize("gap", ["before the report's mail", "before the report's commit"])
def test_a_worker_killed_in_a_report_leaves_nothing_and_the_next_one_mails_it_once(
    tmp_path: Path, gap: str
) -> None:
    mouse, stores = make_sku(price="25.50"), [make_store("lyon", name="Lyon"), make_store("nice")]
    readers = [make_staff(Role.MANAGER, store) for store in (*stores, stores[0])]
    since = timezone.now() - timedelta(hours=24)
    Schedule.objects.update(active_since=since, planned_until=since)
    assert plan_reports() == 3  # the morning report of the last 24 hours
    morning = ReportDelivery.objects.values_list("day", flat=True).distinct().get()
    noon_before = datetime.combine(morning - timedelta(days=1), time(12), UTC)
    for units, store in enumerate(stores, 1):
        make_level(mouse, store, on_hand=9)
        sell(store, noon_before, {mouse: units})
    said = tmp_path / "child"
    with ExitStack() as stack:
        extra = {"PAUSE_AT": gap, "PAUSE_FILE": str(said)} | QUICK
        paused = processes.start_worker(
            "pausing", beat=True, include="tests.proof.pausing", **extra
        )
        stack.enter_context(running(paused))
        wait_until(said.exists, what="the worker to reach the gap")
        os.kill(paused.process.pid, signal.SIGKILL)
        os.kill(int(said.read_text()), signal.SIGKILL)
        paused.process.wait()
    assert set(ReportDelivery.objects.values_list("state", flat=True)) == {"waiting"}
    assert not Mail.objects.filter(template="report").exists()
    assert not Snapshot.objects.exists()

    sent = ReportDelivery.objects.filter(state="sent")
    with running(processes.start_worker("survivor", beat=True, **QUICK)):
        wait_until(lambda: sent.count() == 3, what="the reports to be made")
        wait_until(lambda: plan_reports() == 0, what="the planner to find nothing new")
    subjects = dict(Mail.objects.filter(template="report").values_list("reader", "subject"))
    assert Mail.objects.filter(template="report").count() == 3
    assert Snapshot.objects.count() == 2  # two readers see the same
    for reader, figure in zip(
        readers, ["€25.50 in Lyon", "€51.00 in Nice", "€25.50 in Lyon"], strict=True
    ):
        assert figure in subjects[reader.pk]
