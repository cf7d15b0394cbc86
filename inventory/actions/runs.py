"""Runs of the mailer of alerts are rows: what each looked at, what it sent, where it failed."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils import timezone

from backoffice.lib.errors import DomainError
from backoffice.lib.links import full_url
from inventory.models import AlertDigest, AlertRun
from inventory.queries.mailer import Missed, missed_runs
from stores.actions.mail import queue_mail
from stores.models import Role, User

logger = logging.getLogger(__name__)
KEPT = timedelta(days=30)
FAILURES = (DatabaseError, DomainError, ValidationError)  # of one mail, which don't stop the others


@contextmanager
def recorded_run(kind: AlertRun.Kind, now: datetime) -> Iterator[AlertRun]:
    """Write that a run began, and at its end what it did; one that breaks off stays unfinished. If
    runs were missed before, say so to head office first."""
    warn_of_missed(now)
    began = timezone.now()
    run = AlertRun.objects.create(kind=kind, started_at=now)
    yield run
    run.finished_at = now + (timezone.now() - began)
    run.save()


def note_failure(run: AlertRun, about: object, error: Exception) -> None:
    """The first failure of a run stands in its row; all of them in the log."""
    logger.error("alert mails for %s could not be written", about, exc_info=error)
    if not run.failure:
        run.failure = f"{about}: {type(error).__name__}: {error}".replace("\x00", "")[:500]


def warn_of_missed(now: datetime) -> int:
    """Tell head office and administrators, once, that mails were late: the worker is back."""
    sent = 0
    for missed in missed_runs(now):
        readers = User.objects.filter(
            memberships__role__in=(Role.HEAD_OFFICE, Role.ADMIN), is_active=True
        )
        for reader in readers.distinct().order_by("pk"):
            sent += _warn(missed, reader, now)
    return sent


def _warn(missed: Missed, reader: User, now: datetime) -> bool:
    mail = queue_mail(
        key=f"missed {missed.kind} {missed.since.isoformat()} {reader.pk}",
        template="alerts_missed",
        to=reader,
        context={"missed": missed, "now": now, "link": full_url("inventory:alert_mailer")},
    )
    return mail is not None


def forget_old_runs(now: datetime | None = None) -> int:
    """Remove what nobody asks for any more."""
    oldest = (now or timezone.now()) - KEPT
    AlertDigest.objects.filter(day__lt=oldest.date()).delete()
    return AlertRun.objects.filter(started_at__lt=oldest).delete()[0]
