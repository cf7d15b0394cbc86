"""Threads that really begin together: each has its connection to the database before the start."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

PATIENCE = 30  # seconds
WAITING_FOR_A_LOCK = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def together[T](actions: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """What each action returned or raised, all of them begun at the same moment."""
    start = Barrier(len(actions))

    def run(action: Callable[[], T]) -> T | Exception:
        connection.ensure_connection()
        try:
            start.wait(PATIENCE)
            return action()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def wait_for_a_rival() -> None:
    """Go on when somebody else stands before a lock."""
    deadline = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(WAITING_FOR_A_LOCK)
            if cursor.fetchone() != (0,):
                return
    raise TimeoutError("nobody came to the lock")


def the_one[T](outcomes: Sequence[object], kind: type[T]) -> T:
    (found,) = [outcome for outcome in outcomes if isinstance(outcome, kind)]
    return found
