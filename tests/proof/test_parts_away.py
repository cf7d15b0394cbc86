"""The cache and broker, or the database, away for a while: people go on, work waits and is done."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone

from backoffice.dev import services
from backoffice.dev.services import running, wait_until
from backoffice.models import Snapshot
from inventory.models import RestockRequest, StockLevel
from sales.models import Sale
from shop.models import Order
from stores.models import Mail, Role
from tests import migrated, processes
from tests.factories import (
    PASSWORD,
    make_level,
    make_online_location,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_user,
)
from tests.proof.broker import Broker

pytestmark = pytest.mark.slow
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
AT_ONCE = 8


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


class Person:
    """Somebody with a browser: cookies, pages and the forms in them."""

    def __init__(self, address: str) -> None:
        self.address = address
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def read(self, path: str) -> str:
        with self.opener.open(f"{self.address}{path}", timeout=30) as answer:
            return str(answer.read().decode())

    def send(self, page: str, form: dict[str, object], to: str = "") -> str:
        """Fill in the form of a page and send it; the path where that leads."""
        shown = self.read(page)
        hidden = dict(re.findall(r'type="hidden" name="(key|shown)" value="([\w-]+)"', shown))
        token = TOKEN.search(shown)
        assert token, shown
        data = urlencode(hidden | {"csrfmiddlewaretoken": token[1]} | form).encode()
        with self.opener.open(f"{self.address}{to or page}", data, timeout=30) as answer:
            return urlsplit(answer.url).path

    def sign_in(self, email: str) -> None:
        form: dict[str, object] = {"login": email, "password": PASSWORD}
        assert self.send("/accounts/login/", form) != "/accounts/login/"


def run_sales(person: Person, **asked: object) -> str:
    """Press Run on the report of today's sales in Lyon; the path of its page."""
    today = timezone.localdate(timezone=ZoneInfo("Europe/Paris"))
    days = {"first": f"{today}", "last": f"{today}"}
    return person.send("/stores/lyon/reports/sales/", days | asked)


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(180)
def test_without_cache_broker_and_mail_server_the_day_goes_on(
    stack: ExitStack, tmp_path: Path, mailbox: processes.Mailbox
) -> None:
    lyon, central = make_store("lyon"), make_online_location("central")
    sku = make_sku(price="10.00")
    for place in (lyon, central):
        make_level(sku, place, on_hand=50)
    request = make_restock({sku: 21}, store=lyon, warehouse=central)
    clerk, office = make_staff(Role.CLERK, lyon), make_staff(Role.HEAD_OFFICE)
    ana = make_user("ana@shop.example")
    broker = Broker(stack, tmp_path)
    web, address = processes.start_web(**broker.environment)
    stack.enter_context(running(web))
    Person(address).read("/")

    broker.kill()
    seller = Person(address)
    seller.sign_in(clerk.email)
    sold = seller.send("/stores/lyon/sell/", {"sku": sku.pk, "quantity": 2, "do": "cash:20"})
    assert sold == f"/stores/lyon/sales/{Sale.objects.get().pk}/receipt/"

    approver = Person(address)
    approver.sign_in(office.email)
    page = f"/head-office/restock/{request.pk}/"
    assert approver.send(page, {"version": 1}, f"{page}?do=all") == page

    short = approver.read(run_sales(approver, group_by="store"))
    assert ">20.00</a>" in short or ">20.00</td>" in short
    long = run_sales(approver, group_by="product", then_by="clerk")
    assert "A worker is about to count" in approver.read(long)
    assert "the result will stand here, and in the list of runs" in approver.read(long)
    assert f'href="{long}"' in approver.read("/reports/?state=waiting")

    buyer = Person(address)
    assert buyer.send(f"/product/{sku.product.slug}/", {"sku": sku.pk, "quantity": 1}, "/cart/add/")
    buyer.sign_in(ana.email)
    home = {"name": "Ana", "street": "1 rue", "postcode": "69001", "city": "Lyon", "country": "FR"}
    paying = buyer.send("/checkout/", {"delivery": "home", **home})
    assert paying.endswith("/pay/")
    assert buyer.send(paying, {}) == paying.removesuffix("pay/")
    forgot = Person(address).send("/accounts/password/reset/", {"email": ana.email})
    assert forgot == "/accounts/password/reset/done/"

    order = Order.objects.get()
    assert order.state == Order.State.PAID
    assert RestockRequest.objects.get().state == "approved"
    assert set(Mail.objects.values_list("state", flat=True)) == {Mail.State.WAITING}

    broker.start()
    worker = processes.start_worker("back", beat=True, SWEEP_SECONDS="1", **broker.environment)
    stack.enter_context(running(worker))
    received = mailbox.wait(ana.email, count=2, timeout=60)
    wait_until(lambda: RestockRequest.objects.get().state == "done", what="the goods to move")
    order.refresh_from_db()
    assert order.state == Order.State.CONFIRMED
    assert len({mail["Message-ID"] for mail in received}) == len(received) == 2
    levels = StockLevel.objects.order_by("location__code").filter(sku=sku)
    assert list(levels.values_list("on_hand", "reserved")) == [(29, 1), (69, 0)]
    waiting = Snapshot.objects.filter(state=Snapshot.State.WAITING)
    wait_until(lambda: not waiting.exists(), what="the long report to be made")
    made = approver.read(long)
    assert clerk.email in made
    assert "20.00" in made
    assert Snapshot.objects.count() == 2


@pytest.mark.timeout(180)
def test_after_a_restart_of_the_database_no_page_fails(stack: ExitStack, tmp_path: Path) -> None:
    """All connections of the pool are dead; the pool looks at each before it lends it."""
    data = tmp_path / f"postgres-{uuid4().hex[:6]}"
    log = Path(settings.RUN_DIR) / "logs" / "restarted.log"
    options = {"log": log, "settings": services.UNSAFE_AND_FAST | {"shared_buffers": "32MB"}}
    migrated.put_into(data, log=log)
    database = services.start_postgres(data, **options)  # type: ignore[arg-type]
    stack.enter_context(running(database))
    here = {"DATABASE_URL": services.postgres_url(data, migrated.DATABASE)}
    web, address = processes.start_web(**here)
    stack.enter_context(running(web))

    def look(_number: int) -> int:
        try:
            with urllib.request.urlopen(f"{address}/search/?q=a", timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    with ThreadPoolExecutor(AT_ONCE) as visitors:
        assert set(visitors.map(look, range(40))) == {200}
        database.stop()  # nobody looks meanwhile: a page that fails ends its connection
        database = services.start_postgres(data, **options)  # type: ignore[arg-type]
        stack.enter_context(running(database))
        assert set(visitors.map(look, range(40))) == {200}
        database.stop()
        assert set(visitors.map(look, range(4))) <= {500, 503}
        restarted = services.start_postgres(data, **options)  # type: ignore[arg-type]
        stack.enter_context(running(restarted))
        assert set(visitors.map(look, range(40))) == {200}
