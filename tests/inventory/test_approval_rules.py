"""Automatic approval: what a rule takes, what it leaves to a person and why, and its page."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from inventory.actions.approval_rules import (
    approve_all_by_rule,
    approve_by_rule,
    remove_approval_rule,
    set_approval_rule,
)
from inventory.actions.carry_out import carry_out_restock
from inventory.actions.restock import approve_restock
from inventory.actions.stock import Move, move_stock
from inventory.errors import AlreadyDecided
from inventory.models import (
    ApprovalRule,
    Cause,
    Document,
    RestockEvent,
    RestockLine,
    RestockRequest,
    RuleChange,
    Sku,
)
from inventory.queries.rules import try_rule, why_not_automatic
from stores.models import Company, Location, Role, User
from stores.models.location import outer_place
from tests.factories import make_level, make_restock, make_sku, make_staff, make_store, numbers

pytestmark = pytest.mark.django_db
RULES = "/head-office/restock/rules/"


@pytest.fixture
def coffee(central: Location) -> Sku:
    sku = make_sku("COF", name="Café", cost="6.00")
    make_level(sku, central, on_hand=100)
    return sku


@pytest.fixture
def boss(client: Client) -> User:
    boss = make_staff(Role.HEAD_OFFICE)
    client.force_login(boss)
    return boss


def suggested(
    wanted: dict[Sku, int], store: Location, warehouse: Location, **kwargs: Any
) -> RestockRequest:
    """A request that asks exactly what was suggested."""
    request = make_restock(wanted, store=store, warehouse=warehouse, **kwargs)
    for line in request.lines.all():
        RestockLine.objects.filter(pk=line.pk).update(suggested=line.asked)
    return request


def state(request: RestockRequest) -> tuple[str, bool, int]:
    request.refresh_from_db()
    return request.state, request.by_rule, request.events.count()


def sold_by_the_centre(
    sku: Sku, central: Location, units: int, days_ago: int, to: Location
) -> None:
    """Units that left the centre, which had them, that long ago."""
    make_level(sku, central, on_hand=units)
    cause = Cause(Document.ORDER, next(numbers))
    move_stock(
        [Move(sku.pk, central, to, units)],
        cause=cause,
        by=None,
        occurred_at=timezone.now() - timedelta(days=days_ago),
    )


WAITS = ("waiting", False, 1)


def test_no_rule_and_a_rule_that_is_off_approve_nothing(
    coffee: Sku, lyon: Location, central: Location, boss: User
) -> None:
    request = suggested({coffee: 5}, lyon, central)
    assert approve_by_rule(request.pk) is None
    set_approval_rule(None, is_on=False, max_value=Decimal(999), min_cover_days=0, by=boss)
    assert approve_by_rule(request.pk) is None
    approve_all_by_rule()
    assert state(request) == WAITS
    assert why_not_automatic(request) == ()


def test_a_rule_approves_as_asked_and_says_that_it_did(
    coffee: Sku, lyon: Location, central: Location, boss: User, client: Client
) -> None:
    rule = set_approval_rule(None, is_on=True, max_value=Decimal(30), min_cover_days=0, by=boss)
    request = suggested({coffee: 5}, lyon, central)
    assert approve_by_rule(request.pk) == request
    assert state(request) == ("approved", True, 2)
    assert (request.rule, request.decided_by, request.version) == (rule, None, 2)
    assert request.decided_at is not None
    assert list(request.lines.values_list("approved", "reason")) == [(5, "")]
    event = request.events.get(kind="approved")
    assert (event.by, event.via, event.note) == (None, RestockEvent.Via.RULE, "")
    page = client.get(f"/head-office/restock/{request.pk}/").text
    assert "by the company's rule" in page
    assert "by rule" in page
    store_page = client.get(f"/stores/lyon/restock/{request.pk}/").text
    assert "Approved automatically, by rule." in store_page
    assert carry_out_restock(request.pk) is not None
    assert approve_by_rule(request.pk) is None


def test_a_person_who_comes_later_is_told(
    coffee: Sku, lyon: Location, central: Location, boss: User
) -> None:
    set_approval_rule(None, is_on=True, max_value=Decimal(30), min_cover_days=0, by=boss)
    request = suggested({coffee: 5}, lyon, central)
    approve_by_rule(request.pk)
    with pytest.raises(AlreadyDecided, match="already approved by a rule of automatic approval"):
        approve_restock(request.pk, by=boss)
    assert request.events.count() == 2


def test_the_rule_of_a_store_overrides_the_companys(
    coffee: Sku, lyon: Location, central: Location, boss: User, client: Client
) -> None:
    set_approval_rule(None, is_on=True, max_value=Decimal(999), min_cover_days=0, by=boss)
    set_approval_rule(lyon, is_on=False, max_value=Decimal(999), min_cover_days=0, by=boss)
    request, other = (suggested({coffee: 5}, store, central) for store in (lyon, make_store()))
    approve_all_by_rule()
    assert (state(request), state(other)[0]) == (WAITS, "approved")
    own = set_approval_rule(lyon, is_on=True, max_value=Decimal(30), min_cover_days=0, by=boss)
    approve_all_by_rule()
    assert state(request) == ("approved", True, 2)
    assert request.rule == own
    assert "by the rule of Lyon" in client.get(f"/head-office/restock/{request.pk}/").text


def test_who_asks_may_not_decide_does_not_bind_a_rule(
    coffee: Sku, lyon: Location, central: Location, boss: User
) -> None:
    Company.objects.update(own_requests_allowed=False)
    set_approval_rule(None, is_on=True, max_value=Decimal(30), min_cover_days=0, by=boss)
    request = suggested({coffee: 5}, lyon, central, by=boss)
    approve_all_by_rule()
    assert state(request) == ("approved", True, 2)


def test_each_obstacle_is_said_in_words(
    coffee: Sku, lyon: Location, central: Location, boss: User, client: Client
) -> None:
    set_approval_rule(None, is_on=True, max_value=Decimal(30), min_cover_days=7, by=boss)
    tea, milk, salt = (make_sku(name=name) for name in ("Thé", "Lait", "Sel"))
    for sku in (tea, milk):
        make_level(sku, central, on_hand=20)
    sold_by_the_centre(milk, central, 56, 3, lyon)
    request = suggested({coffee: 6, tea: 1, milk: 7, salt: 1}, lyon, central)
    request.lines.filter(sku=coffee).update(suggested=5)
    request.lines.filter(sku=tea).update(suggested=None)
    assert approve_by_rule(request.pk) is None
    assert state(request) == WAITS
    assert [obstacle.words for obstacle in why_not_automatic(request)] == [
        "it is worth 90.00 at cost, the rule goes up to 30.00",
        "Café was changed by hand (5 suggested, 6 asked)",
        "Thé was added by hand",
        "Lait: Central would keep 6.5 days of cover, not 7",
        "Sel: Central hasn't enough for all who ask",
    ]
    page = client.get(f"/head-office/restock/{request.pk}/").text
    assert "Not approved automatically:" in page
    assert "Thé was added by hand" in page


def test_the_value_may_be_reached_and_not_passed(
    coffee: Sku, lyon: Location, central: Location, boss: User
) -> None:
    request = suggested({coffee: 5}, lyon, central)
    set_approval_rule(None, is_on=True, max_value=Decimal("29.99"), min_cover_days=0, by=boss)
    assert approve_by_rule(request.pk) is None
    set_approval_rule(None, is_on=True, max_value=Decimal("30.00"), min_cover_days=0, by=boss)
    assert approve_by_rule(request.pk) == request


def test_cover_counts_what_left_for_stores_and_customers_in_28_days(
    coffee: Sku, lyon: Location, central: Location, boss: User
) -> None:
    """28 left for a store, 14 for a customer: 1.5 a day. 100 less 10 last 60 days."""
    customer = outer_place(Location.Kind.CUSTOMER)
    sold_by_the_centre(coffee, central, 28, 27, lyon)
    sold_by_the_centre(coffee, central, 14, 1, customer)
    sold_by_the_centre(coffee, central, 500, 29, lyon)
    sold_by_the_centre(coffee, central, 500, 1, outer_place(Location.Kind.LOST))
    request = suggested({coffee: 10}, lyon, central)
    set_approval_rule(None, is_on=True, max_value=Decimal(99), min_cover_days=61, by=boss)
    assert [o.words for o in why_not_automatic(request)] == [
        "Café: Central would keep 60.0 days of cover, not 61"
    ]
    set_approval_rule(None, is_on=True, max_value=Decimal(99), min_cover_days=60, by=boss)
    assert approve_by_rule(request.pk) == request


def test_what_is_scarce_is_left_to_a_person(
    coffee: Sku, lyon: Location, central: Location, boss: User
) -> None:
    set_approval_rule(None, is_on=True, max_value=Decimal(9999), min_cover_days=0, by=boss)
    requests = [suggested({coffee: 51}, store, central) for store in (lyon, make_store())]
    approve_all_by_rule()
    assert [state(request) for request in requests] == [WAITS, WAITS]


def test_what_came_back_is_left_to_a_person(
    coffee: Sku, lyon: Location, central: Location, boss: User
) -> None:
    set_approval_rule(None, is_on=True, max_value=Decimal(9999), min_cover_days=0, by=boss)
    request = suggested({coffee: 60}, lyon, central)
    approve_by_rule(request.pk)
    move_stock(
        [Move(coffee.pk, central, make_store(), 50)],
        cause=Cause(Document.ADJUSTMENT, next(numbers)),
        by=None,
    )
    carry_out_restock(request.pk)
    assert state(request)[:2] == ("waiting", False)
    assert (request.rule, request.decided_at) == (None, None)
    make_level(coffee, central, on_hand=500)
    approve_all_by_rule()
    assert state(request)[0] == "waiting"
    (obstacle,) = why_not_automatic(request)
    assert obstacle.words == "it came back: Café lacked when it was to be sent"


def test_changes_are_kept_with_who_before_and_after(lyon: Location, boss: User) -> None:
    set_approval_rule(lyon, is_on=True, max_value=Decimal(30), min_cover_days=7, by=boss)
    set_approval_rule(lyon, is_on=True, max_value=Decimal(30), min_cover_days=7, by=boss)
    remove_approval_rule(lyon, by=boss)
    remove_approval_rule(lyon, by=boss)
    stated = {"is_on": True, "max_value": "30.00", "min_cover_days": 7}
    changes = RuleChange.objects.order_by("pk").values_list("location", "before", "after", "by")
    assert list(changes) == [
        (lyon.pk, None, stated, boss.pk),
        (lyon.pk, stated, None, boss.pk),
    ]
    assert not ApprovalRule.objects.exists()


@pytest.mark.parametrize("role", [Role.LOGISTICS, Role.AUDITOR])
def test_only_head_office_states_rules(role: Role, client: Client) -> None:
    person = make_staff(role)
    with pytest.raises(PermissionDenied):
        set_approval_rule(None, is_on=True, max_value=Decimal(1), min_cover_days=0, by=person)
    client.force_login(person)
    form = {"is_on": "on", "max_value": "1", "min_cover_days": "0"}
    assert client.post(RULES, form).status_code == 403
    assert (ApprovalRule.objects.count(), RuleChange.objects.count()) == (0, 0)


def test_the_dry_run_tells_how_many_and_saves_nothing(
    coffee: Sku, lyon: Location, central: Location, boss: User, client: Client
) -> None:
    """Two of 40 each leave 20: the third, though there is enough of all, would break the cover."""
    sold_by_the_centre(coffee, central, 28, 1, lyon)
    make_level(coffee, central, on_hand=20)
    for units in (40, 40, 20):
        suggested({coffee: units}, make_store(), central)
    make_restock({coffee: 1}, store=lyon, warehouse=central)
    form = {"max_value": "1000", "min_cover_days": "21", "do": "try"}
    answer = client.post(RULES, form)
    assert answer.status_code == 200
    words = "With this rule, 2 of the 4 waiting requests would be approved now. Nothing was saved."
    assert words in answer.text
    for reason in ("too little cover left", "changed by hand"):
        assert f"<li>{reason} <b>(1)</b></li>" in answer.text
    assert not ApprovalRule.objects.exists()
    assert not RestockRequest.objects.exclude(state="waiting").exists()
    run = try_rule(ApprovalRule(location=lyon, max_value=Decimal(1000)))
    assert (run.taken, run.waiting) == (0, 1)


def test_the_page_saves_overrides_and_gives_them_back(
    lyon: Location, boss: User, client: Client
) -> None:
    form = {"is_on": "on", "max_value": "12,50", "min_cover_days": "7", "do": "save"}
    answer = client.post(f"{RULES}?store=lyon", form)
    assert (answer.status_code, answer["Location"]) == (302, f"{RULES}?store=lyon")
    rule = ApprovalRule.objects.get()
    assert (rule.location, rule.is_on, rule.max_value, rule.min_cover_days) == (
        lyon,
        True,
        Decimal("12.50"),
        7,
    )
    page = client.get(RULES).text
    assert "up to €12.50, 7 days of cover kept" in page
    assert "no rule → up to €12.50, 7 days of cover kept" in " ".join(page.split())
    assert client.post(f"{RULES}?store=lyon", {"do": "remove"})["Location"] == RULES
    assert not ApprovalRule.objects.exists()
    assert client.get(f"{RULES}?store=nowhere").status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"max_value": "-1"}, "greater than or equal to 0"),
        ({"max_value": "lots"}, "Type an amount, such as 12.50."),
        ({"min_cover_days": "366"}, "Type at most 365."),
        ({"min_cover_days": "1.5"}, "Type a whole number, such as 12."),
    ],
)
def test_what_cannot_be_is_refused_and_kept(
    boss: User, client: Client, typed: dict[str, str], words: str
) -> None:
    form = {"is_on": "on", "max_value": "10", "min_cover_days": "7", "do": "save", **typed}
    answer = client.post(RULES, form)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{next(iter(typed.values()))}"' in answer.text
    assert not ApprovalRule.objects.exists()
