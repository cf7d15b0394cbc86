from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.models.catalogue import Sku
from inventory.models.restock import RestockLine, RestockRequest
from stores.models import Location
from stores.models.location import LocationQuerySet


class TransferQuerySet(models.QuerySet["Transfer"]):
    def within(self, locations: LocationQuerySet) -> TransferQuerySet:
        """The transfers out of, or to, one of these places."""
        return self.filter(Q(source__in=locations) | Q(destination__in=locations))

    def on_the_road(self) -> TransferQuerySet:
        return self.filter(state__in=Transfer.ON_THE_ROAD)


class Transfer(models.Model):
    """Goods on the way between two places that hold stock."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        IN_TRANSIT = "in_transit", _("in transit")
        PARTLY = "partly", _("received in part")
        CLOSED = "closed", pgettext_lazy("transfer", "closed")
        CANCELLED = "cancelled", pgettext_lazy("transfer", "cancelled")

    ON_THE_ROAD = (State.IN_TRANSIT, State.PARTLY)

    key = models.UUIDField(unique=True)
    source = models.ForeignKey(
        Location, verbose_name=_("from"), on_delete=models.PROTECT, related_name="+"
    )
    destination = models.ForeignKey(
        Location, verbose_name=_("to"), on_delete=models.PROTECT, related_name="+"
    )
    request = models.OneToOneField(  # which it carries out
        RestockRequest, on_delete=models.PROTECT, null=True, related_name="transfer"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    note = models.CharField(_("note"), max_length=500, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    sent_at = models.DateTimeField(_("sent"), null=True)
    due_at = models.DateTimeField(_("expected"), null=True)  # late after that
    closed_at = models.DateTimeField(_("closed"), null=True)
    version = models.PositiveIntegerField(default=1)  # grows with each step: what a page has shown

    objects = TransferQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=F("destination")), name="a_transfer_goes_elsewhere"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "cancelled")) | Q(sent_at__isnull=False),
                name="a_sent_transfer_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["source", "-id"], name="transfers_out"),
            models.Index(fields=["destination", "-id"], name="transfers_in"),
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=("in_transit", "partly")),
                name="transfers_on_the_road",
            ),
        ]

    def __str__(self) -> str:
        return f"T-{self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_on_the_road(self) -> bool:
        return self.state in self.ON_THE_ROAD

    @property
    def is_late(self) -> bool:
        return self.is_on_the_road and self.due_at is not None and self.due_at < timezone.now()

    @property
    def days_late(self) -> int:
        """Whole days since it was expected; 0 of what is not late."""
        return (timezone.now() - self.due_at).days if self.is_late and self.due_at else 0


class TransferLine(models.Model):
    """sent = received + rejected + came back + written off + in transit, always."""

    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="lines")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")
    request_line = models.OneToOneField(
        RestockLine, on_delete=models.PROTECT, null=True, related_name="transfer_line"
    )
    planned = models.PositiveIntegerField(_("planned"))
    sent = models.PositiveIntegerField(_("sent"), default=0)
    received = models.PositiveIntegerField(_("received"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    came_back = models.PositiveIntegerField(_("came back"), default=0)
    written_off = models.PositiveIntegerField(_("written off"), default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["transfer", "sku"], name="one_transfer_line_per_sku"),
            models.CheckConstraint(
                condition=Q(planned__gte=1), name="a_transfer_line_plans_one_or_more"
            ),
            models.CheckConstraint(
                condition=Q(
                    sent__gte=F("received") + F("rejected") + F("came_back") + F("written_off")
                ),
                name="no_more_arrives_than_was_sent",
            ),
        ]
        indexes = [models.Index(fields=["sku", "transfer"], name="transfer_lines_by_sku")]

    def __str__(self) -> str:
        return f"{self.planned} × {self.sku_id}"

    @property
    def in_transit(self) -> int:
        return self.sent - self.received - self.rejected - self.came_back - self.written_off


class TransferReceipt(models.Model):
    """One counting of what arrived, or what became of goods on the road: it moves stock once."""

    key = models.UUIDField(unique=True)
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="receipts")
    note = models.CharField(_("note"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"T-{self.transfer_id}"


class TransferReceiptLine(models.Model):
    receipt = models.ForeignKey(TransferReceipt, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(TransferLine, on_delete=models.PROTECT, related_name="receipt_lines")
    received = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    came_back = models.PositiveIntegerField(default=0)
    written_off = models.PositiveIntegerField(default=0)
    # of what was not received
    reason = models.CharField(_("reason"), max_length=12, choices=RestockLine.Reason, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["receipt", "line"], name="one_receipt_line_per_line"),
            models.CheckConstraint(
                condition=Q(rejected=0, came_back=0, written_off=0) | ~Q(reason=""),
                name="a_gap_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["receipt"],
                condition=Q(rejected__gt=0) | Q(written_off__gt=0),
                name="receipt_lines_lost",
            )
        ]

    def __str__(self) -> str:
        return f"{self.received} of line {self.line_id}"


class TransferEvent(models.Model):
    """A step in the history of a transfer: who, when, what."""

    class Kind(models.TextChoices):
        MADE = "made", _("drafted")
        SENT = "sent", _("sent")
        RECEIVED = "received", pgettext_lazy("transfer", "received")
        REMARK = "remark", _("remark")
        CLOSED = "closed", pgettext_lazy("transfer", "closed")
        CANCELLED = "cancelled", pgettext_lazy("transfer", "cancelled")

    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.transfer_id}: {self.kind}"
