"""A scarce week: three stores ask for more coffee than there is, and get equal days of it.

The board splits what the logistics centre has; two stores receive by themselves, one counts in by scan
and finds a broken bag. Alerts open, are silent while goods are on the road, and close when they are
there; each reader's mails are in their language and about their places. The site, the worker, its clock
and the mail server are real.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from inventory.actions.daily_digest import send_daily_digests
from inventory.actions.suggestions import refresh_all
from inventory.models import (
    Alert,
    AlertDigest,
    NotificationChoice,
    RestockRequest,
    Sku,
    StockLevel,
    Transfer,
)
from sales.actions.sale import Item, Paid, record_sale
from sales.models import Tender
from stores.models import Location, Mail, Role, User
from tests.e2e.people import sign_in
from tests.e2e.test_first_day import text_of, wait_for_mail
from tests.factories import (
    make_level,
    make_membership,
    make_sku,
    make_store,
    make_user,
    make_warehouse,
)
from tests.processes import Mailbox, wait_until

Subject, How = NotificationChoice.Subject, NotificationChoice.How
COFFEE, BAG = "Café Premium Bio", "3760000000024"
PARIS = ZoneInfo("Europe/Paris")
SOLD_AND_LEFT = {"lyon": (28, 0), "paris": (56, 0), "nice": (28, 6)}  # in four weeks, of packs of 6
FAIR = {"lyon": 12, "paris": 24, "nice": 6}  # twelve days each, of the 42 that there are
ASKING = {  # the words of the page, in the language of who asks: units, send, sent
    "en": ("Units of", "Send the request", "Central has your request."),
    "fr": ("Unités :", "Envoyer la demande", "Central a votre demande."),
}
DIGESTS = {  # subject, and the line of the coffee
    "lyon": ("1 produit en rupture à Lyon", "en rupture, seuil 8, depuis"),
    "paris": ("1 product out of stock in Paris", "out of stock, reorder point 8, since"),
    "nice": ("1 product running low in Nice", "6 available, reorder point 8, since"),
}


@dataclass
class Chain:
    """A logistics centre with 42 bags of coffee, and three stores that run out of it."""

    central: Location
    stores: dict[str, Location]
    clerks: dict[str, User]
    managers: dict[str, User]
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

    def on_hand(self) -> dict[str, int]:
        levels = StockLevel.objects.filter(sku=self.coffee)
        return dict(levels.values_list("location__code", "on_hand"))


@pytest.fixture
def chain(transactional_db: None) -> Chain:
    """In Lyon they read French, elsewhere English. Clerks are told at once, managers chose to be told
    in the daily digest; today's is out, whatever the hour. Nice receives by hand."""
    central = make_warehouse("central", name="Central")
    coffee = make_sku("CAF", name=COFFEE, pack_size=6, barcode=BAG)
    make_level(coffee, central, on_hand=42)
    stores, clerks, managers = {}, {}, {}
    for code, (sold, left) in SOLD_AND_LEFT.items():
        stores[code] = make_store(code, name=code.capitalize())
        make_level(coffee, stores[code], on_hand=sold + left, reorder_point=8)
        reads = "fr" if code == "lyon" else "en"
        person = make_user(f"clerk.{code}@comptoir.example", language=reads)
        clerks[code] = make_membership(Role.CLERK, stores[code], user=person).user
        person = make_user(f"manager.{code}@comptoir.example", language=reads)
        managers[code] = make_membership(Role.MANAGER, stores[code], user=person).user
        for subject in (Subject.LOW, Subject.OUT):
            NotificationChoice.objects.create(user=person, subject=subject, how=How.DIGEST)
        AlertDigest.objects.create(reader=person, day=timezone.now().astimezone(PARIS).date())
    Location.objects.filter(code="nice").update(receives_by_hand=True)
    logistics = make_user("logistics@comptoir.example", language="en")
    make_membership(Role.LOGISTICS, None, user=logistics)
    return Chain(central, stores, clerks, managers, logistics, coffee)


def test_a_scarce_week(
    chain: Chain,
    open_page: Callable[..., Page],
    worker_and_beat: object,
    mailbox: Mailbox,
) -> None:
    chain.sell_coffee()
    read_alerts(mailbox)
    read_digests(mailbox, chain)
    clerks = {code: open_page() for code in chain.stores}
    requests = {code: ask_for_thirty(page, chain, code) for code, page in clerks.items()}

    logistics = open_page()
    sign_in(logistics, chain.logistics)
    split_fairly(logistics, requests)
    wait_until(lambda: states(requests) == ["done", "done", "sent"], what="the goods to move")
    assert chain.on_hand() == {"central": 0, "lyon": 12, "paris": 24, "nice": 6}
    assert open_alerts() == {("nice", "low"), ("central", "out")}
    assert loud_alerts() == {("central", "out")}  # what is on the road to Nice is enough there

    expect_silence(clerks["nice"])
    count_in_with_a_gap(clerks["nice"], Transfer.objects.get(destination=chain.stores["nice"]))
    wait_until(lambda: states(requests) == ["done"] * 3, what="Nice to have its coffee")
    assert chain.on_hand() == {"central": 0, "lyon": 12, "paris": 24, "nice": 11}
    assert open_alerts() == {("central", "out")}
    line = requests["nice"].lines.get()
    assert (line.asked, line.approved, line.sent, line.received) == (30, 6, 6, 5)
    assert (line.reason, line.received_reason) == ("no_stock", "other")
    expect_received(clerks["nice"])
    send_daily_digests(morning_in(days=2))
    assert set(digests(chain).values()) == {1}  # nothing to say is no mail
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


def ask_for_thirty(page: Page, chain: Chain, code: str) -> RestockRequest:
    """The clerk scans a bag, and asks for thirty, in the language that they read."""
    clerk = chain.clerks[code]
    units, send, sent = ASKING[clerk.language]
    sign_in(page, clerk)
    page.goto(f"/stores/{code}/restock/new/")
    expect(page.get_by_role("main").get_by_role("searchbox")).to_be_focused()
    page.keyboard.type(BAG)
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name=f"{units} {COFFEE}").fill("30")
    page.get_by_role("button", name=send).click()
    expect(page.get_by_role("status").first).to_contain_text(sent)
    return RestockRequest.objects.get(store=chain.stores[code])


def count_in_with_a_gap(page: Page, transfer: Transfer) -> None:
    """Six bags are on the road to Nice; five are good, and one is broken."""
    page.goto(f"/stores/nice/transfers/{transfer.pk}/")
    page.get_by_role("link", name="Receive").first.click()
    for bags in range(1, 6):
        page.get_by_label("Scan an article").fill(BAG)
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"{bags} of 6 units counted")).to_be_visible()
    page.get_by_text("Reject…").click()
    page.get_by_label(f"Why units of {COFFEE} are rejected").select_option("other")
    page.get_by_label(f"Units of {COFFEE} that are rejected").fill("1")
    page.get_by_role("button", name="Receive what was counted").click()
    expect(page.locator("#toasts")).to_contain_text(f"{transfer} is received.")


def expect_silence(page: Page) -> None:
    """What is on the road to Nice is enough: its alert is open, and calls for nobody."""
    page.goto("/stores/nice/alerts/")
    expect(page.get_by_role("heading", name="Alerts")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=COFFEE)).to_have_count(0)
    page.goto("/stores/nice/alerts/?state=silent")
    silent = page.get_by_role("row").filter(has_text=COFFEE)
    expect(silent).to_contain_text("what comes is enough")
    expect(silent).to_contain_text(re.compile(r"6 in\s+T-\d+"))


def expect_received(page: Page) -> None:
    """The alert of Nice has closed by itself, and says why."""
    page.goto("/stores/nice/alerts/?state=closed")
    closed = page.get_by_role("row").filter(has_text=COFFEE)
    expect(closed).to_contain_text(re.compile(r"received\s+T-\d+"))


def morning_in(*, days: int) -> datetime:
    """The hour of digests has struck at the stores, so many days from now."""
    day = timezone.now().astimezone(PARIS) + timedelta(days=days)
    return day.replace(hour=7, minute=30)


def digests(chain: Chain) -> dict[str, int]:
    """How many mails each manager was promised."""
    return {
        code: Mail.objects.filter(reader=manager).count()
        for code, manager in chain.managers.items()
    }


def read_digests(mailbox: Mailbox, chain: Chain) -> None:
    """The next morning each manager has one mail: their own store's, in their language."""
    assert set(digests(chain).values()) == {0}
    send_daily_digests(morning_in(days=1))
    for code, (subject, says) in DIGESTS.items():
        [mail] = mailbox.wait(f"manager.{code}@comptoir.example")
        assert mail["Subject"] == subject
        assert f"- {COFFEE} (CAF)" in text_of(mail)
        assert says in text_of(mail)
        others = chain.stores.keys() - {code}
        assert not any(other.capitalize() in text_of(mail) for other in others)
    assert set(digests(chain).values()) == {1}
