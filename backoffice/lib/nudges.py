"""Nudges: after a commit, tell a worker that a row waits for it.

A nudge is a doorbell, never the promise: the row is. It is rung by a thread of its own, so that nobody
waits for the broker; while the broker is away the nudge is dropped and logged, and the worker's sweep
finds the row later.
"""

import logging
import os
import queue
import threading
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
_bells: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()
_ringer: tuple[int, threading.Thread] | None = None
_starting = threading.Lock()


def nudge(name: str, pk: int) -> None:
    """After the commit, ask a worker to run task `name` for the row `pk`."""
    transaction.on_commit(lambda: _ring(name, pk))


def _ring(name: str, pk: int) -> None:
    _start_ringer()
    _bells.put((name, pk))


def _start_ringer() -> None:
    global _ringer
    with _starting:
        if _ringer is None or _ringer[0] != os.getpid():  # a forked worker has no thread yet
            thread = threading.Thread(target=_ring_forever, name="nudges", daemon=True)
            _ringer = (os.getpid(), thread)
            thread.start()


def _ring_forever() -> None:
    while True:
        name, pk = _bells.get()
        send_nudge(name, pk)


def send_nudge(name: str, pk: int, **options: Any) -> None:
    """Send one nudge now; a broker that is away is logged, not raised."""
    try:
        current_app.send_task(name, args=[pk], retry=False, ignore_result=True, **options)
    except (OperationalError, OSError) as error:
        logger.warning("nudge %s(%s) not sent, the sweep will find it: %s", name, pk, error)
