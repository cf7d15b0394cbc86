"""What the site needs to work, and which part of it is missing now."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from psycopg_pool import PoolTimeout
from redis import Redis
from redis.exceptions import RedisError

from backoffice.models import Heartbeat

logger = logging.getLogger(__name__)
OK = "ok"
AWAY = "does not answer"


def state_of_parts() -> dict[str, str]:
    """`ok`, or what is wrong in a few words without addresses, for each part."""
    return {name: _state(name, check) for name, check in CHECKS.items()}


def _state(name: str, check: Callable[[], str]) -> str:
    try:
        return check()
    except (Error, PoolTimeout, RedisError, OSError) as error:
        logger.warning("%s is not ready: %s", name, error)
        return AWAY


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


def _cache() -> str:
    return _answers(settings.REDIS_URL)


def _broker() -> str:
    return _answers(settings.CELERY_BROKER_URL)


def _answers(url: str) -> str:
    with Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as server:
        server.ping()
    return OK


def _worker() -> str:
    since = timezone.now() - timedelta(seconds=settings.HEARTBEAT_SECONDS)
    alive = Heartbeat.objects.filter(name="worker", beaten_at__gt=since).exists()
    return OK if alive else f"no sign of life in the last {settings.HEARTBEAT_SECONDS} seconds"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return OK if not pending else f"{len(pending)} to apply"


CHECKS = {
    "database": _database,
    "migrations": _migrations,
    "cache": _cache,
    "broker": _broker,
    "worker": _worker,
}
