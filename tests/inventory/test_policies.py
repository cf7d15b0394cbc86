"""What is stated, narrow beats wide; levels hold what it comes to, alerts and marks follow."""

from typing import Any

import pytest

from inventory.actions.catalogue import NewSku, add_sku, change_product
from inventory.actions.places import open_location
from inventory.actions.policy import Scope, foresee, set_thresholds, state_policies
from inventory.actions.settle import Settled, settle_policies
from inventory.errors import PoliciesContradict, TooManyPolicies
from inventory.models import (
    Alert,
    MovedLevel,
    PolicyChange,
    Sku,
    StockLevel,
    StockPolicy,
)
from stores.models import Location, Role, User
from tests.factories import (
    make_category,
    make_level,
    make_product,
    make_sku,
    make_staff,
    make_store,
    make_tax_rate,
    make_warehouse,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    return make_staff(Role.HEAD_OFFICE)


@pytest.fixture
def sku() -> Sku:
    return make_sku(product=make_product(category=make_category("Oils")))


@pytest.fixture
def level(sku: Sku) -> StockLevel:
    return make_level(sku, make_store("lyon"))


def resolved(level: StockLevel) -> tuple[int, int, int]:
    level.refresh_from_db()
    return level.reorder_point, level.target, level.maximum


def everything() -> list[Any]:
    """All that a refused change must leave alone."""
    return [
        list(StockPolicy.objects.order_by("pk").values()),
        list(StockLevel.objects.order_by("pk").values()),
        list(PolicyChange.objects.values()),
        MovedLevel.objects.count(),
    ]


def test_the_narrowest_statement_of_each_field_wins(
    level: StockLevel, sku: Sku, boss: User
) -> None:
    place, category = level.location_id, sku.product.category_id
    wide_to_narrow = [
        Scope(),
        Scope(location_id=place),
        Scope(category_id=category),
        Scope(category_id=category, location_id=place),
        Scope(sku_id=sku.pk),
        Scope(sku_id=sku.pk, location_id=place),
    ]
    for number, scope in enumerate(wide_to_narrow, 1):
        assert state_policies([scope], {"lead_days": number}, by=boss) == 1
        level.refresh_from_db()
        assert level.lead_days == number
    for number, scope in reversed(list(enumerate(wide_to_narrow, 1))):
        level.refresh_from_db()
        assert level.lead_days == number
        assert state_policies([scope], {"lead_days": None}, by=boss) == 1
    level.refresh_from_db()
    assert (level.lead_days, level.review_days) == (2, 7)
    assert not StockPolicy.objects.exists()


def test_fields_are_inherited_one_by_one(level: StockLevel, sku: Sku, boss: User) -> None:
    source = make_warehouse("west")
    state_policies(
        [Scope()],
        {"reorder_point": 4, "target": 10, "maximum": 30, "basis": "rate", "review_days": 5},
        by=boss,
    )
    state_policies([Scope(sku_id=sku.pk)], {"target": 25, "warehouse_id": source.pk}, by=boss)
    assert resolved(level) == (4, 25, 30)
    assert (level.by_rate, level.warehouse, level.review_days) == (True, source, 5)
    state_policies(
        [Scope(sku_id=sku.pk, location_id=level.location_id)], {"basis": "level"}, by=boss
    )
    level.refresh_from_db()
    assert (level.by_rate, level.target) == (False, 25)


def test_only_the_levels_of_the_scope_change(level: StockLevel, sku: Sku, boss: User) -> None:
    elsewhere = make_level(sku, make_store())
    other = make_level(make_sku(), level.location)
    here = Scope(category_id=sku.product.category_id, location_id=level.location_id)
    assert state_policies([here], {"reorder_point": 3, "target": 9}, by=boss) == 1
    assert [resolved(row) for row in (level, elsewhere, other)] == [(3, 9, 0), (0, 0, 0), (0, 0, 0)]


def test_a_change_marks_what_it_changes_and_alerts_follow(
    level: StockLevel, sku: Sku, boss: User
) -> None:
    make_level(sku, level.location, on_hand=5)
    same = make_level(make_sku(), level.location, on_hand=5, reorder_point=1, target=2)
    MovedLevel.objects.all().delete()
    state_policies([Scope()], {"reorder_point": 6, "target": 9}, by=boss)
    assert list(MovedLevel.objects.values_list("sku_id", flat=True)) == [sku.pk]
    assert list(Alert.objects.open().values_list("sku_id", "kind")) == [(sku.pk, "low")]
    assert resolved(same) == (1, 2, 0)
    state_policies([Scope()], {"reorder_point": None, "target": None}, by=boss)
    assert not Alert.objects.open().exists()


def test_a_change_says_who_what_before_and_after(sku: Sku, boss: User) -> None:
    scope = [Scope(sku_id=sku.pk)]
    state_policies(scope, {"reorder_point": 2, "target": 4, "basis": "rate"}, by=boss)
    state_policies(scope, {"reorder_point": 2, "target": 8, "basis": None}, by=boss)
    rows = PolicyChange.objects.order_by("pk").values_list("what", "before", "after", "by", "sku")
    assert list(rows) == [
        ("reorder_point", "", "2", boss.pk, sku.pk),
        ("target", "", "4", boss.pk, sku.pk),
        ("basis", "", "rate", boss.pk, sku.pk),
        ("target", "4", "8", boss.pk, sku.pk),
        ("basis", "rate", "", boss.pk, sku.pk),
    ]


@pytest.mark.parametrize(
    "stated",
    [{"target": 4}, {"reorder_point": 21}, {"maximum": 19}, {"target": None}],
)
def test_what_contradicts_itself_somewhere_is_refused(
    level: StockLevel, sku: Sku, boss: User, stated: dict[str, int | None]
) -> None:
    set_thresholds(level.location, sku.pk, reorder_point=5, target=20, by=boss)
    before = everything()
    here = [Scope(sku_id=sku.pk, location_id=level.location_id)]
    with pytest.raises(PoliciesContradict) as refusal:
        state_policies(here, stated, by=boss)
    assert refusal.value.levels == 1
    assert everything() == before
    with pytest.raises(PoliciesContradict):
        foresee(here, stated)


def test_a_wide_statement_is_refused_for_a_narrow_one_it_contradicts(
    level: StockLevel, sku: Sku, boss: User
) -> None:
    state_policies([Scope(sku_id=sku.pk)], {"target": 8}, by=boss)
    with pytest.raises(PoliciesContradict):
        state_policies([Scope()], {"reorder_point": 9, "target": 10}, by=boss)
    assert resolved(level) == (0, 8, 0)


def test_what_is_foreseen_is_what_changes_and_writes_nothing(
    level: StockLevel, sku: Sku, boss: User
) -> None:
    make_level(make_sku(), level.location, reorder_point=1, target=2)
    make_level(sku, make_store())
    before = everything()
    for scopes, stated, expected in (
        ([Scope()], {"reorder_point": 6, "target": 9}, 2),
        ([Scope()], {"lead_days": 6}, 3),
        ([Scope(location_id=level.location_id)], {"lead_days": 6}, 2),
        ([Scope(category_id=sku.product.category_id)], {"lead_days": 6}, 2),
        ([Scope(sku_id=sku.pk, location_id=level.location_id)], {"basis": "rate"}, 1),
        ([Scope()], {"lead_days": 2}, 0),
    ):
        assert foresee(scopes, stated) == expected
        assert everything() == before
    assert state_policies([Scope()], {"lead_days": 6}, by=boss) == 3


def test_too_many_at_once_are_refused(boss: User) -> None:
    scopes = [Scope(location_id=number) for number in range(20_001)]
    with pytest.raises(TooManyPolicies):
        state_policies(scopes, {"lead_days": 3}, by=boss)


def test_thresholds_of_a_place_outlast_a_settling(level: StockLevel, boss: User) -> None:
    set_thresholds(level.location, level.sku_id, reorder_point=8, target=20, by=boss)
    made = make_level(on_hand=3, reorder_point=5, target=7)
    assert settle_policies() == Settled(0, [], 0)
    assert (resolved(level), resolved(made)) == ((8, 20, 0), (5, 7, 0))


def test_a_level_that_was_not_there_is_made(sku: Sku, boss: User) -> None:
    store = make_store()
    level = set_thresholds(store, sku.pk, reorder_point=1, target=2, by=boss)
    assert (level.location, level.reorder_point, level.target) == (store, 1, 2)


def test_new_skus_and_new_places_get_what_is_stated(sku: Sku, boss: User) -> None:
    state_policies([Scope()], {"reorder_point": 1, "target": 6}, by=boss)
    state_policies(
        [Scope(category_id=sku.product.category_id)], {"target": 12, "maximum": 40}, by=boss
    )
    store = open_location(Location(kind=Location.Kind.STORE, code="nice", name="Nice"), by=boss)
    assert resolved(StockLevel.objects.get(sku=sku, location=store)) == (1, 12, 40)
    variant = add_sku(sku.product, NewSku("V-2", price=sku.price, variant="red"), by=boss)
    assert resolved(StockLevel.objects.get(sku=variant, location=store)) == (1, 12, 40)


def test_a_product_that_changes_its_category_changes_its_policy(
    level: StockLevel, sku: Sku, boss: User
) -> None:
    teas = make_category("Teas")
    state_policies([Scope(category_id=teas.pk)], {"reorder_point": 3, "target": 5}, by=boss)
    change_product(sku.product_id, category=teas, tax_rate=make_tax_rate(), by=boss)
    assert resolved(level) == (3, 5, 0)
