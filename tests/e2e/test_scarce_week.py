"""A scarce week: three stores ask for more coffee than there is, and get equal days of it.

The board splits what the logistics centre has; two stores receive by themselves, one counts in by hand
and finds a broken bag. Alerts open, are silent while goods are on the road, and close when they are
there; each reader's mails are in their language and about their places. The site, the worker, its clock
and the mail server are real.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from inventory.actions.arrival import Counted, receive_transfer
from inventory.actions.suggestions import refresh_all
from inventory.models import Alert, RestockRequest, Sku, StockLevel, Transfer
from sales.actions.sale import Item, Paid, record_sale
from sales.models import Tender
from stores.models import Location, Role, User
from tests.e2e.people import sign_in
from tests.e2e.test_first_day import text_of, wait_for_mail
from tests.factories import (
    make_level,
    make_membership,
    make_restock,
    make_sku,
    make_store,
    make_user,
    make_warehouse,
)
from tests.processes import Mailbox, wait_until

COFFEE = "Café Premium Bio"
SOLD_AND_LEFT = {"lyon": (28, 0), "paris": (56, 0), "nice": (28, 6)}  # in four weeks, of packs of 6
FAIR = {"lyon": 12, "paris": 24, "nice": 6}  # twelve days each, of the 42 that there are


@dataclass
class Chain:
    """A logistics centre with 42 bags of coffee, and three stores that run out of it."""

    central: Location
    stores: dict[str, Location]
    clerks: dict[str, User]
    logistics: User
    coffee: Sku

    def sell_coffee(self) -> None:
        """Each store sells four weeks' coffee: then its alert opens."""
        for code, (sold, _left) in SOLD_AND_LEFT.items():
            record_sale(
                key=uuid4(),
                location=self.stores[code],
                items=[Item(self.coffee.pk, sold)],
                tenders=[Paid(Tender.Kind.CARD)],
                by=self.clerks[code],
            )
        refresh_all()

    def ask(self) -> dict[str, RestockRequest]:
        return {
            code: make_restock(
                {self.coffee: 30}, store=store, warehouse=self.central, by=self.clerks[code]
            )
            for code, store in self.stores.items()
        }

    def on_hand(self) -> dict[str, int]:
        levels = StockLevel.objects.filter(sku=self.coffee)
        return dict(levels.values_list("location__code", "on_hand"))


@pytest.fixture
def chain(transactional_db: None) -> Chain:
    """The clerk of Lyon reads French, the others English; Nice receives by hand."""
    central, coffee = make_warehouse("central", name="Central"), make_sku("CAF", name=COFFEE)
    coffee.pack_size = 6
    coffee.save(update_fields=["pack_size"])
    make_level(coffee, central, on_hand=42)
    stores, clerks = {}, {}
    for code, (sold, left) in SOLD_AND_LEFT.items():
        stores[code] = make_store(code, name=code.capitalize())
        make_level(coffee, stores[code], on_hand=sold + left, reorder_point=8)
        reads = "fr" if code == "lyon" else "en"
        person = make_user(f"clerk.{code}@comptoir.example", language=reads)
        clerks[code] = make_membership(Role.CLERK, stores[code], user=person).user
    Location.objects.filter(code="nice").update(receives_by_hand=True)
    logistics = make_user("logistics@comptoir.example", language="en")
    make_membership(Role.LOGISTICS, None, user=logistics)
    return Chain(central, stores, clerks, logistics, coffee)


def test_a_scarce_week(
    chain: Chain,
    open_page: Callable[..., Page],
    worker_and_beat: object,
    mailbox: Mailbox,
) -> None:
    chain.sell_coffee()
    read_alerts(mailbox)
    requests = chain.ask()

    logistics = open_page()
    sign_in(logistics, chain.logistics)
    split_fairly(logistics, requests)
    wait_until(lambda: states(requests) == ["done", "done", "sent"], what="the goods to move")
    assert chain.on_hand() == {"central": 0, "lyon": 12, "paris": 24, "nice": 6}
    assert open_alerts() == {("nice", "low"), ("central", "out")}
    assert loud_alerts() == {("central", "out")}  # what is on the road to Nice is enough there

    clerk = open_page()
    sign_in(clerk, chain.clerks["nice"])
    count_in_with_a_gap(clerk, Transfer.objects.get(destination=chain.stores["nice"]))
    wait_until(lambda: states(requests) == ["done"] * 3, what="Nice to have its coffee")
    assert chain.on_hand() == {"central": 0, "lyon": 12, "paris": 24, "nice": 11}
    assert open_alerts() == {("central", "out")}
    line = requests["nice"].lines.get()
    assert (line.asked, line.approved, line.sent, line.received) == (30, 6, 6, 5)
    assert (line.reason, line.received_reason) == ("no_stock", "other")
    call_command("check_ledger")


def states(requests: dict[str, RestockRequest]) -> list[str]:
    rows = RestockRequest.objects.filter(pk__in=[request.pk for request in requests.values()])
    return sorted(rows.values_list("state", flat=True))


def open_alerts() -> set[tuple[str, str]]:
    """Places and kinds of the alerts that are open, silent ones included."""
    return set(Alert.objects.open().values_list("location__code", "kind"))


def loud_alerts() -> set[tuple[str, str]]:
    """Of the open ones, those that call for somebody."""
    return set(Alert.objects.loud(timezone.now()).values_list("location__code", "kind"))


def read_alerts(mailbox: Mailbox) -> None:
    """Each clerk is told of their own store, in their language; logistics of all three."""
    for reader, subject, others in (
        ("clerk.lyon", "1 produit en rupture à Lyon", ("Paris", "Nice")),
        ("clerk.paris", "1 product out of stock in Paris", ("Lyon", "Nice")),
        ("clerk.nice", "1 product running low in Nice", ("Lyon", "Paris")),
    ):
        mail = wait_for_mail(mailbox, reader, subject, containing=COFFEE)
        assert not any(other in text_of(mail) for other in others)
        assert len(mailbox.mails(f"{reader}@comptoir.example")) == 1
    for place in ("Lyon", "Paris", "Nice"):
        wait_for_mail(mailbox, "logistics", f"in {place}", containing=COFFEE)


def split_fairly(page: Page, requests: dict[str, RestockRequest]) -> None:
    """The board proposes twelve days for each store; one click approves all three requests."""
    page.goto("/head-office/restock/board/")
    expect(page.get_by_text("Central has 42 free")).to_be_visible()
    expect(page.get_by_text("48 short")).to_be_visible()
    for code, units in FAIR.items():
        share = page.get_by_label(f"Share of {COFFEE} for {code.capitalize()}, {requests[code]}")
        expect(share).to_have_value(str(units))
    page.get_by_role("button", name="Approve for all").click()
    expect(page.get_by_text("There is enough for everybody.")).to_be_visible()


def count_in_with_a_gap(page: Page, transfer: Transfer) -> None:
    """Six bags are on the road to Nice; five are good, and one is broken."""
    page.goto(f"/stores/nice/transfers/{transfer.pk}/")
    expect(page.get_by_role("row").filter(has_text=COFFEE)).to_contain_text("6")
    receive_transfer(
        transfer.pk,
        key=uuid4(),
        counted={transfer.lines.get().sku_id: Counted(5, rejected=1, reason="other")},
        by=User.objects.get(email="clerk.nice@comptoir.example"),
    )
    page.goto("/stores/nice/alerts/?show=closed&state=closed")
    closed = page.get_by_role("row").filter(has_text=COFFEE)
    expect(closed).to_have_count(1)
