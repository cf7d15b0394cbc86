"""Ways to decide a request, besides its own page."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.models.restock import RestockRequest


class DecisionLink(models.Model):
    """A link in an approver's mail: it decides one request, in the state that the mail showed, once."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    request = models.ForeignKey(RestockRequest, on_delete=models.CASCADE, related_name="+")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "reader", "version"], name="one_link_per_reader_and_version"
            )
        ]

    def __str__(self) -> str:
        return f"R-{self.request_id} for {self.reader_id}"


class BulkApproval(models.Model):
    """Many requests that one person approved at a stroke; a worker decides them one by one."""

    key = models.UUIDField(unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    total: int  # of `with_progress`, like the two below
    approved: int
    not_done: int

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["id"], condition=Q(done_at=None), name="bulk_approvals_to_do")
        ]

    def __str__(self) -> str:
        return f"B-{self.pk}"


class BulkApprovalItem(models.Model):
    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waiting")
        APPROVED = "approved", _("approved")
        NOT_DONE = "not_done", _("not approved")

    bulk = models.ForeignKey(BulkApproval, on_delete=models.CASCADE, related_name="items")
    request = models.ForeignKey(RestockRequest, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()  # that was shown
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.WAITING)
    words = models.CharField(max_length=500, blank=True)  # why not, in the person's language

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["bulk", "request"], name="one_item_per_request")
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.outcome}"
