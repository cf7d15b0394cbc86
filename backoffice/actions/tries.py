"""How often workers begin what waits for one: what stops each of them is given up, not begun for ever."""

from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from backoffice.lib.retry import retrying

MOST_TRIES = 3  # what stopped so many workers is not begun again


@retrying
@transaction.atomic
def came_back(begun: QuerySet[Any]) -> None:
    """Count one worker less, of those that never came back: it made nothing, and lives."""
    begun.filter(tries__gt=0).update(tries=F("tries") - 1)
