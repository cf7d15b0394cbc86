"""The same ticket sent twice at the same moment is one sale, and both answers are its receipt."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Barrier, local
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client

from inventory.models import StockLevel
from sales.actions import sale as sale_actions
from sales.actions.sale import Item, Paid, record_sale
from sales.errors import KeyReused
from sales.models import DailySales, ReceiptSeries, Sale, Tender
from stores.models import Role
from tests.concurrency.together import PATIENCE, together
from tests.factories import make_level, make_sku, make_staff, make_store

pytestmark = pytest.mark.django_db(transaction=True)


class Ticket:
    """A ticket for one unit, and a store with five."""

    def __init__(self) -> None:
        self.store = make_store("lyon")
        self.clerk = make_staff(Role.CLERK, self.store)
        self.sku = make_level(make_sku(), self.store, on_hand=5).sku
        self.key = uuid4()

    def sell(self, units: int = 1) -> Sale:
        return record_sale(
            key=self.key,
            location=self.store,
            items=[Item(self.sku.pk, units)],
            tenders=[Paid(Tender.Kind.CARD)],
            by=self.clerk,
        )


@pytest.fixture
def ticket() -> Ticket:
    return Ticket()


@pytest.fixture
def both_find_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each thread's first look for the key waits until the other has looked, too."""
    look, both_looked, seen = sale_actions._sale_under, Barrier(2), local()

    def look_and_wait(key: UUID, content: str) -> Sale | None:
        found = look(key, content)
        if not hasattr(seen, "before"):
            seen.before = True
            both_looked.wait(PATIENCE)
        return found

    monkeypatch.setattr(sale_actions, "_sale_under", look_and_wait)


@contextmanager
def without_the_unique_key() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'sales_sale'::regclass"
            " AND pg_get_constraintdef(oid) = 'UNIQUE (key)'"
        )
        (name,) = cursor.fetchone()
        cursor.execute(f'ALTER TABLE sales_sale DROP CONSTRAINT "{name}"')
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica; DELETE FROM sales_sale")
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute(f'ALTER TABLE sales_sale ADD CONSTRAINT "{name}" UNIQUE (key)')


@pytest.mark.usefixtures("both_find_nothing")
def test_the_same_key_at_the_same_moment_is_one_sale(ticket: Ticket) -> None:
    first, second = together([ticket.sell, ticket.sell])
    assert isinstance(first, Sale)
    assert first == second == Sale.objects.get()
    assert ReceiptSeries.objects.get().last_number == 1
    assert StockLevel.objects.get().on_hand == 4
    assert DailySales.objects.get().tickets == 1


@pytest.mark.usefixtures("both_find_nothing")
def test_without_the_unique_key_it_would_be_two(ticket: Ticket) -> None:
    with without_the_unique_key():
        first, second = together([ticket.sell, ticket.sell])
        assert isinstance(first, Sale)
        assert isinstance(second, Sale)
        assert first != second
        assert StockLevel.objects.get().on_hand == 3


@pytest.mark.usefixtures("both_find_nothing")
def test_of_two_contents_under_one_key_one_is_refused(ticket: Ticket) -> None:
    outcomes = together([ticket.sell, lambda: ticket.sell(2)])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["KeyReused", "Sale"]
    refusal = next(outcome for outcome in outcomes if isinstance(outcome, KeyReused))
    assert refusal.sale == Sale.objects.get()


def test_a_double_click_leads_to_one_receipt(ticket: Ticket) -> None:
    pressed = {"do": "card", "key": ticket.key, "sku": ticket.sku.pk, "quantity": 1}

    def press() -> str:
        client = Client()
        client.force_login(ticket.clerk)
        return client.post("/stores/lyon/sell/", pressed)["Location"]

    receipts = together([press] * 4)
    assert set(receipts) == {f"/stores/lyon/sales/{Sale.objects.get().pk}/receipt/"}
