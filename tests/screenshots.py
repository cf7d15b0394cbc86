"""`make screenshots`: the README's pictures, taken of a fresh demo chain."""

import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from backoffice.dev import services
from backoffice.dev.services import running, wait_until
from tests.chromium import CHROMIUM, FLAGS

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
PASSWORD = "comptoir-demo"
WIDE, TILL, PHONE = (1440, 900), (1024, 768), (390, 844)
FACES = [  # name, who, address, size, language
    ("head-office", "office", "/head-office/", WIDE, "en"),
    ("restock", "logistics", "/head-office/restock/", WIDE, "en"),
    ("board", "logistics", "/head-office/restock/board/", WIDE, "en"),
    ("request", "clerk.lille", "/stores/lille/restock/?state=done", WIDE, "en"),
    ("transfer", "logistics", "/head-office/transfers/?late=late", WIDE, "en"),
    ("alerts", "logistics", "/head-office/alerts/", WIDE, "en"),
    ("suggestions", "clerk.lille", "/stores/lille/restock/suggestions/", WIDE, "fr"),
    ("receive", "clerk.lille", "/stores/lille/transfers/", PHONE, "en"),
    ("store", "manager.lyon", "/stores/lyon/", WIDE, "fr"),
    ("till", "clerk.lyon", "/stores/lyon/sell/", TILL, "fr"),
    ("report", "office", "/head-office/reports/", WIDE, "en"),
    ("schedule", "office", "/reports/schedules/", WIDE, "en"),
    ("shop", "", "/", WIDE, "fr"),
    ("shop-phone", "", "/category/confiserie/", PHONE, "fr"),
]


@contextmanager
def demo_site(folder: Path) -> Iterator[str]:
    """The address of a site with the demo chain; everything stops and goes with the folder."""
    ports = {name: services.free_port() for name in ("PORT", "VALKEY", "SMTP")}
    env = {
        "RUN_DIR": str(folder),
        "DATABASE_URL": services.postgres_url(folder / "postgres"),
        "REDIS_URL": services.valkey_url(ports["VALKEY"]),
        "DATABASE_POOL": "4",
        "PORT": str(ports["PORT"]),
        "SMTP_PORT": str(ports["SMTP"]),
    }
    logs = folder / "logs"
    with (
        running(services.start_postgres(folder / "postgres", log=logs / "postgres.log")),
        running(
            services.start_valkey(folder / "valkey", port=ports["VALKEY"], log=logs / "valkey.log")
        ),
        running(
            services.start_mail_server(
                folder / "mailbox", port=ports["SMTP"], log=logs / "mail.log"
            )
        ),
    ):
        for command in ("migrate -v0", "demo"):
            subprocess.run(
                [sys.executable, "manage.py", *command.split()],
                cwd=ROOT,
                env={**os.environ, **env},
                check=True,
            )
        command = [sys.executable, "-m", "granian", "--interface", "wsgi"]
        command += ["--port", str(ports["PORT"]), "--blocking-threads", "4"]
        web = services.start(
            "web",
            [*command, "backoffice.wsgi:application"],
            log=logs / "web.log",
            env=env,
            cwd=ROOT,
        )
        celery = [sys.executable, "-m", "celery", "-A", "worker", "worker", "--beat"]
        worker = services.start(
            "worker",
            [*celery, "--concurrency", "1", "--schedule", str(folder / "schedule")],
            log=logs / "worker.log",
            env=env,
            cwd=ROOT,
        )
        with running(web), running(worker):
            address = f"http://127.0.0.1:{ports['PORT']}"
            wait_until(lambda: _is_ready(f"{address}/ready/"), what="the site and its worker")
            yield address


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def picture(browser: Browser, site: str, who: str, size: tuple[int, int], language: str) -> Page:
    """A page of somebody who has signed in, or of a visitor."""
    width, height = size
    context = browser.new_context(
        base_url=site, locale=language, viewport={"width": width, "height": height}
    )
    page = context.new_page()
    if who:
        page.goto("/accounts/login/")
        page.locator("input[type=email]").fill(f"{who}@comptoir.example")
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("input[type=password]").press("Enter")
        page.wait_for_url(lambda address: "/accounts/" not in address)
    return page


def ring_up(page: Page) -> None:
    """Three articles on the ticket."""
    for code in ("INF-0001", "BOI-0001", "CON-0001"):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        page.get_by_text(code).first.wait_for()


def open_first(page: Page) -> None:
    """The first request or transfer of a list."""
    page.get_by_role("table").get_by_role("link", name=re.compile(r"^[RT]-\d+$")).first.click()
    page.get_by_role("heading", level=1, name=re.compile(r"[RT]-\d+")).wait_for()


def count_in(page: Page) -> None:
    """Two units of what is late, counted as they arrive."""
    open_first(page)
    page.get_by_role("link", name="Receive", exact=True).first.click()
    for units in (1, 2):
        page.get_by_role("button", name="One more of").first.click()
        page.get_by_text(f"{units} of ").wait_for()


def show_arithmetic(page: Page) -> None:
    """What is behind the first figure."""
    page.locator(".suggestion-why").first.click()


def run_report(page: Page) -> None:
    """Last week of the chain, beside the week before."""
    card = page.get_by_role("listitem").filter(has_text="The chain at a glance")
    card.get_by_role("button", name="Last week").click()
    page.wait_for_url(re.compile(r"/reports/\d+/$"))


def preview_schedule(page: Page) -> None:
    """The mail of the first schedule, as one of its readers gets it."""
    page.get_by_role("table").get_by_role("link").first.click()
    page.get_by_role("link", name="Preview").click()
    page.frame_locator("iframe").get_by_role("heading", level=1).wait_for()


STEPS: dict[str, Callable[[Page], None]] = {
    "till": ring_up,
    "request": open_first,
    "transfer": open_first,
    "receive": count_in,
    "suggestions": show_arithmetic,
    "report": run_report,
    "schedule": preview_schedule,
}


def main(names: Sequence[str]) -> None:
    """Draw the pictures with these names, or all of them."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="comptoir-") as folder,
        demo_site(Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, who, address, size, language in FACES:
            if names and name not in names:
                continue
            page = picture(browser, site, who, size, language)
            page.goto(address, wait_until="networkidle")
            if step := STEPS.get(name):
                step(page)
                page.wait_for_load_state("networkidle")
            page.screenshot(path=PICTURES / f"{name}.png")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
