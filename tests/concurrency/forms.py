"""Forms sent at the same moment, and what they were answered."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.test import Client

from stores.models import User


def send(user: User | None, path: str, data: dict[str, Any]) -> HttpResponse:
    client = Client()
    if user:
        client.force_login(user)
    return client.post(path, data)


def statuses(outcomes: Sequence[object]) -> list[int]:
    """What was answered; an exception would have been a 500."""
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    return sorted(outcome.status_code for outcome in outcomes)  # type: ignore[attr-defined]
