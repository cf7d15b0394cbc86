"""Who is told of alerts, and what the mailer did."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stores.models import Mail


class NotificationChoice(models.Model):
    """How a person wants to be told of something, where they chose otherwise than the default."""

    class Subject(models.TextChoices):
        LOW = "low", _("low stock")
        OUT = "out", _("out of stock")
        OVERSTOCK = "overstock", _("overstock")
        LATE = "late", _("transfer late")
        WAITING = "waiting", _("request waiting too long")
        REQUEST = "request", _("restock request to decide")
        ALL_WELL = "all_well", _("nothing to say")

    class How(models.TextChoices):
        AT_ONCE = "at_once", _("at once")
        DIGEST = "digest", _("in the daily digest")
        NONE = "none", _("not at all")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=9, choices=Subject)
    how = models.CharField(max_length=7, choices=How)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "subject"], name="one_choice_per_subject")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.subject} {self.how}"


class AlertRun(models.Model):
    """One run of the mailer: the proof of what it looked at, when, and what it sent."""

    class Kind(models.TextChoices):
        AT_ONCE = "at_once", _("at once")
        DAILY = "daily", _("daily digest")

    kind = models.CharField(max_length=7, choices=Kind)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    places = models.PositiveIntegerField(default=0)
    checked = models.PositiveIntegerField(default=0)  # SKUs that these places keep
    found = models.PositiveIntegerField(default=0)  # alerts that were told
    mails = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["kind", "-id"], name="alert_runs_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.started_at:%Y-%m-%d %H:%M}"


class AlertDigest(models.Model):
    """One reader's digest of one of their local days: written once, mailed if it says something."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()  # where the reader is
    mail = models.ForeignKey(Mail, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reader", "day"], name="one_alert_digest_per_reader_and_day"
            )
        ]
        indexes = [models.Index(fields=["day"], name="alert_digests_by_day")]

    def __str__(self) -> str:
        return f"{self.day} for {self.reader_id}"
