"""`make run`: everything starts with one command, says what is wrong, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
import yaml

from backoffice.dev.run import BASE_DIR
from backoffice.dev.services import free_port, wait_until
from tests import migrated

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-m", "backoffice.dev.run"]


def environment(folder: Path, port: int) -> dict[str, str]:
    """That of a newcomer's shell, without what the tests' own servers put into ours."""
    ours = {"DATABASE_URL", "REDIS_URL", "BROKER_URL", "SMTP_PORT", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"RUN_DIR": str(folder), "PORT": str(port), "PYTHONUNBUFFERED": "1"}


def try_to_run(folder: Path, port: int, *arguments: str) -> tuple[int, str]:
    ended = subprocess.run(
        [*COMMAND, *arguments],
        env=environment(folder, port),
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def health_check(part: str, chain: "Chain") -> int:
    """The exit code of the check by which `compose.yaml` asks this part whether it lives."""
    services = yaml.safe_load((BASE_DIR / "compose.yaml").read_text())["services"]
    kind, command = services[part]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    scripts = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    ended = subprocess.run(
        ["sh", "-c", command.replace("$$", "$")],
        env=environment(chain.folder, chain.port) | scripts | {"HOSTNAME": socket.gethostname()},
        cwd=BASE_DIR,
        capture_output=True,
        check=False,
    )
    return ended.returncode


@dataclass
class Chain:
    process: subprocess.Popen[str]
    folder: Path
    port: int

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def text(self) -> str:
        return (self.folder / "said").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a chain keeps its data, empty at first."""
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


@pytest.fixture
def known_folder(folder: Path, tmp_path: Path) -> Path:
    """The same on a machine where the chain ran before: its database is there."""
    migrated.put_into(folder / "postgres", log=tmp_path / "migrated.log")
    return folder


@pytest.fixture
def chain(folder: Path) -> Iterator[Chain]:
    """A chain that was started and is ready, without the demo's data."""
    port = free_port()
    env = environment(folder, port) | {"DEMO": "0"}
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(
            COMMAND, env=env, cwd=BASE_DIR, stdout=said, stderr=said, text=True
        )
    started = Chain(process, folder, port)
    try:
        wait_until(
            lambda: "Ctrl-C stops everything" in started.text() or process.poll() is not None,
            what="the chain to start",
            timeout=200,
        )
        assert process.poll() is None, started.text()
        yield started
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.mark.timeout(300)
def test_one_command_starts_everything_and_ctrl_c_leaves_nothing_behind(chain: Chain) -> None:
    with urlopen(f"http://127.0.0.1:{chain.port}/health/") as answer:
        assert answer.read() == b"ok"
    environment_file = chain.folder / "environment"
    assert environment_file.stat().st_mode & 0o077 == 0

    for part in ("worker", "beat"):
        assert health_check(part, chain) == 0

    refused = try_to_run(chain.folder, chain.port)
    assert refused == (1, f"Comptoir is already running at http://127.0.0.1:{chain.port}/.\n")
    assert try_to_run(chain.folder, chain.port, "reset") == refused

    children = chain.children()
    assert len(children) > 6
    chain.process.send_signal(signal.SIGINT)
    assert chain.process.wait(30) == 0
    assert psutil.wait_procs(children, timeout=0)[1] == []
    assert not environment_file.exists()
    assert (chain.folder / "postgres" / "PG_VERSION").exists()

    assert try_to_run(chain.folder, chain.port, "reset")[0] == 0
    assert list(chain.folder.iterdir()) == []


@pytest.mark.timeout(300)
def test_a_part_that_stops_by_itself_is_named_and_stops_the_others(
    known_folder: Path, chain: Chain
) -> None:
    assert chain.folder == known_folder
    children = chain.children()
    beat = next(child for child in children if "beat" in child.cmdline())
    beat.kill()
    assert chain.process.wait(30) == 1
    assert "beat stopped by itself, so everything stops." in chain.text()
    assert psutil.wait_procs(children, timeout=0)[1] == []


def test_a_busy_port_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        assert try_to_run(tmp_path, port) == (
            1,
            f"Port {port} is busy: stop what listens there, or choose another,"
            f" as in `make run PORT={port + 1}`.\n",
        )


@pytest.mark.parametrize("port", ["abc", "0", "65536"])
def test_a_port_that_is_none_is_told_in_one_sentence(tmp_path: Path, port: str) -> None:
    env = environment(tmp_path, 1) | {"PORT": port}
    ended = subprocess.run(
        COMMAND, env=env, cwd=BASE_DIR, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr == f"PORT must be a number from 1 to 65535, not {port!r}.\n"
