import pytest

from inventory.actions.marks import mark_moved, mark_place, mark_request, mark_skus
from inventory.models import MovedLevel
from tests.factories import make_level, make_restock, make_sku, make_store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_marks() -> None:
    MovedLevel.objects.all().delete()


def marks() -> list[tuple[int, int]]:
    return sorted(MovedLevel.objects.values_list("location_id", "sku_id"))


def test_a_pair_is_marked_once_per_call() -> None:
    mark_moved([(2, 7), (1, 9), (2, 7)])
    assert marks() == [(1, 9), (2, 7)]


def test_a_request_marks_its_lines_at_the_store() -> None:
    oil, tea = make_sku(), make_sku()
    request = make_restock({oil: 3, tea: 4})
    MovedLevel.objects.all().delete()
    mark_request(request)
    assert marks() == sorted([(request.store_id, oil.pk), (request.store_id, tea.pk)])


def test_a_sku_is_marked_wherever_it_has_a_level_and_a_place_with_all_it_has() -> None:
    oil, tea, here, there = make_sku(), make_sku(), make_store(), make_store()
    for sku, place in ((oil, here), (oil, there), (tea, here)):
        make_level(sku, place)
    MovedLevel.objects.all().delete()
    mark_skus([oil.pk])
    assert marks() == sorted([(here.pk, oil.pk), (there.pk, oil.pk)])
    MovedLevel.objects.all().delete()
    mark_place(here.pk)
    assert marks() == sorted([(here.pk, oil.pk), (here.pk, tea.pk)])
