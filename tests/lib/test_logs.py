"""Log lines: one per event, whatever it holds, and without what opens something."""

import json
import logging
from typing import Any

import pytest
from django.test import Client
from django.utils.module_loading import import_string

from backoffice.lib.logs import logging_config
from tests.factories import PASSWORD, make_user


def line_of(record: logging.LogRecord) -> str:
    """The line that production writes."""
    lines: dict[str, Any] = logging_config(level="INFO", lines_for_people=False)["formatters"][
        "lines"
    ]
    formatter: logging.Formatter = import_string("structlog.stdlib.ProcessorFormatter")(
        processors=lines["processors"], foreign_pre_chain=lines["foreign_pre_chain"]
    )
    return formatter.format(record)


def told(text: str, *args: object, error: Exception | None = None) -> str:
    info = error and (type(error), error, None)
    return line_of(logging.LogRecord("django.request", 30, "f", 1, text, args, info))


@pytest.mark.parametrize(
    "path",
    [
        "/restock/decide/{}/",
        "/profile/email/{}/",
        "/accounts/confirm-email/{}/",
        "/accounts/password/reset/key/5-{}/",
    ],
)
def test_the_token_of_a_mail_stands_in_no_line(path: str) -> None:
    token = "c2VjcmV0:1abc-secret"
    for line in (
        told("Not Found: %s", path.format(token)),
        told("too busy", error=ValueError(f"at http://x.example{path.format(token)}?next=/")),
    ):
        assert "secret" not in line
        assert path.split("{")[0].rstrip("5-") in line


@pytest.mark.parametrize("path", ["/profile/email/", "/head-office/people/12/", "/restock/decide/"])
def test_other_addresses_stay_as_they_are(path: str) -> None:
    assert json.loads(told("Not Found: %s", path))["event"] == f"Not Found: {path}"


def test_a_line_break_begins_no_other_line() -> None:
    line = told("Not Found: %s", '/a\r\n{"event": "forged"}\x1b[2J')
    assert "\n" not in line
    assert "\r" not in line
    assert "\x1b" not in line


@pytest.mark.django_db
def test_no_password_and_no_session_is_told(caplog: pytest.LogCaptureFixture) -> None:
    user, wrong = make_user(), "not my password 123"
    client = Client()
    with caplog.at_level("DEBUG"):
        client.post("/accounts/login/", {"login": user.email, "password": wrong})
        client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        client.post("/accounts/password/change/", {"oldpassword": wrong, "password1": wrong})
        client.post("/accounts/password/reset/", {"email": user.email})
        client.get("/nowhere/")
    lines = [
        line_of(record) for record in caplog.records if not record.name.startswith("django.db")
    ]
    assert any("/nowhere/" in line for line in lines)
    for secret in (wrong, PASSWORD, str(client.session.session_key)):
        assert not any(secret in line for line in lines)
