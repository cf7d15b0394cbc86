"""A data directory of PostgreSQL in which the migrations have run, kept for later test runs.

To migrate takes half a minute, to copy a second. A kept one serves as long as no migration changes.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from backoffice.dev import services

ROOT = Path(__file__).parent.parent
KEPT = ROOT / ".run" / "tests"
DATABASE = "comptoir"  # which the databases of the tests are copies of
SOURCES = ("*/migrations/*.py", "stores/audited.py", "requirements/base.txt", "tests/migrated.py")


def put_into(data: Path, *, log: Path) -> None:
    """Make this data directory, of a server that doesn't run yet, a migrated one."""
    kept = KEPT / _fingerprint()
    if not kept.exists():
        _migrate(data, log)
        _keep(data, kept)
    else:
        shutil.copytree(kept, data)
    services.give_to_postgres(data)


def _fingerprint() -> str:
    """A name for all that decides what the migrations make."""
    files = sorted(path for pattern in SOURCES for path in ROOT.glob(pattern))
    told = hashlib.sha256(str(services.POSTGRES).encode())
    for path in files:
        told.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return told.hexdigest()[:16]


def _migrate(data: Path, log: Path) -> None:
    server = services.start_postgres(data, log=log, settings=services.UNSAFE_AND_FAST)
    with services.running(server):
        subprocess.run(
            [sys.executable, ROOT / "manage.py", "migrate", "--verbosity", "0"],
            check=True,
            env={**os.environ, "DATABASE_URL": services.postgres_url(data, DATABASE)},
        )


def _keep(data: Path, kept: Path) -> None:
    """Keep a copy under this name, and forget those of other migrations; a rival's serves as well."""
    shutil.rmtree(KEPT, ignore_errors=True)
    unfinished = KEPT / f"unfinished-{os.getpid()}"
    shutil.copytree(data, unfinished)
    try:
        unfinished.rename(kept)
    except OSError:
        shutil.rmtree(unfinished, ignore_errors=True)
