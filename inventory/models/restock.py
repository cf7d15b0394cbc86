from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.lib.money import MoneyField
from inventory.models.catalogue import Sku
from inventory.models.policy import ApprovalRule
from stores.models import Location, User
from stores.models.location import LocationQuerySet

STUCK = timedelta(minutes=10)  # that a worker may take for what was approved


def _asked_by(person: User) -> Q:
    """Of a request: the person sent it, or added lines to it."""
    added = RestockEvent.objects.filter(kind=RestockEvent.Kind.ADDED, by=person)
    return Q(asked_by=person) | Q(Exists(added.filter(request=OuterRef("pk"))))


class RestockRequestQuerySet(models.QuerySet["RestockRequest"]):
    def within(self, locations: LocationQuerySet) -> RestockRequestQuerySet:
        """The requests that ask for, or take from, one of these places."""
        return self.asked().filter(Q(store__in=locations) | Q(warehouse__in=locations))

    def asked_of(self, warehouses: LocationQuerySet) -> RestockRequestQuerySet:
        """The requests that one of these places decides."""
        return self.asked().filter(warehouse__in=warehouses)

    def asked(self) -> RestockRequestQuerySet:
        """Not those that a store still writes: nobody else sees them."""
        return self.exclude(state=RestockRequest.State.DRAFT)

    def drafts(self) -> RestockRequestQuerySet:
        return self.filter(state=RestockRequest.State.DRAFT)

    def pending(self) -> RestockRequestQuerySet:
        return self.filter(state=RestockRequest.State.WAITING)

    def with_own(self, person: User) -> RestockRequestQuerySet:
        """Each with `is_own`: whether the person sent it, or added lines to it."""
        return self.annotate(is_own=_asked_by(person))

    def asked_by_person(self, person: User) -> RestockRequestQuerySet:
        return self.filter(_asked_by(person))

    def asked_by_others(self, person: User) -> RestockRequestQuerySet:
        return self.exclude(_asked_by(person))

    def next_to(self, request: RestockRequest) -> RestockRequest | None:
        """What waits and was asked next after this request; after the last, the first of all."""
        others = self.pending().exclude(pk=request.pk)
        return others.annotate(is_before=Q(pk__lt=request.pk)).order_by("is_before", "pk").first()

    def untold(self) -> RestockRequestQuerySet:
        """Waiting, in a state that nobody who may decide was told of yet."""
        return self.pending().filter(told_version__lt=F("version")).order_by("pk")

    def due(self) -> RestockRequestQuerySet:
        """Decided, and still to be carried out by a worker."""
        return self.filter(state=RestockRequest.State.APPROVED).order_by("pk")

    def stuck(self, now: datetime) -> RestockRequestQuerySet:
        """Those of them that a worker should have carried out long ago."""
        return self.due().filter(decided_at__lt=now - STUCK)


class RestockRequest(models.Model):
    """A store asks a warehouse for several SKUs at once."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        WAITING = "waiting", _("waiting for a decision")
        APPROVED = "approved", _("approved, on its way")
        SENT = "sent", _("in transit")
        DONE = "done", _("received")
        REFUSED = "refused", _("refused")
        CANCELLED = "cancelled", _("withdrawn")

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
    rule = models.ForeignKey(  # which decided in nobody's name
        ApprovalRule, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    by_rule = models.BooleanField(default=False)
    value = MoneyField(_("value"), default=0)  # of what is asked, at cost
    refusal = models.CharField(_("reason of the refusal"), max_length=500, blank=True)
    done_at = models.DateTimeField(_("received"), null=True)
    version = models.PositiveIntegerField(default=1)  # grows with each step: what a page has shown
    # the last one that approvers were told of
    told_version = models.PositiveIntegerField(default=0)

    objects = RestockRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(store=F("warehouse")), name="a_request_goes_elsewhere"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "waiting", "cancelled"))
                | Q(decided_by__isnull=False, decided_at__isnull=False)
                | Q(by_rule=True, decided_at__isnull=False),
                name="a_decision_names_who_and_when",
            ),
            models.UniqueConstraint(
                fields=["store", "warehouse"],
                condition=Q(state="draft"),
                name="one_draft_per_store_and_warehouse",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-id"], name="requests_by_store"),
            models.Index(fields=["store", "asked_at"], name="requests_by_store_and_day"),
            models.Index(fields=["warehouse", "asked_at"], name="requests_by_place_and_day"),
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

    def was_asked_by(self, person: User) -> bool:
        """Whether the person sent the request, or added lines to it."""
        added = self.events.filter(kind=RestockEvent.Kind.ADDED, by=person)
        return self.asked_by_id == person.pk or added.exists()


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
    suggested = models.PositiveIntegerField(null=True)  # by Comptoir, when the line was written
    approved = models.PositiveIntegerField(_("approved"), null=True)
    sent = models.PositiveIntegerField(_("sent"), null=True)
    received = models.PositiveIntegerField(_("received"), null=True)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason, blank=True)
    received_reason = models.CharField(max_length=12, choices=Reason, blank=True)
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
    def is_received_less(self) -> bool:
        """Whether less has been received than was sent, so far."""
        return self.received is not None and self.received < (self.sent or 0)

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
        ADDED = "added", _("lines added")
        COMMENT = "comment", _("comment")
        WITHDRAWN = "withdrawn", _("withdrawn")
        SENT = "sent", pgettext_lazy("request", "sent")
        RECEIVED = "received", pgettext_lazy("request", "received in part")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        LACKING = "lacking", _("back to the approver: not enough in stock")
        DONE = "done", _("carried out")

    class Via(models.TextChoices):
        """The way that a decision took, where it wasn't the request's own page."""

        PAGE = "", ""
        MAIL = "mail", _("from the mail")
        BULK = "bulk", _("with others, in one go")
        BOARD = "board", _("on the fair-share board")
        RULE = "rule", _("by an approval rule")

    request = models.ForeignKey(RestockRequest, on_delete=models.CASCADE, related_name="events")
    key = models.UUIDField(null=True, unique=True)  # of the form that was sent
    kind = models.CharField(max_length=10, choices=Kind)
    via = models.CharField(max_length=5, choices=Via, blank=True, db_default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=500, blank=True)
    shortages = models.JSONField(default=list)  # [[sku id, units wanted, units available], …]
    cuts = models.JSONField(  # that a decision had made when it came back: [[sku id, units, reason], …]
        default=list, db_default=[]
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.kind}"
