"""What goes on in the demo chain on its first morning: each page of restocking has something to show."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from django.core.management import call_command
from django.db.models import Q
from pytest_django import DjangoDbBlocker

from inventory.models import (
    Alert,
    AlertRun,
    ApprovalRule,
    BulkApproval,
    NotificationChoice,
    RestockEvent,
    RestockLine,
    RestockRequest,
    RestockTemplate,
    Sku,
    StockLevel,
    StockPolicy,
    Suggestion,
    Transfer,
)
from inventory.queries.check import ledger_drift
from inventory.queries.surplus import surplus_of
from stores.models import Location, Mail
from tests import pristine

EVENING = "2026-11-20T20:00:00Z"


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def chain(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One chain for all tests of this file: they only read."""
    with django_db_blocker.unblock():
        with time_machine.travel(EVENING, tick=False):
            call_command("demo", days=40, verbosity=0)
        yield
        pristine.restore()


def test_the_week_of_five_stores_has_something_of_everything() -> None:
    assert ledger_drift() == []
    now = datetime.fromisoformat(EVENING)
    waiting = RestockRequest.objects.filter(state="waiting").order_by("asked_at")
    hours = [(now - request.asked_at).total_seconds() / 3600 for request in waiting]
    assert [(str(r.store), h) for r, h in zip(waiting, hours, strict=True)] == [
        ("Paris", 72),
        ("Lille", 29),
        ("Nantes", 5),
        ("Marseille", 2),
    ]
    coffee = Sku.objects.get(product__name="Café Premium Bio")
    asked = RestockLine.objects.filter(request__in=waiting, sku=coffee)
    there = coffee.levels.get(location__code="central").available
    assert (sorted(asked.values_list("asked", flat=True)), there) == ([18, 24, 30], 42)

    requests = Counter(RestockRequest.objects.filter(store__code="lille").values_list("state"))
    assert (requests["sent",], requests["waiting",]) == (1, 1)
    gap = RestockLine.objects.get(received_reason="other")
    assert gap.received == gap.sent - 1
    cut = RestockLine.objects.get(reason="whole_packs")
    assert cut.received == cut.sent == cut.approved < cut.asked
    assert RestockTemplate.objects.get().lines.count() > 1
    assert not ApprovalRule.objects.get().is_on

    transfers = Counter(Transfer.objects.values_list("state", flat=True))
    assert (transfers["in_transit"], transfers["partly"], transfers["draft"]) == (1, 1, 1)
    assert {str(alert.location) for alert in Alert.objects.open().filter(kind="late")} == {"Lille"}
    kinds = set(Alert.objects.open().values_list("kind", flat=True))
    assert kinds == {"low", "out", "overstock", "late", "waiting"}
    assert Alert.objects.open().filter(acknowledged_at__isnull=False).count() == 1
    assert Alert.objects.open().filter(snoozed_until__isnull=False).count() == 1
    assert Alert.objects.closed().filter(closing_document__in=["transfer", "receipt"]).exists()


def test_requests_were_talked_about_decided_in_one_go_and_begun() -> None:
    comments = RestockEvent.objects.filter(kind="comment").order_by("pk")
    assert [event.by.email.split("@")[0] for event in comments if event.by] == [
        "clerk.paris",
        "logistics",
    ]
    bulk = BulkApproval.objects.get()
    assert bulk.done_at is not None
    assert set(bulk.items.values_list("outcome", flat=True)) == {"approved"}
    draft = RestockRequest.objects.drafts().get()
    assert (str(draft.store), draft.lines.count()) == ("Lille", 2)
    plain = RestockLine.objects.filter(request__store__code="marseille", request__state="waiting")
    assert [line.asked == line.suggested for line in plain] == [True] * 3


def test_policies_are_stated_at_every_width_and_too_much_is_proposed_elsewhere() -> None:
    wide = StockPolicy.objects.filter(Q(sku=None) | Q(location=None))
    assert set(wide.values_list("location__code", "category__slug", "sku__code")) == {
        (None, None, None),
        (None, "boissons", None),
        (None, None, "BOI-0001"),
        ("lille", None, None),
        ("lille", "boissons", None),
    }
    [surplus] = surplus_of(Location.objects.stores())
    assert str(surplus.level.location) == "Paris"
    assert [str(going.destination) for going in surplus.going] == ["Lyon"]


def test_people_were_told_of_alerts_as_they_chose() -> None:
    now = datetime.fromisoformat(EVENING)
    assert not Alert.objects.loud(now).untold().filter(kind__in=["low", "out"]).exists()
    mails = Mail.objects.filter(template="alert_digest")
    told = Counter(mails.values_list("reader__email", flat=True))
    assert told["clerk.lyon@comptoir.example"] == 1
    assert "manager.nantes@comptoir.example" not in told
    assert NotificationChoice.objects.count() == 4
    assert AlertRun.objects.get().mails == sum(told.values())


def test_suggestions_follow_the_rate_of_drinks_and_one_is_put_off() -> None:
    drinks = StockLevel.objects.filter(sku__product__category__slug="boissons")
    assert drinks.filter(location__kind="store", by_rate=False).count() == 0
    assert not StockLevel.objects.exclude(pk__in=drinks).filter(by_rate=True).exists()
    assert Suggestion.objects.count() > 5
    assert Suggestion.objects.filter(snoozed_until__isnull=False).count() == 1


def test_lyon_is_left_as_the_walk_finds_it() -> None:
    keyboard = Sku.objects.get(product__name="Clavier mécanique RGB")
    lyon, central = (keyboard.levels.get(location__code=code) for code in ("lyon", "central"))
    assert (lyon.on_hand, lyon.reorder_point, lyon.target, central.on_hand) == (22, 20, 41, 100)
    assert not RestockRequest.objects.filter(store__code="lyon", state="waiting").exists()
