"""Fixtures of all tests: servers, a clean database after commits, a worker, a mailbox, a browser."""

import math
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from backoffice.dev.services import Service, running
from backoffice.dev.translations import compile_catalogues
from backoffice.lib import house
from tests import pristine, processes, servers
from tests import settings as test_settings
from tests.chromium import CHROMIUM, FLAGS

RESULTS = Path(__file__).parent.parent / "test-results"
NEEDS_PROCESSES = {"live", "worker", "worker_and_beat", "mailbox"}
OUTCOME = pytest.StashKey[pytest.TestReport]()
PATIENCE = 20_000  # milliseconds that a browser waits for what it expects, on a busy machine


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the servers once: in the controller of xdist, or where there is none, here."""
    config = session.config
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    if not (settings.NODE_MODULES / "@tabler").exists():
        raise pytest.UsageError("The front-end packages are missing: run `npm ci`.")
    compile_catalogues()
    started = servers.start()
    config.add_cleanup(lambda: servers.stop(started))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        wanted = set(getattr(item, "fixturenames", ()))
        if wanted & NEEDS_PROCESSES:
            item.add_marker(pytest.mark.slow)
        if "open_page" in wanted:
            item.add_marker(pytest.mark.e2e)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: pytest.TestReport = yield  # type: ignore[misc]
    if report.when == "call":
        item.stash[OUTCOME] = report
    if report.failed and item.get_closest_marker("slow"):
        report.sections.append(("logs of its processes", processes.last_words(report.start)))
    return report  # type: ignore[return-value]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        pristine.remember()
    pristine.restore_after_commits()


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def house_as_migrated() -> None:
    """What pages show of the company is that of the migrations, until the test changes a setting."""
    house.keep(house.House(**settings.HOUSE_UNREAD), until=math.inf)


@pytest.fixture(scope="session")
def mail_server() -> Iterator[processes.Mailbox]:
    with running(processes.start_mail_server()):
        yield processes.Mailbox(settings.MAILBOX_DIR)


@pytest.fixture
def mailbox(mail_server: processes.Mailbox) -> Iterator[processes.Mailbox]:
    """A real mail server's mailbox, empty at the start; mail of the test itself arrives there too."""
    mail_server.empty()
    with override_settings(MAILERS=test_settings.MAILERS):  # Django's runner had put a list instead
        yield mail_server


@pytest.fixture(scope="module")
def worker_process(django_db_setup: None) -> Iterator[Service]:
    with running(processes.start_worker()) as service:
        yield service


@pytest.fixture
def worker(worker_process: Service, transactional_db: None) -> processes.Service:
    """A real Celery worker on the test's database; it acts on nudges."""
    return worker_process


@pytest.fixture(scope="module")
def worker_and_beat_process(django_db_setup: None) -> Iterator[Service]:
    quick = {"SWEEP_SECONDS": "1", "ALERT_DIGEST_SECONDS": "1"}
    with running(processes.start_worker("beating", beat=True, **quick)) as service:
        yield service


@pytest.fixture
def worker_and_beat(worker_and_beat_process: Service, transactional_db: None) -> Service:
    """A real Celery worker with its clock: it sweeps every second."""
    return worker_and_beat_process


@pytest.fixture(scope="session")
def web_server(django_db_setup: None) -> Iterator[str]:
    service, address = processes.start_web()
    with running(service):
        yield address


@pytest.fixture
def live(web_server: str, transactional_db: None) -> str:
    """The address of the site, served from the test's database."""
    return web_server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(
    browser: Browser, live: str, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open a page as a new visitor, with a context's options; the site's scripts must not fail."""
    pages: list[Page] = []
    errors: list[str] = []

    def open_one(**options: Any) -> Page:
        context = browser.new_context(**({"base_url": live, "locale": "en-GB"} | options))
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        page.on(
            "console", lambda line: "Content Security" in line.text and errors.append(line.text)
        )
        pages.append(page)
        return page

    yield open_one
    outcome = request.node.stash.get(OUTCOME, None)
    for number, page in enumerate(pages):
        if outcome is not None and outcome.failed:
            name = re.sub(r"[^\w.-]+", "-", request.node.nodeid)
            page.screenshot(path=RESULTS / f"{name}-{number}.png", full_page=True)
        page.context.close()
    assert errors == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """One visitor's page, at 1280 × 720."""
    return open_page()
