"""Processes of the site that tests start: web server, Celery worker and beat, mail server."""

import os
import sys
import urllib.request
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.db import connection

from backoffice.dev import services
from backoffice.dev.services import Service, wait_until
from backoffice.mailbox import received_mails


def environment(**extra: str) -> dict[str, str]:
    """What a child needs to work on this test's database."""
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@"
    if str(database["HOST"]).startswith("/"):
        url += f"/{database['NAME']}?host={database['HOST']}"
    else:
        url += f"{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"
    return {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONUNBUFFERED": "1",
        **extra,
    }


def start_web(**extra: str) -> tuple[Service, str]:
    """Serve the site on a free port; the process and the address."""
    port = services.free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
    service = services.start(
        f"web-{port}",
        [*command, "--workers", "1", "--blocking-threads", "4", "backoffice.wsgi:application"],
        log=log_file(f"web-{port}"),
        env=environment(DATABASE_POOL="4", PORT=str(port), SITE_URL=address, **extra),
        cwd=settings.BASE_DIR,
    )
    services.wait_ready(service, lambda: services.listening(port) and _serves(address))
    return service, address


def _serves(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health/", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def start_celery(*arguments: str, name: str, **extra: str) -> Service:
    return services.start(
        name,
        [sys.executable, "-m", "celery", "-A", "worker", *arguments],
        log=log_file(name),
        env=environment(**extra),
        cwd=settings.BASE_DIR,
    )


def start_worker(
    name: str = "worker",
    *,
    beat: bool = False,
    include: str = "",
    children: int = 1,
    **extra: str,
) -> Service:
    """Start a Celery worker that takes tasks when this returns; `include` names a module more."""
    arguments = ["worker", "--loglevel", "INFO", "--concurrency", str(children), "-n", f"{name}@%h"]
    arguments += ["--purge", "--without-gossip", "--without-mingle"]
    if include:
        arguments += ["--include", include]
    if beat:
        arguments += ["--beat"]
    service = start_celery(*arguments, name=name, **extra)
    before = service.log.stat().st_size
    services.wait_ready(service, lambda: b" ready." in service.log.read_bytes()[before:])
    return service


def start_mail_server() -> Service:
    return services.start_mail_server(
        settings.MAILBOX_DIR, port=int(os.environ["SMTP_PORT"]), log=log_file("mail")
    )


def log_file(name: str) -> Path:
    return Path(settings.RUN_DIR) / "logs" / f"{name}.log"


def last_words(since: float, lines: int = 40) -> str:
    """The end of each log that was written to since then, a moment in seconds of the epoch."""
    logs = (Path(settings.RUN_DIR) / "logs").glob("*.log")
    written = [log for log in logs if log.stat().st_mtime >= since]
    return "\n".join(
        f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
        for log in sorted(written)
    )


class Mailbox:
    """What the mail server of the tests received."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def empty(self) -> None:
        for file in (self.folder / "new").glob("*"):
            file.unlink()

    def mails(self, to: str = "") -> list[EmailMessage]:
        """The mails received so far, oldest first; `to` narrows to one recipient."""
        return [mail.message for mail in reversed(received_mails(self.folder, to=to))]

    def wait(self, to: str = "", *, count: int = 1, timeout: float = 60) -> list[EmailMessage]:
        """The mails, as soon as there are `count` of them."""
        wait_until(
            lambda: len(self.mails(to)) >= count,
            what=f"{count} mails to {to or 'anybody'}",
            timeout=timeout,
        )
        return self.mails(to)
