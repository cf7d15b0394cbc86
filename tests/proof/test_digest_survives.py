"""Workers killed while they write a daily digest: afterwards each reader has exactly one."""

import os
import signal
from contextlib import ExitStack
from datetime import time
from pathlib import Path

import pytest

from backoffice.dev.services import running, wait_until
from inventory.actions.alerts import review_all_alerts
from inventory.models import AlertDigest, AlertRun, StockLevel
from stores.models import Company, Mail, Role
from tests import processes
from tests.factories import make_level, make_sku, make_staff, make_store

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
QUICK = {"SWEEP_SECONDS": "1"}


@pytest.mark.parametrize("gap", ["before the digest's mail", "before the digest's commit"])
def test_a_worker_killed_in_a_digest_leaves_nothing_and_the_next_one_writes_it_once(
    tmp_path: Path, gap: str
) -> None:
    Company.objects.update(digest_at=time(0))
    lyon = make_store("lyon")
    clerks = {make_staff(Role.CLERK, lyon).pk for _ in range(3)}
    make_level(make_sku(), lyon, on_hand=5)
    StockLevel.objects.update(maximum=4)
    review_all_alerts()
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
    assert not AlertDigest.objects.exists()
    assert not Mail.objects.filter(template="stock_digest").exists()

    with running(processes.start_worker("survivor", beat=True, **QUICK)):
        wait_until(lambda: AlertDigest.objects.count() == 3, what="the digests to be written")
        runs = AlertRun.objects.filter(kind="daily", finished_at__isnull=False)
        wait_until(runs.exists, what="the run to come to its end")
    mails = Mail.objects.filter(template="stock_digest")
    assert set(mails.values_list("reader_id", flat=True)) == clerks
    assert mails.count() == 3
    assert AlertRun.objects.filter(kind="daily", finished_at=None).count() == 1  # that broke off
