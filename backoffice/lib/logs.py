"""Structured logs: one line per event, with the request's id, readable by people or as JSON."""

import re
from contextvars import ContextVar
from typing import Any

import structlog

# What follows opens something to whoever holds it: it came in a mail.
TOKEN = re.compile(
    r"(/(?:restock/decide|profile/email|accounts/[\w/-]+?/key|accounts/confirm-email)/)[^/\s\"']+"
)
request_id: ContextVar[str] = ContextVar("request_id", default="")


def add_request_id(_logger: Any, _name: str, event: structlog.typing.EventDict) -> Any:
    if current := request_id.get():
        event["request_id"] = current
    return event


def without_tokens(_logger: Any, _name: str, event: structlog.typing.EventDict) -> Any:
    """Leave the secret part of an address out, wherever it is told."""
    for name, text in event.items():
        if isinstance(text, str):
            event[name] = TOKEN.sub(r"\1…", text)
    return event


def logging_config(*, level: str, lines_for_people: bool) -> dict[str, Any]:
    """`LOGGING` for Django: everything to standard error, one line per event."""
    renderer = (
        structlog.dev.ConsoleRenderer(colors=False)
        if lines_for_people
        else structlog.processors.JSONRenderer()
    )
    before = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
        add_request_id,
    ]
    after = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        without_tokens,
        renderer,
    ]
    lines = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": after,
        "foreign_pre_chain": before,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": lines},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {"django.server": {"level": "WARNING"}},
    }
