from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.models.catalogue import Sku
from stores.models import Location
from stores.models.location import LocationQuerySet


class StockLevelQuerySet(models.QuerySet["StockLevel"]):
    def at(self, location: Location) -> StockLevelQuerySet:
        return self.filter(location=location)

    def with_available(self) -> StockLevelQuerySet:
        return self.annotate(available_now=F("on_hand") - F("reserved"))

    def kept(self) -> StockLevelQuerySet:
        """What a place keeps: SKUs on sale with a reorder point, or that were ever brought there."""
        came = StockMovement.objects.filter(
            destination_id=OuterRef("location_id"), sku_id=OuterRef("sku_id")
        )
        on_sale = Q(sku__is_active=True, sku__product__is_active=True)
        return self.filter(on_sale, Q(reorder_point__gt=0) | Q(on_hand__gt=0) | Exists(came))

    def low(self) -> StockLevelQuerySet:
        """At or under the reorder point; a reorder point of 0 asks for nothing."""
        return self.filter(reorder_point__gt=0, on_hand__lte=F("reorder_point") + F("reserved"))


class StockLevel(models.Model):
    """How much of a SKU one store or warehouse has; written by inventory.actions.stock alone."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="levels")
    on_hand = models.IntegerField(_("on hand"), default=0)
    reserved = models.IntegerField(_("reserved"), default=0)
    # sent here and not yet received
    incoming = models.IntegerField(_("incoming"), default=0, db_default=0)
    # What the policies say here, written by inventory.actions.policy from `StockPolicy`
    reorder_point = models.PositiveIntegerField(_("reorder point"), default=0)
    target = models.PositiveIntegerField(_("target"), default=0)
    maximum = models.PositiveIntegerField(_("maximum"), default=0, db_default=0)  # 0: none
    by_rate = models.BooleanField(_("by rate"), default=False, db_default=False)
    warehouse = models.ForeignKey(  # where it is asked for; null: the first logistics centre
        Location, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    lead_days = models.PositiveSmallIntegerField(_("lead time in days"), default=2, db_default=2)
    review_days = models.PositiveSmallIntegerField(
        _("days between requests"), default=7, db_default=7
    )

    objects = StockLevelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["location", "sku"], name="one_level_per_sku_and_place"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="on_hand_not_negative"),
            models.CheckConstraint(condition=Q(incoming__gte=0), name="incoming_not_negative"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0, reserved__lte=F("on_hand")),
                name="reserved_within_on_hand",
            ),
        ]
        indexes = [models.Index(fields=["sku", "location"], name="levels_by_sku")]

    def __str__(self) -> str:
        return f"{self.sku_id} at {self.location_id}: {self.on_hand}"

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


class Document(models.TextChoices):
    """What caused a movement or holds a reservation; with the id of its row, it is the cause."""

    OPENING = "opening", _("opening stock")
    ADJUSTMENT = "adjustment", _("stock adjustment")
    RESTOCK = "restock", _("restock request")
    TRANSFER = "transfer", _("transfer")
    RECEIPT = "receipt", _("receipt of a transfer")
    SALE = "sale", _("sale")
    ORDER = "order", _("order")


@dataclass(frozen=True)
class Cause:
    """The document that moves or reserves stock: its kind and the id of its row."""

    document: Document
    document_id: int


class StockMovementQuerySet(models.QuerySet["StockMovement"]):
    def touching(self, location: Location) -> StockMovementQuerySet:
        return self.filter(Q(source=location) | Q(destination=location))

    def within(self, locations: LocationQuerySet) -> StockMovementQuerySet:
        """The movements out of, or into, one of these places."""
        return self.filter(Q(source__in=locations) | Q(destination__in=locations))


class StockMovement(models.Model):
    """One row of the ledger: a quantity of one SKU from a source to a destination, for ever."""

    # The indexes below begin with the places and the SKU: one each of their own would only cost.
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="movements", db_index=False)
    source = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+", db_index=False)
    destination = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    document = models.CharField(_("document"), max_length=12, choices=Document)
    document_id = models.BigIntegerField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    occurred_at = models.DateTimeField(_("when"), default=timezone.now)
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)

    objects = StockMovementQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_movement_moves_something"),
            models.CheckConstraint(
                condition=~Q(source=F("destination")), name="a_movement_goes_elsewhere"
            ),
            models.UniqueConstraint(
                fields=["document", "document_id", "sku", "source", "destination"],
                name="a_document_moves_stock_once",
            ),
        ]
        indexes = [
            models.Index(fields=["source", "sku", "-id"], name="movements_out"),
            models.Index(fields=["destination", "sku", "-id"], name="movements_in"),
            models.Index(fields=["sku", "-id"], name="movements_by_sku"),
            BrinIndex(fields=["occurred_at"], pages_per_range=32, name="movements_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku_id}: {self.source_id} → {self.destination_id}"


class ReservationQuerySet(models.QuerySet["Reservation"]):
    def open(self) -> ReservationQuerySet:
        return self.filter(state=Reservation.State.OPEN)

    def held_by(self, cause: Cause) -> ReservationQuerySet:
        return self.filter(document=cause.document, document_id=cause.document_id)


class Reservation(models.Model):
    """Stock held for a document until a time; it ends once: used, released or expired."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        USED = "used", _("used")
        RELEASED = "released", _("released")
        EXPIRED = "expired", _("expired")

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    document = models.CharField(max_length=12, choices=Document)
    document_id = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    until = models.DateTimeField(null=True)  # null: until the goods are handed over
    made_at = models.DateTimeField(default=timezone.now)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_reservation_holds_some"),
            models.UniqueConstraint(
                fields=["document", "document_id", "sku", "location"],
                name="a_document_reserves_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["location", "sku"], condition=Q(state="open"), name="reservations_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku_id} for {self.document} {self.document_id}"


class StockAdjustment(models.Model):
    """A correction or receipt by hand, with its reason."""

    class Reason(models.TextChoices):
        RECEIVED = "received", _("received from a supplier")
        FOUND = "found", _("found")
        LOST = "lost", _("lost or stolen")
        DAMAGED = "damaged", _("damaged or expired")

    ADDS = (Reason.RECEIVED, Reason.FOUND)

    key = models.UUIDField(unique=True)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["location", "at"], name="adjustments_by_place_and_day")]

    def __str__(self) -> str:
        return f"A-{self.pk}"


class StockAdjustmentLine(models.Model):
    adjustment = models.ForeignKey(StockAdjustment, on_delete=models.CASCADE, related_name="lines")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["adjustment", "sku"], name="one_adjustment_line_per_sku"
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku_id}"
