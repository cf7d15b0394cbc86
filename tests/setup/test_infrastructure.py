"""The ground that other tests stand on."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from inventory.models import StockLevel, StockMovement
from stores.models import Company, Location
from tests import pristine
from tests.factories import make_level, make_store


def outer_places() -> list[tuple[int, str]]:
    outside = Location.objects.exclude(kind__in=Location.INNER)
    return list(outside.order_by("pk").values_list("pk", "kind"))


@pytest.mark.django_db(transaction=True)
def test_the_database_is_as_migrations_left_it_after_a_test_that_committed() -> None:
    before = outer_places()
    make_level(on_hand=5)
    assert len(before) == 5

    pristine.restore()

    assert outer_places() == before
    assert Company.current().name == "Comptoir"
    assert Location.objects.inner().count() == 0
    assert StockLevel.objects.count() == 0
    assert StockMovement.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM inventory_stockmovement",
        "UPDATE inventory_stockmovement SET quantity = 1",
        "TRUNCATE inventory_stockmovement CASCADE",
    ],
)
def test_tests_run_under_the_guard_of_the_ledger(statement: str) -> None:
    make_level(on_hand=5)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing pending stands in the way
        with pytest.raises(DatabaseError, match="movements are never"), transaction.atomic():
            cursor.execute(statement)
    assert StockMovement.objects.get().quantity == 5


@pytest.mark.django_db(transaction=True)
def test_other_threads_see_what_was_committed() -> None:
    store = make_store()
    seen: list[str] = []

    def look() -> None:
        seen.append(Location.objects.get(pk=store.pk).code)
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [store.code]
