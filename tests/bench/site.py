"""The servers and data sets of the benchmark, kept in `.run/bench` from one run to the next."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from backoffice.dev import services
from backoffice.dev.services import Service, running, wait_until

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".run" / "bench"
BENCH = "--stores 20 --skus 2000 --days 365 --tickets 78 --orders 5000"
MANY_PRODUCTS = "--stores 1 --skus 50000 --days 1 --tickets 10"
MANY_LEVELS = "--stores 50 --skus 5000 --days 28 --tickets 40 --orders 100"
YEAR = "--stores 50 --skus 2000 --days 1 --tickets 10 --orders 50"
THREADS = "4"
UNHINDERED = {"REPORTS_PER_PERSON": "1000000"}  # one person measures all
REFERENCE_ROWS = 20
REFERENCE_TABLE = "bench_reference_row"
CREATE_REFERENCE = f"""
CREATE TABLE IF NOT EXISTS {REFERENCE_TABLE}
    (id serial PRIMARY KEY, name text, price numeric(8, 2), at timestamptz);
TRUNCATE {REFERENCE_TABLE};
INSERT INTO {REFERENCE_TABLE} (name, price, at)
SELECT 'Row number ' || n, n * 1.25, now() FROM generate_series(1, {REFERENCE_ROWS}) AS n;
"""


@contextmanager
def postgres() -> Iterator[Service]:
    """A PostgreSQL for the benchmark: durable, as it would be for a shop."""
    settings = {"shared_buffers": "1GB", "max_wal_size": "4GB"}
    data = FOLDER / "postgres"
    with running(services.start_postgres(data, log=log("postgres"), settings=settings)) as server:
        yield server


@contextmanager
def valkey() -> Iterator[str]:
    port = services.free_port()
    with running(services.start_valkey(FOLDER / "valkey", port=port, log=log("valkey"))):
        yield services.valkey_url(port)


def database_url(name: str) -> str:
    return services.postgres_url(FOLDER / "postgres", name)


def data_set(name: str, options: str) -> str:
    """The address of a database with this demo chain in it, made when it isn't there, and brought
    up to the newest migration when it is."""
    mark = FOLDER / f"{name}.made-with"
    url = database_url(name)
    if not mark.exists() or mark.read_text() != options:
        with psycopg.connect(database_url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[arg-type]
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        for command in ("migrate -v0", f"demo {options}"):
            manage(command, {"DATABASE_URL": url})
        mark.write_text(options)
    else:
        manage("migrate -v0", {"DATABASE_URL": url})
    return url


def year_of(lines: int) -> str:
    """The address of a database with 50 stores and a year of so many sale lines."""
    name = f"year_of_{lines // 1_000_000}m"
    mark = FOLDER / f"{name}.made-with"
    url, made_with = database_url(name), f"{YEAR}, {lines} lines"
    if not mark.exists() or mark.read_text() != made_with:
        data_set("chain_of_50", YEAR)
        with psycopg.connect(database_url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[arg-type]
            connection.execute(f"CREATE DATABASE {name} TEMPLATE chain_of_50")  # type: ignore[arg-type]
        assert run("tests.bench.past_sales", str(lines), env={"DATABASE_URL": url}) == 0
        mark.write_text(made_with)
    manage("migrate -v0", {"DATABASE_URL": url})
    return url


def make_reference_rows(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(CREATE_REFERENCE)


def manage(command: str, env: Mapping[str, str]) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=ROOT,
        env=environment(**env),
        check=True,
    )


def run(module: str, *arguments: str, env: Mapping[str, str]) -> int:
    """Run a module of the benchmark in a process of its own; its exit status."""
    command = [sys.executable, "-m", module, *arguments]
    settings = {"DJANGO_SETTINGS_MODULE": "backoffice.settings"}
    environ = environment(**settings | dict(env))
    return subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode


def environment(**extra: str) -> dict[str, str]:
    return {**os.environ, **UNHINDERED, **extra}


@contextmanager
def served(application: str, env: Mapping[str, str]) -> Iterator[tuple[int, Service]]:
    """An application behind the site's own web server: one process of four threads; its port."""
    port = services.free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
    service = services.start(
        application,
        [*command, "--workers", "1", "--blocking-threads", THREADS, application],
        log=log(application.partition(":")[0]),
        env={
            **UNHINDERED,
            **env,
            "DATABASE_POOL": THREADS,
            "PORT": str(port),
            "LOG_LEVEL": "WARNING",
        },
        cwd=ROOT,
    )
    with running(service):
        wait_until(lambda: services.listening(port), what=application)
        yield port, service


def log(name: str) -> Path:
    return FOLDER / "logs" / f"{name}.log"
