"""What a bulk approval will do, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from backoffice.lib.money import ZERO
from inventory.actions.stock import Quantity
from inventory.models import BulkApproval, BulkApprovalItem, RestockLine, RestockRequest
from inventory.models.restock import RestockRequestQuerySet
from inventory.queries.restock import RequestId
from inventory.queries.shortage import CONTESTED, SHORT, with_verdict
from stores.models import User

Outcome = BulkApprovalItem.Outcome
REMEMBERED = timedelta(hours=12)  # how long the queue leads to one that has come to its end
FEW = 20  # short requests that are named


@dataclass(frozen=True)
class Preview:
    """What would be approved: the versions that are shown, and what they add up to."""

    versions: dict[RequestId, int]
    value: Decimal
    units: Quantity
    short: Sequence[RestockRequest]
    contested: int

    @property
    def shown(self) -> str:
        return " ".join(f"{pk}:{version}" for pk, version in self.versions.items())

    @property
    def named(self) -> Sequence[RestockRequest]:
        return self.short[:FEW]

    @property
    def unnamed(self) -> int:
        return len(self.short) - len(self.named)


def preview_of(requests: RestockRequestQuerySet, most: int) -> Preview:
    """Of the oldest of these requests, `most` at most."""
    ids = list(requests.order_by("pk").values_list("pk", flat=True)[:most])
    chosen = RestockRequest.objects.filter(pk__in=ids).order_by("pk")
    lines = RestockLine.objects.filter(request__in=ids)
    return Preview(
        versions=dict(chosen.values_list("pk", "version")),
        value=chosen.aggregate(value=Sum("value"))["value"] or ZERO,
        units=lines.aggregate(units=Sum("asked"))["units"] or 0,
        short=list(with_verdict(chosen, SHORT).select_related("store")),
        contested=with_verdict(chosen, CONTESTED).count(),
    )


def with_progress(bulks: QuerySet[BulkApproval]) -> QuerySet[BulkApproval]:
    """With `total`, and how many are `approved` and `not_done` so far."""
    figures = {
        "total": Count("items"),
        "approved": Count("items", filter=Q(items__outcome=Outcome.APPROVED)),
        "not_done": Count("items", filter=Q(items__outcome=Outcome.NOT_DONE)),
    }
    return bulks.annotate(**figures)


def recent_bulks(user: User) -> QuerySet[BulkApproval]:
    """The person's bulk approvals that go on, or ended today."""
    recent = Q(done_at=None) | Q(done_at__gt=timezone.now() - REMEMBERED)
    return with_progress(BulkApproval.objects.filter(recent, by=user)).order_by("-pk")[:3]
