"""The steps between payment and hand-over: prepared, and called for where it is collected."""

from collections.abc import Callable

import pytest
from django.test import Client

from sales.models import Sale
from shop.actions.fulfilment import call_customer, hand_over, prepare_order
from shop.actions.order import Delivery, cancel_order, confirm_order
from shop.errors import StepNotPossible
from shop.models import Order
from stores.models import Location, Mail, Role, User
from tests.factories import make_level, make_online_location, make_staff, make_store
from tests.shop.orders import place, place_and_pay, steps, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def central() -> Location:
    return make_online_location("central-online")


@pytest.fixture
def lyon(central: Location) -> Location:
    place = make_store("lyon", name="Lyon")
    place.street, place.postcode, place.city = "5 rue Mercière", "69002", "Lyon"
    place.opening_hours = "Mon–Sat 9–19"
    place.save()
    return place


@pytest.fixture
def clerk(lyon: Location) -> User:
    return make_staff(Role.CLERK, lyon)


@pytest.fixture
def to_collect(lyon: Location) -> Order:
    order = place_and_pay(
        {make_level(location=lyon, on_hand=5).sku: 2}, delivery=Delivery(store=lyon)
    )
    confirm_order(order.pk)
    return order


@pytest.fixture
def to_send(central: Location) -> Order:
    order = place_and_pay({make_level(location=central, on_hand=5).sku: 2})
    confirm_order(order.pk)
    return order


def mails(order: Order) -> list[str]:
    keys = Mail.objects.filter(key__startswith=f"order-{order.pk}-").order_by("pk")
    return [key.rpartition("-")[2] for key in keys.values_list("key", flat=True)]


def test_an_order_is_prepared_called_for_and_collected(
    to_collect: Order, clerk: User, lyon: Location
) -> None:
    colleague = make_staff(Role.CLERK, lyon)
    prepare_order(to_collect.pk, by=clerk)
    sku = to_collect.lines.get().sku
    assert stock(sku, lyon) == (5, 2)
    call_customer(to_collect.pk, by=colleague)
    assert stock(sku, lyon) == (5, 2)
    hand_over(to_collect.pk, by=clerk)
    assert stock(sku, lyon) == (3, 0)
    assert steps(to_collect)[3:] == ["confirmed", "preparing", "ready", "done"]
    people = list(to_collect.events.values_list("by", flat=True))[4:]
    assert people == [clerk.pk, colleague.pk, clerk.pk]
    assert mails(to_collect) == ["confirmed", "ready", "done"]
    assert Sale.objects.get().order_number == to_collect.number


def test_the_mail_says_where_when_open_and_which_number(to_collect: Order, clerk: User) -> None:
    call_customer(to_collect.pk, by=clerk)
    mail = Mail.objects.get(key=f"order-{to_collect.pk}-ready")
    assert mail.subject == f"Order {to_collect.number} is ready to collect in Lyon"
    for part in (mail.text, mail.html):
        for words in (to_collect.number, "5 rue Mercière, 69002 Lyon", "Open: Mon–Sat 9–19"):
            assert words in part


def test_the_mail_speaks_the_language_of_the_order(to_collect: Order, clerk: User) -> None:
    Order.objects.update(language="fr")
    call_customer(to_collect.pk, by=clerk)
    mail = Mail.objects.get(key=f"order-{to_collect.pk}-ready")
    assert mail.subject == f"Votre commande {to_collect.number} vous attend à Lyon"


def test_an_order_is_prepared_and_sent(to_send: Order, central: Location) -> None:
    packer = make_staff(Role.LOGISTICS, central)
    prepare_order(to_send.pk, by=packer)
    hand_over(to_send.pk, by=packer)
    assert steps(to_send)[3:] == ["confirmed", "preparing", "shipped"]
    assert mails(to_send) == ["confirmed", "shipped"]


def test_repeated_steps_are_one(to_collect: Order, clerk: User) -> None:
    for _click in range(2):
        prepare_order(to_collect.pk, by=clerk)
    for _click in range(2):
        call_customer(to_collect.pk, by=clerk)
    assert steps(to_collect)[3:] == ["confirmed", "preparing", "ready"]
    assert mails(to_collect) == ["confirmed", "ready"]


def test_a_step_may_come_before_the_worker_confirmed(lyon: Location, clerk: User) -> None:
    sku = make_level(location=lyon, on_hand=5).sku
    prepared = place_and_pay({sku: 1}, delivery=Delivery(store=lyon))
    called = place_and_pay({sku: 1}, delivery=Delivery(store=lyon))
    prepare_order(prepared.pk, by=clerk)
    call_customer(called.pk, by=clerk)
    assert steps(prepared)[2:] == ["paid", "confirmed", "preparing"]
    assert steps(called)[2:] == ["paid", "confirmed", "ready"]
    assert (mails(prepared), mails(called)) == (["confirmed"], ["ready"])
    assert not confirm_order(prepared.pk)


def test_steps_that_are_not_next_are_refused_in_words(to_collect: Order, clerk: User) -> None:
    call_customer(to_collect.pk, by=clerk)
    with pytest.raises(StepNotPossible) as refusal:
        prepare_order(to_collect.pk, by=clerk)
    number = to_collect.number
    words = f"Order {number} is “ready to collect”; it can't become “being prepared”."
    assert str(refusal.value) == words
    assert steps(to_collect)[3:] == ["confirmed", "ready"]


@pytest.mark.parametrize("step", [prepare_order, call_customer])
def test_unpaid_and_cancelled_orders_stay_as_they_are(
    step: Callable[..., Order], lyon: Location, clerk: User
) -> None:
    sku = make_level(location=lyon, on_hand=5).sku
    unpaid = place({sku: 1}, delivery=Delivery(store=lyon))
    cancelled = place_and_pay({sku: 1}, delivery=Delivery(store=lyon))
    cancel_order(cancelled.pk, by=cancelled.customer.user)
    for order, state in ((unpaid, "reserved"), (cancelled, "cancelled")):
        before = steps(order)
        with pytest.raises(StepNotPossible):
            step(order.pk, by=clerk)
        order.refresh_from_db()
        assert (order.state, steps(order)) == (state, before)
    assert stock(sku, lyon) == (5, 1)


def test_nobody_is_called_for_what_is_sent_home(to_send: Order, central: Location) -> None:
    with pytest.raises(StepNotPossible):
        call_customer(to_send.pk, by=make_staff(Role.LOGISTICS, central))
    assert steps(to_send)[-1] == "confirmed"
    assert mails(to_send) == ["confirmed"]


def test_a_prepared_order_can_be_cancelled(to_collect: Order, clerk: User, lyon: Location) -> None:
    call_customer(to_collect.pk, by=clerk)
    cancel_order(to_collect.pk, by=to_collect.customer.user)
    assert stock(to_collect.lines.get().sku, lyon) == (5, 0)
    with pytest.raises(StepNotPossible):
        hand_over(to_collect.pk, by=clerk)


def primary_buttons(page: str) -> list[str]:
    """The steps of the page's main buttons."""
    buttons = [part.partition(">")[0] for part in page.split("<button ")]
    return [b.partition('value="')[2].partition('"')[0] for b in buttons if "btn-primary" in b]


def test_the_page_offers_one_next_step_at_a_time(
    client: Client, to_collect: Order, clerk: User
) -> None:
    client.force_login(clerk)
    address = f"/stores/lyon/orders/{to_collect.number}/"
    for step, state in (
        ("prepare", "preparing"),
        ("call_customer", "ready"),
        ("hand_over", "done"),
    ):
        text = client.get(address).content.decode()
        assert primary_buttons(text) == [step]
        assert "Hand over to the customer" in text
        assert client.post(address, {"step": step}).headers["Location"] == address
        to_collect.refresh_from_db()
        assert to_collect.state == state
    assert primary_buttons(client.get(address).content.decode()) == []


def test_the_page_of_an_order_to_send_has_two_steps(
    client: Client, to_send: Order, central: Location
) -> None:
    client.force_login(make_staff(Role.LOGISTICS, central))
    address = f"/stores/central-online/orders/{to_send.number}/"
    assert primary_buttons(client.get(address).content.decode()) == ["prepare"]
    client.post(address, {"step": "prepare"})
    text = client.get(address).content.decode()
    assert primary_buttons(text) == ["hand_over"]
    assert "Ready to collect" not in text


def test_a_late_click_is_refused_in_words(client: Client, to_collect: Order, clerk: User) -> None:
    client.force_login(clerk)
    address = f"/stores/lyon/orders/{to_collect.number}/"
    hand_over(to_collect.pk, by=clerk)
    answer = client.post(address, {"step": "prepare"})
    assert answer.status_code == 422
    assert "it can&#x27;t become “being prepared”" in answer.content.decode()
    assert client.post(address, {"step": "nonsense"}).status_code == 400
    assert client.post(address).status_code == 400
    assert steps(to_collect)[-1] == "done"


@pytest.mark.parametrize("step", ["prepare", "call_customer"])
def test_others_take_no_step(client: Client, to_collect: Order, lyon: Location, step: str) -> None:
    address = f"/stores/lyon/orders/{to_collect.number}/"
    paris = make_store("paris")
    refused = {
        to_collect.customer.user: 404,
        make_staff(Role.CLERK, paris): 404,
        make_staff(Role.AUDITOR): 403,
        make_staff(Role.LOGISTICS): 403,
    }
    for person, status in refused.items():
        client.force_login(person)
        assert client.post(address, {"step": step}).status_code == status
    client.force_login(make_staff(Role.CLERK, paris))
    elsewhere = f"/stores/paris/orders/{to_collect.number}/"
    assert client.post(elsewhere, {"step": step}).status_code == 404
    assert steps(to_collect)[-1] == "confirmed"


def test_the_customer_reads_where_it_stands(client: Client, to_collect: Order, clerk: User) -> None:
    client.force_login(to_collect.customer.user)
    address = f"/orders/{to_collect.number}/"
    prepare_order(to_collect.pk, by=clerk)
    assert "Your order is being prepared in Lyon." in client.get(address).content.decode()
    call_customer(to_collect.pk, by=clerk)
    text = client.get(address).content.decode()
    assert f"Collect it in Lyon and say its number, {to_collect.number}." in text
    assert "Open: Mon–Sat 9–19" in text
