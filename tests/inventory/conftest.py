"""A store, its logistics centre and who works there; and the same by the names of their towns."""

import pytest

from stores.models import Location
from tests.factories import make_store
from tests.places import approver, clerk, store, warehouse

__all__ = ["approver", "central", "clerk", "lyon", "paris", "store", "warehouse"]


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
