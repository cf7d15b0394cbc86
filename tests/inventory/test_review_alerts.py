"""Opening and closing alerts: by the movement that crosses, and by a review of every figure."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inventory.actions.alerts import Reviewed, review_all_alerts
from inventory.actions.catalogue import change_product, change_sku
from inventory.models import Alert, StockLevel
from stores.models import Location, Role
from tests.factories import make_level, make_sku, make_staff, make_store
from tests.inventory.selling import sell


def open_alerts() -> list[tuple[str, int, int]]:
    alerts = Alert.objects.open().order_by("kind", "location_id", "sku_id")
    return list(alerts.values_list("kind", "location_id", "sku_id"))


@pytest.mark.django_db
def test_a_review_opens_what_the_figures_say_and_then_nothing_more() -> None:
    low, out = make_level(on_hand=5, reorder_point=3), make_level(on_hand=4)
    make_level(on_hand=9, reorder_point=3)  # enough
    make_level()  # never kept here
    wanted = make_level(reorder_point=2)  # never here, but wanted
    StockLevel.objects.filter(pk=low.pk).update(on_hand=3)  # loaded around the ledger
    StockLevel.objects.filter(pk=out.pk).update(on_hand=0)
    assert Alert.objects.count() == 0
    assert review_all_alerts() == Reviewed(opened=4, closed=0)
    assert open_alerts() == [
        ("low", low.location_id, low.sku_id),
        ("low", wanted.location_id, wanted.sku_id),
        ("out", out.location_id, out.sku_id),
        ("out", wanted.location_id, wanted.sku_id),
    ]
    assert Alert.objects.get(location=low.location).available == 3
    assert review_all_alerts() == Reviewed(opened=0, closed=0)


@pytest.mark.django_db
def test_a_review_closes_what_is_no_longer_so() -> None:
    level = make_level(on_hand=6, reorder_point=5)
    sell(level, 6, 1)
    assert [kind for kind, _place, _sku in open_alerts()] == ["low", "out"]
    StockLevel.objects.filter(pk=level.pk).update(on_hand=6)
    assert review_all_alerts() == Reviewed(opened=0, closed=2)
    assert open_alerts() == []
    assert list(Alert.objects.values_list("closing_document", flat=True)) == ["", ""]
    sell(level, 3, 2)
    assert [kind for kind, _place, _sku in open_alerts()] == ["low"]  # armed again
    assert Alert.objects.count() == 3


@pytest.mark.django_db
def test_what_goes_off_sale_has_no_alerts_and_gets_them_back() -> None:
    office = make_staff(Role.HEAD_OFFICE)
    level = make_level(on_hand=2, reorder_point=5)
    sell(level, 1, 1)
    review_all_alerts()
    assert len(open_alerts()) == 1
    change_sku(level.sku_id, by=office, is_active=False)
    assert open_alerts() == []
    sell(level, 1, 2)
    assert open_alerts() == []
    change_sku(level.sku_id, by=office, is_active=True)
    assert [kind for kind, _place, _sku in open_alerts()] == ["low", "out"]
    change_product(level.sku.product_id, by=office, is_active=False)
    assert open_alerts() == []


@pytest.mark.django_db
def test_a_place_that_is_closed_has_no_alerts() -> None:
    level = make_level(on_hand=5, reorder_point=5)
    sell(level, 1, 1)
    review_all_alerts()
    Location.objects.filter(pk=level.location_id).update(is_active=False)
    assert review_all_alerts() == Reviewed(opened=0, closed=1)


@pytest.mark.django_db
def test_a_review_takes_two_statements_however_much_there_is(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    store = make_store()
    for _ in range(20):
        make_level(make_sku(), store, reorder_point=2)
    with django_assert_num_queries(4):  # and a savepoint around them
        assert review_all_alerts() == Reviewed(opened=40, closed=0)


@pytest.mark.django_db(transaction=True)
def test_two_tills_that_cross_at_the_same_moment_open_one_alert() -> None:
    level = make_level(on_hand=10, reorder_point=8)
    both_ready = threading.Barrier(2)

    def till(number: int) -> None:
        connection.ensure_connection()
        both_ready.wait()
        try:
            sell(level, 2, number)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for result in [pool.submit(till, number) for number in (1, 2)]:
            result.result()
    level.refresh_from_db()
    assert level.on_hand == 6
    assert open_alerts() == [("low", level.location_id, level.sku_id)]
    assert Alert.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_reviews_and_sales_at_the_same_moment_open_one_alert_each() -> None:
    level = make_level(on_hand=10, reorder_point=8)
    StockLevel.objects.filter(pk=level.pk).update(reorder_point=10)
    all_ready = threading.Barrier(4)

    def work(number: int) -> None:
        connection.ensure_connection()
        all_ready.wait()
        try:
            if number % 2:
                review_all_alerts()
            else:
                sell(level, 5, number + 1)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for result in [pool.submit(work, number) for number in range(4)]:
            result.result()
    review_all_alerts()
    assert [kind for kind, _place, _sku in open_alerts()] == ["low", "out"]
    assert Alert.objects.filter(closed_at__lte=timezone.now()).count() == 0
