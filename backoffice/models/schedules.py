from __future__ import annotations

from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from backoffice.models.snapshots import Snapshot
from backoffice.reports.recurrence import Recurrence
from stores.admission import HELD_BY
from stores.models import Mail, Role, User
from stores.rights import holds_company_wide, memberships_of

MAX_FAILURES = 5  # in a row, then a schedule stops


HELD_AT_OFFICE = HELD_BY[Role.HEAD_OFFICE]
SEES_REPORTS = (Role.MANAGER, Role.LOGISTICS)  # of one place


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def visible_to(self, user: User) -> ScheduleQuerySet:
        """All of them for head office and auditors; else those that are the person's own."""
        if holds_company_wide(user, Role.HEAD_OFFICE, reading=True):
            return self
        return self.filter(owner=user)

    def of(self, user: User) -> ScheduleQuerySet:
        """Those that the person may change: all of them for head office, else their own."""
        return self if holds_company_wide(user, Role.HEAD_OFFICE) else self.filter(owner=user)

    def received_by(self, user: User) -> ScheduleQuerySet:
        """Those that write to this person, or would if they had not refused: by name, or by a role;
        a manager's only at places that both work at."""
        held = memberships_of(user)
        by_name = Q(recipients__person=user)
        to_me = by_name | Q(recipients__role__in={m.role for m in held})
        of_office = Q(owner=None) | Q(owner__memberships__role__in=HELD_AT_OFFICE)
        mine = to_me & of_office
        for one in held:
            if one.location_id:  # both of us see reports of this place
                shared = Q(owner__memberships__location=one.location_id)
                shared &= Q(owner__memberships__role__in=SEES_REPORTS)
                mine |= (by_name | Q(recipients__role=one.role)) & shared
        return self.filter(pk__in=self.filter(mine).values("pk"))

    def active(self) -> ScheduleQuerySet:
        return self.filter(state=Schedule.State.ACTIVE)

    def called(self, words: str) -> ScheduleQuerySet:
        """Those in whose name the words stand, in the reader's language where it has one of its own."""
        own = Q(name="") if words.casefold() in gettext("Morning report").casefold() else Q()
        return self.filter(Q(name__icontains=words) | own)

    def stopped_by_itself(self) -> ScheduleQuerySet:
        stopped = self.filter(state=Schedule.State.STOPPED)
        return stopped.exclude(stopped_because=Schedule.Why.PERSON)

    def with_last_run(self) -> ScheduleQuerySet:
        """With `last_run_at`, when somebody's copy was last made."""
        latest = ReportDelivery.objects.filter(schedule=OuterRef("pk"), done_at__isnull=False)
        made = Subquery(latest.order_by("-day", "-done_at").values("done_at")[:1])
        return self.annotate(last_run_at=made)


class Schedule(models.Model):
    """A report that is mailed by a rule of recurrence, to people and roles."""

    class State(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("schedule", "active")
        PAUSED = "paused", pgettext_lazy("schedule", "paused")
        STOPPED = "stopped", pgettext_lazy("schedule", "stopped")

    class Why(models.TextChoices):
        """What stopped it."""

        PERSON = "person", _("Somebody stopped it.")
        FAILURES = "failures", _("It failed five times in a row.")
        OWNER_CLOSED = "owner-closed", _("The account of the person it belongs to is closed.")
        OWNER_RIGHT = "owner-right", _("The person it belongs to may not see this report any more.")

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "XLSX"
        CSV = "csv", "CSV"

    key = models.UUIDField(null=True, unique=True)  # of the form that made it
    # empty: the morning report that comes with Comptoir, called so in the reader's language
    name = models.CharField(_("name"), max_length=80, blank=True)
    report = models.CharField(_("report"), max_length=40)
    query = models.JSONField(default=dict)  # what is asked, with a named period instead of days
    rule = models.CharField(max_length=120)  # RRULE, as `Recurrence.rule` makes it
    at = models.TimeField(_("time of day"), default=time(6))  # on each reader's clock
    formats = models.JSONField(default=list)
    when_empty = models.BooleanField(_("also when there is nothing to report"), default=False)
    # null: it belongs to the company, and goes on whoever leaves
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.ACTIVE, db_index=True
    )
    stopped_because = models.CharField(max_length=12, choices=Why, blank=True)
    stopped_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    active_since = models.DateTimeField(default=timezone.now)  # what was due before is not sent
    planned_until = models.DateTimeField(default=timezone.now)  # what was due by then is promised
    next_run_at = models.DateTimeField(_("next run"), null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name or gettext("Morning report")

    @property
    def title(self) -> str:
        return str(self)

    @property
    def rhythm_in_words(self) -> str:
        return Recurrence.of(self.rule).in_words(self.at)

    @property
    def formats_in_words(self) -> str:
        return ", ".join(self.Format(name).label for name in self.formats)

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE


class ScheduleRecipient(models.Model):
    """Who a schedule writes to: a person, or everybody who holds a role."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="recipients")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    role = models.CharField(max_length=12, choices=Role, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "person", "role"],
                nulls_distinct=False,
                name="a_recipient_stands_once_in_a_schedule",
            ),
            models.CheckConstraint(
                condition=Q(person=None, role__gt="") | Q(person__isnull=False, role=""),
                name="a_recipient_is_a_person_or_a_role",
            ),
        ]

    def __str__(self) -> str:
        return str(self.person or Role(self.role).label)


class ScheduleRefusal(models.Model):
    """Somebody who doesn't want what a schedule sends to their role."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="refusals")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "reader"], name="a_reader_refuses_a_schedule_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reader_id} not from {self.schedule_id}"


class AskedLetterQuerySet(models.QuerySet["AskedLetter"]):
    def failed(self) -> AskedLetterQuerySet:
        return self.filter(state=AskedLetter.State.FAILED)


class AskedLetter(models.Model):
    """A schedule's mail that somebody asked for themselves, promised until its figures are there."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("delivery", "waiting")
        DONE = "done", pgettext_lazy("delivery", "mailed")
        FAILED = "failed", pgettext_lazy("delivery", "failed")

    key = models.CharField(max_length=120, unique=True)  # of the mail, too
    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="letters")
    schedule = models.ForeignKey(Schedule, on_delete=models.SET_NULL, null=True, related_name="+")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()  # for which it was asked, where the reader is
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)  # of workers that began to write it
    asked_at = models.DateTimeField(default=timezone.now)

    objects = AskedLetterQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(state="waiting"), name="letters_to_write")
        ]

    def __str__(self) -> str:
        return f"{self.snapshot_id} for {self.reader_id}"


class ReportDelivery(models.Model):
    """One reader's copy of a scheduled report for one of their local days: made once, then mailed."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("delivery", "waiting")
        SENT = "sent", pgettext_lazy("delivery", "mailed")
        EMPTY = "empty", _("nothing to report")
        NO_RIGHT = "no-right", _("no right to see it")
        NO_FACTOR = "no-factor", _("second factor not set up")
        FAILED = "failed", pgettext_lazy("delivery", "failed")

    # null: the schedule was deleted; what was sent stays known
    schedule = models.ForeignKey(
        Schedule, on_delete=models.SET_NULL, null=True, related_name="deliveries"
    )
    day = models.DateField()  # on which it is due, where the reader is
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    # null unless it was sent, and once its figures are no longer kept
    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.SET_NULL, null=True, related_name="deliveries"
    )
    mail = models.ForeignKey(Mail, on_delete=models.SET_NULL, null=True, related_name="+")
    due_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # workers that began to make it and did not come back
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "day", "reader"], name="one_report_per_schedule_day_and_reader"
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state="waiting"),
                name="report_deliveries_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.day} for {self.reader_id}"
