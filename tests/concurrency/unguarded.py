"""Actions with their guard taken out, to show that the race is real."""

from collections.abc import Callable
from threading import Barrier

from inventory.models import RestockRequest
from tests.concurrency.together import PATIENCE


def read_without_lock(readers: int) -> Callable[[int], RestockRequest]:
    """The guard taken out: everybody reads the request before anybody writes it."""
    everybody_read = Barrier(readers)

    def read(request_id: int) -> RestockRequest:
        request = RestockRequest.objects.select_related("store", "warehouse", "decided_by").get(
            pk=request_id
        )
        everybody_read.wait(PATIENCE)
        return request

    return read
