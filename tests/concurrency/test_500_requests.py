"""500 requests approved while stores sell: every unit is somewhere, and nobody waits for each other."""

from collections import Counter
from collections.abc import Callable
from itertools import count
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Sum

from backoffice.dev.services import running, wait_until
from backoffice.lib.errors import Busy
from backoffice.lib.retry import retrying
from inventory.actions.restock import approve_restock
from inventory.actions.stock import Move, move_stock
from inventory.errors import OutOfStock
from inventory.models import (
    Cause,
    Document,
    RestockLine,
    RestockRequest,
    Sku,
    StockLevel,
    StockMovement,
    Transfer,
)
from inventory.queries.check import ledger_drift
from stores.models import Location, Role, User
from stores.models.location import outer_place
from tests import processes
from tests.concurrency.together import together
from tests.factories import make_level, make_sku, make_staff, make_store, make_warehouse

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
REQUESTS, STORES, SKUS, APPROVERS = 500, 10, 12, 2
UNITS = 3  # of each of three SKUs in a request
sales = count(1)


@pytest.fixture
def boss() -> User:
    return make_staff(Role.HEAD_OFFICE)


@pytest.fixture
def skus() -> list[Sku]:
    return [make_sku() for _ in range(SKUS)]


@pytest.fixture
def stores(skus: list[Sku]) -> list[Location]:
    """Half of them receive by hand; each has twenty units of everything to sell."""
    stores = [make_store(receives_by_hand=bool(n % 2)) for n in range(STORES)]
    for store in stores:
        for sku in skus:
            make_level(sku, store, on_hand=20)
    return stores


@pytest.fixture
def requests(stores: list[Location], skus: list[Sku]) -> list[RestockRequest]:
    """Requests of three SKUs each; of the last SKU the warehouse has too little for all of them."""
    warehouse, asker = make_warehouse("central"), make_staff(Role.HEAD_OFFICE)
    for sku in skus:
        make_level(sku, warehouse, on_hand=200 if sku is skus[-1] else 1000)
    requests = RestockRequest.objects.bulk_create(
        RestockRequest(key=uuid4(), store=stores[n % STORES], warehouse=warehouse, asked_by=asker)
        for n in range(REQUESTS)
    )
    RestockLine.objects.bulk_create(
        # In no order of SKUs: the locks are taken in one all the same.
        RestockLine(request=request, sku=skus[(n * 5 + 7 * step) % SKUS], asked=UNITS)
        for n, request in enumerate(requests)
        for step in range(3)
    )
    return requests


def approve_all(requests: list[RestockRequest], by: User) -> Callable[[], str]:
    def act() -> str:
        for request in requests:
            approve_restock(request.pk, by=by)
        return "approved"

    return act


def sell_until(is_over: Callable[[], bool], stores: list[Location], skus: list[Sku]) -> str:
    """Sell a unit or two of several SKUs at one store after the other."""
    customer = outer_place(Location.Kind.CUSTOMER)
    sell = retrying(move_stock)
    for number in sales:
        store = stores[number % STORES]
        bought = [skus[(number + step * 5) % SKUS] for step in range(3)]
        moves = [Move(sku.pk, store, customer, 1) for sku in bought]
        try:
            sell(moves, cause=Cause(Document.SALE, number), by=None)
        except OutOfStock:
            pass
        if is_over():
            return "sold"
    return ""


def states() -> Counter[str]:
    return Counter(RestockRequest.objects.values_list("state", flat=True))


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot(), deadlocks FROM pg_stat_database"
            " WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[1])


def test_500_requests_are_approved_while_stores_sell(
    requests: list[RestockRequest], stores: list[Location], skus: list[Sku], boss: User
) -> None:
    before, units = deadlocks(), StockLevel.objects.aggregate(units=Sum("on_hand"))["units"]

    def is_over() -> bool:
        return not RestockRequest.objects.filter(
            state__in=("waiting", "approved"), version__lt=3
        ).exists()

    shares = [approve_all(requests[n::APPROVERS], boss) for n in range(APPROVERS)]
    with running(processes.start_worker("five-hundred")):
        outcomes = together([*shares, lambda: sell_until(is_over, stores, skus)])
        wait_until(is_over, what="every request to be carried out")

    assert outcomes == ["approved"] * APPROVERS + ["sold"]
    assert not [outcome for outcome in outcomes if isinstance(outcome, Busy)]
    assert deadlocks() == before
    found = states()
    assert sum(found.values()) == REQUESTS
    assert found["waiting"] > 0  # came back: the last SKU didn't suffice
    assert found["done"] > 100
    assert found["sent"] > 100
    assert Transfer.objects.count() == found["done"] + found["sent"]
    assert not StockLevel.objects.filter(on_hand__lt=0).exists()
    sold = StockMovement.objects.filter(document="sale").aggregate(units=Sum("quantity"))["units"]
    assert sold > 0
    figures = StockLevel.objects.aggregate(units=Sum("on_hand"), coming=Sum("incoming"))
    assert figures["units"] + figures["coming"] + sold == units
    assert figures["coming"] == found["sent"] * 3 * UNITS
    assert ledger_drift() == []
