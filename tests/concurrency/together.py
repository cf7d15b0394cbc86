"""Threads that really begin together: each has its connection to the database before the start."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

PATIENCE = 30  # seconds


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
