from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.models.catalogue import Sku
from stores.models import Location
from stores.models.location import LocationQuerySet


class RestockRequestQuerySet(models.QuerySet["RestockRequest"]):
    def within(self, locations: LocationQuerySet) -> RestockRequestQuerySet:
        """The requests that ask for, or take from, one of these places."""
        return self.filter(Q(store__in=locations) | Q(warehouse__in=locations))

    def asked_of(self, warehouses: LocationQuerySet) -> RestockRequestQuerySet:
        """The requests that one of these places decides."""
        return self.filter(warehouse__in=warehouses)

    def pending(self) -> RestockRequestQuerySet:
        return self.filter(state=RestockRequest.State.WAITING)

    def due(self) -> RestockRequestQuerySet:
        """Decided, and still to be carried out by a worker."""
        return self.filter(state=RestockRequest.State.APPROVED).order_by("pk")


class RestockRequest(models.Model):
    """A store asks a warehouse for several SKUs at once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for a decision")
        APPROVED = "approved", _("approved, on its way")
        DONE = "done", _("received")
        REFUSED = "refused", _("refused")

    key = models.UUIDField(unique=True)
    store = models.ForeignKey(
        Location, verbose_name=_("store"), on_delete=models.PROTECT, related_name="+"
    )
    warehouse = models.ForeignKey(
        Location, verbose_name=_("logistics centre"), on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    note = models.CharField(_("note"), max_length=500, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    refusal = models.CharField(_("reason of the refusal"), max_length=500, blank=True)
    done_at = models.DateTimeField(_("received"), null=True)
    version = models.PositiveIntegerField(default=1)  # grows with each step: what a page has shown

    objects = RestockRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(store=F("warehouse")), name="a_request_goes_elsewhere"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting")
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="a_decision_names_who_and_when",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-id"], name="requests_by_store"),
            models.Index(fields=["warehouse", "state", "-id"], name="requests_by_warehouse"),
            models.Index(
                fields=["id"],
                condition=Q(state__in=("waiting", "approved")),
                name="requests_open",
            ),
        ]

    def __str__(self) -> str:
        return f"R-{self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_on_its_way(self) -> bool:
        return self.state == self.State.APPROVED


class RestockLine(models.Model):
    class Reason(models.TextChoices):
        NO_STOCK = "no_stock", _("no stock")
        WHOLE_PACKS = "whole_packs", _("whole packs")
        DUPLICATE = "duplicate", _("duplicate")
        SEASONAL = "seasonal", _("seasonal")
        EXPIRED = "expired", _("expired")
        OTHER = "other", _("other")

    request = models.ForeignKey(RestockRequest, on_delete=models.CASCADE, related_name="lines")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")
    asked = models.PositiveIntegerField(_("asked"))
    approved = models.PositiveIntegerField(_("approved"), null=True)
    sent = models.PositiveIntegerField(_("sent"), null=True)
    received = models.PositiveIntegerField(_("received"), null=True)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason, blank=True)
    lacking = models.PositiveIntegerField(_("lacking"), default=0)  # when it was carried out
    warehouse_had = models.PositiveIntegerField(null=True)  # on hand there, just before
    store_had = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "sku"], name="one_request_line_per_sku"),
            models.CheckConstraint(condition=Q(asked__gte=1), name="a_line_asks_for_one_or_more"),
            models.CheckConstraint(
                condition=Q(approved__isnull=True) | Q(approved__lte=F("asked")),
                name="approved_within_asked",
            ),
            models.CheckConstraint(
                condition=Q(approved__isnull=True) | Q(approved=F("asked")) | ~Q(reason=""),
                name="less_than_asked_has_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["sku", "request"], name="request_lines_by_sku")]

    def __str__(self) -> str:
        return f"{self.asked} × {self.sku_id}"

    @property
    def is_cut(self) -> bool:
        """Whether less was approved than asked."""
        return self.approved is not None and self.approved < self.asked

    @property
    def warehouse_has_since(self) -> int | None:
        """What the warehouse had left when this line had gone."""
        if self.warehouse_had is None or self.sent is None:
            return None
        return self.warehouse_had - self.sent

    @property
    def store_has_since(self) -> int | None:
        if self.store_had is None or self.received is None:
            return None
        return self.store_had + self.received


class RestockEvent(models.Model):
    """A step in the history of a request: who, when, what."""

    class Kind(models.TextChoices):
        ASKED = "asked", _("asked")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        LACKING = "lacking", _("back to the approver: not enough in stock")
        DONE = "done", _("carried out")

    request = models.ForeignKey(RestockRequest, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=500, blank=True)
    shortages = models.JSONField(default=list)  # [[sku id, units wanted, units available], …]

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.kind}"
