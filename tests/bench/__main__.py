"""`make bench`: start the servers, make the data sets, and print the table.

`ARGS="1 9"` measures the lines whose numbers begin so. The data sets stay in `.run/bench`.
"""

import secrets
import sys

from backoffice.dev.translations import compile_catalogues
from tests.bench import site

LEVELS = "16"  # the lines of the large data set of stock levels
YEARS = ("12", "17")  # the lines of a year's sales over 50 stores


def main(wanted: list[str]) -> int:
    with site.postgres() as postgres, site.valkey() as redis:
        env = {
            "REDIS_URL": redis,
            "DEVELOPMENT": "0",
            "SECRET_KEY": secrets.token_hex(32),
            "ALLOWED_HOSTS": "127.0.0.1,testserver",
            "DJANGO_SETTINGS_MODULE": "backoffice.settings",
            "BENCH_POSTGRES": str(postgres.process.pid),
        }
        compile_catalogues()
        site.manage(
            "collectstatic --noinput -v0", env | {"DATABASE_URL": site.database_url("postgres")}
        )
        status = 0
        if not wanted or any(not start.startswith((LEVELS, *YEARS)) for start in wanted):
            status = measure_pages(env, wanted)
        if asks_for(wanted, *YEARS):
            status = measure_years(env) or status
        if asks_for(wanted, LEVELS):
            status = measure_levels(env) or status
        return status


def asks_for(wanted: list[str], *numbers: str) -> bool:
    """Whether lines with one of these numbers are measured."""
    return not wanted or any(
        number.startswith(start) or start.startswith(number)
        for start in wanted
        for number in numbers
    )


def measure_pages(env: dict[str, str], wanted: list[str]) -> int:
    print(f"Data set “bench”: {site.BENCH}", flush=True)
    database = site.data_set("bench", site.BENCH)
    site.make_reference_rows(database)
    many = site.data_set("many_products", site.MANY_PRODUCTS)
    env = {**env, "DATABASE_URL": database}
    with (
        site.served("backoffice.wsgi:application", env) as (port, web),
        site.served("tests.bench.reference:application", env) as (reference_port, reference),
        site.served("backoffice.wsgi:application", {**env, "DATABASE_URL": many}) as (
            many_port,
            many_web,
        ),
    ):
        servers = {
            "BENCH_SITE": f"{port} {web.process.pid}",
            "BENCH_REFERENCE": f"{reference_port} {reference.process.pid}",
            "BENCH_MANY_PRODUCTS": f"{many_port} {many_web.process.pid}",
        }
        return site.run("tests.bench.table", *wanted, env={**env, **servers})


def measure_years(env: dict[str, str]) -> int:
    """The same reports from a million lines, and from ten million."""
    status = 0
    for lines in (1_000_000, 10_000_000):
        print(f"Data set “year”: {site.YEAR}, {lines:,} sale lines", flush=True)
        database = site.year_of(lines)
        site.make_reference_rows(database)
        year = {**env, "DATABASE_URL": database}
        with (
            site.served("backoffice.wsgi:application", year) as (port, web),
            site.served("tests.bench.reference:application", year) as (reference_port, reference),
        ):
            year["BENCH_SITE"] = f"{port} {web.process.pid}"
            year["BENCH_REFERENCE"] = f"{reference_port} {reference.process.pid}"
            status = site.run("tests.bench.report", f"{lines // 1_000_000}m", env=year) or status
    return status


def measure_levels(env: dict[str, str]) -> int:
    print(f"Data set “many levels”: {site.MANY_LEVELS}", flush=True)
    database = site.data_set("many_levels", site.MANY_LEVELS)
    return site.run("tests.bench.levels", env={**env, "DATABASE_URL": database})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
