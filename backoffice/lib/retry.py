"""Try again when the database itself asks for it: a deadlock, a serialization failure, a lock that
came too late. Only the outermost function may: inside a transaction there is nothing to repeat."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from random import SystemRandom
from typing import cast

from django.db import OperationalError, connection

from backoffice.lib.acting import Person, in_the_name_of
from backoffice.lib.errors import Busy

logger = logging.getLogger(__name__)
CONFLICTS = {"40P01": "deadlock", "40001": "serialization failure", "55P03": "lock timeout"}
TRIES = 5
FIRST_PAUSE = 0.02  # seconds; doubles with each try
_random = SystemRandom()


def retrying[**P, T](action: Callable[P, T]) -> Callable[P, T]:
    """Run a transaction up to five times, until no other one is in its way; then raise `Busy`.

    Stands above `@transaction.atomic`. Called inside a transaction it does nothing: the function that
    began that transaction is the one to repeat. What is written is written in the name of `by`.
    """

    @wraps(action)
    def repeated(*args: P.args, **kwargs: P.kwargs) -> T:
        with in_the_name_of(cast(Person | None, kwargs.get("by"))):
            if connection.in_atomic_block:
                return action(*args, **kwargs)
            return _tried(action, *args, **kwargs)

    return repeated


def _tried[**P, T](action: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    attempt = 1
    while True:
        try:
            return action(*args, **kwargs)
        except OperationalError as error:
            conflict = conflict_of(error)
            if conflict is None:
                raise
            if attempt == TRIES:
                raise Busy from error
            logger.info("%s in %s, try %s", conflict, action.__qualname__, attempt)
        time.sleep(_random.uniform(0, FIRST_PAUSE * 2**attempt))
        attempt += 1


def conflict_of(error: OperationalError) -> str | None:
    """What other transaction was in the way, if that is what the error says."""
    return CONFLICTS.get(getattr(error.__cause__, "sqlstate", None) or "")
