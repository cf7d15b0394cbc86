"""Mails that were sent are kept for as long as the company says, and then deleted, some at a time."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from backoffice.lib.retry import retrying
from stores.models import Company, Mail

AT_ONCE = 100  # in one transaction


def sweep_old_mails() -> int:
    """Delete, with their files, what was sent longer ago than the company keeps; return how many. What
    was not sent stays: somebody may still send it. So do the rows that say who was told what."""
    before = timezone.now() - timedelta(days=Company.current().mail_days)
    gone = 0
    while some := _forget_some(before):
        gone += some
    return gone


@retrying
@transaction.atomic
def _forget_some(before: datetime) -> int:
    old = Mail.objects.filter(state=Mail.State.SENT, sent_at__lt=before).order_by("sent_at")
    locked = old.select_for_update(of=("self",), skip_locked=True)
    ids = list(locked.values_list("pk", flat=True)[:AT_ONCE])
    Mail.objects.filter(pk__in=ids).delete()
    return len(ids)
