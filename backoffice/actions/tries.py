"""How often workers begin what waits for one: what stops each of them is given up, not begun for ever.

A worker counts itself in a transaction of its own, before the one in which it works. The first skips a
row that another one holds; the second waits for it. Otherwise two workers could skip one another, each
while the other only counts, and the row would lie there until the next sweep.
"""

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
