"""A store and its logistics centre, and who works there: fixtures for a conftest to take."""

import pytest

from stores.models import Location, Role, User
from tests.factories import make_staff, make_store, make_warehouse


@pytest.fixture
def store() -> Location:
    return make_store("lyon")


@pytest.fixture
def warehouse() -> Location:
    return make_warehouse("central")


@pytest.fixture
def clerk(store: Location) -> User:
    return make_staff(Role.CLERK, store)


@pytest.fixture
def approver(warehouse: Location) -> User:
    return make_staff(Role.LOGISTICS, warehouse)
