"""Stores and logistics centres: head office opens and changes them; code and kind stay."""

import pytest

from inventory.models import StockLevel
from stores.models import Location, Role
from tests.clients import signed_in
from tests.factories import make_sku, make_staff, make_store, make_warehouse
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
NEW = {
    "kind": "store",
    "code": "nice",
    "name": "Nice",
    "street": "1 rue de France",
    "postcode": "06000",
    "city": "Nice",
    "time_zone": "Europe/Paris",
}


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (Role.ADMIN, 200, 302),
        (Role.HEAD_OFFICE, 200, 302),
        (Role.AUDITOR, 200, 403),
        (Role.LOGISTICS, 403, 403),
        (Role.MANAGER, 403, 403),
    ],
)
def test_head_office_keeps_the_places(role: Role, reads: int, writes: int) -> None:
    lyon = make_store("lyon", name="Lyon")
    client = signed_in(make_staff(role))
    path = f"/head-office/stores/{lyon.pk}/"
    assert client.get("/head-office/stores/").status_code == reads
    assert client.get(path).status_code == reads
    data = {"name": "Lyon Centre", "time_zone": "Europe/Paris"}
    assert client.post(path, data).status_code == writes
    lyon.refresh_from_db()
    assert lyon.name == ("Lyon Centre" if writes == 302 else "Lyon")


@pytest.mark.parametrize("kind", ["store", "warehouse"])
def test_a_new_place_has_a_level_of_every_sku(kind: str) -> None:
    skus = [make_sku(), make_sku()]
    answer = signed_in(make_staff(Role.HEAD_OFFICE)).post(
        "/head-office/stores/new/", NEW | {"kind": kind}
    )
    assert answer.status_code == 302
    place = Location.objects.get(code="nice")
    assert (place.kind, place.name, place.city, place.is_active) == (kind, "Nice", "Nice", True)
    levels = StockLevel.objects.filter(location=place)
    assert sorted(levels.values_list("sku_id", "on_hand")) == [(sku.pk, 0) for sku in skus]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "supplier"),
        ("code", ""),
        ("code", "lyon"),
        ("code", "Nice"),
        ("code", "a b"),
        ("code", "x" * 41),
        ("name", ""),
        ("name", "x" * 10_000),
        ("name", "a\u202eb"),
        ("time_zone", "Mars/Base"),
    ],
)
def test_a_wrong_place_is_refused_at_the_field(field: str, value: str) -> None:
    make_store("lyon")
    before = Location.objects.count()
    answer = signed_in(make_staff(Role.HEAD_OFFICE)).post(
        "/head-office/stores/new/", NEW | {field: value}
    )
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert Location.objects.count() == before


def test_code_and_kind_of_a_place_stay() -> None:
    lyon = make_store("lyon")
    data = NEW | {"kind": "warehouse", "code": "nice", "name": "Nice"}
    signed_in(make_staff(Role.ADMIN)).post(f"/head-office/stores/{lyon.pk}/", data)
    lyon.refresh_from_db()
    assert (lyon.code, lyon.kind, lyon.name, lyon.is_active) == ("lyon", "store", "Nice", True)


def test_a_place_says_whether_it_receives_by_hand() -> None:
    client = signed_in(make_staff(Role.HEAD_OFFICE))
    client.post("/head-office/stores/new/", NEW | {"receives_by_hand": "on"})
    nice = Location.objects.get(code="nice")
    assert nice.receives_by_hand
    path = f"/head-office/stores/{nice.pk}/"
    page = client.get(path)
    assert page.context["form"]["receives_by_hand"].value() is True
    assert "until somebody has counted them in" in page.text
    client.post(path, NEW)
    nice.refresh_from_db()
    assert not nice.receives_by_hand


def test_outer_places_cannot_be_opened_here() -> None:
    supplier = Location.objects.get(kind=Location.Kind.SUPPLIER)
    client = signed_in(make_staff(Role.ADMIN))
    assert client.get(f"/head-office/stores/{supplier.pk}/").status_code == 404
    assert client.get("/head-office/stores/999999/").status_code == 404


def test_the_list_is_found_by_words_kind_and_state() -> None:
    lyon, central = make_store("lyon", name="Lyon"), make_warehouse("central", name="Central")
    closed = make_store("nice", name="Nice")
    Location.objects.filter(pk=closed.pk).update(is_active=False, city="Côte d’Azur")
    client = signed_in(make_staff(Role.HEAD_OFFICE))

    def found(query: str) -> set[Location]:
        answer = client.get(f"/head-office/stores/?{query}")
        assert answer.status_code == 200
        return {row.record for row in answer.context["table"].rows}

    assert found("") == {lyon, central, closed}
    assert found("q=LYO") == {lyon}
    assert found("q=azur") == {closed}
    assert found("kind=warehouse") == {central}
    assert found("standing=open") == {lyon, central}
    assert found("q=nothing") == set()


def test_the_list_asks_no_more_queries_for_more_places() -> None:
    make_store()
    client = signed_in(make_staff(Role.HEAD_OFFICE))
    few = queries_of(client, "/head-office/stores/")
    for _place in range(20):
        make_staff(Role.CLERK, make_store())
    assert queries_of(client, "/head-office/stores/") == few <= [12]
