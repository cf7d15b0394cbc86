"""The last unit, wanted by two tills and the shop at the same moment: one of them gets it."""

from collections.abc import Callable, Iterator
from threading import Barrier, Thread, current_thread, local, main_thread
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection

from inventory.actions import stock as stock_actions
from inventory.errors import OutOfStock
from inventory.models import Reservation, Sku, StockLevel
from sales.actions.sale import Item, Paid, record_sale
from sales.models import Sale, Tender
from shop.actions import order as order_actions
from shop.actions import payment as payment_actions
from shop.actions.fulfilment import hand_over
from shop.actions.order import Delivery, expire_order, place_order
from shop.actions.payment import ask_payment, finish_payment, pay_order
from shop.models import Order, OrderEvent, Payment, SimulatedCharge
from shop.pricing import price_cart
from stores.models import Company, Location, Role
from tests.concurrency.together import PATIENCE
from tests.factories import make_cart, make_customer, make_level, make_staff, make_store
from tests.shop.orders import place, place_and_pay, stock

pytestmark = pytest.mark.django_db(transaction=True)
type Outcome = BaseException | object


def at_once(*actions: Callable[[], object]) -> list[Outcome]:
    """Do all of them at the same moment, each on a connection of its own that is open before."""
    barrier = Barrier(len(actions))
    outcomes: list[Outcome] = [None] * len(actions)

    def run(number: int, action: Callable[[], object]) -> None:
        connection.ensure_connection()
        barrier.wait()
        try:
            outcomes[number] = action()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.fixture
def store() -> Location:
    return make_store()


@pytest.fixture
def last(store: Location) -> Sku:
    return make_level(location=store, on_hand=1).sku


def sell(store: Location, sku: Sku) -> Callable[[], object]:
    clerk = make_staff(Role.CLERK, store)
    items, tenders = [Item(sku.pk, 1)], [Paid(Tender.Kind.CARD)]
    return lambda: record_sale(key=uuid4(), location=store, items=items, tenders=tenders, by=clerk)


def order(store: Location, sku: Sku) -> Callable[[], object]:
    customer = make_customer()
    cart = make_cart({sku: 1}, customer=customer)
    shown = price_cart(cart, Company.current()).fingerprint
    return lambda: place_order(
        cart,
        key=uuid4(),
        delivery=Delivery(store=store),
        shown=shown,
        language="en",
        by=customer.user,
    )


@pytest.mark.parametrize("_round", range(5))
def test_two_tills_and_the_shop_want_the_last_unit(store: Location, last: Sku, _round: int) -> None:
    outcomes = at_once(sell(store, last), sell(store, last), order(store, last))
    losers = [outcome for outcome in outcomes if isinstance(outcome, OutOfStock)]
    winners = [outcome for outcome in outcomes if isinstance(outcome, Sale | Order)]
    assert (len(winners), len(losers)) == (1, 2)
    assert Sale.objects.count() + Order.objects.count() == 1
    on_hand, reserved = stock(last, store)
    assert on_hand - reserved == 0
    assert reserved == Reservation.objects.open().count()


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Levels are read without a lock, by all before the first of them writes."""
    barrier = Barrier(3)
    locking = stock_actions._select_for_update

    def only_read(keys: list[tuple[int, int]]) -> dict[tuple[int, int], StockLevel]:
        for place_id, sku_id in keys:
            levels = StockLevel.objects.filter(location=place_id, sku=sku_id)
        read = {(level.location_id, level.sku_id): level for level in levels}
        barrier.wait(PATIENCE)
        return read

    monkeypatch.setattr(stock_actions, "_select_for_update", only_read)
    yield
    monkeypatch.setattr(stock_actions, "_select_for_update", locking)


def test_without_the_lock_the_race_is_real(store: Location, last: Sku, without_locks: None) -> None:
    """All three think that they got it: then only the table's constraint stops the others. (Two
    tills of one store would wait for each other's receipt number: here it is one till.)"""
    outcomes = at_once(sell(store, last), order(store, last), order(store, last))
    assert not any(isinstance(outcome, OutOfStock) for outcome in outcomes)
    stopped = [outcome for outcome in outcomes if isinstance(outcome, IntegrityError)]
    assert len(stopped) == 2
    assert StockLevel.objects.get(sku=last, location=store).available == 0


def test_one_page_sent_twice_at_once_is_one_order(store: Location) -> None:
    sku = make_level(location=store, on_hand=5).sku
    customer = make_customer()
    cart = make_cart({sku: 2}, customer=customer)
    page = {
        "key": uuid4(),
        "delivery": Delivery(store=store),
        "shown": price_cart(cart, Company.current()).fingerprint,
        "language": "en",
        "by": customer.user,
    }
    first, second = at_once(
        lambda: place_order(cart, **page),  # type: ignore[arg-type]
        lambda: place_order(cart, **page),  # type: ignore[arg-type]
    )
    assert isinstance(first, Order)
    assert first == second
    assert stock(sku, store) == (5, 2)


def test_two_hand_overs_at_once_are_one_sale(store: Location) -> None:
    sku = make_level(location=store, on_hand=5).sku
    paid = place_and_pay({sku: 2}, delivery=Delivery(store=store))
    clerk = make_staff(Role.CLERK, store)
    outcomes = at_once(*[lambda: hand_over(paid.pk, by=clerk)] * 3)
    assert [getattr(outcome, "state", outcome) for outcome in outcomes] == ["done"] * 3
    assert (Sale.objects.count(), stock(sku, store)) == (1, (3, 0))


def test_two_payments_at_once_take_the_money_once(store: Location) -> None:
    sku = make_level(location=store, on_hand=5).sku
    unpaid = place({sku: 2}, delivery=Delivery(store=store))
    by = unpaid.customer.user
    at_once(*[lambda: pay_order(unpaid.pk, key=uuid4(), by=by)] * 3)
    assert Payment.objects.get().state == "paid"
    assert SimulatedCharge.objects.count() == 1
    assert OrderEvent.objects.filter(state="paid").count() == 1


def test_workers_that_finish_one_payment_at_once_settle_it_once(store: Location) -> None:
    sku = make_level(location=store, on_hand=5).sku
    unpaid = place({sku: 2}, delivery=Delivery(store=store))
    payment = ask_payment(unpaid.pk, key=uuid4(), by=unpaid.customer.user)
    at_once(*[lambda: finish_payment(payment.pk)] * 3)
    payment.refresh_from_db()
    assert payment.state == "paid"
    assert SimulatedCharge.objects.count() == 1
    assert OrderEvent.objects.filter(state="paid").count() == 1


PAID_OR_EXPIRED = {("paid", "paid", 2), ("cancelled", "refunded", 0), ("cancelled", "refused", 0)}


def pay_while_it_expires(store: Location) -> tuple[str, str, int]:
    """The end of an order whose money arrives at the moment that its time is up: its state, that of
    its payment, and the units still held."""
    sku = make_level(location=store, on_hand=5).sku
    unpaid = place({sku: 2}, delivery=Delivery(store=store))
    Order.objects.update(pay_until="2020-01-01T00:00:00Z")
    payment = ask_payment(unpaid.pk, key=uuid4(), by=unpaid.customer.user)
    at_once(lambda: finish_payment(payment.pk), lambda: expire_order(unpaid.pk))
    finish_payment(payment.pk)
    unpaid.refresh_from_db()
    payment.refresh_from_db()
    return unpaid.state, payment.state, stock(sku, store)[1]


@pytest.mark.parametrize("_round", range(3))
def test_an_order_that_is_paid_and_expires_at_once_is_either(store: Location, _round: int) -> None:
    """Either it is paid and keeps its goods, or it is cancelled and the money goes back."""
    assert pay_while_it_expires(store) in PAID_OR_EXPIRED


@pytest.fixture
def orders_without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look of each thread at the order locks nothing, and waits for the other's look."""
    both_looked, seen, locking = Barrier(2), local(), order_actions.lock_order

    def only_read(order_id: int) -> Order:
        if current_thread() is main_thread() or hasattr(seen, "before"):
            return locking(order_id)
        seen.before = Order.objects.select_related("location", "customer__user").get(pk=order_id)
        both_looked.wait(PATIENCE)
        return seen.before

    monkeypatch.setattr(order_actions, "lock_order", only_read)
    monkeypatch.setattr(payment_actions, "lock_order", only_read)


def test_without_its_lock_an_order_could_be_paid_and_expired(
    store: Location, orders_without_lock: None
) -> None:
    assert pay_while_it_expires(store) not in PAID_OR_EXPIRED
