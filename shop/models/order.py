from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.lib.money import MoneyField
from inventory.models import Sku, stock
from shop.models.customer import Customer
from stores.models import Location
from stores.models.location import LocationQuerySet

STUCK_AFTER = timedelta(days=2)


class OrderQuerySet(models.QuerySet["Order"]):
    def within(self, locations: LocationQuerySet) -> OrderQuerySet:
        return self.filter(location__in=locations)

    def search(self, text: str) -> OrderQuerySet:
        """Orders whose number begins or ends so, or whose customer's name or address does."""
        wanted = (
            Q(number__istartswith=text)
            | Q(customer__user__email__istartswith=text)
            | Q(customer__user__name__icontains=text)
        )
        if text.isdecimal() and len(text) <= 6:
            wanted |= Q(number__endswith=f"-{text:0>6}")
        return self.filter(wanted)

    def open(self) -> OrderQuerySet:
        return self.exclude(state__in=Order.ENDED)

    def stuck(self, now: datetime | None = None) -> OrderQuerySet:
        """Paid, and after days still not handed over."""
        long_ago = (now or timezone.now()) - STUCK_AFTER
        return self.filter(state__in=Order.TO_HAND_OVER, placed_at__lt=long_ago)

    def unpaid(self) -> OrderQuerySet:
        return self.filter(state__in=Order.UNPAID)


class Order(models.Model):
    """A promise to a customer; when its goods are handed over, it becomes a sale."""

    class State(models.TextChoices):
        CREATED = "created", _("placed")
        RESERVED = "reserved", _("waiting for payment")
        PAID = "paid", _("paid")
        CONFIRMED = "confirmed", _("confirmed")
        PREPARING = "preparing", _("being prepared")
        READY = "ready", _("ready to collect")
        SHIPPED = "shipped", _("shipped")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    class Delivery(models.TextChoices):
        HOME = "home", _("home delivery")
        COLLECT = "collect", _("collection in store")

    class Cause(models.TextChoices):
        """Why an order was cancelled, in words for its customer."""

        REFUSED = "refused", _("The payment was refused.")
        MISMATCH = "mismatch", _("The payment was not for the amount of the order.")
        EXPIRED = "expired", _("It was not paid in time.")
        CUSTOMER = "customer", _("It was cancelled at the customer's wish.")

    UNPAID = (State.CREATED, State.RESERVED)
    TO_HAND_OVER = (State.PAID, State.CONFIRMED, State.PREPARING, State.READY)
    ENDED = (State.SHIPPED, State.DONE, State.CANCELLED)
    EDGES = {
        State.CREATED: {State.RESERVED, State.CANCELLED},
        State.RESERVED: {State.PAID, State.CANCELLED},
        State.PAID: {State.CONFIRMED, State.CANCELLED},
        State.CONFIRMED: {State.PREPARING, State.READY, State.SHIPPED, State.DONE, State.CANCELLED},
        State.PREPARING: {State.READY, State.SHIPPED, State.DONE, State.CANCELLED},
        State.READY: {State.DONE, State.CANCELLED},
        State.SHIPPED: {State.DONE},
        State.DONE: set(),
        State.CANCELLED: set(),
    }
    NEVER = {Delivery.HOME: {State.READY}, Delivery.COLLECT: {State.SHIPPED}}

    key = models.UUIDField(unique=True)  # born with the checkout page
    content_hash = models.CharField(max_length=64)
    number = models.CharField(_("number"), max_length=20, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders")
    location = models.ForeignKey(
        Location, verbose_name=_("fulfilled by"), on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CREATED)
    delivery = models.CharField(_("delivery"), max_length=8, choices=Delivery)
    ship_to = models.CharField(_("address"), max_length=500, blank=True)
    language = models.CharField(max_length=2, default="en")
    total = MoneyField(_("total"))
    tax = MoneyField(_("tax"))
    placed_at = models.DateTimeField(_("placed"), default=timezone.now)
    pay_until = models.DateTimeField(_("to be paid until"))
    cancel_cause = models.CharField(
        _("why it was cancelled"), max_length=10, choices=Cause, blank=True
    )

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="cancelled", cancel_cause__gt="")
                | (~Q(state="cancelled") & Q(cancel_cause="")),
                name="a_cancelled_order_says_why",
            )
        ]
        indexes = [
            models.Index(fields=["location", "state", "-id"], name="orders_by_place"),
            models.Index(
                Case(
                    When(state__in=("paid", "confirmed", "preparing", "ready"), then=0), default=1
                ),
                F("id").desc(),
                name="orders_as_listed",
            ),
            models.Index(fields=["customer", "-id"], name="orders_by_customer"),
            models.Index(
                fields=["pay_until"],
                condition=Q(state__in=("created", "reserved")),
                name="orders_unpaid",
            ),
            models.Index(fields=["id"], condition=Q(state="paid"), name="orders_to_confirm"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def reserves_as(self) -> stock.Cause:
        """The cause under which its goods are reserved."""
        return stock.Cause(stock.Document.ORDER, self.pk)

    @property
    def is_unpaid(self) -> bool:
        return self.state in self.UNPAID

    @property
    def is_being_paid(self) -> bool:
        """Whether a payment's answer is awaited; one query."""
        return self.payments.filter(state="asked").exists()

    @property
    def next_states(self) -> set[State]:
        """Where the order can go from here."""
        return self.EDGES[self.State(self.state)] - self.NEVER[self.Delivery(self.delivery)]

    @property
    def can_be_cancelled(self) -> bool:
        return self.State.CANCELLED in self.next_states

    @property
    def can_be_handed_over(self) -> bool:
        return self.state in self.TO_HAND_OVER

    @property
    def next_step(self) -> str:
        """What the staff does with it next: prepare, call_customer, hand_over, or nothing."""
        if self.state in (self.State.PAID, self.State.CONFIRMED):
            return "prepare"
        if self.state == self.State.PREPARING and self.delivery == self.Delivery.COLLECT:
            return "call_customer"
        return "hand_over" if self.can_be_handed_over else ""


class OrderLine(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("product"), max_length=290)
    code = models.CharField(_("code"), max_length=40)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = MoneyField(_("price"))
    tax_rate = models.DecimalField(_("tax rate"), max_digits=5, decimal_places=2)
    tax = MoneyField(_("tax"))
    total = MoneyField(_("total"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "sku"], name="one_order_line_per_sku"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="an_order_line_wants_some"),
            models.CheckConstraint(
                condition=Q(total=F("unit_price") * F("quantity"))
                | Q(total=F("unit_price") * F("quantity") + F("tax")),
                name="an_order_line_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"


class OrderEvent(models.Model):
    """A step in the history of an order: who, when, what."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    state = models.CharField(max_length=10, choices=Order.State)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "state"], name="an_order_reaches_a_state_once")
        ]
        indexes = [models.Index(fields=["at"], name="order_events_by_day")]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.state}"
