"""What is scarce is found without reading the lines of all requests that there ever were."""

from uuid import uuid4

import pytest
from django.db import connection

from inventory.models import RestockLine, RestockRequest
from inventory.queries.board import COUNT, SCARCE
from stores.models import Location, Role
from tests.factories import make_sku, make_staff, make_store, make_warehouse

pytestmark = pytest.mark.django_db


def make_requests(central: Location, store: Location, sku: int, state: str, number: int) -> None:
    asked_by = make_staff(Role.CLERK, store)
    made = RestockRequest.objects.bulk_create(
        RestockRequest(key=uuid4(), store=store, warehouse=central, asked_by=asked_by, state=state)
        for _request in range(number)
    )
    RestockLine.objects.bulk_create(
        RestockLine(request=request, sku_id=sku, asked=1) for request in made
    )


@pytest.mark.parametrize("statement", [COUNT, SCARCE])
def test_closed_requests_are_not_read(statement: str) -> None:
    central, store, sku = make_warehouse(), make_store(), make_sku().pk
    make_requests(central, store, sku, "cancelled", 4_000)
    make_requests(central, store, sku, "waiting", 400)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inventory_restockrequest, inventory_restockline")
        cursor.execute(f"EXPLAIN {statement}", {"warehouses": [central.pk]})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "inventory_restockline" in plan
    assert "Seq Scan on inventory_restockline" not in plan
