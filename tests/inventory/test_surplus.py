"""What a store has too much of goes where it is short, the rest back: drafts that nobody makes twice."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from inventory.actions.suggestions import refresh_all
from inventory.actions.surplus import draft_surplus
from inventory.actions.transfer import draft_transfer
from inventory.models import Sku, StockLevel, Suggestion, Transfer, TransferLine
from inventory.queries.surplus import fingerprint, surplus_of
from inventory.transfer_errors import SurplusChanged
from stores.models import Location, Role, User
from tests.factories import make_level, make_membership, make_sku, make_staff, make_store

pytestmark = pytest.mark.django_db
LIST = reverse("inventory:surplus_list")


@pytest.fixture
def boss(client: Client) -> User:
    user = make_staff(Role.HEAD_OFFICE)
    client.force_login(user)
    return user


def overstock(
    sku: Sku, store: Location, *, on_hand: int = 40, reserved: int = 0, target: int = 10
) -> StockLevel:
    level = make_level(sku, store, on_hand=on_hand, reserved=reserved)
    StockLevel.objects.filter(pk=level.pk).update(maximum=20, target=target)
    level.refresh_from_db()
    return level


def short(sku: Sku, name: str, *, units: int, lost: str) -> Location:
    """A store that needs so many units, and loses so much a day."""
    store = make_store(name=name)
    make_level(sku, store, reorder_point=1, target=units)
    refresh_all()
    Suggestion.objects.filter(location=store).update(lost_per_day=Decimal(lost))
    return store


def proposed(places: Any = None) -> list[list[tuple[str, int]]]:
    rows = surplus_of(places or Location.objects.inner())
    return [[(going.destination.name, going.units) for going in row.going] for row in rows]


def test_without_a_store_that_is_short_the_surplus_goes_back(
    central: Location, lyon: Location
) -> None:
    overstock(make_sku(), lyon)
    assert proposed() == [[("Central", 30)]]


def test_a_level_at_its_maximum_or_without_one_is_no_surplus(
    central: Location, lyon: Location
) -> None:
    make_level(make_sku(), lyon, on_hand=500)
    overstock(make_sku(), lyon, on_hand=20)
    overstock(make_sku(is_active=False), lyon)
    overstock(make_sku(), central)
    assert proposed() == []


def test_packs_are_whole_and_what_is_reserved_stays(central: Location, lyon: Location) -> None:
    overstock(make_sku(pack_size=8), lyon)
    overstock(make_sku(cost="5.00"), lyon, reserved=25)
    overstock(make_sku(cost="4.00"), lyon, target=0)
    assert proposed() == [[("Central", 24)], [("Central", 15)], [("Central", 20)]]


def test_the_store_that_loses_most_comes_first_and_gets_what_it_needs(
    central: Location, lyon: Location
) -> None:
    sku = make_sku()
    short(sku, "Paris", units=12, lost="3.00")
    short(sku, "Nice", units=15, lost="9.00")
    overstock(sku, lyon)
    Suggestion.objects.filter(location__name="Paris").update(lost_per_day=Decimal("3.00"))
    assert proposed() == [[("Nice", 15), ("Paris", 12), ("Central", 3)]]


def test_two_stores_with_too_much_do_not_fill_the_same_gap_twice(
    central: Location, lyon: Location
) -> None:
    sku = make_sku()
    overstock(sku, lyon)
    overstock(sku, make_store("lille"), on_hand=39)
    short(sku, "Nice", units=35, lost="9.00")
    assert proposed() == [[("Nice", 30)], [("Nice", 5), ("Central", 24)]]


def test_what_is_drafted_is_neither_proposed_nor_needed_again(
    central: Location, lyon: Location, boss: User
) -> None:
    sku = make_sku()
    nice = short(sku, "Nice", units=12, lost="9.00")
    overstock(sku, lyon)
    draft_transfer(uuid4(), source=lyon, destination=nice, wanted={sku.pk: 7}, by=boss)
    assert proposed() == [[("Nice", 5), ("Central", 18)]]


def test_a_snoozed_suggestion_gets_nothing(central: Location, lyon: Location) -> None:
    sku = make_sku()
    nice = short(sku, "Nice", units=12, lost="9.00")
    overstock(sku, lyon)
    Suggestion.objects.filter(location=nice).update(snoozed_until="2999-01-01")
    assert proposed() == [[("Central", 30)]]


def test_a_click_and_a_yes_draft_one_transfer_per_source_and_destination(
    client: Client, boss: User, central: Location, lyon: Location
) -> None:
    one, two, other = make_sku(), make_sku(), make_sku()
    nice = short(one, "Nice", units=12, lost="9.00")
    for sku in (one, two, other):
        overstock(sku, lyon)
    keys = [f"{lyon.pk}-{sku.pk}" for sku in (one, two)]
    seen = client.post(LIST, {"row": keys})
    assert (seen.status_code, seen.context["transfers"], seen.context["units"]) == (200, 2, 60)
    assert "Draft 2 transfers" in seen.content.decode()
    assert not Transfer.objects.exists()
    yes = {"row": keys, "seen": seen.context["seen"], "key": seen.context["key"]}
    assert client.post(LIST, yes).status_code == 302
    lines = TransferLine.objects.values_list("transfer__destination", "sku", "planned")
    assert set(lines) == {
        (nice.pk, one.pk, 12),
        (central.pk, one.pk, 18),
        (central.pk, two.pk, 30),
    }
    assert {t.state for t in Transfer.objects.all()} == {Transfer.State.DRAFT}
    again = client.post(LIST, yes)
    assert again.status_code == 422
    assert "The stock has changed" in again.content.decode()
    assert Transfer.objects.count() == 2


def test_a_yes_to_what_changed_meanwhile_drafts_nothing(
    central: Location, lyon: Location, boss: User
) -> None:
    level = overstock(make_sku(), lyon)
    places = Location.objects.inner()
    [row] = surplus_of(places)
    make_level(level.sku, lyon, on_hand=1)
    StockLevel.objects.filter(pk=level.pk).update(maximum=20, target=10)
    with pytest.raises(SurplusChanged):
        draft_surplus(uuid4(), places=places, chosen={row.key}, seen=fingerprint([row]), by=boss)
    assert not Transfer.objects.exists()


def test_nothing_ticked_is_nothing_done(
    client: Client, boss: User, central: Location, lyon: Location
) -> None:
    overstock(make_sku(), lyon)
    assert client.post(LIST, {}).status_code == 422
    assert client.post(LIST, {"row": ["0-0", "x"]}).status_code == 422
    assert not Transfer.objects.exists()


def test_a_manager_sees_and_sends_the_surplus_of_the_own_store_alone(
    client: Client, central: Location, lyon: Location
) -> None:
    mine, theirs = make_sku(name="Olive oil"), make_sku(name="Green tea")
    overstock(mine, lyon)
    paris = make_store("paris")
    overstock(theirs, paris)
    client.force_login(make_membership(Role.MANAGER, lyon).user)
    address = reverse("inventory:store_surplus", args=["lyon"])
    page = client.get(address).content.decode()
    assert "Olive oil" in page
    assert "Green tea" not in page
    assert client.post(address, {"row": [f"{paris.pk}-{theirs.pk}"]}).status_code == 422
    rows = [f"{lyon.pk}-{mine.pk}"]
    seen = client.post(address, {"row": rows}).context
    done = client.post(address, {"row": rows, "seen": seen["seen"], "key": seen["key"]})
    assert done.status_code == 302
    assert Transfer.objects.get().source == lyon


def test_the_queries_do_not_grow_with_the_rows(
    client: Client,
    boss: User,
    central: Location,
    lyon: Location,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _number in range(3):
        overstock(make_sku(), lyon)
    client.get(LIST)
    with django_assert_max_num_queries(15) as few:
        client.get(LIST)
    for _number in range(12):
        overstock(make_sku(), lyon)
    with django_assert_num_queries(len(few)):
        assert len(client.get(LIST).context["rows"]) == 15
