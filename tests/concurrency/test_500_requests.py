"""500 requests approved while stores sell: every unit is somewhere, and nobody waits for each other."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Sum

from backoffice.dev.services import running, wait_until
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
from tests.factories import make_sku, make_staff, make_store, make_warehouse

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
REQUESTS, STORES, SKUS, APPROVERS = 500, 10, 12, 2
UNITS = 3  # of each line
MOST_SALES = 200


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
        fill(store, dict.fromkeys(skus, 20))
    return stores


@pytest.fixture
def requests(stores: list[Location], skus: list[Sku]) -> list[RestockRequest]:
    """Requests of one or two SKUs; of the last SKU the warehouse has too little for all of them."""
    warehouse, asker = make_warehouse("central"), make_staff(Role.HEAD_OFFICE)
    fill(warehouse, dict.fromkeys(skus, 1000) | {skus[-1]: 100})
    requests = RestockRequest.objects.bulk_create(
        RestockRequest(key=uuid4(), store=stores[n % STORES], warehouse=warehouse, asked_by=asker)
        for n in range(REQUESTS)
    )
    RestockLine.objects.bulk_create(
        # In no order of SKUs: the locks are taken in one all the same.
        RestockLine(request=request, sku=skus[(n * 5 + 7 * step) % SKUS], asked=UNITS)
        for n, request in enumerate(requests)
        for step in range(1 + n // STORES % 2)
    )
    return requests


def fill(place: Location, units: dict[Sku, int]) -> None:
    opening = outer_place(Location.Kind.OPENING)
    moves = [Move(sku.pk, opening, place, quantity) for sku, quantity in units.items()]
    move_stock(moves, cause=Cause(Document.OPENING, place.pk), by=None)


def approve_all(requests: list[RestockRequest], by: User) -> Callable[[], str]:
    def act() -> str:
        for request in requests:
            approve_restock(request.pk, by=by)
        return "approved"

    return act


def sell_until(is_over: Callable[[], bool], stores: list[Location], skus: list[Sku]) -> str:
    """Sell a unit of several SKUs at one store after the other."""
    customer = outer_place(Location.Kind.CUSTOMER)
    sell = retrying(move_stock)
    for number in range(1, MOST_SALES):
        store = stores[number % STORES]
        bought = [skus[(number + step * 5) % SKUS] for step in range(2)]
        moves = [Move(sku.pk, store, customer, 1) for sku in bought]
        with suppress(OutOfStock):
            sell(moves, cause=Cause(Document.SALE, number), by=None)
        if is_over():
            break
    return "sold"


def states() -> Counter[str]:
    return Counter(RestockRequest.objects.values_list("state", flat=True))


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot(), deadlocks FROM pg_stat_database"
            " WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[1])


@pytest.mark.timeout(600)
def test_500_requests_are_approved_while_stores_sell(
    requests: list[RestockRequest], stores: list[Location], skus: list[Sku], boss: User
) -> None:
    before, units = deadlocks(), StockLevel.objects.aggregate(units=Sum("on_hand"))["units"]

    def all_decided() -> bool:
        return not RestockRequest.objects.filter(state="waiting", version=1).exists()

    def all_carried_out() -> bool:
        return all_decided() and not RestockRequest.objects.due().exists()

    shares = [approve_all(requests[n::APPROVERS], boss) for n in range(APPROVERS)]
    with running(processes.start_worker("five-hundred", children=2)):
        outcomes = together([*shares, lambda: sell_until(all_decided, stores, skus)])
        wait_until(all_carried_out, timeout=120, every=0.2, what="every request to be carried out")

    assert outcomes == ["approved"] * APPROVERS + ["sold"]
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
    on_the_road = RestockLine.objects.filter(request__state="sent")
    assert figures["coming"] == on_the_road.aggregate(units=Sum("sent"))["units"]
    assert ledger_drift() == []
