"""A decision that is made while its rival waits."""

from threading import Lock
from typing import Any

import pytest

from inventory.actions import restock
from tests.concurrency.together import wait_for_a_rival
from tests.places import approver, clerk, store, warehouse

__all__ = ["approver", "clerk", "first_waits_for_its_rival", "store", "warehouse"]


@pytest.fixture
def first_waits_for_its_rival(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who holds the request's lock goes on only when the other one stands before it."""
    check, first = restock.holds_now, Lock()

    def check_with_the_rival_at_the_door(*args: Any, **kwargs: Any) -> bool:
        if first.acquire(blocking=False):
            wait_for_a_rival()
        return check(*args, **kwargs)

    monkeypatch.setattr(restock, "holds_now", check_with_the_rival_at_the_door)
