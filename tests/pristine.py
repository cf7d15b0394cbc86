"""Make the test database as the migrations left it, after tests that really committed.

Django would TRUNCATE, which the ledger refuses. Here the session acts as a replica for a moment, in
which PostgreSQL fires no triggers: the guard itself stays as it is, and tests run under it.
"""

from contextlib import suppress

from django.db import OperationalError, connection
from django.test import TransactionTestCase

SCHEMA = "pristine"


def remember() -> None:
    """Copy the tables that migrations filled."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}")')
            if cursor.fetchone() == (True,):
                cursor.execute(f'CREATE TABLE {SCHEMA}."{table}" AS TABLE "{table}"')


def restore() -> None:
    """Empty every table, and try again when a page that still follows itself was in the way."""
    for _attempt in range(10):
        with suppress(OperationalError):
            return _restore()
    return _restore()


def _restore() -> None:
    """Delete every row, and put back those of the migrations."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - {"django_migrations"}
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [SCHEMA])
        filled = {name for (name,) in cursor.fetchall()} & tables
        emptied = [f'DELETE FROM "{table}"' for table in sorted(tables)]
        refilled = [
            f'INSERT INTO "{table}" SELECT * FROM {SCHEMA}."{table}"' for table in sorted(filled)
        ]
        cursor.execute(
            "; ".join(["SET session_replication_role = replica", *emptied, *refilled])
            + "; SET session_replication_role = DEFAULT"
        )


def restore_after_commits() -> None:
    """Let Django's transactional tests end with `restore` instead of TRUNCATE."""
    TransactionTestCase._fixture_teardown = lambda self: restore()
