"""What the navigation offers opens, for each kind of person at each kind of place."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stores.models import Location, Membership, Role, User
from stores.navigation import HEAD_OFFICE, STORE, url_or_none
from tests.factories import make_store, make_user, make_warehouse

pytestmark = pytest.mark.django_db


def person(role: Role, place: Location | None) -> User:
    return Membership.objects.create(user=make_user(), role=role, location=place).user


def offered(client: Client, path: str) -> list[str]:
    """The addresses in the navigation of a page."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return [
        entry.url for section in answer.context["shell"].navigation for entry in section.entries
    ]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.HEAD_OFFICE, Role.AUDITOR, Role.LOGISTICS])
def test_all_that_head_office_is_offered_opens(role: Role) -> None:
    client = Client()
    client.force_login(person(role, None))
    addresses = offered(client, "/profile/")
    assert addresses
    for address in addresses:
        assert client.get(address).status_code == 200, address


def test_all_that_a_warehouse_clerk_is_offered_opens() -> None:
    central = make_warehouse("central")
    client = Client()
    client.force_login(person(Role.LOGISTICS, central))
    addresses = offered(client, "/profile/")
    addresses += offered(client, "/stores/central/alerts/")
    for address in addresses:
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize(
    ("role", "company_wide"),
    [
        (Role.MANAGER, False),
        (Role.CLERK, False),
        (Role.ADMIN, True),
        (Role.HEAD_OFFICE, True),
        (Role.AUDITOR, True),
    ],
)
def test_all_that_is_offered_in_a_store_opens(role: Role, company_wide: bool) -> None:
    lyon = make_store("lyon")
    client = Client()
    client.force_login(person(role, None if company_wide else lyon))
    addresses = offered(client, "/stores/lyon/alerts/")
    assert addresses
    for address in addresses:
        assert client.get(address).status_code == 200, address


def test_people_of_a_store_are_offered_nothing_of_head_office() -> None:
    client = Client()
    client.force_login(person(Role.MANAGER, make_store("lyon")))
    assert [
        url for url in offered(client, "/profile/") if not url.startswith("/stores/lyon/")
    ] == []


def test_a_page_of_the_staff_costs_the_frame_two_queries_and_the_memberships() -> None:
    client = Client()
    client.force_login(person(Role.MANAGER, make_store("lyon")))
    client.get("/profile/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/profile/")
    assert len(asked) == 3  # session, person, memberships


def test_every_entry_of_the_navigation_has_an_address() -> None:
    faces = [(HEAD_OFFICE, ()), (STORE, ("lyon",))]
    names = [(item.name, args) for face, args in faces for items in face.values() for item in items]
    assert [name for name, args in names if url_or_none(name, *args) is None] == []


def test_who_works_in_two_stores_switches_between_them() -> None:
    user = person(Role.CLERK, make_store("lyon", name="Lyon"))
    Membership.objects.create(user=user, role=Role.MANAGER, location=make_store("paris"))
    client = Client()
    client.force_login(user)
    answer = client.get("/stores/lyon/alerts/")
    places = [(place.url, place.current) for place in answer.context["shell"].places]
    assert places == [("/stores/lyon/", True), ("/stores/paris/", False)]
