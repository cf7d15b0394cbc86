"""A small chain, and somebody at head office who is signed in; a morning on which schedules are due."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from backoffice.models import Schedule
from stores.models import Role, User
from tests.factories import make_staff
from tests.reports.chain import Chain, make_chain
from tests.reports.schedules import MORNING


@pytest.fixture
def morning(db: None) -> Iterator[None]:
    """It is Monday, 6:30 in the stores; the morning report, which has tests of its own, is not due."""
    Schedule.objects.all().delete()
    with time_machine.travel(MORNING, tick=False):
        yield


@pytest.fixture
def chain() -> Chain:
    return make_chain()


@pytest.fixture
def office(chain: Chain, client: Client) -> User:
    user = make_staff(Role.HEAD_OFFICE)
    client.force_login(user)
    return user
