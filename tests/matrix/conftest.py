"""One world for all tests of a file: each request, or each test, takes back what it wrote."""

import logging
import sys
from collections.abc import Iterator
from functools import cache

import pytest
from django.db import transaction
from django.template.base import PartialTemplate, Template
from django.test import override_settings
from django.test.utils import _TestState
from pytest_django import DjangoDbBlocker

from backoffice.lib.pdf import pdf_bytes
from tests.matrix.wall import make_wall
from tests.matrix.world import World, make_world


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The chain, in a transaction that is rolled back after the last test of the file."""
    with django_db_blocker.unblock(), transaction.atomic():
        logging.disable(logging.ERROR)  # of thousands of refusals
        yield make_world()
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def wall(world: World) -> Iterator[World]:
    """Two stores with something for each report. One person asks here for more of them than anybody
    reads: that limit is another test's."""
    with override_settings(REPORTS_PER_PERSON=1_000_000):
        yield make_wall(world)


@pytest.fixture
def _django_db_helper(world: World) -> None:
    """In place of pytest-django's transaction per test, after which it closes the connection."""


@pytest.fixture(scope="module", autouse=True)
def drawn_without_a_copy() -> Iterator[None]:
    """Thousands of pages of which nobody asks what they were drawn from: templates don't copy their
    context for each test client, and the same paper is drawn once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", _TestState.saved_data.template_render)
        patch.setattr(PartialTemplate, "_render", _TestState.saved_data.partial_template_render)
        once = cache(pdf_bytes)
        for module in list(sys.modules.values()):
            if getattr(module, "pdf_bytes", None) is pdf_bytes:
                patch.setattr(module, "pdf_bytes", once)
        yield


@pytest.fixture(autouse=True)
def without_debug() -> Iterator[None]:
    with override_settings(DEBUG=False):
        yield
