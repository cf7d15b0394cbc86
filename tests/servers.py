"""The servers of a test run: one PostgreSQL and one Valkey for all xdist workers.

Their addresses are decided before the settings are read; the servers start with the session.
`DATABASE_URL` and `REDIS_URL` name servers to use instead.
"""

import os
import shutil
import tempfile
from pathlib import Path

from backoffice.dev import services
from tests import migrated

FOLDER = "COMPTOIR_TESTS"  # variables that xdist's workers and child processes inherit
OWN_POSTGRES = "COMPTOIR_TESTS_POSTGRES"
OWN_VALKEY = "COMPTOIR_TESTS_VALKEY"
WORKER = "COMPTOIR_TESTS_WORKER"


def decide_addresses() -> None:
    """Write the run's addresses into the environment, once: later processes inherit them."""
    if FOLDER not in os.environ:
        os.environ[FOLDER] = str(Path(tempfile.gettempdir()) / f"comptoir-tests-{os.getpid()}")
        if "DATABASE_URL" not in os.environ:
            os.environ[OWN_POSTGRES] = "1"
            os.environ["DATABASE_URL"] = services.postgres_url(run_folder() / "postgres")
        if "REDIS_URL" not in os.environ:
            os.environ[OWN_VALKEY] = str(services.free_port())
            os.environ["REDIS_URL"] = services.valkey_url(int(os.environ[OWN_VALKEY]))
    _decide_for_worker(os.environ.get("PYTEST_XDIST_WORKER", "gw0"))


def _decide_for_worker(worker: str) -> None:
    """Give each xdist worker a mailbox and two Redis databases of its own: cache and broker."""
    if os.environ.get(WORKER) == worker:
        return
    server = os.environ["REDIS_URL"].rpartition("/")[0]
    number = 2 * int(worker.removeprefix("gw"))
    os.environ |= {
        WORKER: worker,
        "REDIS_URL": f"{server}/{number}",
        "BROKER_URL": f"{server}/{number + 1}",
        "RUN_DIR": str(run_folder() / worker),
        "SMTP_PORT": str(services.free_port()),
    }


def run_folder() -> Path:
    return Path(os.environ[FOLDER])


def start() -> list[services.Service]:
    """Start what the environment doesn't name."""
    logs = run_folder() / "logs"
    started = []
    if OWN_POSTGRES in os.environ:
        data = run_folder() / "postgres"
        log = logs / "postgres.log"
        migrated.put_into(data, log=log)
        started.append(services.start_postgres(data, log=log, settings=services.UNSAFE_AND_FAST))
    if port := os.environ.get(OWN_VALKEY):
        data = run_folder() / "valkey"
        started.append(services.start_valkey(data, port=int(port), log=logs / "valkey.log"))
    return started


def stop(started: list[services.Service]) -> None:
    for service in reversed(started):
        service.stop()
    shutil.rmtree(run_folder(), ignore_errors=True)
