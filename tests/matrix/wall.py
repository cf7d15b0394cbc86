"""Two stores that both have something for each report: what may be asked of them, and who tells of Paris."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.actions.papers import sweep_papers
from backoffice.models import Snapshot
from backoffice.reports.definitions import REPORTS
from backoffice.reports.periods import Days
from backoffice.reports.query import Compare, Query
from inventory.actions.adjustments import adjust_stock
from inventory.actions.alerts import review_all_alerts
from inventory.actions.stock import Move, move_stock
from inventory.models import Cause, Document, Sku, StockAdjustment
from shop.actions.fulfilment import hand_over
from stores.models import Location, Role
from stores.models.location import outer_place
from tests.factories import make_membership, make_sku, make_user
from tests.matrix.test_matrix import ask, texts_of
from tests.matrix.world import CANARY, Things, World, make_sale

TODAY = timezone.localdate(timezone=ZoneInfo("Europe/Paris"))  # as it is in both stores
WEEK = Days(TODAY - timedelta(days=6), TODAY)
SINGS = CANARY.casefold()


def more_happens(world: World, things: Things, lies: Sku) -> None:
    """A sale, an order that is handed over, a loss, and something that lies for a year."""
    make_sale(things.place, world.sku, things.clerk)
    hand_over(things.order.pk, by=things.clerk)
    lost(world, things)
    received(things.place, lies, timezone.now() - timedelta(days=365))


def received(place: Location, sku: Sku, when: datetime) -> None:
    opening, cause = outer_place(Location.Kind.OPENING), Cause(Document.OPENING, 9000 + place.pk)
    move_stock([Move(sku.pk, opening, place, 5)], cause=cause, by=None, occurred_at=when)


def lost(world: World, things: Things) -> None:
    adjust_stock(
        things.place,
        {world.sku.pk: 1},
        key=uuid4(),
        reason=StockAdjustment.Reason.DAMAGED,
        note="",
        by=things.clerk,
    )


def places(*codes: str) -> list[Location]:
    return list(Location.objects.filter(code__in=codes).order_by("name"))


def make_wall(world: World) -> World:
    """The world, in which Paris is called by its canary."""
    Location.objects.filter(code="paris").update(name=f"{CANARY}-Store", city=f"{CANARY}-City")
    both = make_membership(Role.MANAGER, world.lyon.place, user=make_user("both@x.example")).user
    make_membership(Role.MANAGER, world.paris.place, user=both)
    world.users["manager of both"], world.clients["manager of both"] = both, Client()
    world.clients["manager of both"].force_login(both)
    lies = make_sku("LIES-1", name="Poussière")
    for things in (world.lyon, world.paris):
        things.place.refresh_from_db()
        more_happens(world, things, lies)
    review_all_alerts()
    return world


def asked(report: str, group_by: str = "", then_by: str = "") -> Query:
    definition = REPORTS[report]
    groups = list(definition.groupings)
    return Query.of(
        WEEK,
        compare=Compare.BEFORE if definition.compares else Compare.NONE,
        group_by=group_by or next(iter(groups), ""),
        then_by=then_by,
    )


def answers(client: Client, snapshot: Snapshot) -> Iterator[tuple[str, Any]]:
    """Everything that can be fetched of a snapshot, by its address."""
    tables = list(snapshot.tables.values_list("name", flat=True))
    page = reverse("backoffice:snapshot_detail", args=[snapshot.pk])
    addresses = [page, *(f"{page}?{name}-q=canary" for name in tables)]
    addresses += [
        reverse("backoffice:snapshot_file", args=[snapshot.pk, wanted])
        for wanted in ("pdf", "xlsx", *(f"csv-{name}" for name in tables))
    ]
    addresses += [reverse("backoffice:snapshot_chart", args=[snapshot.pk, name]) for name in tables]
    addresses.append(reverse("backoffice:snapshot_compare", args=[snapshot.pk]))
    for address in addresses:
        answer = ask(client, "GET", address)[0]
        if answer.status_code == 202:  # a paper that a worker draws
            sweep_papers()
            answer = ask(client, "GET", address)[0]
        yield address, answer


def sings(answer: Any) -> bool:
    """Whether an answer says the canary, on one line or two."""
    return SINGS in re.sub(r"\s", "", texts_of(answer))


def tell_of_paris(client: Client, snapshot: Snapshot) -> list[str]:
    """The addresses of a snapshot whose answers tell of Paris."""
    return [address for address, answer in answers(client, snapshot) if sings(answer)]


def kept_of_paris(snapshot: Snapshot) -> str:
    """The cells that tell of Paris, whatever page or file would show them."""
    kept = snapshot.tables.values_list("chunks__rows", "totals")
    return ", ".join(re.findall(rf"[^\"']*{SINGS}[^\"']*", str(list(kept)).casefold()))


def run_by(client: Client, code: str, report: str, **words: str) -> Any:
    """The report's form, sent from the page of a place; the answer."""
    form = {"key": str(uuid4()), "first": f"{WEEK.first}", "last": f"{WEEK.last}"} | words
    return client.post(reverse("backoffice:store_report", args=[code, report]), form)


def latest() -> Snapshot:
    return Snapshot.objects.order_by("-pk")[0]
