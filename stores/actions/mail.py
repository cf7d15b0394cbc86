"""Mail is a row first: promised in the transaction of the fact that it tells, sent by a worker.

What holds: a mail that was promised is sent or visibly failed, and two workers never send it at the
same time. What can't hold over SMTP is "exactly once": a worker that dies after the server took the
mail and before the row was closed sends it again, once per such crash, under the same Message-ID, by
which mail programs recognise the copy.
"""

import logging
import time
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.template import Context, Engine
from django.utils import timezone, translation

from backoffice.lib.nudges import nudge
from backoffice.lib.retry import retrying
from stores.actions.mail_rights import OnlyFor, why_withheld
from stores.errors import MailNotFailed
from stores.models import Company, Mail, MailAttachment, User

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 12  # the last one about 20 hours after the first
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
SWEEP_TIME = 60.0  # seconds that one sweep spends on mails that wait
SWEEP_SIZE = 500


@dataclass(frozen=True)
class Attachment:
    """A file that travels with a mail; one with a `content_id` is a picture that its HTML shows as
    `cid:<content_id>`."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""

    @property
    def as_address(self) -> str:
        """The file inside an address, for where nothing travels along."""
        return f"data:{self.content_type};base64,{b64encode(self.content).decode()}"


@transaction.atomic
def queue_mail(
    *,
    key: str,
    template: str,
    to: User | str,
    context: dict[str, Any],
    language: str | None = None,
    attachments: Sequence[Attachment] = (),
    only_for: OnlyFor | None = None,
) -> Mail | None:
    """Promise a mail, in the caller's transaction; None if this key was promised before. One that
    tells figures leaves `only_for` those who may see them then.

    `template` names `templates/mail/<template>.subject.txt`, `.txt` and `.html`. They are rendered
    now, in the language of the reader's profile, else in `language`, else as `User.reads` says.
    """
    if Mail.objects.filter(key=key).exists():
        return None
    mail = compose_mail(template, to, context, language)
    mail.key = key
    if only_for:
        mail.only_roles, mail.only_places = list(only_for.roles), list(only_for.places)
        mail.only_owner = only_for.owner
    Mail.objects.bulk_create([mail], ignore_conflicts=True)
    queued = Mail.objects.filter(message_id=mail.message_id).first()
    if queued is None:  # another transaction was faster with the same key
        return None
    _attach(queued, attachments)
    nudge("mail.send_mail", queued.pk)
    return queued


def _attach(mail: Mail, attachments: Sequence[Attachment]) -> None:
    MailAttachment.objects.bulk_create(
        MailAttachment(
            mail=mail,
            name=_one_line(file.name),
            content_type=file.content_type,
            content=file.content,
            content_id=file.content_id,
        )
        for file in attachments
    )


def withdraw_mails(to: User, template: str) -> None:
    """Forget the mails that this reader was promised and hasn't got, in the caller's transaction: what
    they say is no longer true. One that is being sent at this moment has left."""
    unsent = Mail.objects.filter(reader=to, template=template).exclude(state=Mail.State.SENT)
    resting = unsent.select_for_update(skip_locked=True).values_list("pk", flat=True)
    Mail.objects.filter(pk__in=list(resting)).delete()


def _language_of(reader: User | None, language: str | None, company: Company) -> str:
    """What the reader chose, else what is asked for, else what they are thought to read."""
    if reader is None:
        return language or company.language
    return reader.language or language or reader.reads


def compose_mail(
    template: str, to: User | str, context: dict[str, Any], language: str | None = None
) -> Mail:
    """A mail as it would be promised, without a key and in no table."""
    reader = to if isinstance(to, User) else None
    address = reader.email if reader else str(to)
    validate_email(address)
    company = Company.objects.get(pk=1)
    spoken = _language_of(reader, language, company)
    with translation.override(spoken):
        known = {
            "reader": reader,
            "language": spoken,
            "site_url": settings.SITE_URL,
            "company": company,
            **context,
        }
        subject = _one_line(_rendered(f"mail/{template}.subject.txt", known, escape=False))
        known["subject"] = subject
        return Mail(
            reader=reader,
            to_email=address,
            language=spoken,
            template=template,
            subject=subject[:250],
            text=_rendered(f"mail/{template}.txt", known, escape=False).strip() + "\n",
            html=_rendered(f"mail/{template}.html", known, escape=True),
            message_id=make_msgid(domain=company.mail_domain),
        )


def _rendered(name: str, context: dict[str, Any], *, escape: bool) -> str:
    template = Engine.get_default().get_template(name)
    return str(template.render(Context(context, autoescape=escape)))


def _one_line(text: str) -> str:
    """The text on one line: a line break in a header would begin another header."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


@transaction.atomic
def send_mail(mail_id: int) -> Mail | None:
    """Send a waiting mail and close its row; None if another worker has it, or it waits no more.

    The row stays locked while the server takes the mail. A failure is written into the row, with the
    time of the next attempt; after the last one, or a final refusal, the mail is `FAILED`, as is one
    that its reader may not have now.
    """
    waiting = Mail.objects.filter(pk=mail_id, state=Mail.State.WAITING)
    due = waiting.filter(next_attempt_at__lte=timezone.now()).select_related("reader", "only_owner")
    mail = due.select_for_update(of=("self",), skip_locked=True, no_key=True).first()
    if mail is None:
        return None
    mail.attempts += 1
    if why := why_withheld(mail):
        mail.state, mail.withheld = Mail.State.FAILED, why
    else:
        _attempt(mail)
    mail.save(
        update_fields=["state", "withheld", "sent_at", "attempts", "next_attempt_at", "last_error"]
    )
    return mail


def _attempt(mail: Mail) -> None:
    try:
        _message(mail).send(using="default")
    except (SMTPException, OSError, ValueError) as error:
        _note_failure(mail, error)
    else:
        mail.state, mail.sent_at, mail.last_error = Mail.State.SENT, timezone.now(), ""


class _Message(EmailMultiAlternatives):
    """A mail whose HTML brings its own pictures along."""

    def __init__(self, mail: Mail, pictures: Sequence[MailAttachment]) -> None:
        headers: dict[str, Any] = {
            "Message-ID": mail.message_id,
            "Date": mail.created_at,
            "Auto-Submitted": "auto-generated",
            "Content-Language": mail.language,
        }
        sender = Company.objects.get(
            pk=1
        ).sender  # as it is now: a wrong one is mended for what waits
        super().__init__(mail.subject, mail.text, sender, to=[mail.to_email], headers=headers)
        self.pictures = pictures

    def message(self, **kwargs: Any) -> EmailMessage:
        message: EmailMessage = super().message(**kwargs)
        html = message.get_body(("html",))
        if html is None:
            return message
        for picture in self.pictures:
            main, _slash, sub = picture.content_type.partition("/")
            html.add_related(
                bytes(picture.content),
                main,
                sub,
                cid=f"<{picture.content_id}>",
                filename=picture.name,
                disposition="inline",
            )
        return message


def _message(mail: Mail) -> EmailMultiAlternatives:
    files = list(mail.attachments.order_by("pk"))
    message = _Message(mail, [file for file in files if file.content_id])
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for file in files:
        if not file.content_id:
            message.attach(file.name, bytes(file.content), file.content_type)
    return message


def _note_failure(mail: Mail, error: Exception) -> None:
    mail.last_error = f"{type(error).__name__}: {error}"[:2000].replace("\x00", "")
    if mail.attempts >= MAX_ATTEMPTS or _is_final(error):
        mail.state = Mail.State.FAILED
    else:
        mail.next_attempt_at = timezone.now() + pause_after(mail.attempts)
    logger.warning("mail %s not sent (attempt %s): %s", mail.pk, mail.attempts, mail.last_error)


def pause_after(attempts: int) -> timedelta:
    """How long a mail rests after so many attempts: 1, 2, 4 … minutes, at most six hours."""
    return min(FIRST_PAUSE * (1 << (attempts - 1)), LONGEST_PAUSE)


def _is_final(error: Exception) -> bool:
    """Whether asking again can't help: the address was refused, or the mail can't be written."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return isinstance(error, ValueError)


def sweep_mails() -> int:
    """Send what waits and is due, oldest first, for a minute at most; the number of mails sent."""
    due = Mail.objects.filter(state=Mail.State.WAITING, next_attempt_at__lte=timezone.now())
    end = time.monotonic() + SWEEP_TIME
    sent = 0
    for pk in list(due.order_by("next_attempt_at").values_list("pk", flat=True)[:SWEEP_SIZE]):
        if time.monotonic() > end:
            break
        mail = send_mail(pk)
        sent += mail is not None and mail.state == Mail.State.SENT
    return sent


@retrying
@transaction.atomic
def send_again(mail_id: int) -> Mail:
    """Let a mail that failed wait for the next attempt, at once and from the beginning."""
    mail = Mail.objects.select_for_update(no_key=True).get(pk=mail_id)
    if mail.state != Mail.State.FAILED:
        raise MailNotFailed(mail)
    mail.state, mail.attempts, mail.next_attempt_at = Mail.State.WAITING, 0, timezone.now()
    mail.withheld = ""
    mail.save(update_fields=["state", "attempts", "next_attempt_at", "withheld"])
    nudge("mail.send_mail", mail.pk)
    return mail


@retrying
@transaction.atomic
def withhold_mails(mails: QuerySet[Mail], why: Mail.Withheld) -> None:
    """Keep back those of the mails that wait; one that is being sent at this moment is not touched."""
    waiting = mails.filter(state=Mail.State.WAITING).order_by("pk")
    free = waiting.select_for_update(of=("self",), skip_locked=True, no_key=True)
    held = list(free.values_list("pk", flat=True))
    Mail.objects.filter(pk__in=held).update(state=Mail.State.FAILED, withheld=why)
