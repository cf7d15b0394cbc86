"""Totals and mails of Lyon are its own, and the measures of the wall are not deaf."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from backoffice.actions import deliveries
from backoffice.actions.deliveries import deliver_report
from backoffice.actions.snapshots import run_report
from backoffice.models import ReportDelivery, Schedule
from backoffice.models.snapshots import SnapshotQuerySet
from backoffice.reports.definitions import REPORTS
from backoffice.reports.periods import Preset
from backoffice.reports.query import Query
from backoffice.reports.scope import Scope
from inventory.models import StockLevel
from shop.actions.fulfilment import hand_over
from shop.actions.order import Delivery
from stores.models import Location, Mail, Role, User
from tests.factories import make_restock, make_sku
from tests.matrix.wall import (
    SINGS,
    TODAY,
    asked,
    kept_of_paris,
    latest,
    lost,
    places,
    received,
    run_by,
    sings,
    tell_of_paris,
)
from tests.matrix.world import World, make_sale
from tests.shop.orders import place_and_pay

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("report", REPORTS)
def test_the_totals_of_lyon_are_its_own_whatever_paris_has(wall: World, report: str) -> None:
    """The same run again, after much happened in Paris, stores the very same rows and totals."""
    groups = [name for name in REPORTS[report].groupings if name != "store"][:3]
    queries = [asked(report), *(asked(report, name, "store") for name in groups)]
    with transaction.atomic():
        before = [cells_of(report, query) for query in queries]
        of_both = cells_of(report, queries[0], "lyon", "paris")
        a_day_in_paris(wall)
        assert [cells_of(report, query) for query in queries] == before
        assert cells_of(report, queries[0], "lyon", "paris") != of_both
        transaction.set_rollback(True)


def cells_of(report: str, query: Query, *codes: str) -> list[tuple[Any, ...]]:
    counted = places(*(codes or ("lyon",)))
    snapshot = run_report(report, counted, query, key=f"{uuid4()}", by=None)
    return list(snapshot.tables.values_list("name", "chunks__rows", "totals"))


def a_day_in_paris(wall: World) -> None:
    """A sale, an order, a loss, a request, something that lies, and a shelf that is sold out."""
    paris, clerk = wall.paris.place, wall.paris.clerk
    order = place_and_pay({wall.sku: 1}, delivery=Delivery(store=paris))
    hand_over(order.pk, by=clerk)
    lost(wall, wall.paris)
    make_restock({wall.sku: 3}, store=paris, warehouse=wall.central, by=clerk)
    dust = make_sku(name="Cendre")
    received(paris, dust, timezone.now() - timedelta(days=300))
    left = StockLevel.objects.get(location=paris, sku=wall.sku).available
    make_sale(paris, wall.sku, clerk, units=left)


def scheduled(report: str, reader: User) -> Mail:
    """What a schedule of the company's, to every manager, sends to one of them."""
    query = asked(report).to_json() | {"period": Preset.LAST_7_DAYS}
    schedule = Schedule.objects.create(
        report=report,
        query=query,
        rule="FREQ=DAILY",
        formats=["xlsx", "csv"],
        when_empty=True,
    )
    schedule.recipients.create(role=Role.MANAGER)
    delivery = ReportDelivery.objects.create(schedule=schedule, day=TODAY, reader=reader)
    deliver_report(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.mail is not None, delivery.state
    return delivery.mail


def told_by(mail: Mail) -> list[str]:
    """The parts of a mail that tell of Paris."""
    parts = {"subject": mail.subject, "text": mail.text, "html": mail.html}
    told = [name for name, text in parts.items() if SINGS in re.sub(r"\s", "", text.casefold())]
    for attachment in mail.attachments.all():
        answer = HttpResponse(bytes(attachment.content))
        told += [attachment.name] if sings(answer) else []
    return told


@pytest.mark.parametrize("report", REPORTS)
def test_a_mail_of_the_companys_schedule_tells_each_manager_of_their_own(
    wall: World, report: str
) -> None:
    with transaction.atomic():
        assert told_by(scheduled(report, wall.users["manager Lyon"])) == []
        assert told_by(scheduled(report, wall.users["manager of both"])) != []
        transaction.set_rollback(True)


def test_without_the_narrowing_it_would_be_told(
    wall: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The measures above are not deaf: each narrowing that is taken away is heard."""
    client = wall.clients["manager Lyon"]
    foreign = run_report("stock", places("paris"), asked("stock"), key=f"{uuid4()}", by=None)
    with monkeypatch.context() as patch:
        patch.setattr(SnapshotQuerySet, "visible_to", lambda self, reader: self)
        assert tell_of_paris(client, foreign) != []
        assert sings(client.get(reverse("backoffice:snapshot_list")))
    with monkeypatch.context() as patch, transaction.atomic():
        patch.setattr(Scope, "places", lambda self, definition: places("lyon", "paris"))
        assert run_by(client, "lyon", "stock", group_by="store").status_code == 302
        assert kept_of_paris(latest()) != ""
        transaction.set_rollback(True)
    with monkeypatch.context() as patch, transaction.atomic():
        patch.setattr(deliveries, "places_for", lambda schedule, reader: Location.objects.inner())
        assert told_by(scheduled("stock", wall.users["manager Lyon"])) != []
        transaction.set_rollback(True)
