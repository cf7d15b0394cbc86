"""One world for all tests of a file: each request, or each test, takes back what it wrote."""

import logging
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests.matrix.world import World, make_world


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The chain, in a transaction that is rolled back after the last test of the file."""
    with django_db_blocker.unblock(), transaction.atomic():
        logging.disable(logging.ERROR)  # of thousands of refusals
        yield make_world()
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper(world: World) -> None:
    """In place of pytest-django's transaction per test, after which it closes the connection."""


@pytest.fixture(autouse=True)
def without_debug() -> Iterator[None]:
    with override_settings(DEBUG=False):
        yield
