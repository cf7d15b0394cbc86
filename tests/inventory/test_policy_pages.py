from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from inventory.actions.policy import Scope, state_policies
from inventory.models import PolicyChange, StockLevel, StockPolicy
from stores.models import Role, User
from tests.factories import (
    make_category,
    make_level,
    make_membership,
    make_product,
    make_sku,
    make_staff,
    make_store,
    make_warehouse,
)

pytestmark = pytest.mark.django_db
LIST = reverse("inventory:policy_list")
EDIT = reverse("inventory:policy_edit")
CHANGES = reverse("inventory:policy_changes")


@pytest.fixture
def boss(client: Client) -> User:
    user = make_staff(Role.HEAD_OFFICE)
    client.force_login(user)
    return user


@pytest.fixture
def level() -> StockLevel:
    sku = make_sku("OIL-1", name="Olive oil", product=None)
    return make_level(sku, make_store("lyon", name="Lyon"))


def confirm(client: Client, data: dict[str, Any]) -> Any:
    """Send the form, then once more as the confirmation asks."""
    seen = client.post(EDIT, data)
    assert seen.status_code == 200, seen.context["form"].errors
    return client.post(EDIT, {**data, "seen": seen.context["seen"]}), seen


def test_the_list_shows_what_is_stated_and_inherited_with_its_origin(
    client: Client, boss: User, level: StockLevel
) -> None:
    state_policies([Scope()], {"reorder_point": 3, "target": 9, "lead_days": 4}, by=boss)
    narrow = Scope(sku_id=level.sku_id, location_id=level.location_id)
    state_policies([narrow], {"target": 12, "basis": "rate"}, by=boss)
    answer = client.get(LIST)
    table = answer.context["table"]
    company, here = [row.record for row in table.page.object_list]
    assert (company.sku, here.sku_id) == (None, level.sku_id)
    found = {name: (f.shown, f.origin) for name, f in table.figures[here.pk].items()}
    assert found == {
        "reorder_point": ("3", "company"),
        "target": ("12", ""),
        "maximum": ("none", "standard"),
        "basis": ("by rate of sale", ""),
        "warehouse_id": ("the first one", "standard"),
        "lead_days": ("4", "company"),
        "review_days": ("7", "standard"),
    }
    assert "Olive oil" in answer.content.decode()


def test_origins_name_category_and_place(client: Client, boss: User, level: StockLevel) -> None:
    category = level.sku.product.category
    place = level.location_id
    state_policies([Scope(location_id=place, category_id=category.pk)], {"lead_days": 5}, by=boss)
    state_policies([Scope(category_id=category.pk)], {"review_days": 3}, by=boss)
    state_policies([Scope(location_id=place)], {"maximum": 50}, by=boss)
    state_policies([Scope(sku_id=level.sku_id)], {"target": 8}, by=boss)
    here = Scope(sku_id=level.sku_id, location_id=place)
    state_policies([here], {"basis": "rate"}, by=boss)
    table = client.get(LIST, {"q": "OIL-1", "place": "lyon"}).context["table"]
    [row] = table.page.object_list
    origins = {name: figure.origin for name, figure in table.figures[row.record.pk].items()}
    assert origins == {
        "reorder_point": "standard",
        "target": "this SKU",
        "maximum": "Lyon",
        "basis": "",
        "warehouse_id": "standard",
        "lead_days": f"{category} in Lyon",
        "review_days": str(category),
    }


def test_the_list_narrows_to_place_category_and_sku(
    client: Client, boss: User, level: StockLevel
) -> None:
    teas = make_category("Teas")
    tea = make_sku(product=make_product("Green tea", category=teas))
    scopes = [
        Scope(),
        Scope(location_id=level.location_id),
        Scope(category_id=teas.pk),
        Scope(sku_id=tea.pk),
        Scope(sku_id=level.sku_id, location_id=level.location_id),
    ]
    state_policies(scopes, {"lead_days": 3}, by=boss)

    def found(**filters: Any) -> set[Scope]:
        rows = client.get(LIST, filters).context["table"].page.object_list
        records = [row.record for row in rows]
        return {Scope(row.location_id, row.category_id, row.sku_id) for row in records}

    assert found() == set(scopes)
    assert found(place="lyon") == {scopes[1], scopes[4]}
    assert found(category=teas.pk) == {scopes[2], scopes[3]}
    assert found(q="green") == {scopes[3]}


def test_the_queries_do_not_grow_with_the_policies(
    client: Client,
    boss: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    store = make_store("lyon")

    def add(count: int) -> None:
        skus = [make_level(make_sku(), store).sku_id for _number in range(count)]
        state_policies([Scope(store.pk, sku_id=sku) for sku in skus], {"lead_days": 3}, by=boss)

    add(3)
    client.get(LIST)
    with django_assert_max_num_queries(12) as few:
        client.get(LIST)
    add(20)
    with django_assert_num_queries(len(few)):
        assert len(client.get(LIST).context["table"].page.object_list) == 23


def test_a_change_in_bulk_says_how_many_levels_change_and_waits_for_a_yes(
    client: Client, boss: User, level: StockLevel
) -> None:
    make_level(make_sku(), level.location)
    make_level(make_sku(), make_store())
    data = {"place": "lyon", "reorder_point": "4", "target": "10", "basis": "rate"}
    seen = client.post(EDIT, data)
    assert (seen.status_code, seen.context["levels"]) == (200, 2)
    assert "Change 2 stock levels" in seen.content.decode()
    assert not StockPolicy.objects.exists()
    done, _seen = confirm(client, data)
    assert (done.status_code, done.url) == (302, LIST)
    row = StockPolicy.objects.get()
    assert (row.location, row.reorder_point, row.target, row.basis) == (
        level.location,
        4,
        10,
        "rate",
    )
    level.refresh_from_db()
    assert (level.reorder_point, level.target, level.by_rate) == (4, 10, True)
    assert set(PolicyChange.objects.values_list("by", flat=True)) == {boss.pk}


def test_a_yes_to_something_else_asks_again(client: Client, boss: User, level: StockLevel) -> None:
    data = {"place": "lyon", "lead_days": "4"}
    seen = client.post(EDIT, data).context["seen"]
    other = client.post(EDIT, {"place": "lyon", "lead_days": "5", "seen": seen})
    assert other.status_code == 200
    make_level(make_sku(), level.location)
    assert client.post(EDIT, {**data, "seen": seen}).status_code == 200
    assert not StockPolicy.objects.exists()


def test_found_skus_get_a_policy_each(client: Client, boss: User, level: StockLevel) -> None:
    source = make_warehouse("west")
    blue = make_sku(product=level.sku.product, variant="blue")
    make_level(make_sku(name="Tea"), level.location)
    done, seen = confirm(client, {"q": "olive", "warehouse_id": source.pk})
    assert (seen.context["policies"], seen.context["levels"]) == (2, 1)
    assert done.status_code == 302
    rows = StockPolicy.objects.values_list("sku", "location", "warehouse")
    assert set(rows) == {(level.sku_id, None, source.pk), (blue.pk, None, source.pk)}


def test_ticked_policies_are_changed_and_cleared_together(
    client: Client, boss: User, level: StockLevel
) -> None:
    scopes = [Scope(location_id=level.location_id), Scope(sku_id=level.sku_id)]
    state_policies(scopes, {"lead_days": 9, "review_days": 4}, by=boss)
    rows = list(StockPolicy.objects.values_list("pk", flat=True))
    page = client.get(EDIT, {"row": rows}).content.decode()
    assert "Olive oil" in page
    assert "Lyon" in page
    done, _seen = confirm(client, {"row": rows, "inherit_lead_days": "on"})
    assert done.status_code == 302
    assert set(StockPolicy.objects.values_list("lead_days", "review_days")) == {(None, 4)}
    confirm(client, {"row": rows, "inherit_review_days": "on"})
    assert not StockPolicy.objects.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Say what these policies are to state."),
        ({"reorder_point": "9", "target": "3"}, "The target lies above the reorder point."),
        ({"target": "9", "maximum": "3"}, "The maximum lies above the target."),
        ({"target": "9", "inherit_target": "on"}, "Either state it or inherit it."),
        ({"lead_days": "366"}, "Type at most 365."),
        ({"q": "nothing", "lead_days": "3"}, "No SKU is called so."),
        ({"reorder_point": "5"}, "At 1 stock level the target would lie under"),
    ],
)
def test_what_cannot_be_stated_is_refused_and_kept(
    client: Client, boss: User, level: StockLevel, data: dict[str, str], words: str
) -> None:
    answer = client.post(EDIT, {"place": "lyon", **data})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert answer.context["form"]["place"].value() == "lyon"
    assert not StockPolicy.objects.exists()


def test_the_changes_are_readable(client: Client, boss: User, level: StockLevel) -> None:
    source = make_warehouse("west", name="West")
    scope = [Scope(sku_id=level.sku_id, location_id=level.location_id)]
    state_policies(scope, {"basis": "rate", "warehouse_id": source.pk}, by=boss)
    state_policies(scope, {"basis": None}, by=boss)
    rows = client.get(CHANGES).context["table"].page.object_list
    found = [(row.get_cell("what"), row.get_cell("before"), row.get_cell("after")) for row in rows]
    assert found == [
        ("desired stock", "by rate of sale", "inherited"),
        ("logistics centre", "inherited", "West"),
        ("desired stock", "inherited", "by rate of sale"),
    ]
    assert "Olive oil" in client.get(CHANGES, {"q": "OIL-1"}).content.decode()
    assert client.get(LIST, {"export": "csv"}).status_code == 200


def test_a_manager_sees_where_thresholds_come_from_and_lets_them_be_inherited(
    client: Client, boss: User, level: StockLevel
) -> None:
    state_policies([Scope()], {"reorder_point": 3, "target": 9, "lead_days": 4}, by=boss)
    client.force_login(make_membership(Role.MANAGER, level.location).user)
    address = reverse("inventory:stock_thresholds", args=["lyon", level.sku_id])
    page = client.get(address).content.decode()
    assert 'placeholder="3 (company)"' in page
    assert 'placeholder="none (standard)"' in page
    client.post(address, {"reorder_point": "5", "target": "20", "maximum": "40"})
    level.refresh_from_db()
    assert (level.reorder_point, level.target, level.maximum) == (5, 20, 40)
    client.post(address, {"reorder_point": "", "target": "", "maximum": ""})
    level.refresh_from_db()
    assert (level.reorder_point, level.target, level.maximum) == (3, 9, 0)
    refused = client.post(address, {"reorder_point": "", "target": "2", "maximum": ""})
    assert refused.status_code == 422
    level.refresh_from_db()
    assert level.target == 9


def test_logistics_of_one_place_sees_what_concerns_it(client: Client, level: StockLevel) -> None:
    boss = make_staff(Role.HEAD_OFFICE)
    central = make_warehouse("central")
    scopes = [Scope(), Scope(location_id=level.location_id), Scope(location_id=central.pk)]
    state_policies(scopes, {"lead_days": 3}, by=boss)
    client.force_login(make_membership(Role.LOGISTICS, central).user)
    rows = client.get(LIST).context["table"].page.object_list
    assert [row.record.location_id for row in rows] == [None, central.pk]
    changes = client.get(CHANGES).context["table"].page.object_list
    assert {row.record.location_id for row in changes} == {None, central.pk}
    assert client.get(EDIT).status_code == 403
