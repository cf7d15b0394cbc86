from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from stores.models.people import User


class MailQuerySet(models.QuerySet["Mail"]):
    def delayed(self) -> MailQuerySet:
        """What was tried at least once, and is tried again."""
        return self.filter(state=Mail.State.WAITING, attempts__gt=0)

    def given_up(self) -> MailQuerySet:
        """What could not be sent; what was withheld on purpose is none of it."""
        return self.filter(state=Mail.State.FAILED, withheld="")

    def withheld(self) -> MailQuerySet:
        return self.exclude(withheld="")


class Mail(models.Model):
    """A mail that was promised: written with the fact it tells, sent by a worker, once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    class Withheld(models.TextChoices):
        """Why a mail that could have been sent was not: then it is failed."""

        READER_CLOSED = "reader-closed", _("The reader's account is closed.")
        READER_RIGHT = "reader-right", _("The reader may not see these figures any more.")
        SECOND_FACTOR = (
            "second-factor",
            _("The reader has not set up the second factor that their role asks for."),
        )
        OWNER_RIGHT = (
            "owner-right",
            _("The person whom the schedule belongs to may not see these figures any more."),
        )
        STOPPED = "stopped", _("The schedule was stopped or deleted before the mail left.")

    key = models.CharField(max_length=120, unique=True)  # what it is about: one mail per key
    reader = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    to_email = models.EmailField(pgettext_lazy("mail", "to"))
    language = models.CharField(max_length=2)
    template = models.CharField(max_length=60)
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    # as long as a domain can be, and more
    message_id = models.CharField(max_length=320, unique=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    last_error = models.TextField(blank=True)
    withheld = models.CharField(max_length=14, choices=Withheld, blank=True, db_default="")
    # of one that tells figures: whoever holds one of these roles at all of these places may read it
    only_roles = ArrayField(models.CharField(max_length=12), default=list, db_default=[])
    only_places = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    # of a schedule's: whose rights it may not exceed
    only_owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state="waiting"),
                name="mails_waiting",
            ),
            models.Index(fields=["state", "-id"], name="mails_by_state"),
            models.Index(
                fields=["sent_at"], condition=models.Q(state="sent"), name="mails_sent_by_age"
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_secret(self) -> bool:
        """Whether its text lets whoever holds it in, or decide in the reader's name."""
        return self.template.startswith(("account/", "decision/"))


class MailAttachment(models.Model):
    mail = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    # of a picture in the HTML
    content_id = models.CharField(max_length=60, blank=True, db_default="")

    def __str__(self) -> str:
        return self.name
