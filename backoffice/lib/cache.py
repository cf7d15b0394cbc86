"""A cache that may be away: every failure to reach it is a miss, logged once in a while. So is what
another version of the code wrote, of a class that has moved since."""

import logging
import pickle
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
MISSING = object()
NO_VALUES: dict[str, Any] = {}
NO_KEYS: list[str] = []
MOVED = (AttributeError, ImportError, pickle.UnpicklingError)  # while a pickle is read
PAUSE = 2.0  # seconds without asking again after a failure, so that no page waits for time-outs


def forgiving[**P, T](
    missing: T, *, unreadable: tuple[type[Exception], ...] = ()
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make a cache method answer `missing` while the server can't be reached, and for what is
    `unreadable`."""

    def decorate(method: Callable[P, T]) -> Callable[P, T]:
        @wraps(method)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
            cache: Any = args[0]
            if time.monotonic() < cache.away_until:
                return missing
            try:
                return method(*args, **kwargs)
            except (RedisError, OSError) as error:
                cache.away_until = time.monotonic() + PAUSE
                logger.warning("cache is away: %s", error)
                return missing
            except unreadable as error:
                logger.warning("what the cache holds can't be read: %s", error)
                return missing

        return wrapped

    return decorate


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache; reads miss and writes are dropped while the server is away."""

    away_until = 0.0

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        value = self._get_or_missing(key, version)
        return default if value is MISSING else value

    @forgiving(missing=MISSING, unreadable=MOVED)
    def _get_or_missing(self, key: str, version: int | None) -> Any:
        return super().get(key, MISSING, version)

    add = forgiving(missing=True)(RedisCache.add)  # there was nothing: allauth's limits let go
    set = forgiving(missing=None)(RedisCache.set)
    touch = forgiving(missing=False)(RedisCache.touch)
    delete = forgiving(missing=False)(RedisCache.delete)
    has_key = forgiving(missing=False)(RedisCache.has_key)
    get_many = forgiving(missing=NO_VALUES, unreadable=MOVED)(RedisCache.get_many)
    set_many = forgiving(missing=NO_KEYS)(RedisCache.set_many)
    delete_many = forgiving(missing=None)(RedisCache.delete_many)
    clear = forgiving(missing=None)(RedisCache.clear)
