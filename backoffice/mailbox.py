"""The mails that the mail server of `make run` received: a Maildir, read for /dev/mail/."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class ReceivedFile:
    name: str
    content: bytes


@dataclass(frozen=True)
class ReceivedMail:
    file: Path

    @property
    def key(self) -> str:
        """Its name in addresses."""
        return self.file.name

    @cached_property
    def received_at(self) -> datetime:
        return datetime.fromtimestamp(self.file.stat().st_mtime, UTC)

    @cached_property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.file.read_bytes(), EmailMessage, policy=default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def sender(self) -> str:
        return str(self.message["From"] or "")

    @property
    def recipients(self) -> str:
        """Who it was delivered to, which the mail server notes."""
        return str(self.message["X-RcptTo"] or self.message["To"] or "")

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        """With its own pictures in place of their ids."""
        html = self._body("html")
        for content_id, address in self._pictures():
            html = html.replace(f"cid:{content_id}", address)
        return html

    def _pictures(self) -> Iterator[tuple[str, str]]:
        for part in self.message.walk():
            content = part.get_payload(decode=True)
            if part["Content-ID"] and isinstance(content, bytes):
                encoded = b64encode(content).decode()
                address = f"data:{part.get_content_type()};base64,{encoded}"
                yield str(part["Content-ID"]).strip("<>"), address

    @cached_property
    def attachments(self) -> list[ReceivedFile]:
        files = []
        for part in self.message.iter_attachments():
            content = part.get_payload(decode=True)
            if (name := part.get_filename()) and isinstance(content, bytes):
                files.append(ReceivedFile(name, content))
        return files

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return "" if part is None else str(part.get_content())


def received_mails(folder: Path, *, to: str = "") -> list[ReceivedMail]:
    """The mails, newest first; `to` narrows to recipients that contain it."""
    files = sorted(_files(folder), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    mails = [ReceivedMail(file) for file in files]
    return [mail for mail in mails if to.casefold() in mail.recipients.casefold()] if to else mails


def received_mail(folder: Path, key: str) -> ReceivedMail | None:
    """The mail of this key, found among the names in the folder and nowhere else."""
    return next((ReceivedMail(file) for file in _files(folder) if file.name == key), None)


def _files(folder: Path) -> Iterator[Path]:
    return (folder / "new").glob("[!.]*")
