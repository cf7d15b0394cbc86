"""Workers killed between the decision and its effect, and a broker that is away at the decision:
afterwards the goods have moved exactly once."""

import os
import re
import signal
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from http.cookiejar import Cookie, CookieJar
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client

from backoffice.dev.services import Service, running, wait_until
from inventory.actions.restock import approve_restock
from inventory.models import Document, RestockRequest, StockLevel, StockMovement, Transfer
from inventory.queries.check import ledger_drift
from stores.models import Location, Role, User
from tests import processes
from tests.factories import (
    make_level,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_warehouse,
)
from tests.proof.broker import Broker

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
GAPS = ["before the effect", "before the commit"]
OFTEN = {"SWEEP_SECONDS": "1"}


@pytest.fixture
def approver() -> User:
    return make_staff(Role.HEAD_OFFICE)


@pytest.fixture
def request_of_21() -> RestockRequest:
    sku, store, warehouse = make_sku(), make_store("lyon"), make_warehouse("central")
    make_level(sku, warehouse, on_hand=100)
    make_level(sku, store, on_hand=20)
    return make_restock({sku: 21}, store=store, warehouse=warehouse)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Whatever is started in a test is stopped at its end, the last one first."""
    with ExitStack() as stack:
        yield stack


def state_of(request: RestockRequest) -> str:
    return RestockRequest.objects.values_list("state", flat=True).get(pk=request.pk)


def on_hand() -> dict[str, int]:
    return dict(StockLevel.objects.values_list("location__code", "on_hand"))


def added_up() -> dict[str, int]:
    """The stock of each place, out of the movements alone."""
    totals: Counter[str] = Counter()
    for movement in StockMovement.objects.select_related("source", "destination"):
        totals[movement.source.code] -= movement.quantity
        totals[movement.destination.code] += movement.quantity
    return {code: totals[code] for code in on_hand()}


def moved() -> list[int]:
    movements = StockMovement.objects.filter(document=Document.TRANSFER)
    return list(movements.values_list("quantity", flat=True))


def assert_carried_out_once(request: RestockRequest) -> None:
    wait_until(lambda: state_of(request) == "done", what="the request to be carried out")
    assert on_hand() == {"central": 79, "lyon": 41}
    assert moved() == [21]
    assert request.events.filter(kind="done").count() == 1
    assert on_hand() == added_up()


def start_pausing(stack: ExitStack, gap: str, said: Path) -> Service:
    extra = {"PAUSE_AT": gap, "PAUSE_FILE": str(said)} | OFTEN
    worker = processes.start_worker("pausing", include="tests.proof.pausing", **extra)
    return stack.enter_context(running(worker))


def start_worker_and_beat(stack: ExitStack, **extra: str) -> None:
    worker = processes.start_worker("survivor", beat=True, **OFTEN, **extra)
    stack.enter_context(running(worker))


@pytest.mark.parametrize("gap", GAPS)
def test_worker_and_child_killed_between_decision_and_effect(
    request_of_21: RestockRequest, approver: User, stack: ExitStack, tmp_path: Path, gap: str
) -> None:
    said = tmp_path / "child"
    worker = start_pausing(stack, gap, said)
    approve_restock(request_of_21.pk, by=approver)
    wait_until(said.exists, what="the worker to reach the gap")

    os.kill(worker.process.pid, signal.SIGKILL)
    os.kill(int(said.read_text()), signal.SIGKILL)
    worker.process.wait()

    assert state_of(request_of_21) == "approved"
    assert (on_hand(), moved()) == ({"central": 100, "lyon": 20}, [])
    start_worker_and_beat(stack)
    assert_carried_out_once(request_of_21)


@pytest.mark.parametrize("gap", GAPS)
def test_child_killed_between_decision_and_effect(
    request_of_21: RestockRequest, approver: User, stack: ExitStack, tmp_path: Path, gap: str
) -> None:
    """The worker itself lives on: it takes the message again, with a new child."""
    said = tmp_path / "child"
    start_pausing(stack, gap, said)
    approve_restock(request_of_21.pk, by=approver)
    wait_until(said.exists, what="the worker to reach the gap")

    os.kill(int(said.read_text()), signal.SIGKILL)

    assert_carried_out_once(request_of_21)


@pytest.mark.parametrize("gap", GAPS)
def test_worker_and_child_killed_before_a_store_that_receives_by_hand_gets_its_goods(
    request_of_21: RestockRequest, approver: User, stack: ExitStack, tmp_path: Path, gap: str
) -> None:
    """The goods are put on the road once, and at neither end."""
    Location.objects.filter(code="lyon").update(receives_by_hand=True)
    said = tmp_path / "child"
    worker = start_pausing(stack, gap, said)
    approve_restock(request_of_21.pk, by=approver)
    wait_until(said.exists, what="the worker to reach the gap")

    os.kill(worker.process.pid, signal.SIGKILL)
    os.kill(int(said.read_text()), signal.SIGKILL)
    worker.process.wait()

    assert state_of(request_of_21) == "approved"
    assert (on_hand(), moved()) == ({"central": 100, "lyon": 20}, [])
    start_worker_and_beat(stack)
    wait_until(lambda: state_of(request_of_21) == "sent", what="the goods to be on the road")
    assert on_hand() == {"central": 79, "lyon": 20}
    assert dict(StockLevel.objects.values_list("location__code", "incoming"))["lyon"] == 21
    assert (moved(), Transfer.objects.count()) == ([21], 1)
    assert ledger_drift() == []


def test_broker_away_at_the_moment_of_the_decision(
    request_of_21: RestockRequest, approver: User, stack: ExitStack, tmp_path: Path
) -> None:
    broker = Broker(stack, tmp_path)
    web, address = processes.start_web(**broker.environment)
    stack.enter_context(running(web))
    start_worker_and_beat(stack, **broker.environment)
    person = Visitor(address, approver)
    page = f"/head-office/restock/{request_of_21.pk}/"

    broker.kill()
    assert person.send(f"{page}?do=all", person.read(page)) == page
    assert "this page follows by itself" in person.read(page)
    assert f">R-{request_of_21.pk}</a>" in person.read("/head-office/restock/?state=approved")
    assert state_of(request_of_21) == "approved"
    assert (on_hand(), moved()) == ({"central": 100, "lyon": 20}, [])

    broker.start()
    assert_carried_out_once(request_of_21)
    assert "100 → 79" in person.read(page)


class Visitor:
    """A person with a session who reads pages and sends forms over HTTP."""

    def __init__(self, address: str, user: User) -> None:
        client = Client()
        client.force_login(user)
        self.address = address
        jar = CookieJar()
        jar.set_cookie(_cookie("sessionid", client.cookies["sessionid"].value, address))
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def read(self, path: str) -> str:
        with self.opener.open(f"{self.address}{path}", timeout=30) as answer:
            return str(answer.read().decode())

    def send(self, path: str, page: str) -> str:
        """Send the form of the page; the path where the answer leads."""
        (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page))
        form = urlencode({"csrfmiddlewaretoken": token, "version": 1}).encode()
        with self.opener.open(f"{self.address}{path}", form, timeout=30) as answer:
            return urlsplit(answer.url).path


def _cookie(name: str, value: str, address: str) -> Cookie:
    host = urlsplit(address).hostname or ""
    return Cookie(
        *(0, name, value, None, False, host, False, False, "/", True),
        *(False, None, True, None, None, {}),
    )
