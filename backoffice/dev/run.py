"""`make run`: the whole chain on this machine, from the database to the clock, until Ctrl-C."""

import errno
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NoReturn

import psycopg

from backoffice.dev import services
from backoffice.dev.services import Service, ServiceError

BASE_DIR = Path(__file__).resolve().parent.parent.parent
RUN_DIR = Path(os.environ.get("RUN_DIR", BASE_DIR / ".run")).resolve()
LOGS = RUN_DIR / "logs"
ENVIRONMENT = RUN_DIR / "environment"  # read by backoffice.settings
LEAST_SPACE = 300 * 1024 * 1024  # bytes
WEB_THREADS = 8
DEMO_COMMAND = "*/management/commands/demo.py"
ACCOUNTS = """\
  admin@comptoir.example          everything
  office@comptoir.example         head office
  logistics@comptoir.example      restock decisions
  auditor@comptoir.example        reads everything, changes nothing
  manager.lyon@comptoir.example   a store's manager (so do paris, lille, nantes, marseille)
  clerk.lyon@comptoir.example     at the till (so do paris, lille, nantes, marseille)
  customer@comptoir.example       buys online"""


class RunError(Exception):
    """Why the chain can't run, in a sentence for the person at the terminal."""


class Stopped(BaseException):
    """Ctrl-C, or a polite signal."""


def main(arguments: list[str]) -> int:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _raise_stopped)
    try:
        if arguments == ["reset"]:
            reset()
        else:
            run(_port())
    except Stopped:
        print("Stopped.")
    except (RunError, ServiceError) as error:
        print(_sentence(str(error)), file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(_sentence(str(error)), file=sys.stderr)
        return 1
    return 0


def run(port: int) -> None:
    """Start everything, tell where it is, and stop everything when one part stops or we are told."""
    RUN_DIR.mkdir(parents=True, exist_ok=True)
    with only_one(port), stopping_all() as running:
        _check_machine(port)
        shutil.rmtree(LOGS, ignore_errors=True)
        _start_servers(port, running)
        _prepare_database()
        _start_site(port, running)
        print(_welcome(port), flush=True)
        _wait_for_end(running)


def reset() -> None:
    """Forget the data of this machine's chain."""
    if not RUN_DIR.exists():
        print("There is nothing to forget.")
        return
    with only_one(0):
        for path in RUN_DIR.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    print("The data is gone; the next `make run` starts over.")


@contextmanager
def only_one(port: int) -> Iterator[None]:
    """Hold the lock of this data directory; it falls with the process, however that ends."""
    with (RUN_DIR / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(f"Comptoir is already running at {_written(lock)}.") from None
        lock.truncate(0)
        lock.write(_address(port))
        lock.flush()
        yield


def _written(lock: IO[str]) -> str:
    lock.seek(0)
    return lock.read().strip()


@contextmanager
def stopping_all() -> Iterator[list[Service]]:
    """Stop what was started, the last first, however the block ends."""
    running: list[Service] = []
    try:
        yield running
    finally:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        for service in running[-3:]:  # web, worker and beat stop side by side
            service.ask_to_stop()
        for service in reversed(running):
            service.stop()
        ENVIRONMENT.unlink(missing_ok=True)


def _check_machine(port: int) -> None:
    if services.listening(port):
        raise RunError(
            f"Port {port} is busy: stop what listens there, or choose another,"
            f" as in `make run PORT={port + 1}`."
        )
    if shutil.disk_usage(RUN_DIR).free < LEAST_SPACE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _start_servers(port: int, running: list[Service]) -> None:
    written = {"PORT": str(port), "SECRET_KEY": _secret()}
    if "DATABASE_URL" not in os.environ:
        _say("Starting PostgreSQL, Valkey and a mail server")
        data = RUN_DIR / "postgres"
        running.append(services.start_postgres(data, log=LOGS / "postgres.log"))
        written["DATABASE_URL"] = services.postgres_url(data)
    if "REDIS_URL" not in os.environ:
        valkey = services.free_port()
        log = LOGS / "valkey.log"
        running.append(services.start_valkey(RUN_DIR / "valkey", port=valkey, log=log))
        written["REDIS_URL"] = services.valkey_url(valkey)
    if "SMTP_HOST" not in os.environ:
        smtp = services.free_port()
        maildir, log = RUN_DIR / "mailbox", LOGS / "mail-server.log"
        running.append(services.start_mail_server(maildir, port=smtp, log=log))
        written["SMTP_PORT"] = str(smtp)
    _write_private(ENVIRONMENT, "".join(f"{name}={value}\n" for name, value in written.items()))
    os.environ |= written


def _secret() -> str:
    """A secret of this machine alone, made once."""
    file = RUN_DIR / "secret"
    if not file.exists():
        _write_private(file, secrets.token_urlsafe(50))
    return file.read_text()


def _write_private(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)


def _prepare_database() -> None:
    _say("Preparing the database")
    _manage("migrate", "--verbosity", "0")
    wanted = os.environ.get("DEMO", "1") != "0" and any(BASE_DIR.glob(DEMO_COMMAND))
    if wanted and not _has_stores():
        _say("Loading the demo chain, this once")
        _manage("demo")


def _manage(*arguments: str) -> None:
    ended = subprocess.run([sys.executable, "manage.py", *arguments], cwd=BASE_DIR, check=False)
    if ended.returncode:
        raise RunError(f"`manage.py {arguments[0]}` failed; what it said stands above.")


def _has_stores() -> bool:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        found = connection.execute("SELECT FROM stores_location WHERE kind = 'store' LIMIT 1")
        return found.fetchone() is not None


def _start_site(port: int, running: list[Service]) -> None:
    _say("Starting the site and its workers")
    threads = str(WEB_THREADS)
    web = _start(
        "web",
        *("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--blocking-threads", threads, "backoffice.wsgi:application"),
        DATABASE_POOL=threads,
    )
    running.append(web)
    celery = ("celery", "-A", "worker")
    worker = _start("worker", *celery, "worker", "--concurrency", "2", "--loglevel", "INFO")
    running.append(worker)
    running.append(_start("beat", *celery, "beat", "--loglevel", "INFO", "--pidfile", ""))
    services.wait_ready(web, lambda: services.listening(port) and _serves(port), timeout=120)
    services.wait_ready(worker, lambda: b" ready." in worker.log.read_bytes(), timeout=120)


def _start(name: str, *command: str, **env: str) -> Service:
    log = LOGS / f"{name}.log"
    return services.start(name, [sys.executable, "-m", *command], log=log, env=env, cwd=BASE_DIR)


def _serves(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"{_address(port)}health/", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _wait_for_end(running: list[Service]) -> NoReturn:
    while True:
        for service in running:
            if not service.alive:
                raise RunError(
                    f"{service.name} stopped by itself, so everything stops."
                    f" The end of {service.log}:\n{service.last_lines()}"
                )
        time.sleep(0.3)


def _welcome(port: int) -> str:
    address = _address(port)
    return (
        f"\nComptoir runs at {address}\nMails arrive at  {address}dev/mail/\n\n"
        f"Sign in with the password comptoir-demo as\n{ACCOUNTS}\n\nCtrl-C stops everything."
    )


def _sentence(text: str) -> str:
    if "No space left on device" in text:
        return f"The disk is full: Comptoir needs {LEAST_SPACE // 1024**2} MB free in {RUN_DIR}."
    return text


def _port() -> int:
    text = os.environ.get("PORT", "8000")
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise RunError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}/"


def _say(what: str) -> None:
    print(f"{what} …", flush=True)


def _raise_stopped(_signal: int, _frame: object) -> NoReturn:
    raise Stopped


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
