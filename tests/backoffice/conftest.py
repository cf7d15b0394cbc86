import pytest
from django.test import Client

from stores.models import Location, Role, User
from tests.factories import make_staff, make_store


@pytest.fixture
def boss() -> User:
    return make_staff(Role.HEAD_OFFICE)


@pytest.fixture
def office(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


@pytest.fixture
def lyon() -> Location:
    return make_store("lyon")
