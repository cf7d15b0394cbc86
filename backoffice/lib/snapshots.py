"""Reads that agree with one another: every query sees the database as it was at the first one."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def reading_one_snapshot() -> Iterator[None]:
    """A read-only transaction on one snapshot; inside another transaction, that one decides."""
    with _transaction("REPEATABLE READ, READ ONLY"):
        yield


@contextmanager
def writing_from_one_snapshot() -> Iterator[None]:
    """A transaction that writes what it reads in one snapshot; it fails, to be tried again, if
    another one changed a row that it changes."""
    with _transaction("REPEATABLE READ"):
        yield


@contextmanager
def _transaction(isolation: str) -> Iterator[None]:
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
        yield
