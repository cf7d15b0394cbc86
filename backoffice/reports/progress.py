"""How far a long report is: told by whoever counts, read by the page that waits for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.cache import cache

KEPT_SECONDS = 3600
_snapshot: ContextVar[int | None] = ContextVar("snapshot", default=None)


@contextmanager
def telling(snapshot_id: int) -> Iterator[None]:
    """What is told inside is told of this snapshot."""
    token = _snapshot.set(snapshot_id)
    try:
        yield
    finally:
        _snapshot.reset(token)


def tell(done: int, of: int) -> None:
    """So many parts of the report are counted; nothing happens in a report that nobody waits for."""
    if snapshot_id := _snapshot.get():
        cache.set(_key(snapshot_id), (done, of), KEPT_SECONDS)


def progress_of(snapshot_id: int) -> tuple[int, int] | None:
    """How many parts are counted, of how many; None if nobody told yet."""
    told: tuple[int, int] | None = cache.get(_key(snapshot_id))
    return told


def _key(snapshot_id: int) -> str:
    return f"report-progress:{snapshot_id}"
