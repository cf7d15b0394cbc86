"""What a page costs in queries."""

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.queries.alerts import open_alerts
from inventory.queries.mailer import missed_lately
from stores.models import Location, User


def queries_of(client: Client, *addresses: str) -> list[int]:
    """The queries of each page, with nothing of its own in the cache. The counters of the header are
    there, as they are for all but one page in some seconds."""
    return [_queries_of(client, address) for address in addresses]


def _queries_of(client: Client, address: str) -> int:
    cache.clear()
    open_alerts(User(), Location())
    missed_lately()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
