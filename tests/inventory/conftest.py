"""A store and its logistics centre, and who works there."""

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


@pytest.fixture
def lyon(store: Location) -> Location:
    """The store, where a test names several."""
    return store


@pytest.fixture
def paris() -> Location:
    return make_store("paris")


@pytest.fixture
def central(warehouse: Location) -> Location:
    """The logistics centre, where a test names its places."""
    return warehouse
